"""Measures keyword matching on labelled headlines, through the rules as a user writes them.

    python tests/benchmarks/matching.py [--pairs FILE] [--half tune|report] [--wrong]

The file has tab-separated columns `keyword lang headline label note`, the first line naming them; a label is `yes`,
`no`, or `derived` for headlines that hold only a word derived from the keyword (مغربي for المغرب). Precision and
recall are about yes and no; how often derived words fire is told apart. Rows whose note begins with a word such as
homograph are ones that only a reader can decide: figures without them stand in a line of their own.
"""

from __future__ import annotations

import argparse
import csv
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from monitor.match.rules import Rule, RuleSet, compile_rules
from monitor.model import Headline, Section

UNDECIDABLE = {"homograph", "surname", "compound", "gap", "alias", "synonym"}
SAMPLE = Path(__file__).with_name("pairs.tsv")
SEEN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of the file, and whether the matcher fired on it."""

    keyword: str
    lang: str
    headline: str
    label: str
    note: str
    fired: bool


@cache
def compiled(keyword: str) -> RuleSet:
    return compile_rules([Rule(name="keyword", any=(keyword,))])


def fires(keyword: str, headline: str) -> bool:
    shown = Headline(source="file", key="k", title=headline, section=Section.LIST, first_seen_at=SEEN)
    return bool(compiled(keyword).evaluate(shown))


def read_pairs(path: Path) -> list[Pair]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Pair(
                row["keyword"],
                row["lang"],
                row["headline"],
                row["label"],
                row["note"] or "",
                fires(row["keyword"], row["headline"]),
            )
            for row in rows
        ]


def half_of(keyword: str) -> str:
    """Return the half of the keywords this one is in: rules are tuned on one and measured on the other."""
    return "tune" if zlib.crc32(keyword.encode()) % 2 else "report"


def ratio(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def line(name: str, pairs: Iterable[Pair]) -> str:
    pairs = list(pairs)
    hits = sum(pair.fired for pair in pairs if pair.label == "yes")
    wanted = sum(pair.label == "yes" for pair in pairs)
    false = sum(pair.fired for pair in pairs if pair.label == "no")
    derived = [pair.fired for pair in pairs if pair.label == "derived"]
    precision, recall = ratio(hits, hits + false), ratio(hits, wanted)
    f1 = ratio(2 * hits, hits + false + wanted)
    return (
        f"{name:<22} {len(pairs):>5} pairs  P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}"
        f"  derived {sum(derived)}/{len(derived)} = {100 * ratio(sum(derived), len(derived) or 1):.1f} %"
    )


def decidable(pair: Pair) -> bool:
    return pair.note.split(";")[0] not in UNDECIDABLE


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, default=SAMPLE, help="labelled headlines, tab-separated")
    parser.add_argument("--half", choices=["tune", "report"], help="only this half of the keywords")
    parser.add_argument("--wrong", action="store_true", help="list the rows that came out wrong")
    options = parser.parse_args(arguments)
    pairs = [pair for pair in read_pairs(options.pairs) if options.half in {None, half_of(pair.keyword)}]
    print(line("all", pairs))
    print(line("without undecidable", filter(decidable, pairs)))
    for lang in sorted({pair.lang for pair in pairs}):
        print(line(lang, (pair for pair in pairs if pair.lang == lang)))
    for pair in pairs:
        if options.wrong and pair.fired != (pair.label == "yes"):
            print(f"{pair.label:<8} {pair.keyword} | {pair.headline} | {pair.note}")


if __name__ == "__main__":
    main()
