"""The messages that `messages/` keeps as each service gets them; `python tests/render/letters.py` writes them anew."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

if __name__ == "__main__":  # pytest knows where the tests' servers are
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from servers.samples import ARABIC, FRENCH, NOW, ZONE, alert

from monitor.model import Alert, Article, ChangeKind
from monitor.render.message import late_note, notice, render
from monitor.render.payload import payload
from monitor.render.styles import DISCORD, MAIL, NTFY, SLACK, TELEGRAM, TERMINAL_WITHOUT_COLOURS, Style
from monitor.render.words import WORDS

FOLDER = Path(__file__).parent / "messages"
STYLES = {
    "telegram": TELEGRAM,
    "slack": SLACK,
    "discord": DISCORD,
    "mail": MAIL,
    "ntfy": NTFY,
    "terminal": TERMINAL_WITHOUT_COLOURS,
}
NOTICE = [
    "source 'sada' cannot be read (well last at 2026-03-02 12:40 UTC): no answer in 20 s",
    "over: channel 'desk' cannot tell 'tgram 42' anything: answered 403: Forbidden (since 2026-03-02 11:00 UTC)",
]


def single() -> Alert:
    return alert(
        hits=("الأمن",),
        id="one",
        breaking=True,
        published_at=NOW - timedelta(minutes=4),
        article=Article(lead="أحبطت المصالح الأمنية مخططا كان في مرحلة متقدمة، حسب بلاغ رسمي."),
    )


def edited() -> Alert:
    return alert(
        "Effondrement à Fès : sept morts", id="two", kind=ChangeKind.EDITED, hits=("Fès",), rule="accidents",
        previous_title="Effondrement à Fès : trois morts", first_seen_at=NOW - timedelta(minutes=20),
    )  # fmt: skip


def batch() -> list[Alert]:
    """Return six alerts of one minute, of two languages and two sites."""
    told = (
        (ARABIC, "أصداء الأطلس", ("الأمن",)),
        (FRENCH, "Le Rivage", ("Séisme",)),
        ("ONCF تعلن عن توقف القطارات بين الرباط و Casablanca بسبب الأمطار", "أصداء الأطلس", ("القطارات",)),
        ("«لن نتراجع»: وزير الداخلية يرد على 3 نقابات", "أصداء الأطلس", ("وزير",)),
        ("Le port de «طنجة المتوسط» dépasse 10,2 millions de conteneurs (+18 %)", "Le Rivage", ("port",)),
        ("Sardine prices double in Agadir, fishermen blame diesel at 15.8 dirhams", "Le Rivage", ("prices",)),
    )
    return [
        alert(title, id=str(n), source=source, hits=hits, seen_at=NOW - timedelta(seconds=10 * n), rule="مراقبة")
        for n, (title, source, hits) in enumerate(told)
    ]


def night() -> list[Alert]:
    """Return what came in during quiet hours."""
    titles = (ARABIC, FRENCH, "ارتفاع أسعار المحروقات ابتداء من منتصف الليل", "Port of Nador opens to container ships")
    rules = ("أمن", "économie")
    return [
        alert(
            f"{titles[n % 4]} ({n})", id=str(n), rule=rules[n % 2], source=("أصداء الأطلس", "Le Rivage")[n % 4 // 2],
            seen_at=NOW - timedelta(hours=14) + n * timedelta(minutes=40), high_priority=n == 5,
        )
        for n in range(10)
    ]  # fmt: skip


def letters() -> Iterator[tuple[str, str]]:
    """Yield the name of a file and what stands in it."""
    for service, style in STYLES.items():
        for lang in ("ar", "fr", "en"):
            yield f"{service}-alert-{lang}.txt", _written([single()], style, lang)
            yield f"{service}-batch-{lang}.txt", _written(batch(), style, lang)
            yield f"{service}-digest-{lang}.txt", _written(night(), style, lang)
            yield f"{service}-edited-{lang}.txt", _written([edited()], style, lang)
        yield f"{service}-notice.txt", notice(NOTICE, style).body + "\n"
    yield "webhook-alert.json", payload(single()).body + "\n"


def _written(alerts: list[Alert], style: Style, lang: str) -> str:
    words = WORDS[lang]
    made = render(alerts, NOW, zone=ZONE, words=words, style=style)
    late = late_note(NOW - timedelta(hours=3), NOW, zone=ZONE, words=words, style=style) if len(alerts) == 1 else ""
    return "".join(f"{message.title}\n---\n{late}{message.body}\n" for message in made)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    for name, text in letters():
        (FOLDER / name).write_text(text, encoding="utf-8")
