"""What English knows about its words: so far that they stand as they are; tokens split the possessive off."""

from __future__ import annotations

from monitor.text.normalize import fold_text


class English:
    """English of newspapers."""

    code = "en"

    def forms(self, word: str) -> frozenset[str]:
        """Return the folded word."""
        return frozenset({fold_text(word)})
