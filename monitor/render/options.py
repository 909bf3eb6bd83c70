"""What the configuration may say of how a channel's messages look; reads no file and renders nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from monitor.ports import ChannelOptions
from monitor.render.words import Lang


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateTexts:
    """Templates for the parts of a message; what is missing looks as without templates. See Templates, above."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "use_attribute_docstrings": True}

    alert: str | None = None
    """One alert in full."""
    line: str | None = None
    """Its line in a list of more than six."""
    title: str | None = None
    """Subject of an e-mail, or title of a push message, with `count` headlines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOptions(ChannelOptions):
    """A channel whose messages people read."""

    lang: Lang = "en"
    """Language of the few fixed words, and of what the operator is told: en, fr or ar."""
    template: str | TemplateTexts | None = None
    """How an alert is written, as a text or `file:name`, such as `"{{ headline | link }} – {{ source }}"`; the built-in
    form when missing. See Templates, above; needs `pip install headline-monitor[templates]`."""

    @property
    def templates(self) -> TemplateTexts:
        """The templates by part."""
        given = self.template or TemplateTexts()
        return TemplateTexts(alert=given) if isinstance(given, str) else given
