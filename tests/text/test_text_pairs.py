"""Labelled headlines: what each keyword must find, and must not; the file is also a sample for the benchmark."""

from pathlib import Path

import pytest
from benchmarks.matching import line, main, read_pairs

PAIRS = Path(__file__).parents[1] / "benchmarks" / "pairs.tsv"


def test_every_keyword_finds_its_headlines_and_no_others():
    wrong = [
        (pair.label, pair.keyword, pair.headline) for pair in read_pairs(PAIRS) if pair.fired != (pair.label == "yes")
    ]
    assert [] == wrong


def test_the_benchmark_tells_precision_recall_and_what_derived_words_fired(capsys):
    main(["--pairs", str(PAIRS), "--half", "report"])
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("all ")
    assert "P 1.000  R 1.000  F1 1.000  derived 0/" in first


@pytest.mark.parametrize(
    ("labels", "figures"),
    [
        (
            [("yes", True), ("yes", False), ("no", True), ("no", False)],
            "P 0.500  R 0.500  F1 0.500  derived 0/0 = 0.0 %",
        ),
        ([("yes", True), ("derived", True), ("derived", False)], "P 1.000  R 1.000  F1 1.000  derived 1/2 = 50.0 %"),
        ([], "P 1.000  R 1.000  F1 1.000  derived 0/0 = 0.0 %"),
    ],
)
def test_figures_are_counted_from_labels(labels, figures):
    [sample, *_] = read_pairs(PAIRS)
    pairs = [sample.__class__("k", "ar", "h", label, "", fired) for label, fired in labels]
    assert line("all", pairs).endswith(figures)
