"""Alerts as a channel's own templates say them, in the markup of its service; what they mean is Jinja2's to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from monitor.model import Alert
from monitor.render.entry import Entry, entry
from monitor.render.marks import Part, lines, linked, marked, unmarked
from monitor.render.safe import cut, harmless
from monitor.render.styles import Style
from monitor.render.values import Value, values
from monitor.render.words import Words


class Filling(Protocol):
    """A template that can be filled in (`template.Template`, which loads when a channel has one)."""

    def fill(self, values: Mapping[str, Value]) -> str:
        """Return marked text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """The templates of a channel; None where it has none."""

    alert: Filling | None = None
    line: Filling | None = None
    title: Filling | None = None


@dataclass(slots=True, kw_only=True)
class Filler:
    """Fills in the templates of a channel for one batch of alerts."""

    templates: Templates
    now: datetime
    zone: ZoneInfo
    words: Words
    style: Style
    _known: dict[str, Mapping[str, Value]] = field(default_factory=dict)

    def alert(self, template: Filling, told: Entry, width: int, url: str | None) -> str:
        """Return an alert in full, with so many characters of its headline and the given link."""
        return self.style.rows.join(self._rows(template, told, width, url))

    def line(self, template: Filling, alert: Alert, width: int) -> str:
        """Return an alert's line in a list."""
        told = entry(alert, self.now, self.zone, self.words)
        return self.style.rows.join(self._rows(template, told, width, told.url))

    def title(self, template: Filling, entries: Sequence[Entry]) -> str:
        """Return the subject of a message."""
        first = self._values(entries[0])
        return harmless(unmarked(template.fill({**first, "count": len(entries)})).replace("\n", " ")).strip()

    def _values(self, told: Entry) -> Mapping[str, Value]:
        if told.alert.id not in self._known:
            self._known[told.alert.id] = values(told.alert, told, self.now, self.zone, self.words)
        return self._known[told.alert.id]

    def _rows(self, template: Filling, told: Entry, width: int, url: str | None) -> Iterator[str]:
        headline = marked(cut(told.headline, width))
        known = {**self._values(told), "headline": headline, "url": linked(url or ""), "lead": told.lead or ""}
        found = list(lines(template.fill(known)))
        spelled = not self.style.spelled or any(url == part.text for line in found for part in line.parts)
        for line in found:
            yield self.style.row(line.rtl, "".join(self._written(part, url) for part in line.parts))
            if url and line.linked and not spelled:
                yield self.style.row(line.rtl, self.style.address(url))
                spelled = True

    def _written(self, part: Part, url: str | None) -> str:
        if not (part.linked and url):
            return self.style.mark(part.pieces)
        if part.text == url:
            return self.style.address(url)
        text = self.style.mark(part.pieces)
        return self.style.link(text, url) if self.style.link else text
