"""The commands, as a shell sees them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from monitor.cli.main import cli

PAGE = """<html><body><ul class="bar"><li><a href="/70001">انطلاق أشغال الميناء الجديد</a></li></ul>
<article><h2>خبر آخر من القائمة الرئيسية</h2><a class="c" href="/70002"></a></article></body></html>"""


def call(*command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "monitor", *command],
        capture_output=True, text=True, timeout=60, check=False, cwd=folder,
        env={**os.environ, "XDG_STATE_HOME": str(folder / "state"), "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip


@pytest.fixture
def configured(tmp_path: Path) -> Path:
    done = call("init", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_help_lists_the_commands_and_loads_nothing_heavy(tmp_path: Path) -> None:
    done = call("--help", folder=tmp_path)
    script = (
        "import sys, monitor.cli.main\nprint([m for m in ('httpx', 'lxml', 'apprise', 'pydantic') if m in sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.returncode == 0
    for command in ("run", "once", "check", "extract", "why", "grep", "preview", "notify", "status", "deliveries"):
        assert f"  {command} " in done.stdout
    assert loaded.stdout.strip() == "[]"


def test_init_writes_a_configuration_that_check_accepts_and_never_overwrites(configured: Path) -> None:
    assert call("check", folder=configured).returncode == 0
    again = call("init", folder=configured)
    assert (again.returncode, "is there already" in again.stderr) == (1, True)


def test_check_names_every_mistake_with_its_place_and_exits_with_78(configured: Path) -> None:
    path = configured / "config" / "monitor.yaml"
    path.write_text("sources: [{name: a, url: 'https://kifache.com', evry: 5s}]\nrules: []\nchannels: [{name: x}]\n")

    done = call("check", folder=configured)

    assert done.returncode == 78
    assert "monitor.yaml:1:" in done.stderr
    assert "did you mean 'every'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_configuration_says_what_to_do(tmp_path: Path) -> None:
    done = call("run", folder=tmp_path)

    assert done.returncode == 78
    assert "headline-monitor init" in done.stderr


def test_extract_shows_the_headlines_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")

    done = call(
        "extract", "page.html", "--url", "https://site.example/", "--ticker", ".bar li", "--list", "article", "--json",
        folder=tmp_path,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert shown["ticker"] == [{"title": "انطلاق أشغال الميناء الجديد", "url": "https://site.example/70001"}]
    assert [(row["section"], row["title"], row["url"]) for row in shown["headlines"]] == [
        ("ticker", "انطلاق أشغال الميناء الجديد", "https://site.example/70001"),
        ("list", "خبر آخر من القائمة الرئيسية", "https://site.example/70002"),
    ]


def test_extract_reads_json_by_the_paths_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text('{"data": [{"name": "إغلاق الميناء", "url": "/1"}]}', encoding="utf-8")
    command = ("extract", "answer.json", "--url", "https://site.example/api", "--type", "json")

    done = call(*command, "--set", "items=data", "--set", "title=name", "--set", "link=url", "--json", folder=tmp_path)
    wrong = call(*command, "--set", "titel=name", folder=tmp_path)

    assert [(row["title"], row["url"]) for row in json.loads(done.stdout)["headlines"]] == [
        ("إغلاق الميناء", "https://site.example/1")
    ]
    assert wrong.returncode == 78
    assert "unknown key 'titel' (did you mean 'title'?)" in wrong.stderr
    page = call(*command, "--set", "title=name", "--ticker", ".bar", folder=tmp_path)
    assert (page.returncode, "are for pages, not for --type json" in page.stderr) == (2, True)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("wordpress", '[{"id": 1, "title": {"rendered": "إغلاق الميناء"}}]'),
        ("sitemap", "<?xml version='1.0'?><urlset><url><news><title>إغلاق الميناء</title></news></url></urlset>"),
        ("json feed", '{"version": "https://jsonfeed.org/version/1", "items": [{"title": "إغلاق الميناء"}]}'),
        ("rss20", "<rss version='2.0'><channel><item><title>إغلاق الميناء</title></item></channel></rss>"),
    ],
)
def test_extract_tells_the_kind_of_a_page_by_its_look(tmp_path: Path, kind: str, body: str) -> None:
    (tmp_path / "page").write_text(body, encoding="utf-8")

    done = call("extract", "page", "--url", "https://site.example/x", "--json", folder=tmp_path)

    (row,) = json.loads(done.stdout)["headlines"]
    assert row["title"] == "إغلاق الميناء"
    assert kind in row["evidence"]


def test_extract_needs_no_selectors_and_can_do_without_recipes(tmp_path: Path) -> None:
    titles = ["ميناء الناظور يستقبل أول سفينة", "افتتاح مستشفى جديد في ضواحي تطوان", "قافلة طبية تصل إلى إملشيل"]
    body = "".join(f'<h2><a href="/33150{n}">{title}</a></h2>' for n, title in enumerate(titles))
    (tmp_path / "page.html").write_text(f"<!doctype html><meta charset=utf-8><div class=list>{body}</div>", "utf-8")
    command = ("extract", "page.html", "--url", "https://kifache.com/", "--no-recipes", "--json")

    done = call(*command, folder=tmp_path)

    shown = json.loads(done.stdout)
    assert shown["ticker"] == []
    assert [row["title"] for row in shown["headlines"]] == titles
    assert shown["headlines"][0]["evidence"] == "detected list by heading: div.list > h2 > a"


def test_extract_says_why_a_page_shows_nothing(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<html><body><a href='/about'>About</a></body></html>", encoding="utf-8")

    done = call("extract", "page.html", "--url", "https://site.example/", "--list", ".nope a", folder=tmp_path)

    assert done.returncode == 1
    assert "no headline found with '.nope a'" in done.stderr

    done = call("extract", "page.html", "--url", "https://site.example/", "--json", folder=tmp_path)

    assert done.returncode == 1
    shown = json.loads(done.stdout)
    assert shown.pop("error").startswith("source 'page': no headline found (page has 1 links)")
    assert shown == {"ticker": [], "headlines": []}


def test_why_tells_the_word_the_channel_and_what_was_seen(configured: Path) -> None:
    path = configured / "config" / "monitor.yaml"
    path.write_text(
        "sources: [{name: kifache, url: 'https://kifache.com'}]\n"
        "rules: [{name: port, any: [الميناء], notify: [screen]}]\nchannels: [{name: screen, type: console}]\n"
    )

    fires = call("why", "حريق قرب الميناء", "--json", folder=configured)
    silent = call("why", "لا شيء هنا", folder=configured)

    report = json.loads(fires.stdout)
    assert (fires.returncode, report["rules"][0]["fires"], report["alerts"][0]["channel"]) == (0, True, "screen")
    assert (silent.returncode, "nobody would be told" in silent.stdout) == (1, True)


def test_why_names_steps_and_near_misses_and_check_doubts_words(configured: Path) -> None:
    path = configured / "config" / "monitor.yaml"
    path.write_text(
        "sources: [{name: kifache, url: 'https://kifache.com'}, {name: goud, url: 'https://www.goud.ma'}]\n"
        "rules:\n  - {name: port, any: [الميناء, مصر], none: [ميناء الصيد], notify: [screen]}\n"
        "  - {name: elsewhere, any: [ميناء], sources: [goud], notify: [screen]}\n"
        "  - {name: urgent, any: [ميناء, الميناء], breaking: true, notify: [screen]}\n"
        "channels: [{name: screen, type: console}]\n"
    )

    done = call("why", "وبميناء الصيد مصرف جديد", "--json", folder=configured)
    port, elsewhere, urgent = json.loads(done.stdout)["rules"]
    shown = call("why", "الموانئ وبالميناء", folder=configured)

    assert port["reason"] == "'ميناء الصيد' (as 'وبميناء الصيد') of none: is in the headline"
    assert port["near_misses"] == ["'مصرف' begins like 'مصر' but is another word; add it to any: if it should count"]
    assert elsewhere["reason"] == "the rule is for goud, not for kifache"
    assert [word["steps"] for word in elsewhere["words"]] == [["clitic و", "clitic ب"]]
    assert urgent["reason"] == "the headline is not breaking"
    assert "any: الميناء ← وبالميناء at 9: clitic و, clitic ب" in shown.stdout.replace("\u2068", "").replace(
        "\u2069", ""
    )
    doubt = "rule 'urgent': any: wherever 'ميناء' stands 'الميناء' is found too; one is enough"
    assert doubt in json.loads(call("check", "--json", folder=configured).stdout)["warnings"]


def test_status_and_deliveries_work_before_anything_ran(tmp_path: Path) -> None:
    assert "nothing has run yet" in call("status", folder=tmp_path).stdout
    assert json.loads(call("deliveries", "list", "--json", folder=tmp_path).stdout) == []


def test_notify_test_sends_a_sample(configured: Path) -> None:
    path = configured / "config" / "monitor.yaml"
    path.write_text(
        "sources: [{name: kifache, url: 'https://kifache.com'}]\n"
        "rules: [{name: port, any: [الميناء], notify: [screen]}]\nchannels: [{name: screen, type: console}]\n"
    )

    done = call("notify", "test", "screen", folder=configured)

    assert done.returncode == 0, done.stderr
    assert "رسالة تجريبية" in done.stdout
    assert "accepted" in done.stdout


@pytest.mark.slow
def test_the_demo_finds_the_whole_day_and_ends_by_itself(tmp_path: Path) -> None:
    done = call("demo", "--seconds", "9", folder=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "23 headlines were published, 23 were found new" in done.stdout
    assert "0 unsent" in done.stdout
    assert "خلية إرهابية" in done.stdout
    assert "rule: \u2068أمن وإرهاب" in done.stdout


def commands(group: click.Group, above: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        yield " ".join((*above, name)), command
        if isinstance(command, click.Group):
            yield from commands(command, (*above, name))


@pytest.mark.parametrize(("name", "command"), list(commands(cli)))
def test_every_help_explains_and_keeps_its_examples_on_their_lines(name: str, command: click.Command) -> None:
    text = command.get_help(click.Context(command, info_name=name))
    assert command.help, name
    assert "\\b" not in text, "write \\b in a docstring that is not raw"
