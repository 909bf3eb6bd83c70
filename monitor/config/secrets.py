"""Puts secrets in the place of `${NAME}` and `file:name`, and keeps them off the screen; stores none."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from monitor.config.document import Block, Scalar, scalars
from monitor.config.problems import Cover, KeyPath, Problem

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SECRET_KEY = re.compile(r"(?i)secret|token|passw|authorization|cookie|key$|^urls?$")
_MAX_FILE = 64 * 1024
_CONTAINER_SECRETS = Path("/run/secrets")  # mounted readable for all by the container engine, not by the operator
_LONG, _LONG_PART = 12, 8  # characters
_HIDDEN = "***"
_ANY_CREDENTIAL = (
    (
        re.compile(r"\b(?!https?://)([A-Za-z][A-Za-z0-9+.-]{0,30}://)[^\s'\"]+"),
        rf"\1{_HIDDEN}",
    ),  # notification services
    (re.compile(r"\b(https?://)[^\s/@'\"]+@"), rf"\1{_HIDDEN}@"),  # user:password@
)
_ANY_SECRET = (
    (re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}://)[^\s'\"]+"), rf"\1{_HIDDEN}"),
    (re.compile(r"(?i)((?:secret|token|password|authorization|cookie|key)[\"']?\s*:)\s*\S.*"), rf"\1 {_HIDDEN}"),
)


@dataclass(slots=True)
class Secrets:
    """What was found: `problems`, paths of secrets written in the file itself, and what must be hidden."""

    problems: list[Problem] = field(default_factory=list)
    written: list[KeyPath] = field(default_factory=list)
    _spans: dict[int, list[tuple[int, int | None]]] = field(default_factory=dict)
    _values: set[str] = field(default_factory=set)
    _words: set[str] = field(default_factory=set)  # too short to hide wherever they occur

    def cover(self) -> Cover:
        """Return what hides all secrets in lines of the file and in messages."""
        return Cover(line=self._line, message=self._message)

    def hide(self, value: str) -> None:
        """Never print the value, nor a long part of it such as the token in an address."""
        _, is_address, rest = value.rpartition("://")
        (self._values if is_address or len(value) >= _LONG else self._words).add(value)
        if is_address:
            self._values.update(part for part in re.split(r"[/:@?&=#,\s]+", rest) if len(part) >= _LONG_PART)

    def hide_scalar(self, scalar: Scalar) -> None:
        """Never print what the file has at this place."""
        place = scalar.place
        for line in range(place.line, place.end_line + 1):
            start = place.column if line == place.line else 0
            self._spans.setdefault(line, []).append((start, place.end_column if line == place.end_line else None))
        self.hide(scalar.text)

    def _line(self, number: int, text: str) -> str:
        for start, end in sorted(self._spans.get(number, ()), reverse=True):
            text = text[:start] + _HIDDEN + (text[end:] if end is not None else "")
        return _without(text, _ANY_CREDENTIAL)

    def _message(self, text: str) -> str:
        for value in sorted(self._values, key=len, reverse=True):
            text = text.replace(value, _HIDDEN)
        for word in self._words:
            text = text.replace(f"'{word}'", f"'{_HIDDEN}'")
        return text


def cautious() -> Cover:
    """Return a cover for a file that could not be read far enough to know what in it is secret."""
    return Cover(line=lambda _, text: _without(text, _ANY_SECRET), message=lambda text: text)


def resolve(
    root: Block, *, environ: Mapping[str, str], folder: Path, credentials: Path | None, public: Collection[str]
) -> Secrets:
    """Replace references by their values in the tree.

    `folder` is where the configuration file is; `public` names the keys of channels whose values may be printed.
    """
    found = Secrets()
    for path, scalar in scalars(root):
        if not _may_be_secret(path):
            continue
        try:
            value = _value(scalar.text, environ, folder, credentials)
        except _NoSecret as error:
            found.problems.append(Problem(error.message, scalar.place, path, error.hint))
            continue
        if value is not None:
            found.hide(value)
            scalar.text, scalar.quoted = value, True
        elif _is_secret(path, scalar.text, public):
            found.hide_scalar(scalar)
            if any(_SECRET_KEY.search(str(step)) for step in path):
                found.written.append(path)
    return found


class _NoSecret(Exception):
    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def _may_be_secret(path: KeyPath) -> bool:
    if path[0] == "channels" and "template" in path[2:3]:
        return False  # `file:` means something else there
    if path[0] in {"channels", "heartbeat"}:
        return True
    return path[0] == "sources" and (not {"headers", "cookies"}.isdisjoint(path) or path[-1] in {"url", "proxy"})


def _is_secret(path: KeyPath, text: str, public: Collection[str]) -> bool:
    """Tell whether what the file has at this place must not be printed."""
    shows_credential = _without(text, _ANY_CREDENTIAL) != text
    if path[0] == "channels":
        return shows_credential or not any(step in public for step in path[2:3])
    return shows_credential or not {"headers", "cookies"}.isdisjoint(path) or path == ("heartbeat", "url")


def _value(text: str, environ: Mapping[str, str], folder: Path, credentials: Path | None) -> str | None:
    """Return the secret that the text refers to; None when the text is no reference."""
    if whole := _VARIABLE.fullmatch(text):
        return _from_environment(whole[1], environ)
    if part := _VARIABLE.search(text):
        raise _NoSecret(
            f"{part[0]} is only a part of the value",
            f"put the whole value into the variable and write only: ${{{part[1]}}}",
        )
    if text.startswith("${"):
        raise _NoSecret(f"'{text}' names no variable", "write the name in braces, such as ${TELEGRAM_URL}")
    if text.startswith("file:"):
        return _from_file(text.removeprefix("file:").strip(), folder, credentials)
    return None


def _from_environment(name: str, environ: Mapping[str, str]) -> str:
    if name not in environ:
        raise _NoSecret(
            f"environment variable {name} is not set", f"set it before the start: export {name}=..., or use file:NAME"
        )
    return _usable(environ[name], f"environment variable {name}")


def _from_file(name: str, folder: Path, credentials: Path | None) -> str:
    if not name:
        raise _NoSecret("'file:' names no file", "write the name of a file with the secret: file:telegram-url")
    places = [folder / name]
    if credentials and not Path(name).is_absolute():
        places.insert(0, credentials / name.replace("/", "_"))  # as systemd names the files of a folder
    for path in places:
        managed = any(path.is_relative_to(root) for root in (credentials, _CONTAINER_SECRETS) if root)
        if (data := _read(path, managed=managed)) is not None:
            return _text(data, path)
    raise _NoSecret(
        f"secret file {' or '.join(map(str, places))} does not exist",
        "write the secret into it, and allow only the monitor's user to read it (chmod 600)",
    )


def _read(path: Path, *, managed: bool) -> bytes | None:
    """Return the file's bytes, or None when there is no such file."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(_MAX_FILE + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise _NoSecret(f"cannot read secret file {path}: {why}", "allow the monitor's user to read it") from None
    if mode & stat.S_IROTH and not managed:
        raise _NoSecret(f"secret file {path} can be read by every user of this machine", f"run: chmod 600 {path}")
    return data


def _text(data: bytes, path: Path) -> str:
    if len(data) > _MAX_FILE:
        raise _NoSecret(f"secret file {path} is larger than {_MAX_FILE // 1024} KiB", "is this the right file?")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _NoSecret(f"secret file {path} is not UTF-8 text", "write the secret as plain text") from None
    return _usable(text.rstrip("\r\n"), f"secret file {path}")


def _usable(value: str, what: str) -> str:
    if not value.strip():
        raise _NoSecret(f"{what} is empty", "put the secret into it")
    if not value.isprintable():
        raise _NoSecret(
            f"{what} holds line breaks or other control characters", "put only the secret into it, in one line"
        )
    return value


def _without(text: str, patterns: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, replacement in patterns:
        text = pattern.sub(replacement, text)
    return text
