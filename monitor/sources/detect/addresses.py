"""Judges links by their addresses: an article or a section, of this site or of another; fetches nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from monitor.urls import absolute, article_id, canonical

_NOWHERE = ("#", "javascript:", "mailto:", "tel:", "sms:", "whatsapp:", "about:", "blob:", "data:", "viber:", "tg:")
_TEMPLATES = ("{{", "${", "<%")
_REMARK = re.compile(r"#(?:comment|respond|reply|disqus)", re.IGNORECASE)
_STOP = re.compile(
    r"(?:^|[/_.-])(?:tags?|categor(?:y|ies|ie|ias?)|cat|topics?|themes?|sujets?|auth?ors?|auteurs?|autor(?:es)?|log-?in"
    r"|sign-?in|subscri(?:be|ption)s?|abonn\w*|register|account|compte|contact|about|privacy|terms|cookies?|rss|feeds?"
    r"|newsletters?|search|sharer?|profile|users?|advertis\w*|publicite|mentions-legales|cgu|cgv|faq|help|aide|shop"
    r"|boutique|careers?|ads|adsmanager|classifieds|annonces|print|comments?|wp-admin|wp-login|wp-content|hashtag"
    r"|plan-du-site|sitemap|archives?)(?:[/_.-]|$)",
    re.IGNORECASE,
)
_STOP_PARAMETER = re.compile(r"(?:^|&)(?:share|replytocom|s|q|cat|tag|author|returnurl|redirect\w*)=", re.IGNORECASE)
_MEDIA = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|zip|xml|css|js|avif|docx?)$", re.IGNORECASE)
_DATE = re.compile(
    r"(?:^|[/_-])(?:19|20)\d\d[/_-]?(?:[01]?\d|[a-z]{3,9})(?:[/_-]?[0-3]?\d)?(?=[/_.-]|$)", re.IGNORECASE
)
_BETWEEN_WORDS = re.compile(r"[-_+ ,.–]+")
_ENDING = re.compile(r"\.[a-z]{1,5}$", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\d{4,}|(?:^|[-_+ ,.–=])\d{3,}(?:$|[-_+ ,.–&])")
_SHORT_NUMBER = 2  # digits: a day or a month
_SLUG = 2  # words; more are a title
_SLUG_WITHOUT_WORDS = 24  # characters
_SECOND_LEVEL = frozenset(
    {"co", "com", "org", "net", "gov", "edu", "ac", "gob", "gouv", "or", "ne", "go", "asso", "press", "info", "mil"}
)
_SHORT_NAME = 2  # letters, which many sites share


@dataclass(frozen=True, slots=True, eq=False)
class Address:
    """What can be said of a page without looking at it."""

    url: str
    key: str  # the same for all addresses of one article
    site: str
    path: str
    above: tuple[str, ...]  # the paths above it
    shape: str  # the same for all articles of a site, as a rule
    words: int  # of its longest slug
    slug: frozenset[str]  # these words
    number: str | None  # of an article
    date: bool
    stop: bool  # it is called a tag, a category, a login ...


@lru_cache(maxsize=1024)  # every poll asks for the same links again
def address(base: str, href: str) -> Address | None:
    """Return what a link of a page leads to, or None when that is no page of its own."""
    url = None if _leads_nowhere(href) else absolute(base, href)
    if url is None:
        return None
    key = canonical(url)
    parts = urlsplit(key)
    path = unquote(parts.path) if "%" in parts.path else parts.path
    if _MEDIA.search(path) or not (path.strip("/") or _LONG_NUMBER.search(parts.query)):
        return None
    segments = [segment for segment in path.split("/") if segment]
    longest = max((_words(segment) for segment in segments), key=len, default=[])
    number = article_id(key)
    return Address(
        url=url,
        key=key,
        site=site_of(parts.hostname or ""),
        path="/" + "/".join(segments),
        above=tuple("/" + "/".join(segments[:end]) for end in range(1, len(segments))),
        shape=f"{parts.hostname}/{'/'.join(map(_shape, segments))}?{_parameters(parts.query)}",
        words=sum(not word.isdigit() for word in longest),
        slug=frozenset(longest),
        number=number.number if number else None,
        date=bool(_DATE.search(path)),
        stop=any(map(_is_stop, segments)) or bool(parts.query and _STOP_PARAMETER.search(parts.query)),
    )


def _leads_nowhere(href: str) -> bool:
    start = href.lstrip()[:16].lower()
    if not start or start.startswith(_NOWHERE) or any(sign in href for sign in _TEMPLATES):
        return True
    return "#" in href and bool(_REMARK.search(href))


def _is_stop(segment: str) -> bool:
    """Tell whether a part of a path is called a tag, a login or the like; in a long slug it is a word of the title."""
    return (
        len(segment) <= _SLUG_WITHOUT_WORDS and bool(_STOP.search(f"/{segment}/")) and len(_words(segment)) <= _SLUG + 1
    )


def site_of(host: str) -> str:
    """Return the name a site goes by under all its domains and countries: «bbc» for www.bbc.co.uk and bbc.com."""
    labels = host.split(".")
    rest = labels[:-1]
    while len(rest) > 1 and rest[-1] in _SECOND_LEVEL:
        rest.pop()
    name = rest[-1] if rest else host
    return name if len(name) > _SHORT_NAME and not name.isdigit() else ".".join(labels[-2:])


def _words(segment: str) -> list[str]:
    return [word.lower() for word in _BETWEEN_WORDS.split(segment) if word]


def _shape(segment: str) -> str:
    """Return the form of a part of a path: a day, a number, a slug or a word, with its ending."""
    if segment.isdigit():
        return "0" if len(segment) <= _SHORT_NUMBER else "000"
    ending = _ENDING.search(segment)
    stem = segment[: ending.start()] if ending else segment
    is_slug = len(_words(stem)) > _SLUG or len(stem) > _SLUG_WITHOUT_WORDS
    number = "000" if _LONG_NUMBER.search(stem) else ""
    return f"{'slug' if is_slug else 'word'}{number}{ending[0] if ending else ''}"


def _parameters(query: str) -> str:
    return ",".join(sorted(pair.partition("=")[0] for pair in query.split("&"))) if query else ""
