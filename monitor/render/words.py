"""The few fixed words of a message, by language."""

from __future__ import annotations

from typing import Literal

Lang = Literal["en", "fr", "ar"]

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "ticker": "ticker",
        "list": "headlines",
        "feed": "feed",
        "seen": "first seen",
        "published": "published",
        "late": "sent late",
        "rule": "rule",
        "breaking": "breaking",
        "was": "was",
        "many": "{n} headlines",
    },
    "fr": {
        "ticker": "bandeau",
        "list": "titres",
        "feed": "flux",
        "seen": "vu à",
        "published": "publié à",
        "late": "envoyé en retard",
        "rule": "règle",
        "breaking": "urgent",
        "was": "avant",
        "many": "{n} titres",
    },
    "ar": {
        "ticker": "الشريط",
        "list": "العناوين",
        "feed": "الخلاصة",
        "seen": "رُصد",
        "published": "نُشر",
        "late": "أُرسل متأخرا",
        "rule": "القاعدة",
        "breaking": "عاجل",
        "was": "كان",
        "many": "{n} عناوين",
    },
}
