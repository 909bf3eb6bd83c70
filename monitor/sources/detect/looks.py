"""Judges elements by what their authors called them: classes and ids; reads no text and no addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_STATE = re.compile(r"(?:has|no|is|not|with|without)-")  # body.has-breaking-news says nothing about what is inside
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z_-]*")

_WORDS = {
    "nav": "nav navbar navigation navi menu menus submenu megamenu dropdown topbar breadcrumb breadcrumbs ariane"
    " pagination pager paging toolbar sitemap rubriques",
    "foot": "footer foot bottom colophon copyright legal",
    "share": "share sharing shares social sharer addthis addtoany whatsapp facebook twitter follow socials",
    "tags": "tag tags tagcloud keywords keyword category categories cat cats author authors byline auteur topics topic"
    " hashtag hashtags signature kicker",
    "comments": "comment comments disqus commentaires reply",
    "promo": "promo promos promotion sponsor sponsors sponsored partner partners partenaire partenaires advert"
    " advertisement adv ad ads pub publicite taboola outbrain shop boutique deals newsletter subscribe login signin"
    " services weather meteo horoscope games cookie cookies consent",
    "post": "post posts article articles story stories teaser card entry hentry news item noticia actu headline"
    " headlines",
    "title": "title titles headline titre heading titulo unwan",
    "time": "time times timestamp date dates datetime ago timeago heure hour hours clock published",
}
_KIND = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_PARTS = {
    "comment": "comments",
    "footer": "foot",
    **dict.fromkeys(("sr-only", "visually-hidden", "visuallyhidden", "screen-reader", "screenreader"), "spoken"),
}  # also inside longer words

_BREAKING = re.compile(
    r"(?:^|-|news|web|easy|v|mini)tickers?(?:$|-)|(?:^|-)breaking|news-?flash|flash-?(?:info|news)|(?:^|-)urgent"
    r"|eil-?meldung|(?:^|-)3?(?:agel|ajel|ajil|3agel)(?:$|-)|news-?bar(?:$|-)|^js-news$|^nt-title|en-?continu"
    r"|fil-?infos?(?:$|-)|info-?continu|ultim[ao]-?h?ora(?:$|-)|dnt-tick|brand-?aktuell|son-?dakika"
)
_LATEST = re.compile(
    r"marquee|last-?news|hot-?news|just-?in(?:$|-)|seneste|(?:^|-)(?:ultimas?|lo-?ultimo)(?:$|-)|live-?feed|news-?feed"
)
_TOP = re.compile(r"broadcast|trend(?:ing)?-now|latest|dernieres?(?:$|-)|en-?ce-?moment|time-?line|akhbar|newest")
_LASTING = frozenset({"nav", "foot", "comments", "promo", "share"})
CERTAIN, LIKELY, POSSIBLE = 3.0, 2.4, 1.5  # what a name says about being a ticker


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What the class and the id of an element say."""

    kinds: frozenset[str]  # such as nav, share, title
    lasting: frozenset[str]  # of these, what holds for all that is inside
    name: str  # as CSS writes it, such as «.slider-items»; empty without a name that stays
    ticker: float


@lru_cache(maxsize=1024)
def look(classes: str, identifier: str) -> Look:
    """Return what the values of `class` and `id` say."""
    names = [name for name in (*classes.split(), identifier) if name and not _STATE.match(name)]
    words = [[word.lower() for word in _WORD.findall(name)] for name in names]
    kinds = {_KIND[word] for name in words for word in name if word in _KIND}
    kinds |= {kind for part, kind in _PARTS.items() if any(part in name.lower() for name in names)}
    return Look(
        kinds=frozenset(kinds),
        lasting=_LASTING.intersection(kinds),
        name=_stable_name(classes, identifier),
        ticker=_ticker_points(["-".join(one) for one in words]),
    )


def _ticker_points(names: list[str]) -> float:
    if any(map(_BREAKING.search, names)):
        return CERTAIN
    if any(map(_LATEST.search, names)):
        return LIKELY
    return POSSIBLE if any(map(_TOP.search, names)) else 0.0


def _stable_name(classes: str, identifier: str) -> str:
    """Return the first class without digits, since numbers change from page to page; else such an id."""
    named = next(filter(_PLAIN_NAME.fullmatch, classes.split()), None)
    if named:
        return "." + named
    return "#" + identifier if _PLAIN_NAME.fullmatch(identifier) else ""
