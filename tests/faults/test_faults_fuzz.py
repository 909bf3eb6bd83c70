"""Some hundreds of the answers of `fuzz.py`; run that by hand for more."""

from __future__ import annotations

from faults.fuzz import trial

from monitor.errors import FetchError


def test_no_damaged_answer_ends_without_a_sentence() -> None:
    report = trial(count=400, seed=20261125)

    assert report.findings == []
    assert report.ends["read"] > 20
    assert report.ends["no headlines"] > 20


def test_what_a_site_writes_into_a_sentence_disturbs_no_terminal() -> None:
    said = str(FetchError("no 'blocks' among the keys '\x1b[2J\ud800\u202e'", kind="protocol"))

    assert said == "no 'blocks' among the keys '\\x1b[2J\\ud800\\u202e'"
