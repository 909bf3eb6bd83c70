"""The promise that nothing is lost, against SIGKILL."""

from __future__ import annotations

import pytest
from faults.kill9 import trial


@pytest.mark.slow
def test_nothing_is_lost_and_repeats_carry_the_same_key_when_the_program_is_killed_again_and_again() -> None:
    report = trial(kills=40, seed=20260302)

    assert report.published > 50
    assert report.refused > 0
    assert (report.lost, report.unexplained) == ((), 0), str(report)
