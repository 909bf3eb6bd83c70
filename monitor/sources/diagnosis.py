"""Says what a body without headlines is instead, by cheap signs; only asked when there are none, so it may guess."""

from __future__ import annotations

import json
import re

_BINARIES = (
    *((b"\x89PNG", "a PNG image"), (b"\xff\xd8\xff", "a JPEG image"), (b"GIF8", "a GIF image")),
    *((b"RIFF", "a media file"), (b"%PDF", "a PDF document"), (b"PK\x03\x04", "a ZIP archive")),
    *((b"\x1f\x8b", "compressed data"), (b"\x00\x00\x00", "a media file"), (b"ID3", "a media file")),
)
_FEED = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_SITEMAP = re.compile(r"<(?:urlset|sitemapindex)[\s>]", re.IGNORECASE)
_LINK = re.compile(r"<a\s[^<>]{0,2000}?href", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,500}>([^<]{0,300})", re.IGNORECASE)
_HEADING = re.compile(r"<h[12][^>]{0,500}>([^<]{0,300})", re.IGNORECASE)
_REFRESH = re.compile(
    r"<meta[^>]{0,200}http-equiv\s*=\s*[\"']?refresh[^>]{0,200}?url\s*=\s*[\"']?([^\"'>\s]{1,500})", re.IGNORECASE
)
_TEMPLATE = re.compile(r"href\s*=\s*[\"'][^\"']{0,200}(?:\{\{|\$\{)", re.IGNORECASE)

_WALL = re.compile(
    r"/cdn-cgi/challenge-platform|cf[-_]chl|_incapsula_resource|captcha-delivery\.com|geo\.captcha|px-captcha"
    r"|/_sec/cp_challenge|ddos-guard|sucuri_cloudproxy|enable javascript and cookies to continue",
    re.IGNORECASE,
)
_WALL_WORDS = re.compile(
    r"just a moment|attention required|access denied|accès refusé|are you (?:a )?(?:human|robot)|robot check|captcha"
    r"|verify(?:ing)? you are|checking your browser|security check|unusual traffic|request blocked|forbidden"
    r"|تم حظر|لست روبوت",
    re.IGNORECASE,
)
_CONSENT_WORDS = re.compile(
    r"before you continue|cookie consent|consent(?:ement)?\b|privacy (?:gate|settings)|gestion des cookies"
    r"|ملفات تعريف الارتباط",
    re.IGNORECASE,
)
_MAINTENANCE_WORDS = re.compile(
    r"maintenance|be (?:right )?back (?:soon|shortly)|under construction|coming soon|temporarily unavailable"
    r"|database connection|en travaux|صيانة|نعود قريبا|سنعود",
    re.IGNORECASE,
)
_MISSING_WORDS = re.compile(
    r"^\W*404\b|\b(?:error|erreur|page|خطأ)\W{1,3}404\b|\b404\W{1,3}(?:error|page|not|erreur)"
    r"|(?:page|contenu|document) (?:not found|introuvable|non trouv|inexistant)|page (?:does not|doesn't) exist"
    r"|الصفحة (?:غير موجودة|التي تبحث|المطلوبة غير)|لم يتم العثور على الصفحة",
    re.IGNORECASE,
)
_SHELL = re.compile(
    r"<(?:div|main)[^>]{0,200}\sid\s*=\s*[\"']?(?:root|app|__next|__nuxt|___gatsby)[\"']?[^>]{0,200}>\s*</",
    re.IGNORECASE,
)
_FEW_LINKS = 15  # on a page that stands in for the real one


def count_links(text: str) -> int:
    """Return how many links a page has."""
    return sum(1 for _ in _LINK.finditer(text))


def not_html(body: bytes, text: str) -> str | None:
    """Return what a body is when it is no HTML page at all, else None."""
    if not text.strip("\ufeff\x00 \t\r\n"):
        return "an empty answer"
    binary = next((name for start, name in _BINARIES if body.startswith(start)), None)
    if binary:
        return binary
    start = text[:2000].lstrip()
    if start.startswith(("{", "[")) and _is_json(text):
        return "JSON"
    if "<" not in text:
        return "plain text"
    return _other_xml(start)


def _other_xml(start: str) -> str | None:
    if _FEED.search(start) and not re.search(r"<html[\s>]", start, re.IGNORECASE):
        return "a feed"
    if _SITEMAP.search(start):
        return "a sitemap"
    return None


def stands_in(text: str) -> str | None:
    """Return what an HTML page shows in place of its headlines, else None.

    A page with many links is only taken at its title's word.
    """
    title = " ".join(_TITLE.findall(text)[:1])
    if count_links(text) >= _FEW_LINKS:
        return _says(title)
    if _WALL.search(text):
        return "it is a check against bots"
    refresh = _REFRESH.search(text)
    if refresh:
        return f"it only sends browsers on to {refresh[1]}"
    said = _says(" ".join([title, *_HEADING.findall(text)[:3]]))
    if said:
        return said
    if _TEMPLATE.search(text) or _SHELL.search(text):
        return (
            "a script of the page fills it in; watch its feed, what the script reads (type: json), or use type: browser"
        )
    return None


def is_missing(text: str) -> str | None:
    """Return what the title of a page says when it is no page of news, whatever else it shows, else None."""
    title = " ".join(_TITLE.findall(text)[:1]).strip()
    return "it says the page does not exist" if _MISSING_WORDS.search(title) else None


def _says(text: str) -> str | None:
    meanings = (
        (_WALL_WORDS, "it is a check against bots"),
        (
            _CONSENT_WORDS,
            "it asks for consent to cookies; accept it in a browser, put what it sets into the source's cookies",
        ),
        (_MAINTENANCE_WORDS, "it says the site is under maintenance"),
        (_MISSING_WORDS, "it says the page does not exist"),
    )
    return next((meaning for words, meaning in meanings if words.search(text)), None)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
