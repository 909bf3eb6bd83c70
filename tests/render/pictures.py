"""Pictures of the messages as a chat and a mail program show them: `python tests/render/pictures.py FOLDER`.

For looking, not for comparing: what a message says is kept in `messages/`. Needs Playwright and a Chromium, and fonts
with Arabic letters.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

if __name__ == "__main__":  # pytest knows where the tests' servers are
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from render.letters import NOTICE, batch, edited, night, single
from servers.samples import NOW, ZONE

from monitor.model import Message
from monitor.render.message import notice, render
from monitor.render.styles import MAIL, TELEGRAM, Style
from monitor.render.words import WORDS

WIDTHS = {"phone": 390, "desktop": 900}
_PAGE = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<style>
:root {{ color-scheme: {scheme}; --back: {back}; --bubble: {bubble}; --text: {text}; --link: {link}; }}
body {{ margin: 0; padding: 12px; background: var(--back); color: var(--text);
  font: 15px/1.35 "Noto Sans", "Noto Sans Arabic", "DejaVu Sans", sans-serif; }}
.bubble {{ background: var(--bubble); border-radius: 14px; padding: 8px 12px; margin: 0 0 10px; max-width: 480px;
  width: fit-content; overflow-wrap: anywhere; }}
.bubble p {{ margin: 0; min-height: 1.35em; unicode-bidi: plaintext; text-align: start; }}
.mail {{ background: var(--bubble); padding: 14px; margin: 0 0 14px; overflow-wrap: anywhere; font-family: "Noto Sans", sans-serif }}
.mail h2 {{ font-size: 17px; margin: 0 0 10px; unicode-bidi: plaintext; border-bottom: 1px solid #8886; }}
a {{ color: var(--link); text-decoration: none; }} .mail a {{ text-decoration: underline; }}
</style>{content}"""
_SCHEMES = {
    "light": {"back": "#d5e0d0", "bubble": "#fff", "text": "#000", "link": "#2a7ab8"},
    "dark": {"back": "#0e1621", "bubble": "#182533", "text": "#fff", "link": "#6ab3f3"},
}


def messages(style: Style, lang: str) -> Iterator[Message]:
    """Yield one message of each sort."""
    for alerts in ([single()], [edited()], batch(), night()):
        yield from render(alerts, NOW, zone=ZONE, words=WORDS[lang], style=style)
    yield notice(NOTICE, style)


def chat(message: Message) -> str:
    """Return a Telegram bubble: every line has the direction of its first letter."""
    lines = "".join(f'<p dir="auto">{line}</p>' for line in message.body.split("\n"))
    return f'<div class="bubble">{lines}</div>'


def letter(message: Message) -> str:
    """Return a mail: its subject and its HTML part."""
    return f'<div class="mail"><h2 dir="auto">{message.title}</h2>{message.body}</div>'


def page(content: str, scheme: str) -> str:
    return _PAGE.format(content=content, scheme=scheme, **_SCHEMES[scheme])


def pages() -> Iterator[tuple[str, int, str]]:
    """Yield the name, the width and the HTML of every picture."""
    for lang in WORDS:
        telegram = "".join(map(chat, messages(TELEGRAM, lang)))
        mail = "".join(map(letter, messages(MAIL, lang)))
        yield f"telegram-{lang}-phone", WIDTHS["phone"], page(telegram, "light")
        yield f"mail-{lang}-phone", WIDTHS["phone"], page(mail, "dark" if lang == "ar" else "light")
    yield "readme", WIDTHS["phone"] + 30, page(shown(), "light")
    yield "telegram-ar-dark", WIDTHS["phone"], page("".join(map(chat, messages(TELEGRAM, "ar"))), "dark")
    yield "mail-ar-desktop", WIDTHS["desktop"], page("".join(map(letter, messages(MAIL, "ar"))), "light")


def shown() -> str:
    """Return what the README shows: an alert, an edit under it, and a few headlines at once."""
    made = [
        *render([single()], NOW, zone=ZONE, words=WORDS["ar"], style=TELEGRAM),
        *render([edited()], NOW, zone=ZONE, words=WORDS["ar"], style=TELEGRAM),
        *render(batch()[2:5], NOW, zone=ZONE, words=WORDS["ar"], style=TELEGRAM),
    ]
    return "".join(map(chat, made))


def shoot(folder: Path, only: str = "") -> None:
    """Write the pictures whose names have this expression in them."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for name, width, html in pages():
            if re.search(only, name):
                tab = browser.new_page(viewport={"width": width, "height": 200})
                tab.set_content(html)
                tab.screenshot(path=folder / f"{name}.png", full_page=True)
                tab.close()
        browser.close()


if __name__ == "__main__":
    shoot(Path(sys.argv[1]), *sys.argv[2:3])
