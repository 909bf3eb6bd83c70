"""Suggests a block of the configuration for a site: name, language, time zone; guesses, and says that it does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from monitor.urls import host

_SECOND_LEVEL = {"com", "co", "net", "org", "gov", "press", "ac", "edu"}  # as in .press.ma and .co.uk
_COUNTRY = re.compile(
    r"<(?:html[^>]{0,500}?\slang|meta[^>]{0,200}?og:locale[\"'][^>]{0,100}?content)\s*=\s*[\"']?"
    r"[a-z]{2,3}(?:[-_][a-z]{4})?[-_]([a-z]{2})\b",
    re.IGNORECASE,
)
_ZONES = {
    "ma": "Africa/Casablanca",
    "dz": "Africa/Algiers",
    "tn": "Africa/Tunis",
    "ly": "Africa/Tripoli",
    "eg": "Africa/Cairo",
    "mr": "Africa/Nouakchott",
    "sd": "Africa/Khartoum",
    "sn": "Africa/Dakar",
    "ci": "Africa/Abidjan",
    "ml": "Africa/Bamako",
    "sa": "Asia/Riyadh",
    "ae": "Asia/Dubai",
    "qa": "Asia/Qatar",
    "kw": "Asia/Kuwait",
    "bh": "Asia/Bahrain",
    "om": "Asia/Muscat",
    "ye": "Asia/Aden",
    "iq": "Asia/Baghdad",
    "sy": "Asia/Damascus",
    "lb": "Asia/Beirut",
    "jo": "Asia/Amman",
    "ps": "Asia/Hebron",
    "tr": "Europe/Istanbul",
    "ir": "Asia/Tehran",
    "fr": "Europe/Paris",
    "be": "Europe/Brussels",
    "ch": "Europe/Zurich",
    "lu": "Europe/Luxembourg",
    "uk": "Europe/London",
    "gb": "Europe/London",
    "ie": "Europe/Dublin",
    "it": "Europe/Rome",
    "de": "Europe/Berlin",
    "at": "Europe/Vienna",
    "nl": "Europe/Amsterdam",
    "in": "Asia/Kolkata",
    "ng": "Africa/Lagos",
    "ke": "Africa/Nairobi",
    "za": "Africa/Johannesburg",
}
_EVERYWHERE = {"fr", "gb"}  # what publishing systems say by themselves: fr_FR on a page from Tunis
_ARABIC = re.compile("[\u0621-\u064a]")
_FRENCH = {
    *("le", "la", "les", "des", "du", "un", "une", "et", "au", "aux", "sur", "pour", "dans", "par", "avec"),
    *("est", "à", "après", "contre"),
}
_ENGLISH = {
    *("the", "of", "to", "in", "and", "for", "on", "as", "with", "is", "at", "after", "from", "by", "says", "over")
}


def name_of(url: str) -> str:
    """Return a short name for the site: kifache.com is kifache, fr.hespress.com/sport is fr-hespress-sport."""
    labels = host(url).split(".")
    ending = 2 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else 1
    words = [*(labels[:-ending] or labels), *re.findall(r"[\w-]+", urlsplit(url).path)[:1]]
    return "-".join(words)


def language_of(titles: Sequence[str]) -> str | None:
    """Return the language that most of the headlines are in: Arabic, French, English, or None."""
    if not titles:
        return None
    if sum(bool(_ARABIC.search(title)) for title in titles) * 2 > len(titles):
        return "Arabic"
    words = [word for title in titles for word in re.findall(r"[^\W\d_]+", title.lower())]
    french, english = sum(word in _FRENCH for word in words), sum(word in _ENGLISH for word in words)
    if french == english:
        return None
    return "French" if french > english else "English"


def zone_of(url: str, html: str) -> tuple[str, str] | None:
    """Return the site's likely time zone and what says so; None when nothing names its country."""
    ending = host(url).rpartition(".")[2]
    if ending in _ZONES:
        return _ZONES[ending], f"the ending .{ending}"
    named = _COUNTRY.search(html[:20000])
    country = named[1].lower() if named else ""
    told = country in _ZONES and country not in _EVERYWHERE
    return (_ZONES[country], "the country its page names") if told else None


def block(
    url: str, *, language: str | None, zone: tuple[str, str] | None, endpoints: Sequence[tuple[str, str]] = ()
) -> str:
    """Return the lines to copy; `endpoints` (kind, address) only where the page itself gives no headlines."""
    lines = ["sources:", f"  - name: {_quoted(name_of(url))}", f"    url: {_quoted(url)}"]
    if language:
        lines[-1] += f"   # {language}"
    if zone:
        lines.append(f"    timezone: {zone[0]}   # guessed from {zone[1]}; the times that the site prints are in it")
    if endpoints:
        lines += ["    discover: true", "    endpoints:"]
        lines += [f"      - {{type: {kind}, url: {_quoted(address)}}}" for kind, address in endpoints]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """Return the text as YAML takes it, also inside braces."""
    plain = re.fullmatch(r"[A-Za-z\u0621-\u064a][\w./:~-]*[\w/]", text)
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
