"""Messages can be looked at as a chat and a mail program show them."""

from __future__ import annotations

import shutil

import pytest
from render.pictures import pages, shoot


def test_there_is_a_picture_of_every_language_on_a_phone():
    names = {name for name, width, _ in pages() if width == 390}
    assert {f"{service}-{lang}-phone" for service in ("telegram", "mail") for lang in ("ar", "fr", "en")} <= names


def test_a_picture_is_taken_where_there_is_a_browser(tmp_path):
    pytest.importorskip("playwright", reason="Playwright is not installed")
    if not (shutil.which("chromium-headless-shell") or shutil.which("chromium")):
        pytest.skip("there is no Chromium")
    shoot(tmp_path, "^readme$")
    assert (tmp_path / "readme.png").stat().st_size > 10_000
