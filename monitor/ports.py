"""The seams between the parts: what a source kind, a fetcher, a channel, a language and a store must offer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from monitor.model import (
    Alert,
    Article,
    Carrier,
    Change,
    Delivery,
    Discovery,
    EndpointSpec,
    Fetched,
    Incident,
    Item,
    Lane,
    Memory,
    Message,
    Outcome,
    Pauses,
    PollResult,
    PollState,
    RecipientState,
    Request,
    Rhythm,
    RobotsFile,
    Settlement,
    Silence,
    Told,
)
from monitor.values import DailyWindow, Duration, Rate, TimeOfDay

Clock = Callable[[], datetime]
"""Returns the current time, aware, UTC."""

Random = Callable[[], float]
"""Returns a number in [0, 1)."""


# --- what a kind of endpoint or channel offers to the configuration ------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointOptions:
    """What every endpoint can say; each kind adds its own keys."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "use_attribute_docstrings": True}

    type: str
    """Kind of endpoint."""
    url: str
    """Address to poll, http or https."""
    name: str | None = None
    """Short name for `status`; the kind and a number when missing."""
    every: Duration | None = None
    """Fastest pace of this endpoint; the source's when missing."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return (key path such as `ticker.items`, what is wrong) for what types alone cannot tell."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelOptions:
    """What every channel can say; each kind adds its own keys."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "use_attribute_docstrings": True}

    name: str
    """Name that rules use in `notify`."""
    type: str
    """Kind of channel."""
    quiet_hours: DailyWindow | None = None
    """Hours without messages, such as `23:30-06:30`; what comes in goes out together when they end.
    Rules with `priority: high` pass."""
    digest: tuple[TimeOfDay, ...] = ()
    """Times of day, such as `["08:00", "13:00"]`; everything is collected and sent then.
    Rules with `priority: high` pass."""
    rate: Rate | None = None
    """At most so many messages, such as `20/min`; what comes in meanwhile goes out together."""

    fallback: str | None = None
    """Name of the channel that gets the alerts when this one cannot tell them: at once when the service refuses for
    good, such as a bot that was blocked, or never says whether it took them, else after `fallback_after`. Its messages
    say for which channel they stand in."""
    fallback_after: Duration = Duration(minutes=10)
    """How long a service may be down before its alerts go to `fallback`. They are told here too when it is back."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return (key path such as `url`, what is wrong) for what types alone cannot tell."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteContext:
    """What an endpoint inherits from its source."""

    source: str
    zone: ZoneInfo
    headers: Mapping[str, str] = field(default_factory=dict)
    allow_private: tuple[str, ...] = ()
    proxy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceKind:
    """A kind of endpoint: its options (a subclass of EndpointOptions) and how to build it."""

    options: type[EndpointOptions]
    build: Callable[[Any, SiteContext], Extractor]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelKind:
    """A kind of channel: its options (a subclass of ChannelOptions) and how to build it."""

    options: type[ChannelOptions]
    build: Callable[[Any, ZoneInfo], Channel]


# --- the parts -----------------------------------------------------------------------------------------


class Extractor(Protocol):
    """One endpoint of a source: pure, bytes in, items out."""

    def request(self) -> Request:
        """Return what to ask for."""

    def extract(self, page: Fetched) -> Sequence[Item]:
        """Return the page's headlines in page order, each once.

        Raises:
            ExtractError: the page does not look like the one this endpoint was made for. An empty result is
                allowed only when the place for headlines is there and empty.
        """


class Fetcher(Protocol):
    def fetch(self, request: Request, *, etag: str | None, last_modified: str | None) -> Fetched | None:
        """Return the complete page, or None when the server says it is unchanged (304).

        Raises:
            FetchError: everything else.
        """


class Channel(Protocol):
    """A configured channel. `render` is pure; `send` is called from one thread per recipient."""

    name: str
    recipients: Sequence[str]  # stable labels without secrets, unique within the channel
    read_by_people: bool  # many headlines at once become few messages; programs get each at once

    @property
    def trouble(self) -> str | None:
        """What an operator should know of how it writes its messages; None when all is well."""

    def lanes(self, recipient: str) -> Sequence[Lane]:
        """Return what the service limits and a message to this recipient counts for."""

    def render(self, alerts: Sequence[Alert], now: datetime) -> Sequence[Message]:
        """Return as few messages as the service's limits allow, which together carry every alert."""

    def notice(self, lines: Sequence[str]) -> Message:
        """Return the message that tells an operator these lines, cut to what the service takes."""

    def send(self, recipient: str, delivery: Delivery, now: datetime) -> Outcome:
        """Send to one recipient; never raises for what the service answers."""


class Token(NamedTuple):
    """A folded word of a headline; `start` and `end` are its place in the original text, ornaments included."""

    text: str
    start: int
    end: int
    breaks: bool  # sentence punctuation stands between it and the word before
    capitals: bool = False  # written in capitals only, two letters at least
    written: str = ""  # as in the original, for what folding hides


class Reading(NamedTuple):
    """How a headline's word comes from the word looked for."""

    article: bool  # it carries the Arabic article, as in للأمن
    steps: tuple[str, ...] = ()  # such as ("clitic ب", "article", "broken plural"); none: as it was written


class Forms(Protocol):
    """All tokens that count as one word; iterating writes them all out."""

    @property
    def article(self) -> bool:
        """Whether the word itself was written with the Arabic article."""

    @property
    def cores(self) -> Collection[str]:
        """What is left of its tokens without particles: the keys of an index (`monitor.text.cores`)."""

    def read(self, token: Token) -> Reading | None:
        """Return how the token comes from the word, or None: it is another word."""

    def __contains__(self, text: object) -> bool:
        """Tell whether the folded text counts as the word, whatever its capitals."""

    def __iter__(self) -> Iterator[str]: ...

    def __len__(self) -> int: ...


class Language(Protocol):
    """What one language knows about its words."""

    code: str

    def forms(self, word: str, *, family: bool = False) -> Forms:
        """Return every folded token that counts as this word, itself included; `family` adds derived words.

        `word` comes as a person wrote it, or folded (`monitor.text.fold`); the forms are folded.
        """


class Store(Protocol):
    """Use cases, not tables; each method is one transaction."""

    def sync(self, endpoints: Sequence[EndpointSpec], now: datetime) -> Sequence[tuple[str, str]]:
        """Make the schedule follow the configuration, and return the former and new names of renamed sources.

        A source with a new name that watches what one watched that is gone has its memory, and so has an endpoint
        with a new name that is read as before.

        New endpoints are due at once, spread over their interval when there are many; changed ones (config_hash)
        and ones that come back lose their baseline and validators; missing ones stop being polled but stay
        remembered. A wait that a site asked for outlives a restart; a clock that was set back meanwhile is noticed.
        """

    def claim_polls(self, owner: str, now: datetime, lease: timedelta, limit: int) -> Sequence[PollState]:
        """Lease up to `limit` due endpoints, longest overdue first."""

    def recall(self, source: str, keys: Collection[str]) -> Memory:
        """Return the source's headlines that are known under any of the keys."""

    def carriers(self, source: str, wanted: Sequence[Sequence[int]], since: datetime) -> Sequence[Sequence[Carrier]]:
        """Return for each headline, given by its marks, those of other sources that may tell its story."""

    def commit_poll(self, result: PollResult) -> None:
        """Write all of one poll, or nothing.

        Raises:
            LeaseLost: the lease ran out and another worker has it.
            MemoryChanged: `result.revision` is no longer the source's.
            StoreUnavailable: it cannot be written now; it is kept and written before more is claimed.
        """

    def due_alerts(self, now: datetime, limit: int) -> Sequence[Alert]:
        """Return waiting alerts that are due, up to `limit` of each channel.

        High priority first, then in order of detection. A channel that has to wait does not crowd out the others.
        """

    def messages_since(self, channel: str, since: datetime) -> int:
        """Return how many different messages were frozen for the channel after `since`."""

    def told_since(self, channel: str, since: datetime) -> Sequence[Told]:
        """Return the different messages that were frozen for the channel after `since`, oldest first."""

    def first_told(self, channel: str, alert_ids: Collection[str]) -> Mapping[str, str]:
        """Return the messages in which the channel was told first what these alerts follow up, by alert.

        An alert follows up what was sent of its headline before, or of its story when it names who told it first.
        """

    def freeze(self, deliveries: Sequence[Delivery]) -> None:
        """Put messages into the outbox and mark their alerts as queued."""

    def articles(self, headlines: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Article | None]:
        """Return what was read on the pages of headlines (source, key); None for a page that could not be read."""

    def save_article(self, headline: tuple[str, str], url: str, article: Article | None, at: datetime) -> None:
        """Remember what was read on the page of a headline, for the first time."""

    def unread(self, now: datetime, limit: int) -> Sequence[Change]:
        """Return changes whose articles are to be matched now, with the rules that fired for them before."""

    def postpone_unread(self, change: str, until: datetime) -> None:
        """Count a try to read a change's article; it is due again at `until`, unless it was tried often enough."""

    def commit_unread(self, change: Change, alerts: Sequence[Alert]) -> None:
        """Write what a change's article led to; it is read then."""

    def silences(self, since: datetime) -> Sequence[Silence]:
        """Return the silences that ended after `since` or did not end yet, oldest first."""

    def drop_alerts(self, alert_ids: Sequence[str], reason: str) -> None:
        """Mark waiting alerts as dropped, which is visible and final."""

    def due_recipients(self, now: datetime) -> Sequence[tuple[str, str]]:
        """Return the (channel, recipient) pairs that have something to send now."""

    def claim_delivery(
        self, channel: str, recipient: str, owner: str, now: datetime, lease: timedelta, lanes: Sequence[Lane] = ()
    ) -> tuple[Delivery, RecipientState] | None:
        """Lease the recipient's next due delivery, or None, and look up the message that it follows.

        None, too, when one of the lanes has no room for a message now.

        Oldest first; one that failed three times or more stands behind those that did not, so that a message a
        service chokes on cannot hold up the others.
        """

    def settle(self, delivery: Delivery, owner: str, settlement: Settlement, now: datetime, elapsed_ms: int) -> None:
        """Write the result of one attempt.

        Raises:
            LeaseLost: the lease ran out and another worker has it.
            StoreUnavailable: it cannot be written now; it is kept and written before the recipient gets more.
        """

    def backlog(self, channel: str, recipient: str, before: datetime) -> Sequence[Delivery]:
        """Return what waits for a recipient since before then and was never left open, oldest first."""

    def merge(self, old: Sequence[Delivery], new: Sequence[Delivery], now: datetime) -> None:
        """Put new messages in place of old ones of the same recipient that still wait.

        Raises:
            LeaseLost: one of the old ones no longer waits.
        """

    def alerts(self, ids: Sequence[str]) -> Sequence[Alert]:
        """Return these alerts in order of detection, whatever became of them."""

    def stranded(self, channel: str, fallback: str, before: datetime, now: datetime) -> Sequence[str]:
        """Return the ids of the alerts that a channel could not tell and its fallback was not given.

        Those of messages that died or stayed unconfirmed within a day, and of those that wait since `before` for a
        recipient that fails.
        """

    def robots_file(self, url: str) -> RobotsFile | None:
        """Return what a host answered when it was last asked for its robots.txt, at this address."""

    def save_robots_file(self, file: RobotsFile) -> None:
        """Remember what a host answered."""

    def known_incidents(self, since: datetime) -> Sequence[Incident]:
        """Return the open incidents, those told after `since`, and those of which something is still to be told."""

    def record_incidents(self, incidents: Sequence[Incident], deliveries: Sequence[Delivery]) -> None:
        """Write incidents and the messages that tell of them."""

    def failing_recipients(self) -> Sequence[RecipientState]:
        """Return the recipients whose last attempt failed."""

    def pauses(self, since: datetime) -> Sequence[Pauses]:
        """Return how often each source had something new after `since`."""

    def held_floods(self) -> Sequence[tuple[str, str, int]]:
        """Return id, source and number of alerts of the floods that wait for a person."""

    def release_leases(self) -> None:
        """Forget every lease; for the start of the only process that uses the database."""

    def make_due(self, now: datetime) -> None:
        """Make every endpoint of the configuration due."""

    def shift_due(self, delta: timedelta, now: datetime) -> None:
        """Move what is measured from now on along with a clock that was set by `delta` (`now` is before that).

        Polls, retries and leases move; an alert that is due stays due; one that waits for a time of day waits
        for it.
        """

    def poll_states(self) -> Sequence[PollState]:
        """Return the state of every endpoint that is polled."""

    def rhythms(self) -> Mapping[tuple[str, str], Rhythm]:
        """Return when each endpoint published so far, as far as that was learned, by source and endpoint name."""

    def discoveries(self) -> Mapping[str, Discovery]:
        """Return what was found of each source's further endpoints, by source."""

    def save_discovery(self, discovery: Discovery) -> None:
        """Write the outcome of a look for endpoints in place of the last one."""

    def polled_since(self, since: datetime) -> tuple[int, int]:
        """Return how many endpoints were polled since then, and how many of them are well."""

    def retry_failing(self, now: datetime, until: datetime) -> int:
        """Make the failing endpoints due that would be asked by `until`, and return how many."""

    def try_writing(self) -> None:
        """Write something that changes nothing.

        Raises:
            StoreUnavailable: the disk or another process is in the way.
        """

    def prune(self, now: datetime, retention: timedelta, most: int | None = None) -> None:
        """Delete what is older than `retention`; a shorter one if more than `most` bytes are left, 7 days at least.

        A headline's age counts from the last time its source was read well (the endpoint that was read least
        recently decides), so that a site that was down for months is not news when it returns.
        """
