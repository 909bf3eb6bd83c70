"""How long an answer promises to stay as it is (RFC 9111, 4.2); whether anybody heeds it is decided elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

_LONGEST = 10**6  # seconds; a longer promise is as good
_DIRECTIVE = re.compile(r'(?:^|[\s,])(no-store|no-cache|max-age|s-maxage)(?:\s*=\s*"?(\d{1,9}))?', re.IGNORECASE)


def fresh_for(headers: Mapping[str, str]) -> timedelta | None:
    """Return what is left of the answer's `max-age`; None when it promises nothing."""
    directives = {name.lower(): value for name, value in _DIRECTIVE.findall(headers.get("cache-control", ""))}
    promised = directives.get("s-maxage") or directives.get("max-age")
    if not promised or "no-store" in directives or "no-cache" in directives:
        return None
    age = headers.get("age", "0").strip()
    left = min(int(promised), _LONGEST) - (int(age) if age.isdigit() and len(age) < 10 else 0)
    return timedelta(seconds=left) if left > 0 else None
