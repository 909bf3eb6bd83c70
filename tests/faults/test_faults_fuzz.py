"""Some hundreds of the answers of `fuzz.py`; run that by hand for more."""

from __future__ import annotations

from faults.fuzz import trial


def test_no_damaged_answer_ends_without_a_sentence() -> None:
    report = trial(count=400, seed=20261125)

    assert report.findings == []
    assert report.ends["read"] > 20
    assert report.ends["no headlines"] > 20


def test_a_page_that_wraps_its_text_a_thousand_times_is_read() -> None:
    assert trial(count=1, seed=1, first=4624).findings == []
