"""Reduces a title to what it says, so that cosmetic edits are none; does not decide which headlines are one."""

from __future__ import annotations

import re
from functools import lru_cache

from monitor.text.breaking import headline_start
from monitor.text.normalize import fold_text
from monitor.text.tokens import WORD

_SIGNED_WORD = re.compile(rf"((?<!\w)[+\-−–—](?=\d))?({WORD})")


@lru_cache(maxsize=1024)  # every poll asks for the same titles again
def title_key(title: str) -> str:
    """Return the folded words of a title, joined by spaces, without a leading mark such as «عاجل :».

    Quotes, dashes, spaces, case, accents, tashkeel and ة/ه make no difference; numbers and their signs do.
    Empty only for an empty title.
    """
    rest = title[headline_start(title) :]
    words = [("+" if sign == "+" else sign and "-") + word for sign, word in _SIGNED_WORD.findall(fold_text(rest))]
    return " ".join(words).replace("ة", "ه") or fold_text(title).strip() or title.strip() or title
