"""Measures how well one story is told from another, and what judging costs.

`python tests/benchmarks/stories.py [--pairs FILE | --held-out | --cost]`: FILE is a TSV with the columns a, b and label (edit,
same_story or different; more columns do no harm); without it the invented pairs of `tests/diff/pairs` are judged.
`--held-out` judges those that nothing was tuned on.
`--cost` judges the 50 new headlines of a poll beside 1,000 to 100,000 headlines of the last day.
"""

from __future__ import annotations

import argparse
import csv
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, combinations
from pathlib import Path

import yaml

from monitor.diff import stories
from monitor.diff.likeness import SAME_STORY, compare, edit
from monitor.model import Indexed
from monitor.store import SqliteStore, open_store, rows
from monitor.store import stories as stories_of
from monitor.text import title_key

PAIRS = Path(__file__).parent.parent / "diff" / "pairs"
HELD_OUT = PAIRS / "held_out"
Pair = tuple[str, str, str]


def read_tsv(path: Path) -> list[Pair]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["a"], row["b"], row["label"]) for row in rows]


def invented(folder: Path = PAIRS) -> list[Pair]:
    """Return all pairs of the groups, and of neighbouring groups' stories, which are different."""
    pairs: list[Pair] = []
    for file in sorted(folder.glob("*.yaml")):
        groups = yaml.safe_load(file.read_text("utf-8"))
        for group in groups:
            pairs += _pairs_of(group)
        pairs += [(one["told"][0], other["told"][0], "different") for one, other in combinations(groups, 2)][::9]
    return pairs


def _pairs_of(group: dict[str, list]) -> Iterator[Pair]:
    for a, b in combinations(group["told"], 2):
        yield a, b, "same_story"
    for old, new in group.get("edited", ()):
        yield old, new, "edit"
    for told in group["told"]:
        for other in group.get("apart", ()):
            yield told, other, "different"


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return how often a positive pair scores above a negative one; ties count half."""
    won = sum((p > n) + (p == n) / 2 for p in positive for n in negative)
    return won / max(1, len(positive) * len(negative))


def report(pairs: Sequence[Pair]) -> dict[str, float]:
    scored = [(compare(a, b).score, label) for a, b, label in pairs]
    same = [s for s, label in scored if label != "different"]
    other = [s for s, label in scored if label == "different"]
    told = sum(s >= SAME_STORY for s in same)
    wrong = sum(s >= SAME_STORY for s in other)
    edits = [edit(a, b) for a, b, label in pairs if label == "edit"]
    strangers = [edit(a, b) for a, b, label in pairs if label == "different"]
    return {
        "pairs": len(pairs),
        "AUC": auc(same, other),
        "AUC same story": auc([s for s, label in scored if label == "same_story"], other),
        "AUC edits": auc(edits, strangers),
        "precision": told / max(1, told + wrong),
        "recall": told / max(1, len(same)),
        "wrong": wrong,
    }


def show_mistakes(pairs: Sequence[Pair]) -> None:
    for value, label, a, b in sorted((compare(a, b).score, label, a, b) for a, b, label in pairs):
        if (value >= SAME_STORY) != (label != "different"):
            print(f"{value:.2f} {label}\n     {a}\n     {b}")


# --- cost ---------------------------------------------------------------------------------------------


def headlines(count: int, seed: int) -> list[str]:
    """Return invented headlines with the words of the pairs, and with rare ones out of thirty thousand."""
    chance = random.Random(seed)
    letters = random.Random(0)
    known = sorted({word for a, b, _ in invented() for title in (a, b) for word in title.split()})
    weights = list(accumulate(1 / (n + 5) for n in range(len(known))))
    rare = ["".join(letters.choices("ابتجحدرزسشصطعفقكلمنه", k=5)) for _ in range(30_000)]
    return [
        " ".join([*chance.choices(known, cum_weights=weights, k=6), *chance.choices(rare, k=3)]) for _ in range(count)
    ]


def fill(store: SqliteStore, count: int, now: datetime) -> list[str]:
    """Put headlines of the last day into the database, the way polls do, and return their titles."""
    titles = headlines(count, seed=1)
    with store._database.tx() as db:
        db.execute("INSERT INTO source (name) VALUES ('other') ON CONFLICT DO NOTHING")
        for number, title in enumerate(titles):
            at = rows.ms(now - timedelta(hours=23) * (1 - number / count))
            db.execute(
                "INSERT INTO headline (source, key, title, section, first_seen_at, last_seen_at, breaking, baseline)"
                " VALUES ('other', ?, ?, 'list', ?, ?, 0, 0)",
                (f"u:{number}", title, at, at),
            )
            stories_of.save(
                db, [Indexed(key=str(number), marks=stories.marks(title), story=None)], {str(number): number + 1}, at
            )
    return titles


def judge(store: SqliteStore, titles: Sequence[str], now: datetime) -> int:
    """Return how many headlines were found to be told before."""
    wanted = [stories.marks(title) for title in titles]
    found = store.carriers("mine", wanted, now - stories.WINDOW)
    return sum(bool(stories.kin(title, near)) for title, near in zip(titles, found, strict=True))


def cost(rounds: int = 15) -> None:
    now = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    for count in (1_000, 10_000, 100_000):
        with tempfile.TemporaryDirectory() as folder:
            store = open_store(Path(folder) / "monitor.db")
            known = fill(store, count, now)
            times = []
            for number in range(rounds):
                told = [" ".join(reversed(title.split())) for title in known[number * 5 : number * 5 + 5]]
                page = [*headlines(45, seed=100 + number), *told]
                for title in page:
                    title_key(title)  # known from telling headlines apart
                begin = time.process_time()
                repeats = judge(store, page, now)
                times.append((time.process_time() - begin) * 1000)
            store.close()
        print(
            f"{count:>7} headlines: 50 judged in {statistics.median(times):.1f} ms of a processor (median of {rounds} rounds, "
            f"best {min(times):.1f}), {repeats} told before"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, help="TSV with the columns a, b, label")
    parser.add_argument("--held-out", action="store_true", help="judge the pairs that nothing was tuned on")
    parser.add_argument("--mistakes", action="store_true", help="print the pairs that are judged wrongly")
    parser.add_argument("--cost", action="store_true", help="measure what judging a poll costs")
    given = parser.parse_args()
    if given.cost:
        cost()
        return 0
    pairs = read_tsv(given.pairs) if given.pairs else invented(HELD_OUT if given.held_out else PAIRS)
    if given.mistakes:
        show_mistakes(pairs)
    for name, value in report(pairs).items():
        print(f"{name:<16} {value:.3f}" if isinstance(value, float) else f"{name:<16} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
