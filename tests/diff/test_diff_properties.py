"""What must hold of every page: order, rotation and repetition are no news, whoever shows a headline first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.diff import engine, identity
from monitor.model import Change, Item, Memory, Remembered, Section

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TITLES = (
    "مصرع ثلاثة أشخاص في انقلاب حافلة قرب سطات",
    "مصرع سبعة أشخاص في انقلاب حافلة قرب سطات",
    "مصرع ثلاثة أشخاص في انقلاب حافلة قرب تازة",
    "Incendie dans une usine textile de Fès",
    "Incendie dans une usine textile de Salé",
    "La Bourse de Casablanca clôture en hausse",
    "Ferry runs aground off Tarifa",
    "Ferry refloated off Tarifa",
)
DISTINCT = (
    "مصرع ثلاثة أشخاص في انقلاب حافلة قرب سطات",
    "مجلس النواب يصادق على مشروع قانون المالية",
    "أسعار الزيتون تتراجع بأسواق مكناس",
    "Incendie dans une usine textile de Fès",
    "La Bourse de Casablanca clôture en hausse",
    "Le musée de Volubilis rouvre au public",
    "Ferry runs aground off Tarifa",
    "Central bank keeps interest rate unchanged",
    "Snow closes the road over the Tichka pass",
)
ALIKE = ("Minister receives French ambassador in Rabat", "Minister receives Spanish ambassador in Rabat")
STORIES = st.lists(
    st.builds(
        Item,
        title=st.sampled_from(TITLES),
        section=st.sampled_from(Section),
        url=st.sampled_from([None, *(f"https://site.example/{n}/x" for n in range(91001, 91009))]),
        breaking=st.booleans(),
    ),
    max_size=8,
)


class Room:
    """The memory of one source, as the store keeps it."""

    def __init__(self) -> None:
        self.known: dict[int, Remembered] = {}
        self.bar: tuple[str, ...] = ()

    def look(self, items: list[Item], now: datetime = NOW, *, baseline: bool = False) -> list[Change]:
        keys = frozenset[str]().union(*identity.keys_of_page(items))
        shared = tuple(known for known in self.known.values() if known.keys & keys)
        loose = tuple(known for known in self.known.values() if known.headline.url is None)
        memory = Memory(revision=0, headlines=shared, loose=loose)
        diff = engine.compare("site", items, memory, now, baseline=baseline, bar=self.bar)
        self.bar = diff.bar
        for upsert in diff.upserts:
            id_ = upsert.id or len(self.known) + 1
            before = self.known.get(id_)
            self.known[id_] = Remembered(
                id=id_,
                headline=upsert.headline,
                keys=(before.keys if before else frozenset()) | upsert.new_keys,
                baseline=upsert.baseline,
                fired=frozenset(),
                last_seen_at=now,
            )
        return list(diff.changes)


@settings(max_examples=60, deadline=None)
@given(STORIES, st.data())
def test_a_page_in_another_order_or_in_part_is_no_news(items: list[Item], data: st.DataObject) -> None:
    room = Room()
    room.look(items)
    shown = data.draw(st.permutations(items))
    part = shown[: data.draw(st.integers(0, len(shown)))]

    assert [change for change in room.look(shown, NOW + timedelta(minutes=1)) if change.kind == "new"] == []
    room.look(part, NOW + timedelta(minutes=2))
    assert [change for change in room.look(items, NOW + timedelta(minutes=3)) if change.kind == "new"] == []


APART = st.lists(  # headlines that nobody can take for one another
    st.builds(
        lambda n, section, linked, breaking: Item(
            title=DISTINCT[n],
            section=section,
            url=f"https://site.example/{91001 + n}/x" if linked else None,
            breaking=breaking,
        ),
        st.integers(0, len(DISTINCT) - 1),
        st.sampled_from(Section),
        st.booleans(),
        st.booleans(),
    ),
    unique_by=lambda item: item.title,
    max_size=len(DISTINCT),
)


@settings(max_examples=60, deadline=None)
@given(APART, st.data())
def test_a_page_that_turns_or_is_shown_in_part_or_in_another_order_changes_nothing(
    items: list[Item], data: st.DataObject
) -> None:
    room = Room()
    room.look(items)
    for minute in range(1, 6):
        turned = data.draw(st.integers(0, len(items)))
        shown = data.draw(st.one_of(st.permutations(items), st.just([*items[turned:], *items[:turned]])))
        assert room.look(shown[: data.draw(st.integers(0, len(shown)))], NOW + timedelta(minutes=minute)) == []


@settings(max_examples=60, deadline=None)
@given(STORIES)
def test_a_page_that_is_read_again_changes_nothing(items: list[Item]) -> None:
    room = Room()
    room.look(items)

    assert room.look(items, NOW + timedelta(minutes=1)) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(TITLES), unique=True, max_size=8), st.data())
def test_a_rotating_ticker_tells_each_of_its_items_once(titles: list[str], data: st.DataObject) -> None:
    links = [f"https://site.example/{n}-{n}/" if data.draw(st.booleans()) else None for n in range(len(titles))]
    items = [
        Item(title=title, section=Section.TICKER, url=link, breaking=True)
        for n, (title, link) in enumerate(zip(titles, links, strict=True))
    ]
    room = Room()
    told: list[str] = []
    for minute in range(12):
        start = data.draw(st.integers(0, max(0, len(items) - 1)))
        window = (items[start:] + items[:start])[:3]
        told += [change.headline.title for change in room.look(window, NOW + timedelta(minutes=minute))]

    assert len(told) == len(set(told))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(TITLES), unique=True, max_size=6), st.data())
def test_whichever_endpoint_shows_it_first_the_same_headlines_are_told(titles: list[str], data: st.DataObject) -> None:
    page = [
        Item(title=title, section=Section.LIST, url=f"https://site.example/{91001 + n}/x")
        for n, title in enumerate(titles)
    ]
    feed = [replace(item, section=Section.FEED, guid=f"g{n}") for n, item in enumerate(page)]
    looks = data.draw(st.permutations([page, feed, page[: len(page) // 2], feed[len(feed) // 2 :]]))
    room = Room()
    told = [change.headline.title for look in looks for change in room.look(look)]

    assert sorted(told) == sorted(titles)


@settings(max_examples=60, deadline=None)
@given(st.permutations([*DISTINCT, *ALIKE]), st.lists(st.integers(0, 2), min_size=1, max_size=10))
def test_a_ticker_whose_links_are_its_places_tells_each_headline_once(titles: list[str], steps: list[int]) -> None:
    room = Room()
    changes: list[Change] = []
    for minute, start in enumerate(accumulate(steps)):
        window = [
            Item(title=title, section=Section.TICKER, url=f"https://site.example/breaking-{place}", breaking=True)
            for place, title in enumerate(reversed((titles * 2)[start : start + 4]), 1)
        ]
        changes += room.look(window, NOW + timedelta(minutes=minute))
        shown = {title for first in accumulate(steps[: minute + 1]) for title in (titles * 2)[first : first + 4]}

    assert sorted(change.headline.title for change in changes) == sorted(shown)
    assert {change.kind for change in changes} == {"new"}
