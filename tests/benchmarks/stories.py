"""Measures how well one story is told from another, and what judging costs.

`python tests/benchmarks/stories.py [--pairs FILE]`: FILE is a TSV with the columns a, b and label (edit, same_story
or different; more columns do no harm); without it the invented pairs of `tests/diff/pairs` are judged.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import yaml

from monitor.diff.likeness import SAME_STORY, compare, edit

PAIRS = Path(__file__).parent.parent / "diff" / "pairs"
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, help="TSV with the columns a, b, label")
    parser.add_argument("--mistakes", action="store_true", help="print the pairs that are judged wrongly")
    given = parser.parse_args()
    pairs = read_tsv(given.pairs) if given.pairs else invented()
    if given.mistakes:
        show_mistakes(pairs)
    for name, value in report(pairs).items():
        print(f"{name:<16} {value:.3f}" if isinstance(value, float) else f"{name:<16} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
