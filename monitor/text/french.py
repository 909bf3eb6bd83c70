"""What French knows about its words: so far that they stand as they are; tokens split elided words off."""

from __future__ import annotations

from monitor.text.normalize import fold_text


class French:
    """French of newspapers."""

    code = "fr"

    def forms(self, word: str) -> frozenset[str]:
        """Return the folded word."""
        return frozenset({fold_text(word)})
