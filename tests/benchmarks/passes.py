"""Compares a pass over many sites with httpx doing nothing but getting the same pages: `make bench`.

    python tests/benchmarks/passes.py [--sites 1000]

Twenty at a time, each site on an address of its own (127.x.y.z) with a page of 100 KB and no entity tags, served by
another process. The first pass reads and learns every page; at the second four fifths are the same bytes and one fifth
has a nonce. Bare httpx runs before, between and after, so that a noisy machine slows both.
"""

from __future__ import annotations

import argparse
import logging
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from servers.manysites import SELECTORS, Plan, address, serving

from monitor.cli.context import load_config, make_fetcher, make_resolver
from monitor.pipeline.build import build
from monitor.service.once import run_once
from monitor.store import open_store

AT_ONCE = 20


def configuration(folder: Path, sites: list[str]) -> Path:
    listed = "".join(
        f"  - {{name: s{n}, url: '{url}', endpoints: [{{type: html, url: '{url}', {SELECTORS}}}]}}\n"
        for n, url in enumerate(sites)
    )
    config = folder / "monitor.yaml"
    config.write_text(
        f"allow_private: [127.0.0.0/8]\nsources:\n{listed}rules: [{{name: r, any: [xyzzy], notify: [screen]}}]\n"
        "channels: [{name: screen, type: console}]\n"
    )
    return config


def bare(sites: list[str]) -> None:
    with httpx.Client(trust_env=False) as client, ThreadPoolExecutor(AT_ONCE) as pool:
        for size in pool.map(lambda url: len(client.get(url).content), sites):
            assert size > 50_000


def took(what: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds and the CPU seconds of this process."""
    begun, cpu = time.monotonic(), time.process_time()
    what()
    return time.monotonic() - begun, time.process_time() - cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=1000)
    number = parser.parse_args().sites
    logging.disable(logging.CRITICAL)
    with serving(Plan(per_day=0, tags=False)) as port, tempfile.TemporaryDirectory() as name:
        sites = [f"http://{address(n)}:{port}/" for n in range(number)]
        config, store = load_config(configuration(Path(name), sites)), open_store(Path(name) / "m.db")

        def clock() -> datetime:
            return datetime.now(UTC)

        line = build(
            config, store=store, fetcher=make_fetcher(config, clock, make_resolver()), clock=clock,
            random=random.random, owner="bench", parsing=threading.Lock(),
        )  # fmt: skip

        def one_pass() -> None:
            results = run_once(line, store, clock, AT_ONCE, lambda _result: None)
            assert all(result.error is None for result in results)

        bare(sites[:50])
        runs = [("bare", took(lambda: bare(sites))), ("first", took(one_pass)), ("bare", took(lambda: bare(sites)))]
        for _ in range(3):
            runs += [("second", took(one_pass)), ("bare", took(lambda: bare(sites)))]
        store.close()
    seconds, cpu = (
        statistics.median(values) for values in zip(*(run for kind, run in runs if kind == "bare"), strict=True)
    )
    print(f"bare httpx, {number} pages, {AT_ONCE} at a time: {seconds:.2f} s, {cpu:.2f} s of CPU")
    tell("first pass, reads and learns", [at for at, (kind, _) in enumerate(runs) if kind == "first"], runs)
    tell("second pass, nothing new", [at for at, (kind, _) in enumerate(runs) if kind == "second"], runs)


def tell(words: str, places: list[int], runs: list[tuple[str, tuple[float, float]]]) -> None:
    """Print the medians of some runs, and of their ratios to what httpx took right before and after."""
    own = [runs[at][1] for at in places]
    beside = [[(a + b) / 2 for a, b in zip(runs[at - 1][1], runs[at + 1][1], strict=True)] for at in places]
    ratios = [[mine / theirs for mine, theirs in zip(*pair, strict=True)] for pair in zip(own, beside, strict=True)]
    (seconds, cpu), (slower, dearer) = (
        [statistics.median(one) for one in zip(*rows, strict=True)] for rows in (own, ratios)
    )
    print(f"{words}: {seconds:.2f} s = {slower:.2f} ×, {cpu:.2f} s of CPU = {dearer:.2f} ×")


if __name__ == "__main__":
    main()
