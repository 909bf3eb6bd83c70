"""Hubs at the door: what they verify, refuse, sign, forge and flood, over real sockets and under a clock that is set."""

from __future__ import annotations

import hmac
import itertools
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
from fakes import ManualClock
from servers.hub import Hub, ask, call
from store.building import LEASE, change, good, headline, spec

from monitor.fetch.forms import FormPoster
from monitor.fetch.polite import Hosts
from monitor.fetch.resolve import PoolResolver
from monitor.model import Fetched, PollState, Subscription
from monitor.pipeline.callback import Callback
from monitor.pipeline.pings import Pings
from monitor.pipeline.push import APART, Push, Subscriber
from monitor.service import web
from monitor.service.health import Health
from monitor.service.pulse import Pulse
from monitor.service.web import Answers, Door
from monitor.store import open_store
from monitor.values import ListenAddress

ANYWHERE = ListenAddress("127.0.0.1", 0)
EVERY = timedelta(minutes=10)
TOPIC = "https://marsa.example/feed"
FEED = '<rss><channel><atom:link rel="self" href="{topic}"/>{hubs}<item><title>ميناء</title></item></channel></rss>'


class Port:
    """One endpoint of a source, the door that hubs knock at, and what asks them, stepped by hand."""

    def __init__(self, folder: Path, hub: Hub, pool: ThreadPoolExecutor, door: Door) -> None:
        self.hub, self.clock, self.seconds = hub, ManualClock(), 0.0
        self.gap = timedelta()  # that robots.txt asks for
        self.store = open_store(folder / "monitor.db")
        self.heard: Counter[str] = Counter()
        self.store.sync([spec("marsa", "feed", every=EVERY)], self.clock())
        self.pings = Pings(now=lambda: self.seconds)
        self.poster = FormPoster(
            clock=self.clock, resolver=PoolResolver(pool), user_agent="t", hosts=Hosts(0.0),
            allow_private=("127.0.0.0/8",), seconds=1.0,
        )  # fmt: skip
        self.door = door
        callback = Callback(
            shelf=self.store.subscriptions, pings=self.pings, clock=self.clock, random=random.random,
            heard=lambda what: self.heard.update([what]),
        )  # fmt: skip
        health = Health(self.store, Pulse(), self.clock)
        self.door.follow(ANYWHERE, Answers(health=health, metrics=None, hubs=callback))
        self.public = f"http://127.0.0.1:{self.door.bound[1]}"
        self.subscriber = self.subscribes({("marsa", "feed")})

    def subscribes(self, endpoints: set[tuple[str, str]], public: str | None = None) -> Subscriber:
        tokens = map("token-{}".format, itertools.count())
        self.subscriber = Subscriber(
            push=Push(shelf=self.store.subscriptions, poster=self.poster, pings=self.pings, token=lambda: next(tokens) + str(time.monotonic_ns())),
            public=public or self.public, clock=self.clock, random=random.random, allowed={}, endpoints=endpoints,
            gap=lambda _source, _endpoint: self.gap,
        )  # fmt: skip
        return self.subscriber

    def close(self) -> None:
        self.poster.close()
        self.store.close()

    def state(self) -> PollState:
        (state,) = self.store.poll_states()
        return state

    def looks(self, *hubs: str, topic: str = TOPIC) -> None:
        """Read a page that names these hubs."""
        links = "".join(f'<atom:link rel="hub" href="{hub}"/>' for hub in hubs or [f"{self.hub.url}/"])
        self.subscriber.notice(
            self.state(),
            Fetched(
                url=TOPIC, final_url=TOPIC, status=200, body=FEED.format(topic=topic, hubs=links).encode(),
                content_type=None, etag=None, last_modified=None, fetched_at=datetime(2026, 3, 2, tzinfo=UTC), elapsed_ms=1,
            ),
        )  # fmt: skip

    def steps(self) -> int:
        """Ask the hubs that are to be asked now, and wait until they have come back."""
        due = self.subscriber.due(self.clock())
        for token in due:
            self.subscriber.ask(token)
        if self.hub.verifies:
            self.hub.wait_until(lambda: len(self.hub.answers) >= len(self.hub.messages))
        return len(due)

    @property
    def known(self) -> Subscription | None:
        return self.store.subscriptions.of_endpoint("marsa", "feed")

    def standing(self) -> str | None:
        return self.known and self.known.standing(self.clock())

    def polls(self, *, news: bool = True) -> None:
        """Poll the endpoint, which must be due."""
        (state,) = self.store.claim_polls("me", self.clock(), LEASE, 1)
        self.subscriber.begins(state)
        result = good(state, self.clock(), changes=[change(headline())] if news else [])
        self.store.commit_poll(replace(result, changes=()))
        self.subscriber.ends(result)

    def due_in(self) -> float:
        return (self.state().next_poll_at - self.clock()).total_seconds()


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with closing(Door()) as opened:
        yield opened


@pytest.fixture
def port(tmp_path: Path, door: Door) -> Iterator[Port]:
    with Hub() as hub, ThreadPoolExecutor(1) as pool, closing(Port(tmp_path, hub, pool, door)) as made:
        yield made


@pytest.fixture
def subscribed(port: Port) -> Port:
    port.looks()
    port.steps()
    assert port.standing() == "subscribed"
    return port


def test_a_hub_is_asked_for_what_the_page_named_and_believes_that_we_asked(subscribed: Port) -> None:
    (form,) = subscribed.hub.messages
    assert (form["hub.mode"], form["hub.topic"], form["hub.lease_seconds"]) == ("subscribe", TOPIC, "864000")
    assert form["hub.callback"].startswith(f"{subscribed.public}/push/token-")
    assert len(form["hub.secret"]) < 200
    assert subscribed.hub.answers == [(200, "riddle 0")]
    assert subscribed.known
    assert subscribed.known.until == subscribed.clock() + timedelta(hours=1)
    subscribed.looks()
    assert subscribed.steps() == 0


def test_nobody_but_the_hub_that_was_asked_is_agreed_with(port: Port) -> None:
    port.looks()
    assert port.known
    place = port.known.callback
    query = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "x"}
    assert ask(f"{place}?{urlencode(query)}")[0] == 404  # it was not asked yet
    port.hub.verifies = False
    port.steps()
    assert ask(f"{place}?{urlencode({**query, 'hub.topic': 'https://other.example/'})}")[0] == 404
    assert ask(f"{place}?{urlencode({**query, 'hub.mode': 'unsubscribe'})}")[0] == 404
    assert ask(f"{place}?{urlencode({'hub.mode': 'subscribe', 'hub.topic': TOPIC})}")[0] == 404
    assert ask(f"{port.public}/push/guessed?{urlencode(query)}")[0] == 404
    assert ask(f"{place}?{'&'.join(['a=1'] * 50)}")[0] == 400
    assert port.standing() == "pending"
    assert ask(f"{place}?{urlencode(query)}") == (200, "x")
    assert port.standing() == "subscribed"


def test_a_hub_that_lies_about_the_topic_is_not_agreed_with(port: Port) -> None:
    port.hub.asks = lambda query: {**query, "hub.topic": "https://bank.example/"}
    port.looks()
    port.steps()
    assert port.hub.answers == [(404, "there is no such subscription\n")]
    assert port.standing() == "pending"


def test_a_refusal_is_kept_with_its_reason_and_asked_again_after_a_day(port: Port) -> None:
    port.hub.denies = "feeds of ports are not carried"
    port.looks()
    port.steps()
    assert port.known
    assert port.known.reason == f"{port.hub.url}/ refused: feeds of ports are not carried"
    assert port.standing() == "refused"
    port.hub.denies = None
    port.clock.advance(hours=23)
    assert port.steps() == 0
    port.clock.advance(hours=1)
    port.steps()
    assert port.standing() == "subscribed"


def test_a_hub_that_ends_what_it_agreed_to_is_heard(subscribed: Port) -> None:
    subscribed.hub.denies = "closed"
    subscribed.hub.asks = lambda query: {**query, "hub.topic": "https://bank.example/"}
    assert subscribed.hub.come_back(subscribed.hub.messages[0])[0] == 404
    assert subscribed.standing() == "subscribed"
    subscribed.hub.asks = lambda query: query
    subscribed.hub.come_back(subscribed.hub.messages[0])
    assert subscribed.standing() == "refused"


def test_a_hub_that_never_comes_back_is_a_doubt_about_our_address(port: Port) -> None:
    port.hub.verifies = False
    port.looks()
    port.steps()
    port.clock.advance(minutes=5)
    port.steps()
    assert port.known
    assert "never came back to verify it at our public address" in (port.known.reason or "")
    port.hub.verifies = True
    port.clock.advance(minutes=2)
    port.hub.messages.clear()
    port.steps()
    assert port.standing() == "subscribed"


@pytest.mark.parametrize("trouble", ["fail", "hang", "cut"])
def test_a_hub_that_is_down_is_asked_again_and_the_next_one_meanwhile(port: Port, trouble: str) -> None:
    if trouble == "fail":
        port.hub.fail_next(503, "come later", {"Retry-After": "30", "Content-Type": "text/plain"})
    elif trouble == "hang":
        port.hub.hang_next()
    else:
        port.hub.cut_next()
    with Hub() as second:
        port.looks(f"{port.hub.url}/", f"{second.url}/")
        port.subscriber.ask(port.subscriber.due(port.clock())[0])
        assert port.known
        assert port.known.reason
        assert port.known.hub == f"{second.url}/"
        port.clock.advance(minutes=2)
        port.subscriber.ask(port.subscriber.due(port.clock())[0])
        second.wait_until(lambda: second.agreed)
    assert port.standing() == "subscribed"


def test_a_hub_that_comes_back_before_it_answers_is_believed(port: Port) -> None:
    form: dict[str, str] = {}

    class Hasty(Hub):
        def take(self, call: object) -> object:  # type: ignore[override]
            answer = super().take(call)  # type: ignore[arg-type]
            form.update(self.messages[-1])
            self.come_back(form)
            return answer

    with Hasty() as hasty:
        hasty.verifies = False
        port.looks(f"{hasty.url}/")
        port.subscriber.ask(port.subscriber.due(port.clock())[0])
    assert port.standing() == "subscribed"


def test_the_lease_is_renewed_for_a_month_before_it_ends(subscribed: Port) -> None:
    subscribed.hub.lease = 86400
    asked = len(subscribed.hub.messages)
    for _ in range(30 * 24):
        subscribed.clock.advance(hours=1)
        subscribed.steps()
        assert subscribed.standing() == "subscribed"
    assert 33 <= len(subscribed.hub.messages) - asked <= 43
    assert len({form["hub.callback"] for form in subscribed.hub.messages}) == 1


def test_a_ping_hurries_the_poll_and_a_forged_one_does_not(subscribed: Port) -> None:
    subscribed.polls()
    subscribed.clock.advance(seconds=5)
    assert subscribed.hub.distribute(b"<rss/>", secret="guessed") == [202]
    assert call(subscribed.known.callback, b"<rss/>", {}) == 202  # type: ignore[union-attr]
    assert call(subscribed.known.callback, b"<rss/>", {"X-Hub-Signature": "md5=é"}) == 202  # type: ignore[union-attr]
    subscribed.subscriber.hurry(subscribed.clock())
    assert subscribed.due_in() == EVERY.total_seconds() - 5
    assert subscribed.hub.distribute("<rss>عاجل</rss>".encode()) == [202]
    subscribed.subscriber.hurry(subscribed.clock())
    assert subscribed.due_in() == 0
    assert subscribed.heard == {"unsigned": 3, "taken": 1}
    assert subscribed.known
    assert subscribed.known.pinged_at == subscribed.clock()


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_every_signature_of_the_standard_is_read(subscribed: Port, method: str) -> None:
    assert subscribed.hub.distribute(b"x" * 200_000, method=method) == [202]
    assert subscribed.heard == {"taken": 1}


def test_a_body_that_comes_in_chunks_is_read(subscribed: Port) -> None:
    assert subscribed.known
    parts, secret = ["عاجل".encode(), b"x" * 100_000, b"!"], subscribed.known.secret.encode()
    signature = hmac.new(secret, b"".join(parts), "sha256").hexdigest()
    connection = HTTPConnection("127.0.0.1", subscribed.door.bound[1], timeout=5)
    path = subscribed.known.callback.removeprefix(subscribed.public)
    connection.request("POST", path, iter(parts), {"X-Hub-Signature": f"sha256={signature}"}, encode_chunked=True)
    assert connection.getresponse().status == 202
    connection.close()
    assert subscribed.heard == {"taken": 1}


def test_a_ping_during_a_poll_makes_another_one_after_it(subscribed: Port) -> None:
    (state,) = subscribed.store.claim_polls("me", subscribed.clock(), LEASE, 1)
    subscribed.subscriber.begins(state)
    subscribed.hub.distribute(b"news")
    subscribed.subscriber.hurry(subscribed.clock())
    subscribed.store.commit_poll(good(state, subscribed.clock()))
    subscribed.clock.advance(seconds=APART.total_seconds())
    subscribed.subscriber.hurry(subscribed.clock())
    assert subscribed.due_in() == 0
    subscribed.polls()
    subscribed.clock.advance(seconds=5)
    subscribed.subscriber.hurry(subscribed.clock())
    assert subscribed.due_in() == EVERY.total_seconds() - 5


def test_a_hurried_poll_keeps_its_distance_from_the_last_one(subscribed: Port) -> None:
    subscribed.polls()
    subscribed.hub.distribute(b"news")
    subscribed.clock.advance(seconds=0.5)
    subscribed.subscriber.hurry(subscribed.clock())
    assert subscribed.due_in() == APART.total_seconds() - 0.5
    subscribed.clock.advance(seconds=2)
    subscribed.polls()
    subscribed.gap = timedelta(seconds=20)
    subscribed.hub.distribute(b"news")
    subscribed.subscriber.hurry(subscribed.clock())
    assert subscribed.due_in() == 20


def test_a_failing_endpoint_is_not_hurried(subscribed: Port) -> None:
    subscribed.polls()
    subscribed.store.make_due(subscribed.clock())
    (state,) = subscribed.store.claim_polls("me", subscribed.clock(), LEASE, 1)
    after = replace(state, failures=1, next_poll_at=subscribed.clock() + timedelta(hours=2))
    subscribed.store.commit_poll(replace(good(state, subscribed.clock()), state=after))
    subscribed.hub.distribute(b"news")
    subscribed.subscriber.hurry(subscribed.clock())
    assert subscribed.due_in() == 7200


def test_a_flood_of_pings_makes_few_polls(subscribed: Port) -> None:
    polls = 0
    for _ in range(600):  # ten minutes
        subscribed.clock.advance(seconds=1)
        subscribed.seconds += 1
        subscribed.pings.ping("marsa", "feed")
        subscribed.pings.ping("marsa", "feed")
        subscribed.subscriber.hurry(subscribed.clock())
        if subscribed.due_in() <= 0:
            subscribed.polls()
            polls += 1
    assert 20 <= polls <= 27


def test_a_ping_that_leads_to_nothing_new_is_looked_after_twice_more(subscribed: Port) -> None:
    begun, polls = subscribed.seconds, []
    subscribed.hub.distribute(b"news")
    for _ in range(300):
        subscribed.subscriber.hurry(subscribed.clock())
        if subscribed.due_in() <= 0:
            subscribed.polls(news=False)
            polls.append(subscribed.seconds - begun)
        subscribed.clock.advance(seconds=1)
        subscribed.seconds += 1
    assert polls == [0, 15, 75]
    subscribed.hub.distribute(b"news")
    subscribed.subscriber.hurry(subscribed.clock())
    subscribed.polls(news=True)
    assert not subscribed.pings._wanted


def test_a_ping_does_not_wait_for_the_second_look_after_another(subscribed: Port) -> None:
    subscribed.hub.distribute(b"news")
    subscribed.subscriber.hurry(subscribed.clock())
    subscribed.polls(news=False)
    assert subscribed.pings.due() == []
    subscribed.hub.distribute(b"news")
    assert subscribed.pings.due() == [("marsa", "feed")]


def test_a_flood_over_the_wire_is_taken_and_the_others_are_answered(subscribed: Port) -> None:
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: subscribed.hub.distribute(b"news"), range(100)))
    assert answers == [[202]] * 100
    assert subscribed.pings.due() == [("marsa", "feed")]
    assert ask(f"{subscribed.public}/healthz")[0] == 200


def test_an_endpoint_that_is_gone_is_unsubscribed_and_its_pings_are_refused(subscribed: Port) -> None:
    form = subscribed.hub.messages[0]
    subscribed.subscribes(set())
    subscribed.steps()
    assert subscribed.hub.messages[-1]["hub.mode"] == "unsubscribe"
    assert subscribed.store.subscriptions.every() == []
    assert call(form["hub.callback"], b"news", {}) == 410
    assert subscribed.heard == {"unknown": 1}


def test_the_calls_of_a_hub_that_does_not_let_go_are_refused(subscribed: Port) -> None:
    form = subscribed.hub.messages[0]
    subscribed.hub.verifies = False
    subscribed.subscribes(set())
    subscribed.steps()
    assert [one.leaving for one in subscribed.store.subscriptions.every()] == [True]
    assert subscribed.hub.distribute(b"news") == [410]
    assert subscribed.pings.due() == []
    for _ in range(6):
        subscribed.clock.advance(hours=1)
        subscribed.steps()
    assert subscribed.store.subscriptions.every() == []
    assert [one["hub.mode"] for one in subscribed.hub.messages] == ["subscribe"] + ["unsubscribe"] * 3
    assert ask(f"{form['hub.callback']}?hub.mode=unsubscribe&hub.topic={TOPIC}&hub.challenge=x")[0] == 404


def test_under_another_address_everything_is_agreed_anew(subscribed: Port) -> None:
    subscribed.subscribes({("marsa", "feed")}, public=f"{subscribed.public}/")
    subscribed.steps()
    assert len(subscribed.hub.messages) == 1  # a slash makes no other address
    subscribed.subscribes({("marsa", "feed")}, public=f"{subscribed.public}/desk")
    subscribed.steps()
    subscribed.looks()
    assert [form["hub.mode"] for form in subscribed.hub.messages] == ["subscribe", "unsubscribe"]
    assert subscribed.known
    assert subscribed.known.callback.startswith(f"{subscribed.public}/desk/push/")


def test_a_feed_that_moves_to_another_hub_is_followed_after_a_while(subscribed: Port) -> None:
    with Hub() as second:
        subscribed.looks(f"{second.url}/")
        assert subscribed.steps() == 0
        subscribed.clock.advance(hours=1)
        subscribed.looks(f"{second.url}/")
        for token in subscribed.subscriber.due(subscribed.clock()):
            subscribed.subscriber.ask(token)
        second.wait_until(lambda: second.agreed)
        subscribed.hub.wait_until(lambda: not subscribed.hub.agreed)
    assert subscribed.standing() == "subscribed"


def test_what_is_due_moves_along_with_a_clock_that_is_set(subscribed: Port) -> None:
    before = subscribed.known
    assert before
    assert before.until
    subscribed.store.shift_due(timedelta(days=400), subscribed.clock())
    assert subscribed.known
    assert subscribed.known.until == before.until + timedelta(days=400)
    assert subscribed.known.next_at == before.next_at + timedelta(days=400)


def test_hubs_in_a_private_network_are_not_asked(port: Port) -> None:
    port.looks("http://10.0.0.7/", "http://169.254.169.254/latest")
    port.subscriber.ask(port.subscriber.due(port.clock())[0])
    assert port.known
    assert "10.0.0.7, which is not on the public internet" in (port.known.reason or "")


# --- at the socket -------------------------------------------------------------------------------------


def _raw(port: Port, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port.door.bound[1]), timeout=5) as connection:
        connection.sendall(request)
        return connection.recv(100)


def test_what_is_too_long_or_of_no_length_is_not_read(subscribed: Port) -> None:
    assert subscribed.known
    path = subscribed.known.callback.removeprefix(subscribed.public).encode()
    for length, status in ((b"5242881", b"413"), (b"9" * 30, b"413"), (b"-1", b"411"), ("٣".encode(), b"411")):
        assert status in _raw(subscribed, b"POST " + path + b" HTTP/1.1\r\nContent-Length: " + length + b"\r\n\r\n")
    chunked = b"POST " + path + b" HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    for body in (b"500001\r\n", b"-5\r\nabc", b"many\r\n", b"\r\n", b"F" * 5000):
        assert b"400" in _raw(subscribed, chunked + body)
    assert b"404" in _raw(subscribed, b"POST /metrics HTTP/1.1\r\nContent-Length: 0\r\n\r\n")


def test_who_sends_slowly_is_left_when_the_time_is_over(subscribed: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "SECONDS", 0.4)
    begun = time.monotonic()
    with socket.create_connection(("127.0.0.1", subscribed.door.bound[1]), timeout=5) as connection:
        stop = threading.Event()

        def drip() -> None:
            while not stop.wait(0.05):
                try:
                    connection.sendall(b"G")
                except OSError:
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        assert connection.recv(100) == b""
        stop.set()
        dripping.join()
    assert 0.3 < time.monotonic() - begun < 3


def test_a_crowd_that_says_nothing_is_bounded_and_goes(subscribed: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "SECONDS", 0.5)
    address = ("127.0.0.1", subscribed.door.bound[1])
    crowd = [socket.create_connection(address, timeout=5) for _ in range(web.AT_ONCE + 20)]
    try:
        assert threading.active_count() <= web.AT_ONCE + 20
        assert [one.recv(1) for one in crowd] == [b""] * len(crowd)
    finally:
        for one in crowd:
            one.close()
    assert ask(f"{subscribed.public}/healthz")[0] == 200


@pytest.mark.parametrize("said", [b"", b"GET /hea", b"POST /push/x HTTP/1.1\r\nContent-Length: 9\r\n\r\nnews"])
def test_a_crowd_that_hangs_on_keeps_out_nobody_who_asks_how_things_are(port: Port, said: bytes) -> None:
    address = ("127.0.0.1", port.door.bound[1])
    crowd = [socket.create_connection(address, timeout=5) for _ in range(web.AT_ONCE * 4)]
    try:
        for one in crowd:
            one.sendall(said)
        assert ask(f"{port.public}/healthz")[0] == 200
        assert ask(f"{port.public}/metrics")[0] == 501
    finally:
        for one in crowd:
            one.close()


def test_without_push_nothing_is_taken(port: Port) -> None:
    port.door.follow(
        ANYWHERE,
        Answers(health=Health(port.store, Pulse(), port.clock), metrics=None),
    )
    assert ask(f"{port.public}/push/")[0] == 404
    assert call(f"{port.public}/push/x", b"news", {}) == 404


def test_a_challenge_is_never_a_page(port: Port) -> None:
    port.looks()
    port.hub.verifies = False
    port.steps()
    query = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "<script>alert(1)</script>"}
    connection = HTTPConnection("127.0.0.1", port.door.bound[1], timeout=5)
    assert port.known
    connection.request("GET", f"{port.known.callback.removeprefix(port.public)}?{urlencode(query)}")
    answer = connection.getresponse()
    assert answer.read() == b"<script>alert(1)</script>"
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    connection.close()
