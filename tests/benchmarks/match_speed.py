"""Measures what matching costs with 10, 1,000 and 100,000 keywords, beside plain substring search over the same list.

    python tests/benchmarks/match_speed.py [--quick]

Keywords and headlines are invented: Arabic words from roots and patterns, French and English ones from syllables,
one keyword in five a phrase of two words, one in twenty quoted or with a *. Headlines have ten words, one of them a
keyword in nine of ten. Each number of keywords is measured in a process of its own; rounds of matching and of plain
search take turns, so that a noisy machine slows both alike. Memory is what the process grows by while building.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import product

import psutil

from monitor.match.rules import Rule, RuleSet, compile_rules
from monitor.model import Headline, Section
from monitor.text import fold_text

LETTERS = "بتثجحخدذرزسشصضطظعغفقكلمنهوي"
PATTERNS = (
    "{}{}{}",
    "{}ا{}{}",
    "م{}{}و{}",
    "{}{}ا{}ة",
    "ت{}{}ي{}",
    "ا{}ت{}ا{}",
    "م{}{}{}ة",
    "{}{}ي{}",
    "ا{}{}ا{}",
    "است{}{}ا{}",
)
SYLLABLES = ("ba", "ce", "dor", "fi", "gran", "li", "mon", "na", "per", "qui", "ré", "so", "tion", "ver", "zé")
COMMON = (
    "في",
    "من",
    "على",
    "إلى",
    "عن",
    "بعد",
    "هذا",
    "اليوم",
    "le",
    "la",
    "les",
    "dans",
    "pour",
    "the",
    "of",
    "in",
    "to",
)
BEFORE = ("", "", "", "ال", "ال", "ال", "و", "ب", "بال", "لل", "وال", "ل")
AFTER = ("", "", "", "", "ات", "ين", "ه", "ها", "هم")
HEADLINES = 2_000


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


def headlines(chance: random.Random, known: Sequence[str]) -> list[str]:
    """Return invented headlines; nine of ten have a keyword."""
    vocabulary = words(chance, 20_000)
    made = []
    for _ in range(HEADLINES):
        line = [chance.choice(COMMON) if chance.random() < 0.3 else _inflected(chance, vocabulary) for _ in range(10)]
        if chance.random() < 0.9:
            line[chance.randrange(10)] = chance.choice(known).strip('"*')
        made.append(" ".join(line))
    return made


def _inflected(chance: random.Random, vocabulary: Sequence[str]) -> str:
    word = chance.choice(vocabulary)
    return word if word.isascii() or word[0] in "rz" else chance.choice(BEFORE) + word + chance.choice(AFTER)


def measure(number: int, rounds: int) -> dict[str, float]:
    """Return milliseconds per headline, the ratio to plain search, build seconds, MiB and hits per headline."""
    chance = random.Random(number)
    known = keywords(chance, number)
    titles = headlines(chance, known)
    process = psutil.Process()
    before = process.memory_info().rss
    begun = time.perf_counter()
    rules = compile_rules([Rule(name="r", any=tuple(known))])
    built = time.perf_counter() - begun
    grown = process.memory_info().rss - before
    seen = [
        Headline(source="s", key=str(n), title=title, section=Section.LIST, first_seen_at=datetime.now(UTC))
        for n, title in enumerate(titles)
    ]
    return {
        "build_s": built,
        "memory_mib": grown / 2**20,
        **compare(rules, seen, [fold_text(word.strip('"*')) for word in known], rounds),
        "grown_mib": (process.memory_info().rss - before) / 2**20,
    }


def compare(rules: RuleSet, seen: Sequence[Headline], plain: Sequence[str], rounds: int) -> dict[str, float]:
    """Match and search in turns, each round on headlines that were not seen before."""
    share = len(seen) // rounds
    searched = max(1, min(share, 300_000 // len(plain)))
    ours, theirs, hits = [], [], 0
    for turn in range(rounds):
        batch = seen[turn * share : (turn + 1) * share]
        ours.append(_each(rules.evaluate, batch))
        hits += sum(len(match.spans) for one in batch for match in rules.evaluate(one))
        theirs.append(_each(lambda one: [word for word in plain if word in fold_text(one.title)], batch[:searched]))
    return {
        "ms": statistics.median(ours) * 1e3,
        "ratio": statistics.median(a / b for a, b in zip(ours, theirs, strict=True)),
        "hits": hits / (share * rounds),
    }


def _each(what: Callable[[Headline], object], batch: Sequence[Headline]) -> float:
    begun = time.perf_counter()
    for one in batch:
        what(one)
    return (time.perf_counter() - begun) / len(batch)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10 and 1,000 keywords only")
    sizes = (10, 1_000) if parser.parse_args().quick else (10, 1_000, 100_000)
    context = multiprocessing.get_context("spawn")
    print("keywords  ms/headline  × plain search  hits/headline  build s  memory MiB  after use")
    for size in sizes:
        with context.Pool(1) as pool:
            got = pool.apply(measure, (size, 10))
        print(
            f"{size:8,}  {got['ms']:11.3f}  {got['ratio']:14.3f}  {got['hits']:13.2f}  {got['build_s']:7.2f}"
            f"  {got['memory_mib']:10.1f}  {got['grown_mib']:9.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
