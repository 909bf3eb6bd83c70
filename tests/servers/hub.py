"""A WebSub hub on loopback: it verifies intent, keeps leases and signs what it distributes, or is told to misbehave."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from servers.service import Answer, Call, Service

Change = Callable[[dict[str, str]], dict[str, str]]


class Hub(Service):
    """`agreed` are the forms of those who confirmed, by callback; `messages` all that was asked for.

    `verifies` off: it takes requests and never comes back. `denies`: why it refuses. `asks` changes what it asks a
    subscriber, for lies.
    """

    def __init__(self) -> None:
        super().__init__()
        self.agreed: dict[str, dict[str, str]] = {}
        self.answers: list[tuple[int, str]] = []  # of subscribers, in the order in which they were asked
        self.lease = 3600
        self.verifies = True
        self.denies: str | None = None
        self.asks: Change = lambda query: query
        self._came_back = threading.Condition()
        self._threads: list[threading.Thread] = []

    def stop(self) -> None:
        super().stop()
        for thread in self._threads:
            thread.join()

    def take(self, call: Call) -> Answer:
        form = dict(parse_qsl(call.body.decode()))
        self.accept(form)
        if self.verifies:
            thread = threading.Thread(target=self.come_back, args=(form,))
            self._threads.append(thread)
            thread.start()
        return Answer(202)

    def come_back(self, form: dict[str, str]) -> tuple[int, str]:
        """Ask a subscriber whether it meant it, or refuse it."""
        query = {"hub.mode": form["hub.mode"], "hub.topic": form["hub.topic"]}
        if self.denies is not None:
            query |= {"hub.mode": "denied", "hub.reason": self.denies}
        else:
            query |= {"hub.challenge": f"riddle {len(self.answers)}", "hub.lease_seconds": str(self.lease)}
        query = self.asks(query)
        answer = ask(f"{form['hub.callback']}?{urlencode(query)}")
        if answer == (200, query.get("hub.challenge")):
            if query["hub.mode"] == "subscribe":
                self.agreed[form["hub.callback"]] = form
            else:
                self.agreed.pop(form["hub.callback"], None)
        with self._came_back:
            self.answers.append(answer)
            self._came_back.notify_all()
        return answer

    def wait_until(self, condition: Callable[[], Any], timeout: float = 10.0) -> None:
        """Wait for what subscribers answer."""
        with self._came_back:
            assert self._came_back.wait_for(condition, timeout), f"not in {timeout} s: {self.answers}, {self.messages}"

    def distribute(self, body: bytes, *, method: str = "sha256", secret: str | None = None) -> list[int]:
        """Tell all subscribers of something new and return what they answer; a wrong secret makes a wrong signature."""
        found = []
        for callback, form in list(self.agreed.items()):
            digest = hmac.new((secret or form["hub.secret"]).encode(), body, method).hexdigest()
            found.append(call(callback, body, {"X-Hub-Signature": f"{method}={digest}"}))
        return found


def ask(url: str) -> tuple[int, str]:
    """Return status and body of what an address answers."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def call(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Return the status of what an address answers to a ping."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("POST", parts.path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()
