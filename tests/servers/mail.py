"""A real SMTP server on loopback that keeps parsed mails and refuses or hangs up when it is told to."""

from __future__ import annotations

import asyncio
import email
import email.policy
import threading
import time
from collections import deque
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

CUT, HANG, TAKE_AND_HANG = "cut", "hang", "take and hang"


@dataclass(frozen=True)
class Mail:
    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    raw: bytes

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    def part(self, content_type: str) -> str:
        """Return the decoded part of that type."""
        for part in self.message.walk():
            if part.get_content_type() == content_type:
                return str(part.get_content()).replace("\r\n", "\n")
        raise AssertionError(f"the mail has no {content_type}")


class MailServer:
    """`messages` are Mail. With a `password` nobody may log in without it. A context manager, or start and stop."""

    def __init__(self, password: str | None = None) -> None:
        self._password = password
        self.messages: list[Mail] = []
        self._planned: dict[str, deque[str]] = {"RCPT": deque(), "DATA": deque()}
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.port = 0

    @property
    def url(self) -> str:
        return f"mailto://127.0.0.1:{self.port}?mode=insecure&from=monitor@example.org"

    def start(self) -> MailServer:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    __enter__ = start

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def fail_next(self, status: int, body: str = "no", stage: str = "DATA", times: int = 1) -> None:
        """Answer the next commands of that stage (RCPT, or DATA with the whole message) with this code."""
        self._planned[stage].extend([f"{status} {body}"] * times)

    def cut_next(self, times: int = 1) -> None:
        """Read the next messages and hang up without a word."""
        self._planned["DATA"].extend([CUT] * times)

    def hang_next(self, times: int = 1) -> None:
        """Read the next messages and never answer."""
        self._planned["DATA"].extend([HANG] * times)

    def take_and_hang_next(self, times: int = 1) -> None:
        """Take the next messages and never answer."""
        self._planned["DATA"].extend([TAKE_AND_HANG] * times)

    def wait_for(self, count: int, timeout: float = 10.0) -> list[Mail]:
        """Return the mails once there are `count`; fail when they do not come."""
        end = time.monotonic() + timeout
        with self._changed:
            while len(self.messages) < count:
                left = end - time.monotonic()
                assert left > 0, f"only {len(self.messages)} of {count} mails came in {timeout} s"
                self._changed.wait(left)
            return list(self.messages)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self._loop.create_server(self._session, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, server.wait_closed(), return_exceptions=True))
        self._loop.close()

    def _session(self) -> SMTP:
        if self._password is None:
            return SMTP(self, loop=self._loop)
        return SMTP(self, loop=self._loop, auth_require_tls=False, authenticator=self._known)

    def _known(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=given.password.decode() == self._password, handled=False)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self._planned["RCPT"]:
            return self._planned["RCPT"].popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        planned = self._planned["DATA"].popleft() if self._planned["DATA"] else None
        if planned == CUT:
            server.transport.abort()
            return "421 gone"
        if planned == HANG:
            await asyncio.sleep(30)
        if planned and planned != TAKE_AND_HANG:
            return planned
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        with self._changed:
            self.messages.append(Mail(envelope.mail_from, tuple(envelope.rcpt_tos), message, bytes(envelope.content)))
            self._changed.notify_all()
        if planned == TAKE_AND_HANG:
            await asyncio.sleep(30)
        return f"250 2.0.0 Ok: queued as MAIL{len(self.messages)}"
