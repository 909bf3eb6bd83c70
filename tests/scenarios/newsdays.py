"""An invented news site that lives through some days by chance, and what a desk ought to hear of it.

A day is a sequence of polls as scenario files write them, so that what goes wrong can be read, and played, as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from fakes import START

PLACES = {
    "ar": (
        "سطات",
        "تازة",
        "طنجة",
        "أكادير",
        "وجدة",
        "العرائش",
        "الناظور",
        "آسفي",
        "خنيفرة",
        "ورزازات",
        "كلميم",
        "صفرو",
    ),
    "fr": ("Settat", "Taza", "Tanger", "Agadir", "Oujda", "Larache", "Nador", "Safi", "Khénifra", "Guelmim", "Sefrou"),
    "en": ("Settat", "Taza", "Tangier", "Agadir", "Oujda", "Larache", "Nador", "Safi", "Khenifra", "Guelmim", "Sefrou"),
}
TEMPLATES = {
    "ar": (
        "مصرع {n} أشخاص في حادثة سير قرب {place}",
        "إصابة {n} عمال في انهيار ورش بناء وسط {place}",
        "حريق يأتي على {n} محلات تجارية بسوق {place}",
        "توقيف {n} متهمين بسرقة سيارات في {place}",
        "محكمة {place} تدين {n} متابعين في ملف الصفقات",
        "فيضانات تعزل {n} قرى بضواحي {place}",
        "تدشين {n} مدارس جديدة بإقليم {place}",
        "إضراب {n} مستشفيات عن العمل في {place}",
        "ملعب {place} يغلق أبوابه لمدة {n} أشهر",
        "زلزال بقوة {n} درجات قبالة سواحل {place}",
    ),
    "fr": (
        "Accident de la route près de {place} : {n} morts",
        "{n} blessés dans l'effondrement d'un chantier à {place}",
        "Un incendie ravage {n} boutiques au souk de {place}",
        "{n} suspects arrêtés pour vol de voitures à {place}",
        "Le tribunal de {place} condamne {n} élus pour marchés truqués",
        "Inondations : {n} villages coupés du monde près de {place}",
        "{n} nouvelles écoles inaugurées dans la province de {place}",
        "Grève dans {n} hôpitaux de la région de {place}",
        "Le stade de {place} ferme ses portes pour {n} mois",
        "Séisme de magnitude {n} ressenti au large de {place}",
    ),
    "en": (
        "Road accident near {place} leaves {n} dead",
        "{n} workers hurt as building site collapses in {place}",
        "Fire destroys {n} shops in {place} market",
        "Police arrest {n} over car thefts in {place}",
        "{place} court convicts {n} councillors over contracts",
        "Floods cut off {n} villages around {place}",
        "{n} new schools open in {place} province",
        "Staff go on strike at {n} hospitals near {place}",
        "{place} stadium to close its gates for {n} months",
        "Magnitude {n} earthquake shakes coast of {place}",
    ),
}
MORE = {"ar": "وسط استنفار السلطات", "fr": "selon les autorités locales", "en": "officials say"}
WATCH = ("مصرع", "إصابة", "حريق", "توقيف", "محكمة", "فيضانات", "تدشين", "إضراب", "ملعب", "زلزال")
WATCH += (
    "Accident",
    "blessés",
    "incendie",
    "suspects",
    "tribunal",
    "Inondations",
    "écoles",
    "Grève",
    "stade",
    "Séisme",
)
WATCH += ("accident", "workers", "Fire", "Police", "court", "Floods", "schools", "strike", "stadium", "earthquake")
UPHEAVAL = 0.25  # how likely a look is that finds the site down, in a burst, or changed as a whole


@dataclass(eq=False)
class Story:
    """One thing that happened, and how the site tells it now."""

    number: int
    lang: str
    template: str
    place: str
    n: int
    at: datetime
    slug: str
    tail: str = ""
    guid: str = ""
    dated: datetime | None = None
    old: bool = False  # was there before anybody looked, or is dug out
    waits: int = 0  # alerts that are due for it
    heard: list[str] = field(default_factory=list)
    settled: tuple[str, str] | None = None  # template and tail that somebody has seen

    @property
    def title(self) -> str:
        return " ".join(filter(None, [self.template.format(n=self.n, place=self.place), self.tail]))


class Site:
    """A front page with a ticker and a list, and a feed; what it does next is chance."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.now = START
        self.stories: list[Story] = []  # newest first
        self.archive: list[Story] = []
        self.told = dict[str, Story]()  # every title that was ever shown
        self.links = self.chance.choice(["number", "slug", "edge"])
        self.bar_links = self.chance.choice([True, False, False])
        self.dates = self.chance.random() < 0.7
        self.guids = self.chance.random() < 0.7
        self.length, self.feed_length, self.suffix, self.host = 16, 15, "", "https://site.example"
        self.down, self.turn, self.calm, self.relearns = 0, 0, 4, False
        self.events: list[str] = []
        self.numbers = 70001
        self._combos = [(lang, t, p) for lang in TEMPLATES for t in range(10) for p in PLACES[lang]]
        self.chance.shuffle(self._combos)
        for _ in range(30):
            self._write(self.now - timedelta(minutes=40 * (30 - len(self.stories))), old=True)
        self.archive = self.stories[15:]
        del self.stories[15:]

    def _write(self, at: datetime, *, old: bool = False) -> Story:
        lang, template, place = self._combos.pop()
        self.numbers += self.chance.randint(1, 9)
        number = self.numbers
        story = Story(
            number=number,
            lang=lang,
            template=TEMPLATES[lang][template],
            place=place,
            n=self.chance.randint(3, 9),
            at=at,
            slug=f"{'abcdefghij'[template]}-story-of-{place.encode().hex()[:10]}-{lang}",
            guid=f"id{number}",
            dated=at,
            old=old,
        )
        self.stories.insert(0, story)
        return story

    # --- what happens ---------------------------------------------------------------------------------

    def happen(self) -> int:
        """Let chance act, and return after how many minutes the next look is."""
        minutes = self.chance.choice([1, 1, 2, 3, 5, 8])
        if self.down:
            self.down -= 1
        for _ in range(self.chance.choice([0, 0, 0, 0, 1, 1, 2])):
            self._publish()
        acts = (self._edit_number, self._edit_words, self._slip, self._reissue, self._change_host)
        for act, likely in zip(acts, (0.1, 0.1, 0.05, 0.05, 0.04), strict=True):
            if self.chance.random() < likely:
                act()
        self.calm -= 1
        if self.calm <= 0 and not self.down and self.chance.random() < UPHEAVAL:
            self.calm = 4
            self.chance.choice(
                [self._go_down, self._burst, self._move, self._dress, self._grow, self._dig_out, self._relearn]
            )()
        self.now += timedelta(minutes=minutes)
        return minutes

    def _publish(self) -> None:
        if self._combos:
            self._write(self.now - timedelta(seconds=self.chance.randint(0, 59))).waits = 1

    def _burst(self) -> None:
        self.events.append("burst")
        for _ in range(self.chance.randint(8, 14)):
            self._publish()

    def _recent(self) -> Story:
        """Return a story that may change: while links change, a headline with another title is another headline."""
        return self.chance.choice([story for story in self.stories[:8] if story.settled] or self.stories[-1:])

    def _edit_number(self) -> None:
        story = self._recent()
        if not story.tail and not story.waits and sum(h.startswith("number") for h in story.heard) < 1:
            story.n += 10
            story.waits += 1
            story.heard.append("number")

    def _edit_words(self) -> None:
        story = self._recent()
        if not story.waits:
            story.tail = MORE[story.lang]

    def _slip(self) -> None:
        story = self._recent()
        if not story.waits:
            story.template = story.template.replace("أ", "ا").replace("è", "e").replace("market", "Market")

    def _reissue(self) -> None:
        story = self._recent()
        if story.settled and (self.links != "slug" or self.guids):  # else it is published for the first time
            story.guid, story.dated = f"{story.guid}x", self.now
            self.stories.remove(story)
            self.stories.insert(0, story)

    def _go_down(self) -> None:
        self.events.append("down")
        self.down = self.chance.choice([1, 3, 12])

    def _move(self) -> None:
        self.events.append("move")
        self.links = self.chance.choice([one for one in ("number", "slug", "edge") if one != self.links])
        for story in self.stories:  # a headline with another title and another link is another headline
            if story.heard and story.waits:
                story.n, story.waits = story.n - 10, 0
                story.heard.clear()
            story.template, story.tail = story.settled or (story.template, story.tail)
            story.settled = None

    def _dress(self) -> None:
        self.events.append("dress")
        self.suffix = "" if self.suffix else self.chance.choice([" - Atlas Presse", " | أطلس بريس"])

    def _grow(self) -> None:
        self.events.append("grow")
        self.stories += self.archive
        self.archive = []
        self.length = 16 if self.length == 40 else 40

    def _dig_out(self) -> None:
        self.events.append("dig out")
        self.feed_length = 15 if self.feed_length == 45 else 45

    def _change_host(self) -> None:
        self.host = self.chance.choice(["https://site.example", "http://site.example", "https://www.site.example"])

    def _relearn(self) -> None:
        self.events.append("relearn")
        self.relearns = True

    # --- what is shown --------------------------------------------------------------------------------

    def show(self) -> dict[str, Any]:
        """Return the poll, as a scenario would write it."""
        if self.down:
            return {"status": 503, "failed": True}
        self.turn += 1
        newest = self.stories[:6]
        bar = [newest[(self.turn + i) % len(newest)] for i in range(4)]
        shown = self.stories[: self.length]
        if self.chance.random() < 0.2:
            shown = [*shown[:5], *self.chance.sample(shown[5:], len(shown) - 5)]
        poll: dict[str, Any] = {"feed": []}
        feed = self.stories[: self.feed_length]
        which = self.chance.choice(["both", "both", "page", "feed"]) if self.turn > 1 else "both"
        if which != "feed":
            poll["ticker"] = [self._item(story, linked=self.bar_links) for story in bar]
            poll["list"] = [self._item(story) for story in shown]
        if which != "page":
            poll["feed"] = [self._entry(story) for story in feed]
        else:
            del poll["feed"]
        return poll

    def _item(self, story: Story, *, linked: bool = True) -> dict[str, Any]:
        title = story.title + self.suffix
        self.told[title] = story
        return {"title": title, "link": self._link(story)} if linked else {"title": title}

    def _entry(self, story: Story) -> dict[str, Any]:
        entry = self._item(story)
        if self.guids:
            entry["guid"] = story.guid
        if self.dates and story.dated:
            entry["date"] = story.dated.strftime("%a, %d %b %Y %H:%M:%S GMT")
        return entry

    def _link(self, story: Story) -> str:
        match self.links:
            case "number":
                return f"{self.host}/news/{story.number}"
            case "edge":
                return f"{self.host}/{story.at:%Y/%m}/{story.slug}-{story.number}.html"
            case _:
                return f"{self.host}/actu/{story.slug}"


def live(seed: int, looks: int) -> Iterator[tuple[Site, dict[str, Any]]]:
    """Yield what a site shows at each look."""
    site = Site(seed)
    yield site, {**site.show(), "first": True}
    for _ in range(looks):
        minutes = site.happen()
        yield site, {"minutes": minutes, **site.show()}


def faults(player: Any, seed: int, looks: int) -> list[str]:
    """Play some days and return what a desk heard too much, too often, or not at all.

    Of several old headlines that are dug out at one look, one may be told: for a flood it speaks for the others.
    """
    wrong: list[str] = []
    for number, (site, poll) in enumerate(live(seed, looks)):
        if site.relearns:
            player.relearn()
            site.relearns = False
        _, alerts, _ = player.step(poll)
        shown = _shown(site, poll, player.polled)
        due = {story for story in shown if story.waits and not poll.get("first")}
        told = [site.told[title] for title in alerts]
        again = [story for story in told if story not in due and story.title + site.suffix not in player.bearers]
        dug_out = [story for story in again if story.old and not story.heard]
        missed = due - set(told)
        wrong += [f"look {number}: missed: {story.title} ({player.reasons})" for story in missed]
        wrong += [f"look {number}: again: {story.title}" for story in again if story not in dug_out]
        wrong += [f"look {number}: false: {story.title}" for story in dug_out[1:]]
        wrong += [f"look {number}: twice: {story.title}" for story in set(told) if told.count(story) > 1]
        for story in due:
            story.waits = 0
        for story in shown:
            story.settled = story.template, story.tail
    return wrong


def _shown(site: Site, poll: dict[str, Any], polled: list[str]) -> set[Story]:
    """Return the stories on what was looked at."""
    parts = (*(("feed",) if "feed" in polled else ()), *(("ticker", "list") if "page" in polled else ()))
    return {site.told[item["title"]] for part in parts for item in poll.get(part, ())}
