"""Checks what types cannot tell: names that must exist, addresses, time zones, sensible numbers; loads nothing."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cache
from importlib.util import find_spec
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from monitor.config.jsonschema import duration_text
from monitor.config.problems import KeyPath, guess, invisible, suggest
from monitor.config.schema import Config, NearConfig, RuleConfig, SourceConfig
from monitor.match.written import problem as term_problem
from monitor.ports import ChannelOptions, EndpointOptions
from monitor.text import LANGUAGES, fold_text
from monitor.values import SHORTEST_RETENTION, Duration

SHORTEST_HEARTBEAT = timedelta(seconds=10)
SHORTEST_PACE = timedelta(seconds=5)
SHORTEST_ABSENCE = timedelta(days=1)  # before a headline reappears
MOST_WORKERS = 256
FEWEST_NEAR = 2  # words
FURTHEST_NEAR = 30  # words between
_LONGEST_NAME = 100
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_COOKIE_VALUE = re.compile(r"[!#-+\--:<-\[\]-~]*")  # RFC 6265, 4.1.1
_LIST_COMMAS = re.compile("[،؛]")


class Found(NamedTuple):
    """A problem on its way to its place: `path` below the checked block."""

    path: KeyPath
    message: str
    hint: str | None = None


def config_problems(config: Config) -> Iterator[Found]:
    """Check the keys at the top of the file."""
    yield from _zone(("timezone",), config.timezone)
    yield from _networks(config.allow_private)
    if config.user_agent is not None and not _is_header_value(config.user_agent):
        yield Found(("user_agent",), "must be one line of ASCII text, since it is sent as a request header")
    if config.contact is not None and not _is_header_value(config.contact):
        yield Found(("contact",), "must be one line of ASCII text, since it is sent as a request header")
    if config.retention < SHORTEST_RETENTION:
        yield Found(
            ("retention",),
            f"{duration_text(config.retention)} is shorter than 7 days; forgotten headlines are alerted again",
            "write 7d or more",
        )
    if config.reappear_after is not None and config.reappear_after < SHORTEST_ABSENCE:
        yield Found(
            ("reappear_after",),
            f"{duration_text(config.reappear_after)} is shorter than a day; rotation is no return",
            "write 1d or more",
        )
    if not 1 <= config.workers <= MOST_WORKERS:
        yield Found(("workers",), f"{config.workers} is not between 1 and {MOST_WORKERS}")
    if config.push is not None:
        yield from _push(config.push, config)
    if config.heartbeat:
        for found in url_problems(config.heartbeat.url):
            yield Found(("heartbeat", *found.path), found.message, found.hint)
        if config.heartbeat.every < SHORTEST_HEARTBEAT:
            yield Found(("heartbeat", "every"), f"{duration_text(config.heartbeat.every)} is shorter than 10s")


def _push(public: str, config: Config) -> Iterator[Found]:
    wrong = [Found(("push",), found.message, found.hint) for found in url_problems(public)]
    yield from wrong
    if not wrong and (urlsplit(public).query or urlsplit(public).fragment):
        yield Found(("push",), "nothing can follow an address with ? or #", "write it without them")
    if config.health is None:
        yield Found(
            ("push",), "nothing listens for hubs", "add health: 127.0.0.1:9797, to which a web server passes them"
        )


def source_problems(source: SourceConfig) -> Iterator[Found]:
    """Check a source, without its endpoints."""
    yield from _name(("name",), source.name)
    yield from url_problems(source.url)
    yield from _pace(source.every)
    yield from _networks(source.allow_private)
    if source.timezone is not None:
        yield from _zone(("timezone",), source.timezone)
    yield from _languages(source.lang)
    for name, value in source.headers.items():
        if not _HEADER_NAME.fullmatch(name):
            yield Found(("headers", name), f"'{name}' is not the name of a request header", "such as Accept-Language")
        elif not _is_header_value(value):
            yield Found(("headers", name), "a header's value must be one line of ASCII text")
    yield from _cookies(source)
    if source.proxy is not None:
        yield from _proxy(source.proxy)


def _cookies(source: SourceConfig) -> Iterator[Found]:
    if source.cookies and any(name.lower() == "cookie" for name in source.headers):
        yield Found(("cookies",), "the headers hold a Cookie too", "write all of them here")
    for name, value in source.cookies.items():
        if not _HEADER_NAME.fullmatch(name) or not _COOKIE_VALUE.fullmatch(value):
            yield Found(("cookies", name), "cannot be sent as a cookie", "copy its name and value from a browser")


def _proxy(url: str) -> Iterator[Found]:
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0 and parts.path in {"", "/"} and not parts.query
    except ValueError:
        usable = False
    if not usable or parts.scheme not in {"http", "socks5"}:
        yield Found(("proxy",), "is no address of a proxy", "write http://host:port or socks5://host:port")
    elif parts.scheme == "socks5" and find_spec("socksio") is None:
        yield Found(("proxy",), "socks5 is not installed", "run: pip install 'headline-monitor[socks]'")


def endpoint_problems(endpoint: EndpointOptions) -> Iterator[Found]:
    """Check an endpoint, its own kind's checks included."""
    yield from url_problems(endpoint.url)
    if endpoint.name is not None:
        yield from _name(("name",), endpoint.name)
    if endpoint.every is not None:
        yield from _pace(endpoint.every)
    yield from _own(endpoint.problems())


def channel_problems(channel: ChannelOptions) -> Iterator[Found]:
    """Check a channel, its own kind's checks included."""
    yield from _name(("name",), channel.name)
    yield from _own(channel.problems())


def fallback_problems(channel: ChannelOptions, channels: Collection[str] | None) -> Iterator[Found]:
    """Check that a fallback is another channel."""
    if channel.fallback == channel.name:
        yield Found(("fallback",), "a channel cannot stand in for itself", "name another channel")
    elif channel.fallback is not None:
        yield from _is_known(("fallback",), channel.fallback, channels, "channel")


def operator_problems(operator: str | None, channels: Collection[str] | None) -> Iterator[Found]:
    """Check that the operator is a channel."""
    if operator is not None:
        yield from _is_known(("operator",), operator, channels, "channel")


def rule_problems(
    rule: RuleConfig, sources: Collection[str] | None, channels: Collection[str] | None
) -> Iterator[Found]:
    """Check a rule against the names of all sources and channels; None when these are not known."""
    yield from _name(("name",), rule.name)
    if not (rule.any or rule.all or rule.near or rule.breaking):
        yield Found((), "the rule has no words to look for", "add any: [word, another word], or breaking: true")
    if not rule.notify:
        yield Found(("notify",), "the rule notifies nobody", f"name a channel: {', '.join(sorted(channels or ()))}")
    yield from _known("notify", rule.notify, channels, "channel")
    yield from _known("sources", rule.sources, sources, "source")
    lists = {"any": rule.any, "all": rule.all, "none": rule.none}
    for key, terms in lists.items():
        yield from _terms((key,), terms)
    for word, others in rule.also.items():
        yield from _terms(("also", word), others)
    if rule.near is not None:
        yield from _near(rule.near)
    yield from _languages(rule.lang)
    yield from _contradictions(lists)
    sites = len(rule.sources or sources or ())
    if rule.min_sources < 1 or (sites and rule.min_sources > sites):
        yield Found(
            ("min_sources",),
            f"{rule.min_sources} sites can never carry a story, since the rule is for {sites}",
            f"write a number from 1 to {sites}",
        )


def repeated(names: Iterable[tuple[KeyPath, str]], what: str) -> Iterator[Found]:
    """Refuse names that stand for two things."""
    first: dict[str, KeyPath] = {}
    for path, name in names:
        if name in first:
            yield Found(path, f"there are two {what} named '{name}'", "give each its own name")
        first.setdefault(name, path)


def url_problems(url: str) -> Iterator[Found]:
    """Check that an address can be polled."""
    path: KeyPath = ("url",)
    if re.search(r"\s", url) or invisible(url):
        yield Found(path, "the address holds a space or an invisible character", "write %20 for a space")
        return
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        yield Found(path, f"not an address: {str(error)[:1].lower()}{str(error)[1:]}")
        return
    if parts.scheme not in {"http", "https"}:
        bare = "://" not in url
        said = f"'{url}' has no http:// or https://" if bare else f"'{parts.scheme}' is not http or https"
        yield Found(path, said, f"write https://{url}" if bare and "." in url else "write https://...")
    elif not host:
        yield Found(path, f"'{url}' names no host", "write https://host/path")
    elif parts.username is not None or parts.password is not None:
        yield Found(path, "user and password cannot stand in the address", "use headers: {Authorization: ...}")


def _name(path: KeyPath, name: str) -> Iterator[Found]:
    if not name.strip():
        yield Found(path, "the name is empty")
    elif name != name.strip() or not name.replace("\u200c", "").replace("\u200d", "").isprintable():
        char = invisible(name) or "a space or line break"
        yield Found(
            path, f"the name begins or ends with a space, or holds an invisible character ({char})", "write it anew"
        )
    elif len(name) > _LONGEST_NAME:
        yield Found(path, f"the name is longer than {_LONGEST_NAME} characters")


def _zone(path: KeyPath, name: str) -> Iterator[Found]:
    if not _is_zone(name):
        zones = sorted(available_timezones())
        by_city = {zone.rpartition("/")[2]: zone for zone in zones}
        meant = guess(name, zones) or by_city.get(guess(name.rpartition("/")[2], by_city) or "")
        hint = f"did you mean '{meant}'?" if meant else "write a name such as Africa/Casablanca"
        yield Found(path, f"'{name}' is not a time zone", hint)


@cache
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _networks(networks: Sequence[str]) -> Iterator[Found]:
    for index, network in enumerate(networks):
        try:
            ipaddress.ip_network(network)
        except ValueError:
            yield Found(("allow_private", index), f"'{network}' is not a network", _network_hint(network))


def _network_hint(network: str) -> str:
    try:
        return f"did you mean '{ipaddress.ip_network(network, strict=False)}'?"
    except ValueError:
        return "write it as 10.0.0.0/8 or fd00::/8"


def _pace(every: Duration) -> Iterator[Found]:
    if every < SHORTEST_PACE:
        yield Found(
            ("every",),
            f"{duration_text(every)} is shorter than 5 seconds; sites would block the monitor",
            "write 5s or more",
        )


def _is_header_value(value: str) -> bool:
    return value.isascii() and value.isprintable()


def _own(found: Iterable[tuple[str, str]]) -> Iterator[Found]:
    for key, message in found:
        yield Found(tuple(int(step) if step.isdecimal() else step for step in key.split(".") if step), message)


def _known(key: str, names: Sequence[str], known: Collection[str] | None, what: str) -> Iterator[Found]:
    for index, name in enumerate(names):
        unknown = list(_is_known((key, index), name, known, what))
        yield from unknown
        if not unknown and name in names[:index]:
            yield Found((key, index), f"'{name}' stands here twice")


def _is_known(path: KeyPath, name: str, known: Collection[str] | None, what: str) -> Iterator[Found]:
    if known is not None and name not in known:
        otherwise = f"{what}s are: {', '.join(sorted(known))}" if known else None
        yield Found(path, f"there is no {what} named '{name}'", suggest(name, list(known), otherwise))


def _near(near: NearConfig) -> Iterator[Found]:
    yield from _terms(("near", "words"), near.words)
    if len(near.words) < FEWEST_NEAR:
        yield Found(("near", "words"), "one word alone is near nothing", "write two words or more, or use all:")
    if not 0 <= near.within <= FURTHEST_NEAR:
        yield Found(("near", "within"), f"{near.within} is not between 0 and {FURTHEST_NEAR}")


def _languages(codes: Sequence[str]) -> Iterator[Found]:
    for index, code in enumerate(codes):
        if code not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            yield Found(("lang", index), f"there is no language '{code}'", f"languages are: {known}")


def _terms(path: KeyPath, terms: Sequence[str]) -> Iterator[Found]:
    seen: set[tuple[str, bool]] = set()
    for index, term in enumerate(terms):
        folded = _sameness(term)
        if comma := _LIST_COMMAS.search(term):
            yield Found(
                (*path, index), f"'{term}' holds '{comma[0]}', so it is one phrase", "separate words with the comma ','"
            )
        elif wrong := term_problem(term):
            yield Found((*path, index), str(wrong), wrong.hint)
        elif folded in seen:
            yield Found((*path, index), f"'{term}' stands in this list twice")
        seen.add(folded)


def _contradictions(lists: Mapping[str, Sequence[str]]) -> Iterator[Found]:
    for key in ("any", "all"):
        wanted = {_sameness(term) for term in lists[key]}
        for index, term in enumerate(lists["none"]):
            if _sameness(term) in wanted:
                yield Found(
                    ("none", index), f"'{term}' stands in '{key}' too, so it can never count", "keep one of the two"
                )


def _sameness(term: str) -> tuple[str, bool]:
    """Return what is equal for two spellings of one word; abbreviations (RAM) are not the word (ram)."""
    return fold_text(term).strip(), term.isupper()
