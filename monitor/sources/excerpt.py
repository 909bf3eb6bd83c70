"""Cuts entries out of the lists of a page, with what is around them, to be parsed alone; reads no headlines.

In the excerpt every element of an entry has the same ancestors as on the page, and every list still holds several
links: where it would otherwise be climbed out of, there stand a few that lead nowhere. Entries carry their numbers in
an attribute, on the page as in the excerpt.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.sources.outline import Entry, Outline
from monitor.sources.parts import Markup

MARK = "data-monitor-entry"
FILLER = "a.monitor-filler"  # the links that stand for those of the other entries
_FILLER = b"".join(b'<a class="monitor-filler" href="/monitor-filler-%d"></a>' % number for number in range(6))


def numbered(body: bytes, lists: Outline) -> bytes:
    """Return a page whose entries carry their places."""
    pieces, done = list[bytes](), 0
    for place, start in enumerate(lists.starts):
        pieces += [body[done : start + 1], _after_name(body, start + 1), _mark(place)]
        done = start + 1 + len(pieces[-2])
    return b"".join([*pieces, body[done:]])


def excerpt(body: bytes, lists: Outline, runs: Sequence[tuple[int, Markup]]) -> bytes:
    """Return a page that holds these runs alone, each in the list at a place; their entries are numbered through."""
    page: list[bytes] = []
    opened: Sequence[int] = ()
    number = 0
    for place, run in runs:
        chain = lists.around(place)
        shared = sum(1 for one, other in zip(opened, chain, strict=False) if one == other)
        page += [b"</%s>" % _after_name(body, lists.starts[one] + 1) for one in reversed(opened[shared:])]
        for one in chain[shared:]:
            page.append(body[lists.starts[one] : lists.insides[one]])
            page.append(_FILLER if lists.lists[one] else b"")
        opened = chain
        page += _numbered_run(run.text, run.entries, number)
        number += len(run.entries)
    return b"".join(page)


def _numbered_run(text: bytes, entries: Sequence[Entry], number: int) -> list[bytes]:
    pieces, done = list[bytes](), 0
    for entry in entries:
        end = entry.tag.start + 1 + len(entry.tag.name)
        pieces += [text[done:end], _mark(number)]
        done, number = end, number + 1
    return [*pieces, text[done:]]


def _after_name(body: bytes, start: int) -> bytes:
    """Return the name of the tag that begins before a place."""
    stop = body.find(b">", start)
    return body[start:stop].split(None, 1)[0]


def _mark(number: int) -> bytes:
    return b' %s="%d"' % (MARK.encode(), number)
