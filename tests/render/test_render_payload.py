from __future__ import annotations

import json
from datetime import timedelta

import pytest
from servers.samples import ARABIC, HOSTILE, NOW, URL, alert

from monitor.model import Article, ChangeKind
from monitor.render.payload import payload


def test_the_payload_names_everything_about_an_alert():
    given = alert(
        hits=("الأمن",),
        id="abc",
        kind=ChangeKind.EDITED,
        previous_title="القديم",
        first_seen_at=NOW - timedelta(hours=1),
        published_at=NOW - timedelta(hours=2),
    )
    assert json.loads(payload(given).body) == {
        "id": "abc",
        "kind": "edited",
        "headline": ARABIC,
        "previous": "القديم",
        "edit": None,
        "same_story": None,
        "held": 0,
        "url": URL,
        "source": "أصداء الأطلس",
        "section": "ticker",
        "breaking": False,
        "rules": ["أمن"],
        "words": ["الأمن"],
        "first_seen": "2026-03-02T12:05:00.000+00:00",
        "seen": "2026-03-02T13:05:00.000+00:00",
        "published": "2026-03-02T11:05:00.000+00:00",
        "modified": None,
        "lead": None,
        "author": None,
        "picture": None,
    }


def test_the_payload_names_what_the_article_says():
    article = Article(
        title="عنوان الصفحة",
        lead="الفقرة الأولى",
        body="الفقرة الأولى\nوالثانية",
        author="سلمى بن عمر",
        picture="https://site.example/7.jpg",
        published_at=NOW - timedelta(minutes=7),
        modified_at=NOW - timedelta(minutes=3),
    )
    told = json.loads(payload(alert(published_at=NOW - timedelta(hours=2), article=article)).body)
    assert {key: told[key] for key in ("lead", "body", "author", "picture", "published", "modified")} == {
        "lead": "الفقرة الأولى",
        "body": "الفقرة الأولى\nوالثانية",
        "author": "سلمى بن عمر",
        "picture": "https://site.example/7.jpg",
        "published": "2026-03-02T12:58:00.000+00:00",
        "modified": "2026-03-02T13:02:00.000+00:00",
    }


@pytest.mark.parametrize("name", HOSTILE)
def test_every_title_becomes_valid_json(name):
    message = payload(alert(HOSTILE[name]))
    assert json.loads(message.body)["headline"]
    message.body.encode()
