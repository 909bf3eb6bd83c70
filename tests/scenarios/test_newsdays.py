"""A desk hears of everything once, whatever an invented site does for some days."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenarios.conftest import Player
from scenarios.newsdays import WATCH, faults


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_nothing_is_missed_told_twice_or_told_without_reason(tmp_path: Path, seed: int) -> None:
    player = Player(tmp_path, {"watch": WATCH, "endpoints": ["page", "feed"]})
    try:
        assert faults(player, seed, looks=120) == []
    finally:
        player.store.close()
