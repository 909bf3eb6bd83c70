"""Every scenario file, played as it is written, and played once more without the rule that it is there for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from scenarios.conftest import expanded

from monitor import urls
from monitor.diff import age, doubts, edits, engine, floods, identity, learning, places, sightings, stories
from monitor.model import ChangeKind, EditKind, Memory
from monitor.pipeline.poll import Poller
from monitor.route.plan import Router

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.yaml"))
LANGUAGES = ("ar", "fr", "en")
WRITTEN = [(f.stem, s) for f in FILES for s in yaml.safe_load_all(f.read_text("utf-8"))]
NAMING = {"title", "html", "raw", *ChangeKind}  # keys whose value is the name of a text


def in_language(scenario: dict[str, Any], language: str) -> dict[str, Any]:
    """Return a scenario with its headlines as they stand in one language."""
    texts = {name: text for name, text in scenario[language].items() if name != "watch"}
    links = scenario.get("headlines") or {}
    return {
        **scenario,
        "watch": scenario[language].get("watch", ()),
        "headlines": {name: {**links.get(name, {}), "title": text} for name, text in texts.items()},
        "polls": _worded(scenario["polls"], texts),
    }


def _worded(part: Any, texts: dict[str, str]) -> Any:
    """Put texts in place of their names, wherever an entry gives a link or number of its own to one."""
    if isinstance(part, list):
        return [_worded(one, texts) for one in part]
    if not isinstance(part, dict):
        return part
    return {key: texts[one] if key in NAMING and one else _worded(one, texts) for key, one in part.items()}


SCENARIOS = [
    (f"{stem}, {language}: {scenario['what']}", in_language(scenario, language))
    for stem, scenario in WRITTEN
    for language in LANGUAGES
]
IDS = [name for name, _ in SCENARIOS]


def play(player: Any, scenario: dict[str, Any]) -> list[str]:
    """Return what went otherwise than the scenario says, in words."""
    wrong = []
    for number, poll in enumerate(scenario["polls"], 1):
        changes, alerts, outcomes = player.step(poll)
        news = [_written(scenario, entry) for entry in expanded(poll.get("news", []))]
        if sorted(changes) != sorted(news):
            wrong.append(f"poll {number}: expected news {news}, got {changes}")
        told = [_title(scenario, name) for name in expanded(poll.get("alerts", []))]
        if sorted(alerts) != sorted(told):
            wrong.append(f"poll {number}: expected alerts {told}, got {alerts}")
        if sorted(player.hushed) != sorted(_title(scenario, name) for name in poll.get("hushed", [])):
            wrong.append(f"poll {number}: expected hushed {poll.get('hushed', [])}, got {player.hushed}")
        if sorted(player.held) != sorted(_title(scenario, name) for name in expanded(poll.get("held", []))):
            wrong.append(f"poll {number}: expected held {poll.get('held', [])}, got {player.held}")
        if poll.get("failed", False) != ("failed" in outcomes):
            wrong.append(f"poll {number}: expected failed={poll.get('failed', False)}, got {outcomes}")
    return wrong


def _written(scenario: dict[str, Any], entry: Any) -> str:
    if isinstance(entry, dict) and "title" in entry:
        return f"new: {entry['title']}"
    kind, name = next(iter(entry.items())) if isinstance(entry, dict) else ("new", entry)
    return f"{kind}: {_title(scenario, name)}"


def _title(scenario: dict[str, Any], name: Any) -> str:
    if isinstance(name, dict):
        return str(name["title"])
    return scenario["headlines"][name]["title"] if name in scenario.get("headlines", {}) else name


@pytest.mark.parametrize(("player", "scenario"), [(s, s) for _, s in SCENARIOS], ids=IDS, indirect=["player"])
def test_the_scenario_goes_as_it_is_written(player: Any, scenario: dict[str, Any]) -> None:
    assert play(player, scenario) == []


@pytest.mark.parametrize("scenario", [s for _, s in WRITTEN], ids=[f"{stem}: {s['what']}" for stem, s in WRITTEN])
def test_every_scenario_is_written_in_arabic_french_and_english(scenario: dict[str, Any]) -> None:
    texts = [scenario[language] for language in LANGUAGES]
    assert texts[0].keys() == texts[1].keys() == texts[2].keys()
    for name in texts[0].keys() - {"watch"}:
        arabic, french, english = (re.sub("<.*?>|&.*?;", "", str(table[name])) for table in texts)
        assert [bool(re.search("[\u0621-\u064a]", one)) for one in (arabic, french, english)] == [True, False, False]
        assert french != english


# --- the rules, each taken away -----------------------------------------------------------------------


def _forget_the_absent(monkeypatch: pytest.MonkeyPatch, player: Any) -> None:
    recall = player.store.recall

    def only_last_seen(source: str, keys: Any) -> Memory:
        memory = recall(source, keys)
        last = player.last_shown
        player.last_shown = frozenset(keys)
        return Memory(revision=memory.revision, headlines=tuple(h for h in memory.headlines if h.keys & last))

    player.last_shown = frozenset()
    monkeypatch.setattr(player.store, "recall", only_last_seen)


def _tell_the_first_poll(monkeypatch: pytest.MonkeyPatch, player: Any) -> None:
    compare = engine.compare
    monkeypatch.setattr(engine, "compare", lambda *a, baseline, **more: compare(*a, baseline=False, **more))


def _forget_the_former(monkeypatch: pytest.MonkeyPatch, player: Any) -> None:
    judge = engine._judge_edit

    def without_former(*given: Any) -> Any:
        upsert, edited = judge(*given)
        return upsert, replace(edited, former=None)

    monkeypatch.setattr(engine, "_judge_edit", without_former)


def _take_all_for_told(monkeypatch: pytest.MonkeyPatch, player: Any) -> None:
    kin = stories.kin
    monkeypatch.setattr(
        stories, "kin", lambda *given: tuple(replace(one, told=frozenset({"words"})) for one in kin(*given))
    )


def _forget_the_ticker(monkeypatch: pytest.MonkeyPatch, player: Any) -> None:
    recall = player.store.recall
    monkeypatch.setattr(player.store, "recall", lambda *given: replace(recall(*given), ticker=False))


def _replace(module: Any, name: str, value: Any) -> Callable[[pytest.MonkeyPatch, Any], None]:
    return lambda monkeypatch, player: monkeypatch.setattr(module, name, value)


WITHOUT = {
    "silent first poll": _tell_the_first_poll,
    "memory of what is absent": _forget_the_absent,
    "canonical addresses": _replace(urls, "canonical", lambda url: url),
    "article numbers": _replace(urls, "article_id", lambda url: None),
    "folded titles": _replace(identity, "title_key", lambda title: title),
    "collapsed page": _replace(engine, "check_plausible", lambda *a: None),
    "useless identities": _replace(identity, "_unlike", lambda titles: False),
    "same title, other link": _replace(identity, "same_place", lambda url, other: True),
    "same title, same slug": _replace(identity, "same_place", lambda url, other: False),
    "likeness of titles under one number": _replace(identity, "MIN_OVERLAP", 0.0),
    "links that say nothing": _replace(identity, "says_little", lambda url: False),
    "long titles under another link": _replace(sightings, "REPOSTED", engine.timedelta(0)),
    "one link passed on, all passed on": _replace(sightings, "_kind", lambda item: object()),
    "links that are passed on": _replace(sightings, "_passed_on", lambda *given: (False, None)),
    "one title on one page": _replace(identity, "says_enough", lambda title: False),
    "addresses of another kind": _replace(identity, "form", lambda url: ""),
    "what titles have in common": _replace(identity, "_undressed", lambda titles: ()),
    "many edits at once": _replace(floods, "_dressed_ones", lambda *given: (set(), "")),
    "a page that grew": _replace(floods, "GROWN", 99),
    "news while read otherwise": _replace(learning, "was_read", lambda *given: False),
    "days without a good look": _replace(learning, "READ_LATELY", engine.timedelta(days=1)),
    "position of items without a link": _replace(sightings, "in_place", lambda *given: None),
    "promotion window": _replace(engine, "PROMOTION_WINDOW", engine.timedelta(days=999)),
    "promotion": _replace(engine, "PROMOTION_WINDOW", engine.timedelta(days=-1)),
    "news while learning": _replace(learning, "_fresh", lambda *a: []),
    "only the youngest": _replace(learning, "FRESH", engine.timedelta(days=999)),
    "few at once": _replace(learning, "MOST_FRESH", 999),
    "slips are silent": _replace(edits, "_is_slip", lambda before, after: False),
    "changed numbers": _replace(edits, "_counts", lambda told: set()),
    "edits per hour": _replace(engine, "EDITS_PER_HOUR", 99),
    "rules that would have fired before": _forget_the_former,
    "versions of items without a link": _replace(sightings, "is_version", lambda *given: False),
    "doubts about versions": _replace(edits, "ANOTHER", frozenset()),
    "another story under one link": _replace(engine, "judge_edit", lambda old, new: EditKind.WORDING),
    "absence before a return": _replace(Poller, "_absent_since", lambda self, state: None),
    "absence is proven": _replace(Poller, "_absent_since", lambda self, state: self.clock() - self.reappear_after),
    "one story on many sites": _replace(stories, "kin", lambda title, candidates: ()),
    "numbers of a story": _replace(doubts, "_of_numbers", lambda a, b: iter(())),
    "places of a story": _replace(doubts, "_elsewhere", lambda mine, others: False),
    "a day later it is told again": _replace(stories, "WINDOW", stories.timedelta(days=99)),
    "only what was told hides": _take_all_for_told,
    "held floods": _replace(floods, "FLOOD_FROM", 999),
    "dates of a flood": _replace(age, "STALE", engine.timedelta(days=9999)),
    "numbers of a flood": _replace(age, "_number", lambda url: None),
    "days alone": _replace(age, "DAY", engine.timedelta(0)),
    "one link that is passed on": _replace(sightings, "MANY_PASSED_ON", 0),
    "a page without a familiar headline": _replace(floods, "SHORT_GAP", engine.timedelta(0)),
    "proof of age": _replace(floods, "is_old", lambda *a: True),
    "the end of a feed": _replace(floods, "TRAILING_FROM", 99),
    "where a feed adds news": _replace(
        sightings,
        "places",
        lambda items, seen: places.places(
            items, [at and engine.datetime.max - engine.timedelta(days=index) for index, at in enumerate(seen)]
        ),
    ),
    "a ticker that was read before": _forget_the_ticker,
    "edits while read otherwise": _replace(engine, "MOST_EDITED", 0),
    "backlog": _replace(learning, "_newest", lambda *given: []),
    "words of the other sites": _replace(Router, "patient", frozenset()),
    "fullest title": _replace(engine, "_fullest", lambda titles: min(titles, key=len)),
}


def _guarded() -> list[Any]:
    return [
        pytest.param(scenario, scenario, rule, id=f"{name} — without {rule}")
        for name, scenario in SCENARIOS
        for rule in scenario["guards"]
    ]


@pytest.mark.parametrize(("player", "scenario", "rule"), _guarded(), indirect=["player"])
def test_the_scenario_fails_without_its_rule(
    player: Any, scenario: dict[str, Any], rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    WITHOUT[rule](monkeypatch, player)

    assert play(player, scenario) != []


def test_every_rule_has_a_scenario() -> None:
    assert {rule for _, scenario in WRITTEN for rule in scenario["guards"]} == set(WITHOUT)
