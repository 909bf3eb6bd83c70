"""One line per event on standard error, in logfmt or JSON; never a page's text raw, never an address of a channel."""

from __future__ import annotations

import json
import logging
import sys
import time

LOGGER = logging.getLogger("monitor")
MINUTE = 60.0
MOST_REMEMBERED = 1000  # troubles
_SAME = ("source", "endpoint", "channel", "recipient", "reason")  # what makes two troubles the same
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:+#%@")


class Logfmt(logging.Formatter):
    """Formats `log("event", key=value)` as `ts=… level=… event=… key=value`."""

    def format(self, record: logging.LogRecord) -> str:
        line = " ".join(f"{key}={_quoted(value)}" for key, value in _fields(record).items())
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class Json(logging.Formatter):
    """Formats the same as one JSON object per line, where a traceback is a field too."""

    def format(self, record: logging.LogRecord) -> str:
        fields = _fields(record)
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False, default=str).encode("utf-8", "backslashreplace").decode()


FORMATS: dict[str, type[logging.Formatter]] = {"logfmt": Logfmt, "json": Json}


class Repeats(logging.Filter):
    """Lets the same trouble through once a minute, with how often it was held back."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[tuple[str, ...], tuple[float, int]] = {}  # when it was told, how often it came since

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING or record.exc_info:
            return True
        fields = getattr(record, "fields", {})
        key = (record.getMessage(), *(str(fields.get(name)) for name in _SAME))
        told, held = self._seen.pop(key, (0.0, 0))
        if abs(record.created - told) < MINUTE:
            self._seen[key] = (told, held + 1)
            return False
        self._seen[key] = (record.created, 0)
        if len(self._seen) > MOST_REMEMBERED:
            del self._seen[next(iter(self._seen))]
        if held:
            record.fields = {**fields, "repeated": held}
        return True


def _fields(record: logging.LogRecord) -> dict[str, object]:
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    fields = {
        "ts": f"{seconds}.{int(record.msecs):03}Z",
        "level": record.levelname.lower(),
        "event": record.getMessage(),
        **getattr(record, "fields", {}),
    }
    return {key: value for key, value in fields.items() if value is not None}


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


def set_up(*, verbose: bool, style: str = "logfmt") -> None:
    """Send all logs to standard error; libraries only from WARNING, since some print addresses with tokens."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(FORMATS[style]())
    handler.addFilter(Repeats())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    # A turn that waits for the one before is said a line a second otherwise; what hangs is named by `stuck`.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    LOGGER.setLevel(logging.DEBUG if verbose else logging.INFO)
