"""Tells systemd how the service is doing, by its notification socket; does nothing where there is none."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping


class Notifier:
    """Sends state lines to the socket that `NOTIFY_SOCKET` names (sd_notify(3))."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.listened_to = bool(address)
        usec = environ.get("WATCHDOG_USEC", "")
        self.watchdog: float | None = int(usec) / 1e6 if usec.isdigit() else None
        """Seconds after which systemd kills a service that sent no WATCHDOG=1."""

    def ready(self) -> None:
        self._send("READY=1")

    def reloading(self) -> None:
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def alive(self) -> None:
        self._send("WATCHDOG=1")

    def status(self, text: str) -> None:
        """Show one line in `systemctl status`."""
        self._send("STATUS=" + text.replace("\n", " "))

    def _send(self, text: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.settimeout(1.0)  # nobody reads it: work goes on all the same
            try:
                channel.sendto(text.encode(), self._address)
            except OSError:
                return  # a dead notification socket is systemd's affair, not a reason to stop polling
