"""The few fixed words of a message, in the languages of the newsrooms; no grammar beyond that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from monitor.model import Section

Lang = Literal["en", "fr", "ar"]

_IN_MINUTES = 120  # what is longer is told in hours
_IN_HOURS = 48  # what is longer is told in days


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Fixed words; `{}` stands for a number, a length of time or a time of day."""

    sections: Mapping[Section, str]
    promoted: str  # instead of the section
    breaking: str
    first_seen: str
    published: str
    edited: str  # before the title as it was
    edited_at: str
    held: str  # after the number of alerts that are held beside this one
    same_story: str  # before the source and title that told it first
    rule: str  # before a colon, as the next
    also: str  # before further rules
    comma: str
    headlines: str
    ago: str
    minutes: str
    hours: str
    days: str
    delayed: str  # the message waited in the outbox
    instead_of: str  # before the name of the channel that the message stands in for
    urgent: str  # above a list of high priority
    rtl: bool = False

    def length(self, span: timedelta) -> str:
        """Return a length of time in one unit, rounded down."""
        minutes = int(span.total_seconds() // 60)
        if minutes < _IN_MINUTES:
            return self.minutes.format(minutes)
        hours = minutes // 60
        return self.hours.format(hours) if hours < _IN_HOURS else self.days.format(hours // 24)


WORDS: Mapping[str, Words] = {
    "en": Words(
        sections={Section.TICKER: "ticker", Section.LIST: "headline list", Section.FEED: "feed"},
        promoted="now in the ticker",
        breaking="breaking",
        first_seen="first seen",
        published="published",
        edited="edited, was:",
        edited_at="edited",
        held="{} more appeared at once, look old and are held: headline-monitor held list",
        same_story="same story as on",
        rule="rule",
        also="also",
        comma=", ",
        headlines="{} headlines",
        ago="{} ago",
        minutes="{} min",
        hours="{} h",
        days="{} d",
        delayed="delayed message, written at {}",
        instead_of="in place of channel {}, which cannot be told",
        urgent="high priority",
    ),
    "fr": Words(
        sections={Section.TICKER: "bandeau", Section.LIST: "liste des titres", Section.FEED: "flux"},
        promoted="passé au bandeau",
        breaking="urgent",
        first_seen="vu à",
        published="publié à",
        edited="modifié, avant :",
        edited_at="modifié à",
        held="{} autres sont apparus d'un coup, semblent anciens et sont retenus : headline-monitor held list",
        same_story="même sujet que sur",
        rule="règle\u00a0",
        also="et aussi\u00a0",
        comma=", ",
        headlines="{} titres",
        ago="il y a {}",
        minutes="{} min",
        hours="{} h",
        days="{} j",
        delayed="message retardé, écrit à {}",
        instead_of="à la place du canal {}, qui ne répond pas",
        urgent="prioritaire",
    ),
    "ar": Words(
        sections={Section.TICKER: "شريط الأخبار", Section.LIST: "قائمة العناوين", Section.FEED: "الخلاصة"},
        promoted="انتقل إلى شريط الأخبار",
        breaking="عاجل",
        first_seen="رُصد",
        published="نُشر",
        edited="عُدّل العنوان، وكان:",
        edited_at="عُدّل",
        held="ظهرت معه دفعة واحدة {} من العناوين تبدو قديمة وهي محجوزة: headline-monitor held list",
        same_story="الخبر نفسه في",
        rule="القاعدة",
        also="وأيضا",
        comma="، ",
        headlines="عدد العناوين: {}",
        ago="قبل {}",
        minutes="{} د",
        hours="{} س",
        days="{} ي",
        delayed="رسالة متأخرة، كُتبت في {}",
        instead_of="بدلا من القناة {} لتعذر الوصول إليها",
        urgent="أولوية عالية",
        rtl=True,
    ),
}
