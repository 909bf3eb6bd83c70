"""Measures what matching costs with 10, 1,000 and 100,000 keywords, beside plain substring search over the same list.

    python tests/benchmarks/match_speed.py [--quick]

Keywords and headlines are invented: Arabic words from roots and patterns, French and English ones from syllables; one
keyword in five is a phrase of two words, one in twenty quoted or with a *. Headlines have ten words of a vocabulary
of 20,000 that are no keywords, used as often as words are (Zipf), with particles and endings; nine of ten have a
keyword, so that hits are about as many whatever the number of keywords. No headline is measured twice. `first` are the first thousand after the start, when every
word is new to the matcher; `later` the ten thousand after them. Each number of keywords is measured in a process of
its own, in CPU time; rounds of matching and of plain search take turns. Memory is what the process grows by.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate, product

import psutil

from monitor.match.rules import Rule, RuleSet, compile_rules
from monitor.model import Headline, Section
from monitor.text import fold_text

LETTERS = "بتثجحخدذرزسشصضطظعغفقكلمنهوي"
PATTERNS = ("{}{}{}", "{}ا{}{}", "م{}{}و{}", "{}{}ا{}ة", "ت{}{}ي{}", "ا{}ت{}ا{}", "م{}{}{}ة", "{}{}ي{}", "است{}{}ا{}")
SYLLABLES = ("ba", "ce", "dor", "fi", "gran", "li", "mon", "na", "per", "qui", "ré", "so", "tion", "ver", "zé")
COMMON = ("في", "من", "على", "إلى", "عن", "بعد", "هذا", "اليوم", "le", "la", "les", "dans", "pour", "the", "of", "to")
BEFORE = ("", "", "", "ال", "ال", "ال", "و", "ب", "بال", "لل", "وال", "ل")
AFTER = ("", "", "", "", "ات", "ين", "ه", "ها", "هم")
FIRST, LATER, ROUNDS = 1_000, 10_000, 10


def words(chance: random.Random, number: int) -> list[str]:
    """Return different invented words, two thirds of them Arabic."""
    roots = ["".join(root) for root in product(LETTERS, repeat=3) if len(set(root)) == 3]
    made: dict[str, None] = {}
    while len(made) < number:
        if chance.random() < 2 / 3:
            made[chance.choice(PATTERNS).format(*chance.choice(roots))] = None
        else:
            made["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4)))] = None
    return list(made)


def keywords(chance: random.Random, number: int) -> list[str]:
    """Return what a newsroom might write: words, phrases, quoted words, beginnings."""
    single = words(chance, number)
    for place in range(0, number, 5):
        single[place] += " " + chance.choice(single).split()[0]
    for place in range(1, number, 20):
        single[place] = f'"{single[place]}"' if place % 40 == 1 else f"{single[place].split()[0]}*"
    return list(dict.fromkeys(single))


def headlines(chance: random.Random, known: Sequence[str]) -> list[Headline]:
    """Return invented headlines; nine of ten have a keyword."""
    listed = {word for keyword in known for word in keyword.strip('"*').split()}
    vocabulary = [word for word in words(chance, 60_000) if word not in listed][:20_000]
    often, known_often = (
        list(accumulate(1 / (rank + 3) for rank in range(len(ranked)))) for ranked in (vocabulary, known)
    )
    made = []
    for number in range(FIRST + LATER):
        line = [_inflected(chance, word) for word in chance.choices(vocabulary, cum_weights=often, k=10)]
        line[3:9:3] = chance.choices(COMMON, k=2)
        if chance.random() < 0.9:
            [word] = chance.choices(known, cum_weights=known_often)
            line[chance.randrange(10)] = word.strip('"*')
        made.append(
            Headline(
                source="s",
                key=str(number),
                title=" ".join(line),
                section=Section.LIST,
                first_seen_at=datetime.now(UTC),
            )
        )
    return made


def _inflected(chance: random.Random, word: str) -> str:
    return word if word[0] in "abcdefghijklmnopqrstuvz" else chance.choice(BEFORE) + word + chance.choice(AFTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one number of keywords; milliseconds of CPU time are per headline."""

    first: float
    later: float
    ratio: float  # of later to plain search
    hits: float
    build: float  # seconds
    built: float  # MiB
    grown: float  # MiB, after use


def measure(number: int) -> Figures:
    """Build and match."""
    chance = random.Random(number)
    known = keywords(chance, number)
    seen = headlines(chance, known)
    plain = [fold_text(word.strip('"*')) for word in known]
    process = psutil.Process()
    before, begun = process.memory_info().rss, time.process_time()
    rules = compile_rules([Rule(name="r", any=tuple(known))])
    build, built = time.process_time() - begun, process.memory_info().rss - before
    first = _each(rules.evaluate, seen[:FIRST])
    later, ratio = _in_turns(rules, seen[FIRST:], plain)
    hits = sum(len(match.spans) for one in seen[-500:] for match in rules.evaluate(one)) / 500
    grown = process.memory_info().rss - before
    return Figures(
        first=first, later=later, ratio=ratio, hits=hits, build=build, built=built / 2**20, grown=grown / 2**20
    )


def _in_turns(rules: RuleSet, seen: Sequence[Headline], plain: Sequence[str]) -> tuple[float, float]:
    """Match and search in turns; return the median milliseconds of matching, and of its ratio to searching."""
    share = len(seen) // ROUNDS
    searched = max(1, min(share, 300_000 // len(plain)))
    ours, ratios = [], []
    for turn in range(ROUNDS):
        batch = seen[turn * share : (turn + 1) * share]
        ours.append(_each(rules.evaluate, batch))
        theirs = _each(lambda one: [word for word in plain if word in fold_text(one.title)], batch[:searched])
        ratios.append(ours[-1] / theirs)
    return statistics.median(ours), statistics.median(ratios)


def _each(what: Callable[[Headline], object], batch: Sequence[Headline]) -> float:
    begun = time.process_time()
    for one in batch:
        what(one)
    return (time.process_time() - begun) / len(batch) * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="10 and 1,000 keywords only")
    sizes = (10, 1_000) if parser.parse_args().quick else (10, 1_000, 100_000)
    print("keywords  ms/headline: first  later  × plain search  hits/headline  build s  memory MiB: built  after use")
    for size in sizes:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            got = pool.apply(measure, (size,))
        print(
            f"{size:8,} {got.first:19.3f} {got.later:6.3f} {got.ratio:15.4f} {got.hits:14.2f} {got.build:8.2f}"
            f" {got.built:18.1f} {got.grown:10.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
