"""Pages that a browser shows first: how they are asked for, and that they are read like any other page."""

from __future__ import annotations

import sys

import pytest

from monitor.model import Rendering

TICKER = {"items": "#bar a"}


@pytest.fixture(autouse=True)
def playwright(monkeypatch):
    """As if it were installed: what is tested here drives no browser."""
    monkeypatch.setattr("monitor.sources.browser.find_spec", lambda name: name == "playwright" or None)


def test_the_request_says_how_the_page_is_shown(options, extractor):
    assert extractor("browser", ticker=TICKER).request().rendering == Rendering(wait_for=None, seconds=20.0)
    asked = extractor("browser", ticker=TICKER, wait_for="#bar a", timeout="5s").request()
    assert asked.rendering == Rendering(wait_for="#bar a", seconds=5.0)
    assert asked.url == options("browser", ticker=TICKER).url
    assert extractor("html", ticker=TICKER).request().rendering is None


def test_a_shown_page_is_read_like_any_other(extract):
    body = '<ul id="bar"><li><a href="/331535">فتح الطريق الساحلية</a></li></ul><h3><a href="/331536">خبر من القائمة</a></h3>'
    keys = {"ticker": TICKER, "list": {"items": "h3 a"}}
    assert extract(body, kind="browser", **keys) == extract(body, kind="html", **keys) != []


@pytest.mark.parametrize(
    ("keys", "key", "said"),
    [
        ({"wait_for": "#bar >"}, "wait_for", "'#bar >' is not a CSS selector"),
        ({"ticker": {"items": "li["}}, "ticker.items", "'li[' is not a CSS selector"),
        ({"timeout": "0s"}, "timeout", "is not between 1s and 60s"),
        ({"timeout": "2m"}, "timeout", "is not between 1s and 60s"),
    ],
)
def test_what_cannot_work_is_a_problem_of_its_key(options, keys, key, said):
    ((where, message),) = options("browser", **{"ticker": TICKER, **keys}).problems()
    assert where == key
    assert message.startswith(said)


def test_without_playwright_the_check_says_what_to_install(options, monkeypatch):
    assert options("browser", ticker=TICKER).problems() == []
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "playwright", None)
    ((where, message),) = options("browser", ticker=TICKER).problems()
    assert where == "type"
    assert "pip install 'headline-monitor[browser]', then: playwright install --with-deps" in message
