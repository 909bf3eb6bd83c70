"""What French knows about its words: so far that they stand as they are."""

from __future__ import annotations

from monitor.text.forms import PlainForms
from monitor.text.normalize import fold_text


class French:
    """French of newspapers."""

    code = "fr"

    def forms(self, word: str, *, family: bool = False) -> PlainForms:
        """Return the folded word."""
        del family
        return PlainForms({fold_text(word): ""})
