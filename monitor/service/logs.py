"""One line per event in logfmt on standard error; never a page's text raw, never an address of a channel."""

from __future__ import annotations

import logging
import sys
import time

LOGGER = logging.getLogger("monitor")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:+#%@")


class Logfmt(logging.Formatter):
    """Formats `log("event", key=value)` as `ts=… level=… event=… key=value`."""

    def format(self, record: logging.LogRecord) -> str:
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        fields = {
            "ts": f"{seconds}.{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        line = " ".join(f"{key}={_quoted(value)}" for key, value in fields.items() if value is not None)
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _quoted(value: object) -> str:
    text = str(value)
    if text and _PLAIN.issuperset(text):
        return text
    visible = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    return '"' + visible.replace("\\", "\\\\").replace('"', '\\"') + '"'


def log(level: int, event: str, /, *, error: BaseException | None = None, **fields: object) -> None:
    """Write one line."""
    if LOGGER.isEnabledFor(level):
        LOGGER.log(level, "%s", event, extra={"fields": fields}, exc_info=error)


def set_up(*, verbose: bool) -> None:
    """Send all logs to standard error; libraries only from WARNING, since some print addresses with tokens."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Logfmt())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    LOGGER.setLevel(logging.DEBUG if verbose else logging.INFO)
