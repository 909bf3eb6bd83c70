"""Every service gets what `messages/` says; after a change on purpose: python tests/render/letters.py, and read them."""

from __future__ import annotations

import pytest
from render.letters import FOLDER, letters

LETTERS = dict(letters())


@pytest.mark.parametrize("name", LETTERS)
def test_a_message_is_written_as_it_was_agreed(name: str) -> None:
    assert LETTERS[name] == (FOLDER / name).read_text("utf-8")


def test_no_agreed_message_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == LETTERS.keys()
