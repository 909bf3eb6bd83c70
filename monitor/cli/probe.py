"""`probe`: what can be watched at a site?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.context import isolate, json_option

if TYPE_CHECKING:
    from monitor.errors import SourceError
    from monitor.model import Item
    from monitor.pipeline.discover import Attempt, Survey

_SHOWN = 5  # headlines of each part of a page
_EVERYTHING = 99  # ways to the headlines are wanted; the budget of a look ends it sooner


@click.command()
@click.argument("url", metavar="URL")
@click.option("--save", type=click.Path(path_type=Path), help="Keep the page in this new file, for extract.")
@click.option("--allow-private", metavar="CIDR", multiple=True, help="Allow a private address, 127.0.0.0/8 say.")
@json_option
def probe(url: str, save: Path | None, allow_private: tuple[str, ...], *, as_json: bool) -> None:
    """Find out what can be watched at a site, and print the block for the configuration.

    \b
    headline-monitor probe kifache.com
    headline-monitor probe https://example.com/news --save page.html

    Shows every page, feed, WordPress list and news sitemap that gives headlines, its first ones, how fresh they are,
    and what was tried without result. Asks at most twelve times, one second apart, and obeys robots.txt. Exit
    status 1 when nothing was found.
    """
    url = url if "://" in url else f"https://{url}"
    _check(url)
    _say(f"looking at {url}: at most 12 requests, one second apart")
    survey = _explore(url, allow_private)
    if save:
        _save(survey, url, save)
    now = datetime.now(UTC)
    if as_json:
        click.echo(json.dumps(_report(url, survey), ensure_ascii=False, indent=2))
    elif survey.working:
        _show(url, survey, now)
    if not survey.working:
        raise _nothing(url, survey)


def _check(url: str) -> None:
    from monitor.config.checks import url_problems

    for found in url_problems(url):
        raise click.UsageError(f"{found.message}{f'; {found.hint}' if found.hint else ''}")


def _explore(url: str, allow_private: tuple[str, ...]) -> Survey:
    import time
    from contextlib import closing
    from zoneinfo import ZoneInfo

    from monitor.cli.context import make_fetcher, make_resolver
    from monitor.cli.suggest import name_of
    from monitor.config.schema import Config
    from monitor.pipeline.discover import Explorer
    from monitor.ports import SiteContext

    def clock() -> datetime:
        return datetime.now(UTC)

    config = Config(sources=(), rules=(), channels=(), allow_private=allow_private)
    with closing(make_fetcher(config, clock, make_resolver())) as fetcher:
        explorer = Explorer(fetcher=fetcher, clock=clock, pause=time.sleep, agent="headline-monitor")
        context = SiteContext(source=name_of(url), zone=ZoneInfo("UTC"))
        return explorer.explore(url, context, wanted=_EVERYTHING, told=_tell)


def _tell(attempt: Attempt) -> None:
    mark = click.style("no ", fg="yellow") if attempt.error else click.style("yes", fg="green")
    _say(f"  {mark} {attempt.candidate.kind} {attempt.url}: {attempt.says(datetime.now(UTC))}")


def _say(line: str) -> None:
    click.echo(line, err=True)


def _save(survey: Survey, url: str, path: Path) -> None:
    from monitor.errors import MonitorError

    if survey.front is None:
        raise MonitorError(f"there is no page to save: {survey.page.problem}")
    try:
        with path.open("xb") as file:
            file.write(survey.front.body)
    except FileExistsError:
        raise MonitorError(f"{path} is there already; name another file with --save") from None
    except OSError as error:
        raise MonitorError(f"cannot write {path}: {error.strerror}; name another file with --save") from None
    _say(f"saved the page; next: headline-monitor extract {path} --url {url}")


def _show(url: str, survey: Survey, now: datetime) -> None:
    for attempt in survey.working:
        about = f"({attempt.candidate.kind}, {attempt.candidate.origin})"
        click.echo(f"{click.style(attempt.url, bold=True)} {about}: {attempt.says(now)}")
        for section, items in _parts(attempt.items).items():
            for item in items[:_SHOWN]:
                click.echo(f"  {section:<7} {isolate(item.title)}")
            if len(items) > _SHOWN:
                click.echo(f"  {section:<7} … {len(items) - _SHOWN} more")
    for attempt in (survey.page, *survey.others):
        if attempt.error:
            click.echo(f"without result: {attempt.candidate.kind} {attempt.url}: {attempt.says(now)}")
    if survey.robots:
        click.echo(f"robots.txt: {survey.robots}")
    if survey.stopped:
        click.echo(f"not everything was tried: {survey.stopped}")
    if _lasting(url, survey) != url:
        click.echo(f"the address leads to {_lasting(url, survey)}, which is the one to use")
    click.echo(f"\n{_block(url, survey)}")


def _parts(items: Sequence[Item]) -> dict[str, list[Item]]:
    """Return the headlines of the ticker, the lists and the feed, in this order."""
    parts: dict[str, list[Item]] = {}
    for section in ("ticker", "list", "feed"):
        found = [item for item in items if item.section == section]
        if found:
            parts[section] = found
    return parts


def _report(url: str, survey: Survey) -> dict[str, Any]:
    return {
        "url": url,
        "final_url": survey.front.final_url if survey.front else None,
        "language": _language(survey),
        "timezone": (_zone(url, survey) or (None,))[0],
        "requests": survey.requests,
        "endpoints": [
            {
                "type": attempt.candidate.kind,
                "url": attempt.url,
                "origin": attempt.candidate.origin,
                "headlines": len(attempt.items),
                "newest_at": attempt.newest_at.isoformat() if attempt.newest_at else None,
                "on_page": attempt.shared,
                "first": {
                    section: [{"title": item.title, "url": item.url} for item in items[:_SHOWN]]
                    for section, items in _parts(attempt.items).items()
                },
            }
            for attempt in survey.working
        ],
        "tried": [
            {"type": attempt.candidate.kind, "url": attempt.url, "problem": attempt.problem}
            for attempt in (survey.page, *survey.others)
            if attempt.error
        ],
        "robots": survey.robots,
        "stopped": survey.stopped,
        "config": _block(url, survey) if survey.working else None,
    }


def _block(url: str, survey: Survey) -> str:
    from monitor.cli.suggest import block

    ways = [(attempt.candidate.kind, attempt.url) for attempt in survey.working]
    return block(
        _lasting(url, survey),
        language=_language(survey),
        zone=_zone(url, survey),
        endpoints=ways[:2] if survey.page.error else (),
    )


def _lasting(url: str, survey: Survey) -> str:
    """Return the address to use: the one it leads to when that is another site's."""
    from monitor.urls import host

    front = survey.front
    return front.final_url if front and host(front.final_url) != host(url) else url


def _language(survey: Survey) -> str | None:
    from monitor.cli.suggest import language_of

    return language_of([item.title for attempt in survey.working for item in attempt.items])


def _zone(url: str, survey: Survey) -> tuple[str, str] | None:
    from monitor.cli.suggest import zone_of

    return zone_of(url, survey.front.body[:20000].decode("utf-8", "replace") if survey.front else "")


def _nothing(url: str, survey: Survey) -> Exception:
    from monitor.errors import MonitorError

    reason = survey.page.problem or "the page shows none"
    return MonitorError(f"no headlines were found at {url}: {reason}{_next_step(url, survey.page.error)}")


def _next_step(url: str, error: SourceError | None) -> str:
    from monitor.errors import ExtractError, FetchError

    if isinstance(error, FetchError) and error.kind == "address":
        return "; for this look: --allow-private with that address"
    if isinstance(error, ExtractError):
        return f"; or say where they stand: headline-monitor extract {url} --ticker CSS --list CSS"
    return ""
