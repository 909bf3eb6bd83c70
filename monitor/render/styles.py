"""The markup of each kind of service: how a headline, its link, its matched words and its notes are written."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from monitor.render.entry import Entry
from monitor.render.safe import FSI, LRM, PDI, RLM, Piece, cut, inner_mark, is_rtl, units

Write = Callable[[Entry, int, str | None], str]
"""Writes an entry with at most so many characters of its headline and the given link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a service wants its messages."""

    format: str  # text | html | markdown, as the message says it
    limit: int  # UTF-16 units of one message
    write: Write
    note: Callable[[str], str]  # writes a line of ours
    # Of lines whose words somebody else chose, in a template.
    mark: Callable[[Sequence[Piece]], str]  # writes a text, matched words so that they stand out
    link: Callable[[str, str], str] | None = None  # None: addresses are spelled
    address: Callable[[str], str] = str  # writes one in letters
    spelled: bool = False  # the address of a linked headline is spelled below it, too
    row: Callable[[bool, str], str] = lambda rtl, written: f"{RLM if rtl else LRM}{written}" if written else ""
    rows: str = "\n"  # between them
    between: str = "\n\n"
    most: int = 1000  # entries in one message
    subject: bool = False  # the headline stands in the subject line, too
    # Lists of many headlines.
    line: Callable[[str, str | None, str, str], str]  # writes a headline, its link, its time and what became of it
    heading: Callable[[str], str]
    brief_limit: int  # of a list, as `size` counts
    size: Callable[[str], int] = units
    most_brief: int = 1000  # headlines of a list in one message
    joint: str = "\n"  # between the lines of a list


def _lines(
    entry: Entry, headline: str, link: Callable[[str, str], str] | None, url: str | None, escape: Callable[[str], str]
) -> str:
    linked = link(headline, url) if link and url else headline
    first = _whole_line(entry.title, linked)
    bare = [url] if url and not link else []
    lead = [_whole_line(entry.lead, escape(entry.lead))] if entry.lead else []
    return "\n".join([first, *bare, *lead, *map(escape, entry.notes)])


def _whole_line(text: str, written: str) -> str:
    """Return a text as it is written for the service, on a line that runs in the direction of its letters."""
    return f"{RLM if is_rtl(text) else ''}{FSI}{inner_mark(text)}{written}{PDI}"


def _listed(
    escape: Callable[[str], str], link: Callable[[str, str], str] | None = None
) -> Callable[[str, str | None, str, str], str]:
    """Return what writes a headline of a list: the time, the headline, and an address that cannot be linked below."""

    def line(title: str, url: str | None, time: str, note: str) -> str:
        written = link(escape(title), url) if link and url else escape(title)
        shown = f"{RLM if is_rtl(title) else LRM}{escape(time)} {FSI}{inner_mark(title)}{written}{PDI}"
        marked = f"{shown} · {escape(note)}" if note else shown
        return f"{marked}\n{url}" if url and not link else marked

    return line


def _marked(parts: Sequence[Piece], escape: Callable[[str], str], bold: Callable[[str], str]) -> str:
    return "".join(bold(escape(part.text)) if part.hit else escape(part.text) for part in parts)


def _marking(escape: Callable[[str], str], bold: Callable[[str], str]) -> Callable[[Sequence[Piece]], str]:
    return lambda parts: _marked(parts, escape, bold)


def unmentioned(text: str) -> str:
    """Break @names, so that nobody is called by what a headline says."""
    return re.sub(r"@(?=\S)", "@\u200b", text)


# --- Telegram: a small subset of HTML -------------------------------------------------------------------


def _telegram_escape(text: str) -> str:
    return html.escape(unmentioned(text), quote=False)


def _html_bold(escaped: str) -> str:
    return f"<b>{escaped}</b>"


def _html_link(escaped: str, url: str) -> str:
    return f'<a href="{html.escape(url)}">{escaped}</a>'


def _html_address(url: str) -> str:
    return _html_link(html.escape(url), url)


_telegram_marked = _marking(_telegram_escape, _html_bold)


def _telegram(entry: Entry, width: int, url: str | None) -> str:
    return _lines(entry, _telegram_marked(cut(entry.headline, width)), _html_link, url, _telegram_escape)


# --- Slack: CommonMark, which Apprise translates to Slack's own markup ----------------------------------

# Slack cannot escape its own marks. These look the same and mean nothing; an underscore inside a word does not
# mean anything either and stays.
_SLACK_LOOKALIKES = str.maketrans({"*": "∗", "`": "ˋ", "~": "∼", "\\": "∖"})
_SLACK_UNDERSCORE = re.compile(r"(?<!\w)_|_(?!\w)|(?<=_)_|_(?=_)")
_COMMONMARK_SPECIAL = re.compile(r"([<>\[\]()!#])")


def _slack_escape(text: str) -> str:
    plain = _SLACK_UNDERSCORE.sub("＿", unmentioned(text).translate(_SLACK_LOOKALIKES))
    return _COMMONMARK_SPECIAL.sub(r"\\\1", plain)


def _slack_marked(parts: Sequence[Piece]) -> str:
    """Mark whole words only: inside a word Slack would show the asterisks."""
    written = []
    for n, part in enumerate(parts):
        before = parts[n - 1].text[-1:] if n else ""
        after = parts[n + 1].text[:1] if n + 1 < len(parts) else ""
        whole = not before.isalnum() and not after.isalnum() and part.text == part.text.strip()
        escaped = _slack_escape(part.text)
        written.append(f"**{escaped}**" if part.hit and whole else escaped)
    return "".join(written)


def _bracketed(url: str) -> str:
    return f"<{url}>"


def _slack_link(escaped: str, url: str) -> str:
    return f"[{escaped}](<{url}>)"


def _slack(entry: Entry, width: int, url: str | None) -> str:
    return _lines(entry, _slack_marked(cut(entry.headline, width)), _slack_link, url, _slack_escape)


# --- Discord: its own Markdown --------------------------------------------------------------------------

_DISCORD_SPECIAL = re.compile(r"([\\*_~|>`\[\]()<#:+-])")


def _discord_escape(text: str) -> str:
    unmeant = re.sub(r"<(?=[@#:/a-z])", "<\u200b", unmentioned(text))
    return _DISCORD_SPECIAL.sub(r"\\\1", unmeant)


def _discord_link(escaped: str, url: str) -> str:
    return f"[{escaped}](<{url}>)"  # the angle brackets keep Discord from adding a preview of each page


_discord_marked = _marking(_discord_escape, lambda escaped: f"**{escaped}**")


def _discord(entry: Entry, width: int, url: str | None) -> str:
    return _lines(entry, _discord_marked(cut(entry.headline, width)), _discord_link, url, _discord_escape)


# --- e-mail: HTML, from which Apprise makes the text part -----------------------------------------------


_mail_marked = _marking(html.escape, _html_bold)
_MAIL_GREY = 'style="color:#767676"'  # is read on white and on black


def _mail(entry: Entry, width: int, url: str | None) -> str:
    headline = _mail_marked(cut(entry.headline, width))
    linked = _html_link(headline, url) if url else headline
    blocks = [f'<div {_mail_direction(entry.title)} style="font-size:larger">{linked}</div>']
    if url:  # once more in letters: the text part has no links
        blocks.append(_mail_address(url))
    if entry.lead:
        blocks.append(f"<div {_mail_direction(entry.lead)}>{html.escape(entry.lead)}</div>")
    *news, facts = entry.notes
    return _mail_block(entry.title, "".join([*blocks, *map(_mail_note, news), _mail_facts(facts)]))


def _mail_block(title: str, written: str) -> str:
    """Keep what is said of a headline on its side of the page, whatever direction it runs in."""
    return f'<div style="text-align:{"right" if is_rtl(title) else "left"}">{written}</div>'


def _mail_direction(text: str) -> str:
    return 'dir="rtl" lang="ar"' if is_rtl(text) else 'dir="auto"'


def _mail_row(rtl: bool, written: str) -> str:
    return f'<div dir="{"rtl" if rtl else "ltr"}">{written or "<br>"}</div>'


def _mail_address(url: str) -> str:
    return f'<div dir="ltr"><small><a href="{html.escape(url)}" {_MAIL_GREY}>{html.escape(url)}</a></small></div>'


def _mail_note(line: str) -> str:
    return _mail_row(line.startswith(RLM), html.escape(line))


def _mail_facts(line: str) -> str:
    return (
        f'<div dir="{"rtl" if line.startswith(RLM) else "ltr"}" {_MAIL_GREY}><small>{html.escape(line)}</small></div>'
    )


def _mail_line(title: str, url: str | None, time: str, note: str) -> str:
    linked = _html_link(html.escape(title), url) if url else html.escape(title)
    told = f"{html.escape(time)} {linked}{html.escape(f' · {note}' if note else '')}"
    address = _mail_address(url) if url else ""
    return _mail_block(title, f"<div {_mail_direction(title)}>{told}</div>{address}")


def _mail_heading(line: str) -> str:
    return _mail_row(line.startswith(RLM), _html_bold(html.escape(line)))


# --- plain text and the terminal ------------------------------------------------------------------------


_plain_marked = _marking(unmentioned, str)
_terminal_marked = _marking(str, lambda text: f"\x1b[1;33m{text}\x1b[22;39m")
_unmarked = _marking(str, str)


def _plain(entry: Entry, width: int, url: str | None) -> str:
    return _lines(entry, _plain_marked(cut(entry.headline, width)), None, url, unmentioned)


def _terminal(entry: Entry, width: int, url: str | None) -> str:
    headline = _terminal_marked(cut(entry.headline, width))
    return _lines(entry, headline, None, url, lambda line: f"\x1b[2m{line}\x1b[22m")


def _terminal_without_colours(entry: Entry, width: int, url: str | None) -> str:
    return _lines(entry, _unmarked(cut(entry.headline, width)), None, url, str)


def telegram_size(text: str) -> int:
    """Return what Telegram counts: what people see, without markup and addresses."""
    return units(html.unescape(re.sub(r"<[^<>]*>", "", text)))


def _coloured(line: str) -> str:
    return f"\x1b[1m{line}\x1b[22m"


# Telegram takes 4,096 characters of what is seen, with 100 links and bold pieces at most; Discord takes 2,000.
TELEGRAM = Style(
    format="html",
    limit=3500,
    write=_telegram,
    note=_telegram_escape,
    mark=_telegram_marked,
    link=_html_link,
    address=_html_address,
    line=_listed(_telegram_escape, _html_link),
    heading=lambda line: _html_bold(_telegram_escape(line)),
    brief_limit=3950,
    size=telegram_size,
    most_brief=80,
)
SLACK = Style(
    format="markdown",
    limit=3500,
    write=_slack,
    note=_slack_escape,
    mark=_slack_marked,
    link=_slack_link,
    address=_bracketed,
    line=_listed(_slack_escape, _slack_link),
    heading=_slack_escape,
    brief_limit=10_000,
)
DISCORD = Style(
    format="text",
    limit=1900,
    write=_discord,
    note=_discord_escape,
    mark=_discord_marked,
    link=_discord_link,
    address=_bracketed,
    line=_listed(_discord_escape, _discord_link),
    heading=lambda line: f"**{_discord_escape(line)}**",
    brief_limit=1800,
)
MAIL = Style(
    format="html",
    limit=30_000,
    write=_mail,
    note=_mail_note,
    between="<br>\n",
    most=100,
    subject=True,
    mark=_mail_marked,
    link=_html_link,
    address=_html_address,
    spelled=True,
    row=_mail_row,
    rows="",
    line=_mail_line,
    heading=_mail_heading,
    brief_limit=30_000,
    most_brief=100,
    joint="\n",
)
PLAIN = Style(
    format="text",
    limit=3500,
    write=_plain,
    note=unmentioned,
    mark=_plain_marked,
    spelled=True,
    line=_listed(unmentioned),
    heading=unmentioned,
    brief_limit=3400,
)
# Apprise turns what is longer than 8,000 bytes, with six for every Arabic letter, into an attached file.
NTFY = replace(PLAIN, limit=1200, brief_limit=1100)
TERMINAL_WITHOUT_COLOURS = Style(
    format="text",
    limit=1_000_000,
    write=_terminal_without_colours,
    note=str,
    mark=_unmarked,
    spelled=True,
    line=_listed(str),
    heading=str,
    brief_limit=1_000_000,
)
TERMINAL = replace(
    TERMINAL_WITHOUT_COLOURS,
    write=_terminal,
    mark=_terminal_marked,
    note=lambda line: f"\x1b[2m{line}\x1b[22m",
    heading=_coloured,
)
