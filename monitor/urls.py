"""Addresses as identities: canonical form, article number, joining with a page's address; fetches nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, urljoin, urlsplit

from w3lib.url import canonicalize_url

LONGEST = 2000  # characters of an address; more is not an article

_OTHER_FACES = ("www.", "m.", "amp.", "mobile.")  # hosts that show the same articles
_DEFAULT_PORTS = {80, 443}
_PLAIN_HOST = re.compile(r"[a-z0-9.-]+")
_PLAIN_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[\w.~,!()+*@:-]*)*", re.ASCII)
_PLAIN_QUERY = re.compile(r"(?:[\w.~-]*(?:=[\w.~-]*)?(?:&|$))*", re.ASCII)
_SESSION = re.compile(r"(?:;|%3B)jsessionid=[^/?]*", re.IGNORECASE)

_TRACKING_PREFIXES = (
    "utm_",
    "mc_",
    "itm_",
    "ns_",
    "at_",
    "wt_",
    "wt.",
    "hsa_",
    "pk_",
    "mtm_",
    "piwik_",
    "matomo_",
)
_TRACKING = frozenset(
    {
        *("fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid"),
        *("ttclid", "igshid", "igsh", "mibextid", "sfnsn", "li_fat_id", "_ga", "_gl", "_hsenc", "_hsmi"),
        *("hss_channel", "mkt_tok", "xtor", "xtref", "cmpid", "cmp", "ito", "ocid", "ncid", "smid", "spm"),
        *("ref_src", "ref_url", "phpsessid", "__twitter_impression", "guccounter", "share", "amp"),
    }
)
_ORIGINS = frozenset({"ref", "source", "src", "from", "via", "outputtype"})  # dropped with these values only
_ORIGIN_VALUES = frozenset(
    {
        *("twitter", "x", "t.co", "facebook", "fb", "instagram", "whatsapp", "telegram", "linkedin", "google"),
        *("googlenews", "rss", "feed", "newsletter", "push", "app", "home", "homepage", "ticker", "breaking"),
        *("social", "amp"),
    }
)

_NUMBER = re.compile(r"\d{4,}", re.ASCII)
_EXTENSION = re.compile(r"\.(?:s?html?|php|aspx?|jsp|cms)$", re.IGNORECASE)
_EDGE_START = re.compile(r"^(\d{5,})[-_,.]", re.ASCII)
# The second of two may be the section's (slug_5127734_1809550): both are found, and contradict each other.
_EDGE_END = re.compile(r"(?:^|[-_,.])[a-z]{0,10}(\d{5,})(?=$|_\d+$)", re.ASCII | re.IGNORECASE)
_YEAR, _MONTH, _DAY = r"(?:19\d\d|20\d\d|2100)", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
# A year, a month (202501), a day in either order, or a moment of it (20250128130000).
_DATE = re.compile(rf"{_YEAR}(?:{_MONTH}(?:{_DAY}(?:\d\d){{0,3}})?)?|{_DAY}{_MONTH}{_YEAR}", re.ASCII)
# Shorter numbers are pages of a list (?p=2).
_ID_PARAMETER = re.compile(
    r"(?:^|&)(?:p|id|aid|nid|art(?:icle)?_?id|id_?art(?:icle)?|news_?id|id_?news|post_?id|story_?id)=(\d{3,})(?=&|$)",
    re.ASCII | re.IGNORECASE,
)

_TEMPLATE = re.compile(r"\{\{|\}\}|\$\{|%7[Bb]%7[Bb]|<%")
_IGNORED_BY_BROWSERS = re.compile(r"[\t\n\r]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")  # what is decoded behind it may make a new escape: «%0%61» is «%0a»
_MOST_LAYERS = 10
_UNSAFE = re.compile(r"[\x00-\x20\x7f\ud800-\udfff<>\"`]")


@dataclass(frozen=True, slots=True)
class ArticleId:
    """An article's number in its address; `strong` when it is a part of its own and not the edge of a slug."""

    number: str
    strong: bool


@lru_cache(maxsize=1024)  # every poll asks for the same links again
def canonical(url: str) -> str:
    """Return the form that is the same for all addresses of one article.

    https, host in lower case and punycode without www/m/amp, no default port, fragment, trailing slash, AMP
    ending or tracking parameters; the others sorted; percent-encoding as w3lib normalises it. Anything that is no
    http address comes back as it is. Never raises.
    """
    parts = _split(url)
    if parts is not None and not _is_plain(parts):
        parts = _encoded(parts)
    if parts is None:
        return url.strip()
    return f"https://{_place(parts)}{_path(parts.path)}{_query(parts.query)}"


def host(url: str) -> str:
    """Return the host as `canonical` writes it, without a port; empty when there is none."""
    parts = _split(url)
    return _host(parts) if parts else ""


@lru_cache(maxsize=1024)
def article_id(url: str) -> ArticleId | None:
    """Return the article's number, or None when the address has none or two that contradict each other.

    Years, dates and numbers inside slugs are none; the number of a slug's edge is when it has five digits or more
    and is not round (an amount).
    """
    parts = _split(url)
    if parts is None:
        return None
    segments = [_EXTENSION.sub("", segment) for segment in parts.path.split("/") if segment]
    numbers = [segment for segment in segments if _NUMBER.fullmatch(segment) and not _DATE.fullmatch(segment)]
    in_path = max(reversed(numbers), key=len, default=None)
    asked = next((found[1] for found in _ID_PARAMETER.finditer(parts.query)), None)
    if in_path and asked and in_path != asked:
        return None
    number = in_path or asked
    if number:
        return ArticleId(number, strong=True)
    return _edge_number(segments[-1]) if segments else None


def shown(url: str) -> str:
    """Return the address as it may be shown and stored: the values of its query may be keys."""
    address, mark, query = url.partition("?")
    return address + mark + re.sub(r"=[^&#]+", "=…", query)


def absolute(base: str, href: str) -> str | None:
    """Return the http(s) address that a link of the page `base` leads to, or None when it leads nowhere.

    Nowhere is: another scheme, the page itself (`#top`), a template that was not filled in, more than 2000
    characters. User names are removed. Never raises.
    """
    href = _IGNORED_BY_BROWSERS.sub("", href.strip()).replace("\\", "/")
    if not href or href.startswith("#") or len(href) > LONGEST or _TEMPLATE.search(href):
        return None
    try:
        parts = urlsplit(urljoin(base, href))
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or _UNSAFE.search(parts.netloc):
        return None
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    link = parts._replace(netloc=name if port is None else f"{name}:{port}").geturl()
    link = _UNSAFE.sub(_percent, link)
    return link if len(link) <= LONGEST else None


def _edge_number(segment: str) -> ArticleId | None:
    edges = _EDGE_START.findall(segment) + _EDGE_END.findall(segment)
    numbers = {n for n in edges if not _DATE.fullmatch(n) and not n.endswith("000")}
    return ArticleId(numbers.pop(), strong=False) if len(numbers) == 1 else None


def _split(url: str) -> SplitResult | None:
    url = url.strip()
    try:
        parts = urlsplit("https:" + url if url.startswith("//") else url)
        usable = parts.scheme in {"http", "https"} and (parts.hostname or "").strip(".") and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def _place(parts: SplitResult) -> str:
    name = _host(parts)
    name = f"[{name}]" if ":" in name else name
    return name if parts.port is None or parts.port in _DEFAULT_PORTS else f"{name}:{parts.port}"


def _host(parts: SplitResult) -> str:
    name = _punycode((parts.hostname or "").rstrip("."))
    while name.startswith(_OTHER_FACES) and "." in name.partition(".")[2]:
        name = name.partition(".")[2]
    return name


def _punycode(name: str) -> str:
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return name


def _is_tracking(parameter: str) -> bool:
    name, _, value = parameter.lower().partition("=")
    if name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
        return True
    return name in _ORIGINS and value in _ORIGIN_VALUES


def _is_plain(parts: SplitResult) -> bool:
    """Tell whether w3lib would change no character, which holds for most addresses and is decided much faster."""
    return bool(
        _PLAIN_HOST.fullmatch(parts.hostname or "")
        and _PLAIN_PATH.fullmatch(parts.path)
        and _PLAIN_QUERY.fullmatch(parts.query)
    )


def _encoded(parts: SplitResult) -> SplitResult | None:
    try:
        # w3lib leaves what stands behind a semicolon half encoded, unless the semicolon is encoded itself.
        url = parts._replace(path=parts.path.replace(";", "%3B")).geturl()
        url = _SURROGATE.sub("\ufffd", url)
        for _ in range(_MOST_LAYERS if _STRAY.search(url) else 1):
            url, before = canonicalize_url(url), url
            if url == before:
                break
        return _split(url)
    except ValueError:
        return None


def _path(path: str) -> str:
    path = _SESSION.sub("", path).rstrip("/")
    while path.lower().endswith(("/amp", ".amp.html")):
        path = path[:-4].rstrip("/") if path.lower().endswith("/amp") else path[:-9] + ".html"
    return path


def _query(query: str) -> str:
    """Return the parameters that say what is shown, sorted, each with its equals sign."""
    pairs = sorted(tuple(p.partition("=")[::2]) for p in query.split("&") if p and not _is_tracking(p))
    return "?" + "&".join(f"{name}={value}" for name, value in pairs) if pairs else ""


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found.group().encode("utf-8", "replace"))
