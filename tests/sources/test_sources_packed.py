"""Headlines that are kept packed come out as they went in, in a fraction of the memory."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from monitor.model import Item, Section
from monitor.sources.packed import Packed

ITEMS = [
    Item(
        title=f"عاجل: إغلاق ميناء طنجة بسبب الرياح رقم {number}",
        section=Section.TICKER if number < 5 else Section.LIST,
        url=f"https://marsa.example/news/{number}" if number % 7 else None,
        published_at=datetime(2026, 3, 2, 12, number % 60, tzinfo=UTC) if number % 3 else None,
        breaking=number < 5,
        evidence="selectors: .bar li",
    )
    for number in range(80)
]


def test_all_comes_out_again_as_often_as_it_is_asked_for():
    packed = Packed(ITEMS)
    assert packed == ITEMS
    assert [*packed] == ITEMS
    assert packed[3] == ITEMS[3]
    assert packed[-2:] == ITEMS[-2:]
    assert len(packed) == 80
    assert not Packed()


def test_it_takes_a_tenth_of_the_titles_and_links_alone():
    texts = sum(sys.getsizeof(item.title) + sys.getsizeof(item.url) for item in ITEMS)
    assert sum(map(sys.getsizeof, (Packed(ITEMS), Packed(ITEMS)._packed))) < texts / 10
