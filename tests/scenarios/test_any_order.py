"""Through the whole line: whichever site or endpoint is polled first, and however often, the desk hears the same.

The same means: with `repeat: always` the same headlines of the same sites, once each; with `repeat: never` the same
stories, once each, whichever site was first; with `min_sources` the stories of so many sites at least, once each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenarios.conftest import Player, played

from monitor.model import PollResult
from monitor.pipeline.familiar import LastPages

SITES = ("sahel", "atlas", "rif")
STORIES = {  # what each of the sites calls it
    "quake": (
        "زلزال بقوة 6.3 درجات يضرب غرب تركيا",
        "زلزال قوي بلغ 6.3 درجات يضرب غرب تركيا",
        "غرب تركيا: زلزال بقوة 6.3 درجات",
    ),
    "coach": (
        "مصرع ثلاثة أشخاص في انقلاب حافلة للركاب قرب سطات",
        "ثلاثة قتلى في انقلاب حافلة للركاب بسطات",
        "حادثة سير بسطات: ثلاثة قتلى في انقلاب حافلة للركاب",
    ),
    "factory": (
        "Incendie dans une usine textile de Fès : deux morts",
        "Deux morts dans l'incendie d'une usine textile à Fès",
        "Fès : deux morts dans l'incendie d'une usine",
    ),
    "ferry": (
        "Ferry with 200 aboard runs aground off Tarifa",
        "Ferry runs aground off Tarifa with 200 passengers",
        "Tarifa: ferry with 200 aboard runs aground",
    ),
}
WATCH = ("زلزال", "انقلاب", "incendie", "Tarifa")
STORY_OF = {title: story for story, titles in STORIES.items() for title in titles}
BEFORE = tuple(
    f"Chronique du matin, épisode {n}" for n in range(12)
)  # shown before; more than a burst of these stories


@dataclass(frozen=True)
class Look:
    """One poll of one endpoint."""

    site: str
    endpoint: str
    order: tuple[int, ...]  # of what it shows


@st.composite
def carried(draw: st.DrawFn) -> dict[tuple[str, str], list[str]]:
    """Return the titles of each endpoint; what a site carries stands on its page or in its feed, or on both."""
    where = st.sampled_from([(), ("page",), ("feed",), ("page", "feed")])
    shown: dict[tuple[str, str], list[str]] = {(site, name): [] for site in SITES for name in ("page", "feed")}
    for titles in STORIES.values():
        for site, title in zip(SITES, titles, strict=True):
            for endpoint in draw(where):
                shown[site, endpoint].append(title)
    return shown


@st.composite
def looks(draw: st.DrawFn) -> list[Look]:
    """Return polls in any order: every endpoint's at least once, some again, each page in any order."""
    endpoints = [(site, name) for site in SITES for name in ("page", "feed")]
    again = draw(st.lists(st.sampled_from(endpoints), max_size=6))
    order = st.permutations(range(len(BEFORE) + len(STORIES))).map(tuple)
    return [Look(*endpoint, draw(order)) for endpoint in draw(st.permutations(endpoints + again))]


@contextmanager
def desk(**rule: Any) -> Iterator[Player]:
    scenario = {"sites": list(SITES), "endpoints": ["page", "feed"], "watch": WATCH, **rule}
    with played(scenario) as player:
        for site in SITES:
            player.step({"site": site, "list": _items(BEFORE), "feed": _items(BEFORE)})
        yield player


def _items(titles: Sequence[str]) -> list[dict[str, str]]:
    return [{"title": title, "link": f"/n/{title.encode().hex()[-24:]}-x"} for title in titles]


def _show(player: Player, look: Look, carried: dict[tuple[str, str], list[str]]) -> list[str]:
    titles = [*carried[look.site, look.endpoint], *BEFORE]
    page = _items([titles[n] for n in look.order if n < len(titles)])
    _, told, _ = player.step({"site": look.site, "list" if look.endpoint == "page" else "feed": page})
    return told


def _carriers(carried: dict[tuple[str, str], list[str]]) -> dict[str, set[str]]:
    """Return the sites of each story."""
    found: dict[str, set[str]] = {}
    for (site, _), titles in carried.items():
        for title in titles:
            found.setdefault(STORY_OF[title], set()).add(site)
    return found


@settings(max_examples=8, deadline=None)
@given(carried(), looks())
def test_who_wants_every_site_hears_each_headline_once(shown: Any, looks: list[Look]) -> None:
    with desk(repeat="always") as player:
        told = [title for look in looks for title in _show(player, look, shown)]

    assert sorted(told) == sorted({title for titles in shown.values() for title in titles})


@settings(max_examples=8, deadline=None)
@given(carried(), looks())
def test_each_story_is_told_once_whichever_site_is_polled_first(shown: Any, looks: list[Look]) -> None:
    with desk() as player:
        told = [STORY_OF[title] for look in looks for title in _show(player, look, shown)]

    assert sorted(told) == sorted(_carriers(shown))


@settings(max_examples=8, deadline=None)
@given(carried(), looks(), st.integers(2, 3))
def test_a_story_of_enough_sites_is_told_once_whichever_is_polled_last(
    shown: Any, looks: list[Look], wanted: int
) -> None:
    with desk(min_sources=wanted) as player:
        told = [STORY_OF[title] for look in looks for title in _show(player, look, shown)]

    assert sorted(told) == sorted(story for story, sites in _carriers(shown).items() if len(sites) >= wanted)


@settings(max_examples=8, deadline=None)
@given(carried(), looks())
def test_a_page_that_is_read_again_after_a_start_changes_nothing(shown: Any, looks: list[Look]) -> None:
    with desk() as player:
        for look in looks:
            _show(player, look, shown)
            player.poller = replace(player.poller, pages=LastPages())  # nothing of the last process is left
            assert _again(player) == []


def _again(player: Player) -> list[str]:
    """Read what every endpoint showed last once more, in full, and return what was told."""
    answers = {url: page + b"<!-- -->" for url, page in player.fetcher.answers.items() if isinstance(page, bytes)}
    player.fetcher.answers = {**player.fetcher.answers, **answers}
    player.clock.advance(minutes=1)
    for state in player.poller.claim(player.clock(), 10):
        result = player.poller.poll(state)
        assert not result.changes
        assert not result.alerts
    already = len(player.channel.titles)
    player.flush()
    return player.channel.titles[already:]


@pytest.mark.parametrize("cut", ["before it is written", "after it is written"])
def test_a_poll_that_is_killed_is_told_once(monkeypatch: pytest.MonkeyPatch, cut: str) -> None:
    with desk() as player:
        commit = player.store.commit_poll

        def killed(result: PollResult) -> None:
            if cut == "after it is written":
                commit(result)
            raise KeyboardInterrupt

        shown = {("sahel", "page"): [STORIES["quake"][0]]}
        look = Look("sahel", "page", tuple(range(13)))
        monkeypatch.setattr(player.store, "commit_poll", killed)
        with pytest.raises(KeyboardInterrupt):
            _show(player, look, shown)
        monkeypatch.setattr(player.store, "commit_poll", commit)
        player.store.release_leases()  # as at a start
        told = [*_show(player, look, shown), *_show(player, look, shown)]

    assert told == [STORIES["quake"][0]]
