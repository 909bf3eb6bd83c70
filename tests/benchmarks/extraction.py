"""Measures what is read from saved pages against what a person saw on them, and what reading costs.

    python tests/benchmarks/extraction.py --corpus DIR [--no-recipes] [--page NAME]
    python tests/benchmarks/extraction.py --cost

DIR holds `pages/NAME.html` and `truth/NAME.json`: `url`, and `ticker`, `headlines`, `optional` as lists of
{title, url, also: other titles, also_url: other addresses}. The ticker's items are among the headlines; what is
optional counts neither way. Several readings of one headline count once.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import lxml.html

from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Section
from monitor.ports import SiteContext
from monitor.sources.html import HtmlEndpoint, HtmlExtractor
from monitor.text import title_key
from monitor.urls import canonical

CUT = re.compile(r"\s*(?:…|\.\.\.)$")
WHOLE_BAR = 0.8  # F1 of a ticker that counts as found
CONTEXT = SiteContext(source="page", zone=ZoneInfo("UTC"))


@dataclass(slots=True)
class Score:
    """What one page, or all of them, came to."""

    right: int = 0  # readings that are headlines, and headlines that were read
    wrong: int = 0
    missed: int = 0
    titles: int = 0  # of the right ones, how many say what the page says
    bars: int = 0  # tickers on the page
    found: int = 0
    partly: int = 0
    false_bars: int = 0
    notes: list[str] = field(default_factory=list)

    def __iadd__(self, other: Score) -> Self:
        for name in ("right", "wrong", "missed", "titles", "bars", "found", "partly", "false_bars"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


class Truth:
    """The headlines a person saw, by address and by title."""

    def __init__(self, entries: Sequence[dict[str, Any]]) -> None:
        self.entries = entries
        self.by_url = {
            canonical(url): i for i, e in enumerate(entries) for url in [e["url"], *e.get("also_url", ())] if url
        }
        self.by_title = {key: i for i, e in enumerate(entries) for key in self.titles(i)}

    def titles(self, index: int) -> set[str]:
        entry = self.entries[index]
        return {title_key(title) for title in [entry["title"], *entry.get("also", ())]}

    def has(self, index: int, title: str) -> bool:
        """Tell whether a title is the headline's, or the whole of one that the page cuts off («…»)."""
        key = title_key(title)
        entry = self.entries[index]
        cut = [CUT.sub("", one) for one in [entry["title"], *entry.get("also", ())] if CUT.search(one)]
        return key in self.titles(index) or any(key.startswith(title_key(one)) for one in cut)

    def find(self, item: Item) -> int | None:
        by_url = self.by_url.get(canonical(item.url)) if item.url else None
        return self.by_title.get(title_key(item.title)) if by_url is None else by_url


def page_of(body: bytes, url: str) -> Fetched:
    return Fetched(
        url=url, final_url=url, status=200, body=body, content_type=None, etag=None, last_modified=None,
        fetched_at=datetime.now(UTC), elapsed_ms=0,
    )  # fmt: skip


def read(body: bytes, url: str, *, recipes: bool) -> tuple[Sequence[Item], str]:
    """Return what the product reads from a page it was told nothing about, and its words when it refuses."""
    extractor = HtmlExtractor(HtmlEndpoint(type="html", url=url), CONTEXT, with_recipes=recipes)
    try:
        return extractor.extract(page_of(body, url)), ""
    except ExtractError as error:
        return (), str(error)


def score(items: Sequence[Item], truth: dict[str, Any]) -> Score:
    """Compare the items of a page with the truth about it."""
    result = Score()
    headlines, optional = Truth(truth["headlines"]), Truth(truth["optional"])
    seen: dict[int, bool] = {}
    for item in items:
        index = headlines.find(item)
        if index is not None:
            seen[index] = seen.get(index, False) or headlines.has(index, item.title)
            if not seen[index]:
                result.notes.append(
                    f"title  {item.title!r}\n         not {headlines.entries[index]['title']!r}  [{item.evidence}]"
                )
        elif optional.find(item) is None:
            result.wrong += 1
            result.notes.append(f"wrong  {item.title!r} {item.url}  [{item.evidence}]")
    result.right, result.missed = len(seen), len(headlines.entries) - len(seen)
    result.titles = sum(seen.values())
    missed = [entry for index, entry in enumerate(headlines.entries) if index not in seen]
    result.notes += [f"missed {entry['title']!r} {entry['url']}" for entry in missed]
    _score_ticker([item for item in items if item.section is Section.TICKER], Truth(truth["ticker"]), result)
    return result


def _score_ticker(items: Sequence[Item], bar: Truth, result: Score) -> None:
    hits = {index for item in items if (index := bar.find(item)) is not None}
    strangers = sum(bar.find(item) is None for item in items)
    f1 = 2 * len(hits) / (len(hits) + strangers + len(bar.entries)) if bar.entries else 0.0
    result.bars = bool(bar.entries)
    result.found = f1 >= WHOLE_BAR
    result.partly = 0 < f1 < WHOLE_BAR
    result.false_bars = bool(items) and not hits
    if (bar.entries and not result.found) or result.false_bars:
        shown = "; ".join(f"{item.title[:40]!r} [{item.evidence}]" for item in items[:4])
        result.notes.append(f"ticker {len(hits)} of {len(bar.entries)}, {strangers} strangers: {shown}")


def measure(corpus: Path, only: Collection[str], *, recipes: bool) -> None:
    """Print the figures of every page and of all."""
    total, pages, macro = Score(), 0, []
    for file in sorted((corpus / "truth").glob("*.json")):
        if only and file.stem not in only:
            continue
        truth = json.loads(file.read_text("utf-8"))
        items, said = read((corpus / "pages" / f"{file.stem}.html").read_bytes(), truth["url"], recipes=recipes)
        page = score(items, truth)
        total += page
        pages += 1
        macro.append(page.f1)
        print(_line(file.stem, page))
        if only:
            print("\n".join(f"    {note}" for note in page.notes), said, sep="\n")
    print(_line("all", total))
    print(
        f"pages {pages}, mean F1 of a page {statistics.fmean(macro):.3f}, false bars on {total.false_bars / pages:.1%} of pages"
    )


def _line(name: str, page: Score) -> str:
    share = page.titles / page.right if page.right else 1.0
    bar = f"{page.found:d}/{page.bars:d} tickers" + (f", {page.partly:d} partly" if page.partly else "")
    return (
        f"{name:<28} P {page.precision:.3f}  R {page.recall:.3f}  F1 {page.f1:.3f}  "
        f"titles {share:6.1%} of {page.right:<4} wrong {page.wrong:<3} missed {page.missed:<3} {bar}"
        + (f", {page.false_bars:d} false" if page.false_bars else "")
    )


# --- cost ----------------------------------------------------------------------------------------------

PLACES = ("الناظور", "وجدة", "تطوان", "أكادير", "الحسيمة", "Oujda", "Tétouan", "Casablanca", "Rabat", "Fès")
EVENTS = (
    "ميناء {} يستقبل أول سفينة حاويات هذا الصباح", "أمطار قوية تقطع الطريق المؤدية إلى {} منذ الفجر",
    "La gare routière de {} déménage au printemps prochain", "Council of {} votes on night buses after two years",
)  # fmt: skip
LEAD = "ملخص للخبر يشغل بعض المكان كما تفعل المواقع الحقيقية في صفحاتها الأولى كل يوم. " * 5
CARD = (
    '<article class="post"><div class="img"><a href="/{n}"><img src="/i/{n}.jpg" alt="" width="300" height="200"></a></div>'
    '<span class="cat"><a href="/category/regions">جهات</a></span><h2 class="entry-title"><a href="/{n}">{t}</a></h2>'
    '<p class="lead">{lead}</p><span class="date">28 يناير 2026</span></article>\n'
)


def _headline(n: int) -> str:
    return f"{EVENTS[n % len(EVENTS)].format(PLACES[n // 4 % len(PLACES)])} ({n % 97})"


def front_page(*, newest: int, bar: int, nonce: int) -> bytes:
    """Return a front page of about 100 KB: `newest` and `bar` are article numbers, `nonce` changes what is no news."""
    menu = "".join(f'<li class="menu-item"><a href="/category/c{i}">قسم {i}</a></li>' for i in range(25))
    ticker = "".join(f'<li><a href="/{bar - i}">{_headline(bar - i)}</a></li>' for i in range(6))
    cards = "".join(CARD.format(n=newest - i, t=_headline(newest - i), lead=LEAD) for i in range(75))
    side = "".join(f'<li><a href="/{80000 - i}">{_headline(80000 - i)}</a></li>' for i in range(15))
    script = "".join(f"var slot{i} = {{id: {nonce + i}, size: [300, 250]}};" for i in range(40))
    return (
        f'<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>الميناء</title>'
        f'<meta name="csrf" content="t{nonce}"><script nonce="n{nonce}">{script}</script></head><body class="home">'
        f'<header><div class="clock" data-now="{nonce}">{nonce}</div><ul class="menu">{menu}</ul></header>'
        f'<div class="ad" id="slot-{nonce}"><a href="https://ads.example/c?cb={nonce}"><img src="/b{nonce}.gif"></a></div>'
        f'<div class="breaking-news"><span>عاجل</span><ul>{ticker}</ul></div><main>{cards}</main>'
        f'<aside><h4>الأكثر قراءة</h4><ul class="most">{side}</ul></aside>'
        f'<footer><form><input type="hidden" name="_nonce" value="{nonce}"></form><p>زوار: {nonce}</p></footer>'
        f"</body></html>"
    ).encode()


def cost(rounds: int) -> None:
    """Print what extraction costs beside a parse of the same page; medians over interleaved rounds."""
    url = "https://site.example/"
    extractor = HtmlExtractor(HtmlEndpoint(type="html", url=url), CONTEXT)
    newest, bar, nonce = 90000, 91000, 700000
    size = len(front_page(newest=newest, bar=bar, nonce=nonce))
    extractor.extract(page_of(front_page(newest=newest, bar=bar, nonce=nonce), url))
    spent: dict[str, list[float]] = {}
    for turn in range(rounds):
        nonce += 1
        for kind in ("parse", "nothing in the region changed", "only the ticker changed", "in full"):
            bar += kind == "only the ticker changed"
            newest += kind == "in full"
            nonce += kind != "parse"
            body = front_page(newest=newest, bar=bar, nonce=nonce)
            begun = time.process_time()
            if kind == "parse":
                lxml.html.fromstring(body)
            else:
                items = extractor.extract(page_of(body, url))
                assert len(items) == 96, (kind, turn, len(items))
            spent.setdefault(kind, []).append(time.process_time() - begun)
    parse = statistics.median(spent["parse"])
    print(f"page of {size / 1000:.0f} KB, {rounds} rounds; parse {parse * 1e3:.2f} ms")
    for kind, times in spent.items():
        print(f"{kind:<32} {statistics.median(times) / parse:5.2f} x parse")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="pages and truth")
    parser.add_argument("--no-recipes", action="store_true", help="automatic detection only")
    parser.add_argument("--page", action="append", default=[], metavar="NAME", help="only this page, with its mistakes")
    parser.add_argument("--cost", action="store_true", help="what extraction costs beside a parse")
    parser.add_argument("--rounds", type=int, default=41, help="of --cost")
    given = parser.parse_args()
    if given.cost:
        cost(given.rounds)
        return
    if not given.corpus:
        parser.error("say what to measure: --corpus DIR or --cost")
    measure(given.corpus, given.page, recipes=not given.no_recipes)


if __name__ == "__main__":
    main()
