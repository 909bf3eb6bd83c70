"""`why` on what a site showed before: each decision is told with its reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from scenarios.conftest import Player

from monitor.cli.why import why

CONFIG = """
sources:
  - {name: site, url: https://site.example, endpoints: [{type: feed, url: https://site.example/feed}]}
  - {name: other, url: https://other.example, endpoints: [{type: feed, url: https://other.example/feed}]}
rules: []
channels:
  - {name: desk, type: console}
"""
OLD = {"title": "خبر أقدم من صباح اليوم", "link": "/n/older-story"}
PORT = {"title": "إغلاق الميناء بسبب علو الأمواج", "link": "/n/port-closed"}
FERRY = "Ferry runs aground off Tarifa"
DATED = "Mon, 02 Mar 2026 08:01:30 GMT"


def asked(folder: Path, title: str, polls: list[dict[str, Any]], *arguments: str, **scenario: Any) -> str:
    """Play the polls and return what `why` says of a title."""
    player = Player(folder, {"watch": ["الميناء", "Tarifa", "archive"], **scenario})
    for poll in polls:
        player.step(poll)
    player.store.close()
    route = {name: scenario[name] for name in ("on_edit", "repeat", "min_sources") if name in scenario}
    rule = {"name": "words", "any": [*player.scenario["watch"]], "notify": ["desk"], **route}
    ticker = {"name": "ticker", "breaking": True, "notify": ["desk"]}
    rules = ([rule] if rule["any"] else []) + ([ticker] if scenario.get("watch_ticker") else [])
    (folder / "monitor.yaml").write_text(yaml.safe_dump({**yaml.safe_load(CONFIG), "rules": rules}), "utf-8")
    call = [title, "--config", str(folder / "monitor.yaml"), "--state", str(folder), *arguments]
    return CliRunner().invoke(why, call).output


def ferry(title: str = FERRY, **other: str) -> dict[str, str]:
    return {"title": title, "link": "/n/ferry-aground", **other}


def archive(first: int, last: int, **other: str) -> dict[str, Any]:
    return {"numbers": [first, last], "title": "From the archive: week {n}", "link": "/n/archive-{n}-x", **other}


EDITED = "Ferry runs aground off Tarifa in heavy fog"
CASES: dict[str, tuple[str, list[dict[str, Any]], dict[str, Any], list[str]]] = {
    "learned at the first look at the site": (
        PORT["title"],
        [{"list": [PORT]}],
        {},
        ["learned silently: the first look at the site (page)"],
    ),
    "new": (FERRY, [{"list": [OLD]}, {"list": [ferry(), OLD]}], {}, ["2026-03-02 08:02 new (page)", "desk sent"]),
    "a number that was edited": (
        "Ferry with 9 aboard runs aground off Tarifa",
        [
            {"list": [OLD]},
            {"list": [ferry("Ferry with 7 aboard runs aground off Tarifa")]},
            {"list": [ferry("Ferry with 9 aboard runs aground off Tarifa")]},
        ],
        {},
        ["08:02 new", "08:03 edited (number) (page)", "desk sent"],
    ),
    "an edit of words": (
        EDITED,
        [{"list": [OLD]}, {"list": [ferry()]}, {"list": [ferry(EDITED)]}],
        {},
        ["words fired on the former title, and tells edits of numbers only"],
    ),
    "a slip": (
        FERRY,
        [{"list": [OLD]}, {"list": [ferry("Ferry runs agruond off Tarifa")]}, {"list": [ferry()]}],
        {"on_edit": "notify"},
        ["edited (slip); no alert: words fired on the former title, and a slip is no news"],
    ),
    "edits that nobody wants": (
        EDITED,
        [{"list": [OLD]}, {"list": [ferry()]}, {"list": [ferry(EDITED)]}],
        {"on_edit": "ignore"},
        ["no alert: words ignores edits"],
    ),
    "a live text": (
        "Live: 14 rescued off Tarifa",
        [{"list": [OLD]}, *({"list": [ferry(f"Live: {n} rescued off Tarifa")]} for n in range(10, 15))],
        {"on_edit": "notify"},
        ["edited (counter); no alert: words was told of several edits within the hour: a live text"],
    ),
    "no rule": (
        "Museum reopens in Volubilis",
        [{"list": [OLD]}, {"list": [{"title": "Museum reopens in Volubilis", "link": "/n/museum-opens"}, OLD]}],
        {},
        ["new; no alert: no rule fires on the title (page)"],
    ),
    "a return": (
        FERRY,
        [{"list": [OLD]}, {"list": [ferry(), OLD]}, {"days": 20, "list": [OLD]}, {"list": [ferry(), OLD]}],
        {"reappear_after_days": 14},
        ["reappeared: it was gone for long (page)"],
    ),
    "another story under the link": (
        "السيطرة على حريق بالميناء",
        [
            {"list": [OLD]},
            {"list": [{"title": "Our live coverage", "link": "/live"}]},
            {"list": [{"title": "السيطرة على حريق بالميناء", "link": "/live"}]},
        ],
        {},
        ["new: its link was used again for another story"],
    ),
    "the story of another site": (
        "Tarifa: ferry runs aground",
        [
            {"site": "site", "list": [OLD]},
            {"site": "other", "list": [OLD]},
            {"site": "site", "list": [ferry(), OLD]},
            {"site": "other", "list": [ferry("Tarifa: ferry runs aground"), OLD]},
        ],
        {"sites": ["site", "other"]},
        [f"desk dropped: same story as «{FERRY}» on site"],
    ),
    "a story of too few sites": (
        FERRY,
        [{"list": [OLD]}, {"list": [ferry(), OLD]}],
        {"min_sources": 2},
        ["desk dropped: only 1 of 2 sites carry the story so far"],
    ),
    "a flood, by dates": (
        "From the archive: week 9",
        [
            {"feed": [{**OLD, "date": "Mon, 02 Mar 2026 07:00:00 GMT"}]},
            {"feed": [archive(1, 15, date="Mon, 05 Jan 2026 10:00:00 GMT"), OLD]},
        ],
        {"endpoints": ["feed"]},
        ["desk held in a flood: 15 headlines at once, 15 of them old (15 by date); headline-monitor held show "],
    ),
    "a flood, by numbers": (
        "From the archive: week 40009",
        [
            {"list": [{"title": f"Known report {n}", "link": f"/{n}"} for n in (50001, 50002, 50003)]},
            {
                "list": [
                    archive(40001, 40014, link="/{n}"),
                    *({"title": f"Known report {n}", "link": f"/{n}"} for n in (50001, 50002, 50003)),
                ]
            },
        ],
        {},
        ["held in a flood: 14 headlines at once, 14 of them old (14 by article number)"],
    ),
    "a flood, by where it stands": (
        "From the archive: week 19",
        [
            {"list": [{"numbers": [31, 40], "title": "Known report {n}", "link": "/n/known-{n}-x"}]},
            {
                "list": [
                    {"numbers": [31, 40], "title": "Known report {n}", "link": "/n/known-{n}-x"},
                    archive(11, 20),
                ]
            },
        ],
        {},
        ["10 headlines at once on a page of 20 instead of 10; these are not on top"],
    ),
    "the one that speaks for a flood": (
        "From the archive: week 1",
        [
            {"feed": [{**OLD, "date": "Mon, 02 Mar 2026 07:00:00 GMT"}]},
            {"feed": [archive(1, 15, date="Mon, 05 Jan 2026 10:00:00 GMT"), OLD]},
        ],
        {"endpoints": ["feed"]},
        ["desk sent, speaks for 14 more that are held"],
    ),
    "a headline that moved": (
        "Harbour master resigns over dredging report",
        [
            {"list": [OLD]},
            {"list": [{"title": "Harbour master resigns over dredging report", "link": "/n/74102"}]},
            {"list": [{"title": "Harbour master resigns over dredging report", "link": "/n/74105"}]},
        ],
        {},
        ["moved, or shown twice: also under https://site.example/n/74105"],
    ),
    "a title in another dress": (
        "Known report 33 of today | Atlas Press",
        [
            {"list": [{"numbers": [31, 38], "title": "Known report {n} of today", "link": "/n/{n}-x"}]},
            {"list": [{"numbers": [31, 38], "title": "Known report {n} of today | Atlas Press", "link": "/n/{n}-x"}]},
        ],
        {},
        ["Known report 33 of today\u2069", "the title or link asked for is another name of this headline"],
    ),
    "learned when an endpoint joined": (
        FERRY,
        [{"list": [OLD]}, {"minutes": 120, "feed": [ferry(), OLD]}],
        {"endpoints": ["page", "feed"]},
        ["learned silently: the first look at this endpoint, which joined a site that was watched (feed)"],
    ),
    "told when an endpoint joined": (
        FERRY,
        [{"list": [OLD]}, {"minutes": 2, "feed": [ferry(date=DATED), OLD]}],
        {"endpoints": ["page", "feed"]},
        ["new: published a moment before this endpoint joined (feed)", "desk sent"],
    ),
    "learned after the options were changed": (
        "From the archive: week 2",
        [{"list": [OLD, PORT]}, {"relearn": True, "list": [OLD, PORT, archive(1, 4)]}],
        {},
        [
            "learned silently: this endpoint was read in another way than before, or was left out, and nothing proved it new"
        ],
    ),
    "told after the options were changed": (
        FERRY,
        [{"list": [OLD, PORT]}, {"relearn": True, "list": [ferry(), OLD, PORT]}],
        {},
        ["new: it came since this endpoint was last read, in another way (page)", "desk sent"],
    ),
    "the backlog": (FERRY, [{"list": [ferry(), OLD]}], {"backlog": 1}, ["new: told as the backlog of the first look"]),
    "promoted": (
        FERRY,
        [{"list": [OLD]}, {"list": [ferry(), OLD]}, {"ticker": [ferry()], "list": [ferry(), OLD]}],
        {"watch_ticker": True, "watch": []},
        ["08:03 promoted: seen before, now in the ticker (page)", "desk sent"],
    ),
    "promoted, and told before": (
        FERRY,
        [{"list": [OLD]}, {"list": [ferry(), OLD]}, {"ticker": [ferry()], "list": [ferry(), OLD]}],
        {"watch_ticker": True},
        ["now in the ticker; no alert: who wants the ticker was told of it before (page)"],
    ),
    "another endpoint": (
        FERRY,
        [{"list": [OLD], "feed": [OLD]}, {"list": [ferry(), OLD]}, {"feed": [ferry(guid="p7"), OLD]}],
        {"endpoints": ["page", "feed"]},
        ["list; alerted for words", "08:02 new (page)", "also in a feed"],
    ),
}


@pytest.mark.parametrize(("title", "polls", "scenario", "said"), CASES.values(), ids=CASES)
def test_why_tells_what_was_decided_and_for_what_reason(
    tmp_path: Path, title: str, polls: list[dict[str, Any]], scenario: dict[str, Any], said: list[str]
) -> None:
    shown = asked(tmp_path, title, polls, **scenario)

    assert [line for line in said if line not in shown] == [], shown


def test_why_finds_a_headline_by_its_link_and_says_the_same_in_json(tmp_path: Path) -> None:
    polls = [{"list": [OLD]}, {"list": [ferry(), OLD]}]
    report = json.loads(asked(tmp_path, "http://site.example/n/ferry-aground?utm_source=x", polls, "--json"))

    (seen,) = report["seen"]
    assert (seen["headline"], seen["rules_fired"]) == (FERRY, ["words"])
    assert seen["decisions"] == [
        {"at": "2026-03-02T08:02:00+00:00", "what": "new", "endpoint": "page", "alerts": ["desk sent"]}
    ]


def test_why_says_that_an_article_is_still_to_be_matched(tmp_path: Path) -> None:
    player = Player(tmp_path, {"watch": ["Tarifa"]})
    player.step({"list": [OLD]})
    player.step({"list": [{"title": "Museum reopens", "link": "/n/museum-opens"}, OLD]})
    with player.store._database.tx() as db:
        db.execute("INSERT INTO unread (change_id, due_at) SELECT id, seen_at FROM change")

    assert "the article is still to be matched" in asked(tmp_path, "Museum reopens", [])
