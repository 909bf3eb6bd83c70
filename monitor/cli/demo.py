"""`demo`: a day of a news site in a few seconds, through everything."""

from __future__ import annotations

import click


@click.command()
@click.option("--seconds", type=click.FloatRange(5, 600), default=16.0, show_default=True, help="Length of the day.")
def demo(seconds: float) -> None:
    """Replay a bundled day of an invented Arabic news site and print the alerts.

    Everything is real but the site: it is served on this machine, polled over HTTP, remembered in SQLite,
    scheduled as always; only the day is shorter. Nothing is written outside a temporary folder.
    """
    from monitor.demo.play import play

    play(seconds)
