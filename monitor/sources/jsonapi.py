"""The kind `json`: reads headlines out of any JSON, by paths; fetches nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Any, Literal

from monitor.model import Fetched, Section
from monitor.ports import EndpointOptions, SiteContext
from monitor.sources import paths
from monitor.sources.entries import Entry, EntryExtractor, Unreadable
from monitor.sources.jsontext import as_text, load
from monitor.sources.request import request
from monitor.sources.times import from_iso
from monitor.text import is_breaking_label
from monitor.text.times import read_time

_YES = frozenset({"1", "true", "yes", "y", "on"})
_YEARS = range(1990, 2100)
_LONGEST_TIME = 100  # characters
_MILLISECONDS = 1e11  # from here on a number counts milliseconds: as seconds it would be the year 5138
_MICROSECONDS = 1e14


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonEndpoint(EndpointOptions):
    """Any JSON that holds headlines, such as what a page's script reads to fill its ticker.

    Paths are names with dots between them: `data.list`; `[]` stands for every member of a list, `[0]` for the first:
    `blocks[].articles`. A call around the JSON (`callback(…);`) is taken off. `newsroom.example.yaml` reads two
    tickers this way.
    """

    items: str | None = None
    """Path to the list of headlines, or to a single one; the whole answer when missing. `null` there means none."""
    title: str
    """Path to the title inside an item; a path to several texts makes a headline of each."""
    link: str | None = None
    """Path to the link inside an item, or an address with paths in it: `https://site/news/{id}-{slug}`. What is no
    whole address is completed from `url`."""
    id: str | None = None
    """Path to the number or text that stays the same when the title is corrected."""
    time: str | None = None
    """Path to the time of publication: ISO 8601, seconds or milliseconds since 1970, or words such as «منذ 5 دقائق»."""
    breaking: str | None = None
    """Path to what marks breaking news: `true`, `1`, `yes`, or a word such as عاجل, Urgent or Breaking."""
    section: Literal["list", "ticker"] = "list"
    """`ticker` when the JSON is the breaking-news ticker: all its headlines are breaking news."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return every path that is none."""
        readers: list[tuple[str, Callable[[str], object]]] = [
            *((key, paths.parse) for key in ("items", "title", "id", "time", "breaking")),
            ("link", paths.parse_template),
        ]
        return [(key, wrong) for key, read in readers if (wrong := _problem(getattr(self, key), read))]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """The options, ready to be used."""

    items: paths.Path | None
    title: paths.Path
    link: paths.Template | None
    id: paths.Path | None
    time: paths.Path | None
    breaking: paths.Path | None
    section: Section
    zone: tzinfo


def build(options: JsonEndpoint, context: SiteContext) -> EntryExtractor:
    """Return the extractor of an endpoint whose options have no problems."""
    layout = _Layout(
        items=_path(options.items),
        title=paths.parse(options.title),
        link=paths.parse_template(options.link) if options.link else None,
        id=_path(options.id),
        time=_path(options.time),
        breaking=_path(options.breaking),
        section=Section(options.section),
        zone=context.zone,
    )
    return EntryExtractor(
        source=context.source,
        asks=request(options.url, context, "application/json, */*;q=0.5"),
        read=partial(_read, layout=layout),
    )


def _read(text: str, page: Fetched, *, layout: _Layout) -> Sequence[Entry]:
    answer = load(text)
    items = _items(answer, layout.items)
    _check(items, layout.title)
    return [entry for item in items for entry in _entries(item, layout, page.fetched_at)]


def _items(answer: Any, path: paths.Path | None) -> list[Any]:
    try:
        found = path.values(answer) if path else [answer]
    except paths.Missing as missing:
        raise Unreadable(f"holds other JSON than before: {missing} (items: {path.text if path else ''})") from None
    if len(found) == 1 and isinstance(found[0], list):
        found = found[0]
    return [item for item in found if item is not None]


def _check(items: Sequence[Any], title: paths.Path) -> None:
    """Refuse JSON in which no item even has a place for a title; a title that is null is an empty ticker.

    Raises:
        Unreadable: the site changed its JSON, or the path was wrong from the start.
    """
    why = ""
    for item in items:
        try:
            title.values(item)
        except paths.Missing as missing:
            why = why or str(missing)
        else:
            return
    if items:
        raise Unreadable(f"has {len(items)} items, none with a title: {why} (title: {title.text})")


def _entries(item: Any, layout: _Layout, now: datetime) -> Iterator[Entry]:
    for title in layout.title.texts(item):
        yield Entry(
            format="json" if layout.items is None else f"json: {layout.items.text}",
            title=title,
            title_is_markup=True,
            link=layout.link.fill(item) if layout.link else "",
            guid=layout.id.first_text(item) if layout.id else "",
            published_at=_moment(layout.time.first_text(item), now, layout.zone) if layout.time else None,
            section=layout.section,
            breaking=_is_breaking(item, layout.breaking) if layout.breaking else False,
        )


def _is_breaking(item: Any, path: paths.Path) -> bool:
    try:
        marks = path.values(item)
    except paths.Missing:
        return False
    marks = [inner for mark in marks for inner in (mark if isinstance(mark, list) else [mark])]
    return any(mark is True or as_text(mark).lower() in _YES or is_breaking_label(as_text(mark)) for mark in marks)


def _moment(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """Return the moment of an ISO 8601 time, of (milli-, micro-) seconds since 1970, or of a time as people read it."""
    try:
        number = float(text)
    except ValueError:
        return from_iso(text, zone) or read_time(text[:_LONGEST_TIME], now, zone)
    for start, unit in ((_MICROSECONDS, 1e6), (_MILLISECONDS, 1e3)):
        if number >= start:
            number /= unit
            break
    try:
        moment = datetime.fromtimestamp(number, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.year in _YEARS else None


def _path(text: str | None) -> paths.Path | None:
    return paths.parse(text) if text else None


def _problem(text: str | None, read: Callable[[str], object]) -> str | None:
    if text is None:
        return None
    try:
        read(text)
    except ValueError as wrong:
        return str(wrong)
    return None
