"""The nouns of the monitor, one frozen dataclass per moment of a headline's life; no behaviour, no I/O.

Datetimes are aware and in UTC. Ids of changes, alerts and deliveries are hashes of what they name (`make_id`),
so that work done again after a crash produces the same rows and the database absorbs it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


def make_id(*parts: str) -> str:
    """Return a stable 24-digit hexadecimal id for the given parts."""
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


class Section(StrEnum):
    """Where on a site a headline stood."""

    TICKER = "ticker"
    LIST = "list"
    FEED = "feed"


class ChangeKind(StrEnum):
    """What happened to a headline."""

    NEW = "new"
    EDITED = "edited"
    REAPPEARED = "reappeared"  # back on the site after it was gone for long
    PROMOTED = "promoted"  # first seen in a list or feed a short while ago, now in the breaking ticker


class EditKind(StrEnum):
    """What an edit of a title changed."""

    SLIP = "slip"  # a letter, at most: nothing to tell
    WORDING = "wording"
    NAME = "name"  # a name or place was added
    NUMBER = "number"
    VERDICT = "verdict"  # the outcome: acquitted, no longer convicted
    COUNTER = "counter"  # one of many within an hour: a live text, not an editor


class PollOutcome(StrEnum):
    """How one poll of an endpoint ended."""

    LEARNED = "learned"  # first good poll: everything remembered, nothing told
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    NOT_MODIFIED = "not_modified"
    FAILED = "failed"


class DeliveryState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNCONFIRMED = "unconfirmed"  # the service never said yes or no; it may have been shown
    MERGED = "merged"  # it waited so long that another message tells its alerts with others
    DEAD = "dead"


# --- fetching -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """How a browser shows a page before it is read."""

    wait_for: str | None = None  # CSS selector of what the page's scripts bring; the page's rest when missing
    seconds: float = 20.0  # for all of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to ask a site for."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    allow_private: tuple[str, ...] = ()  # CIDR networks that may be connected to although they are not public
    rendering: Rendering | None = None  # None: the page is read as the server sends it
    seconds: float | None = None  # for the whole answer, where less than usual is enough
    proxy: str | None = None  # address to ask through; may hold a user name and password


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One complete answer: the body is decompressed and was received to its end."""

    url: str
    final_url: str  # after redirects
    status: int
    body: bytes
    content_type: str | None
    etag: str | None
    last_modified: str | None
    fetched_at: datetime
    elapsed_ms: int
    fresh_for: timedelta | None = None  # what is left of the time for which Cache-Control promises no other page
    link: str | None = None  # the header of this name, which may tell of a hub


# --- headlines ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A headline as one page shows it."""

    title: str  # display text: one line, no markup, no control characters, no clock time around it
    section: Section
    url: str | None = None  # absolute http(s)
    guid: str | None = None  # feeds: the entry's own id
    published_at: datetime | None = None
    summary: str | None = None
    category: str | None = None
    breaking: bool = False  # stands in the ticker or carries a mark such as عاجل, URGENT, BREAKING
    evidence: str = ""  # which selector, recipe or rule found it


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What the page behind a headline says of it; whatever it does not say is None."""

    title: str | None = None
    lead: str | None = None  # the first paragraph
    body: str | None = None  # paragraphs, one a line
    author: str | None = None
    section: str | None = None
    picture: str | None = None  # address
    published_at: datetime | None = None
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """A headline of a source, identified by `key` (unique within the source)."""

    source: str
    key: str
    title: str
    section: Section
    url: str | None = None
    published_at: datetime | None = None
    first_seen_at: datetime
    breaking: bool = False
    version: int = 1  # counts title edits


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What the store knows of a headline that is asked for by its keys."""

    id: int
    headline: Headline
    keys: frozenset[str]  # every identity it was ever seen under: ids, URLs, folded titles
    baseline: bool  # learned silently
    fired: frozenset[str]  # names of the rules that already alerted for it
    last_seen_at: datetime
    edits: int = 0  # of the title, in the hour that began with the first of them
    edits_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What the store remembers of a source for a given set of keys, at one revision of that source."""

    revision: int
    headlines: tuple[Remembered, ...]
    loose: tuple[Remembered, ...] = ()  # the newest without a link, whatever their keys
    recent: tuple[str, ...] = ()  # addresses that the source showed last, whatever their keys
    ticker: bool = False  # whether some of what it showed last stood in a ticker
    watched_since: datetime | None = None  # first good poll of any of the source's endpoints


@dataclass(frozen=True, slots=True, kw_only=True)
class Upsert:
    """One headline to write: a new one (`id` is None) or an update of a remembered one."""

    headline: Headline
    new_keys: frozenset[str]  # keys to add to those known
    id: int | None = None
    baseline: bool = False
    fired: frozenset[str] = frozenset()  # rules to add to those that fired
    edits: int = 0
    edits_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that happened to a headline and may be told to people."""

    id: str
    kind: ChangeKind
    headline: Headline  # as it is after the change
    seen_at: datetime
    previous_title: str | None = None
    edit: EditKind | None = None  # of an edited one
    former: Headline | None = None  # an edited one before; known only while the poll is decided
    already_fired: frozenset[str] = frozenset()  # rules that alerted for it before: they do not fire again


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A remembered headline that may tell the story of a new one."""

    id: int
    source: str
    title: str
    story: int  # id of the first headline of its story
    told: frozenset[str]  # names of the rules whose alerts for it went out, or will
    seen_at: datetime  # for the first time


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """Where a headline is found when others tell its story."""

    key: str  # of the headline
    marks: tuple[int, ...]
    story: int | None  # id of the first headline of its story; None: itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood:
    """Many changes at one look that are probably old: they are not told until a person says so."""

    id: str
    changes: frozenset[str]  # ids
    reason: str


# --- matching and routing -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A matched piece of the original title: `title[start:end]`, and the rule's word that matched it.

    Empty at the end of the title for a word that stands in the headline's article.
    """

    start: int
    end: int
    term: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A rule that fired on a headline. No spans when the rule asks for breaking news only."""

    rule: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One channel's interest in one change, naming every rule that fired for it."""

    id: str
    change: Change
    matches: tuple[Match, ...]
    channel: str
    due_at: datetime
    high_priority: bool = False
    low_priority: bool = False  # for each of its rules
    same_story: tuple[str, str] | None = None  # source and title under which the story was told before
    dropped: str | None = None  # why nobody gets it
    flood: str | None = None  # id of the flood it is held with
    held_beside: int = 0  # how many more of its channel are held
    again: bool = False  # dropped for now: its rules may still alert for the headline
    article: Article | None = None  # what the headline's page says, when a rule wants to know

    @property
    def goes_out(self) -> bool:
        """Whether somebody will get it."""
        return not (self.dropped or self.flood)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """What nobody wants to be told for a while: an alert that fits everything that is named."""

    id: int
    rules: tuple[str, ...] = ()  # any of them; none named: whatever the rule
    sources: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    starts_at: datetime
    ends_at: datetime
    who: str
    why: str


# --- delivery -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Exactly what is sent, rendered once and stored; every attempt sends the same."""

    title: str  # subject line; empty where the service has none
    body: str
    format: str  # text | html | markdown | json
    alert_ids: tuple[str, ...]
    instead_of: str | None = None  # the channel that it stands in for
    urgent: bool = False  # one of its alerts has high priority: it rings where the service lets it
    silent: bool = False  # all of its alerts have low priority: it makes no sound where the service lets it


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The message in which a recipient was told first what a later one follows up."""

    delivery: str  # id
    remote_id: str | None = None  # what the service calls it


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message for one recipient of a channel: a row of the outbox. `id` is the idempotency key."""

    id: str
    channel: str
    recipient: str
    message: Message
    created_at: datetime
    attempts: int = 0  # including the one under way once claimed
    ambiguous: int = 0  # attempts whose outcome the service never told
    follows: Followed | None = None  # known once claimed


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message that was frozen for a channel, and how many alerts it names."""

    at: datetime
    alerts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    remote_id: str | None = None
    note: str | None = None  # what a person should know all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryLater:
    """The service said no for now. `retry_after` is its own wish, if it gave one."""

    reason: str
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """The message was sent, wholly or in part, and no answer came."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The service will never take this message."""

    reason: str
    moved_to: str | None = None  # the recipient's new address, when the service names it


Outcome = Delivered | RetryLater | Ambiguous | Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientState:
    """How one recipient of a channel is doing."""

    channel: str
    recipient: str
    failures: int = 0  # in a row
    not_before: datetime | None = None  # nothing is sent to it earlier
    last_ok_at: datetime | None = None
    last_error: str | None = None
    refused: bool = False  # for good, when it was last tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """What a service limits, such as a chat or a bot, whichever channels use it."""

    key: str  # the same for whoever shares it, without secrets
    gap: timedelta  # between two messages, over time
    burst: int = 1  # messages that may follow at once; of one that takes single messages only one is on its way


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What one attempt leaves behind: the delivery's next state and the recipient's."""

    state: DeliveryState  # never SENDING
    recipient: RecipientState
    next_attempt_at: datetime | None = None  # for PENDING
    error: str | None = None
    remote_id: str | None = None
    ambiguous: int = 0  # new total
    free_at: Mapping[str, datetime] = field(default_factory=dict)  # when its lanes take the next message, by key


# --- polling ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """How many headlines were seen and expected in each class, such as each hour of the week."""

    seen: Sequence[float]
    expected: Sequence[float]
    chance: float = 0.0  # the squared difference between them that luck alone would make


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When an endpoint published so far; made and read by `monitor.cadence.rhythm`. Times are seconds since 1970."""

    counted_to: float  # until here quiet time has been counted
    news_at: float  # the newest headline, or the poll that saw it
    crowd: float  # headlines lately, at `news_at`
    week: Table  # by hour; expected: seconds watched
    minutes: Table  # of the hour
    ages: Table  # time since the last news
    crowds: Table  # news lately


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSpec:
    """An endpoint as the configuration names it; what the schedule needs to know."""

    source: str
    name: str
    kind: str
    url: str
    config_hash: str  # changes when options change, which makes the endpoint learn silently again
    every: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class PollState:
    """The memory of one endpoint between polls."""

    source: str
    endpoint: str
    config_hash: str
    every: timedelta
    next_poll_at: datetime
    baselined_at: datetime | None = None  # first good poll
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None  # of the last page that was extracted
    full_at: datetime | None = None  # when a whole page was last extracted
    last_poll_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_change_at: datetime | None = None
    typical_items: int = 0  # running mean of items per good page
    bar: tuple[str, ...] = ()  # what stood in it without a link at the last look, in order
    polls: int = 0
    failures: int = 0  # in a row
    last_error: str | None = None
    credit: float = 0.0  # requests of its budget that it saved, or borrowed


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """All that one poll writes, in one transaction."""

    owner: str  # of the lease the poll ran under
    state: PollState  # as it is after the poll
    outcome: PollOutcome
    at: datetime
    elapsed_ms: int
    revision: int | None = None  # of the memory that the changes were decided on; None when nothing was asked
    upserts: Sequence[Upsert] = ()
    seen_ids: Sequence[int] = ()  # remembered headlines whose last_seen_at is to be moved to `at`
    changes: Sequence[Change] = ()
    alerts: Sequence[Alert] = ()
    unread: Sequence[Change] = ()  # those of the changes whose articles are to be matched
    indexed: Sequence[Indexed] = ()
    flood: Flood | None = None
    status: int | None = None
    size: int | None = None  # bytes of the body
    items: int | None = None
    error: str | None = None
    rhythm: Rhythm | None = None  # when it was learned anew


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """What a host answered when it was asked for its robots.txt."""

    url: str
    text: str  # empty: there is none
    until: datetime  # then it is asked again
    delay: timedelta = timedelta()  # between two requests, as it asks of us
    refused: str | None = None  # address that was last left alone for it


# --- push (WebSub) ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class HubOffer:
    """What a page says about being told of its changes."""

    hubs: tuple[str, ...]  # addresses; any of them will do
    topic: str  # what it is called there


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What was agreed, or is to be, with a hub about one endpoint."""

    token: str  # last part of the callback, which only the hub is told
    source: str
    endpoint: str
    offer: HubOffer  # its first hub is asked
    callback: str  # where the hub reaches us
    secret: str = field(repr=False)  # the hub signs with it
    since: datetime
    next_at: datetime  # when the hub is asked, or asked again
    awaiting: bool = False  # it was asked and has not come back yet
    tries: int = 0  # in a row that came to nothing
    until: datetime | None = None  # end of what the hub agreed to
    reason: str | None = None  # why the last try came to nothing
    leaving: bool = False  # it is to end
    pinged_at: datetime | None = None

    @property
    def hub(self) -> str:
        return self.offer.hubs[0]

    def standing(self, now: datetime) -> str:
        """Return how things are: subscribed, pending, refused or leaving."""
        if self.leaving:
            return "leaving"
        if self.until and now < self.until:
            return "subscribed"
        return "refused" if self.reason and not self.awaiting else "pending"


# --- discovery ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEndpoint:
    """An address that turned out to tell a source's headlines, although nobody configured it."""

    name: str  # unique among the source's endpoints
    kind: str
    url: str
    found_at: datetime
    evidence: str  # why it was tried, and what it showed
    replaced_at: datetime | None = None  # it died and another took its place: not polled since


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What is known of one source's further endpoints after the last look for them."""

    source: str
    url: str  # of the source when it was looked at
    looked_at: datetime
    next_look_at: datetime
    endpoints: tuple[FoundEndpoint, ...] = ()
    tried: tuple[str, ...] = ()  # one sentence for each address of the last look
    fruitless: int = 0  # looks in a row that changed nothing although something was wanted
    trouble: tuple[str, ...] = ()  # names of the endpoints whose failing the operator was told about
    notice: str | None = None  # what the operator was told


# --- the monitor itself -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that is wrong now and that an operator should know."""

    key: str  # the same as long as it is the same trouble
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A trouble from its beginning to its end, and when the operator was told of both."""

    key: str
    text: str
    since: datetime
    ended_at: datetime | None = None
    told_at: datetime | None = None
    over_told_at: datetime | None = None
    once: bool = False  # an event: nobody is told that it is over


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """How often a source had something new lately."""

    source: str
    changes: int
    longest: timedelta  # between two of them
    last: datetime
