"""A desk hears of everything once, whatever an invented site does for some days."""

from __future__ import annotations

import pytest
from scenarios.conftest import played
from scenarios.newsdays import WATCH, faults


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_nothing_is_missed_told_twice_or_told_without_reason(seed: int) -> None:
    with played({"watch": WATCH, "endpoints": ["page", "feed"]}) as player:
        assert faults(player, seed, looks=120) == []
