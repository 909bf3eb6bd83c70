"""Forms reach where an address leads, and nothing that they should not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
from hostile import Names
from servers.service import Answer, Call, Service

from monitor.errors import FetchError
from monitor.fetch.forms import FormPoster
from monitor.fetch.polite import Hosts

FORM = {"hub.mode": "subscribe", "hub.topic": "https://marsa.example/?خبر=1"}


class Taker(Service):
    def take(self, call: Call) -> Answer:
        self.accept((call.method, call.path, dict(parse_qsl(call.body.decode()))))
        return Answer(202)


@pytest.fixture
def hub() -> Iterator[Taker]:
    with Taker() as hub:
        yield hub


@pytest.fixture
def poster() -> Iterator[FormPoster]:
    made = FormPoster(
        clock=lambda: datetime(2026, 3, 2, tzinfo=UTC), resolver=Names(), user_agent="monitor/test", hosts=Hosts(0.0),
        allow_private=("127.0.0.0/8",), seconds=0.5,
    )  # fmt: skip
    yield made
    made.close()


def test_a_form_is_taken(hub: Taker, poster: FormPoster) -> None:
    poster.post(f"{hub.url}/hub?x=1", FORM, ())
    assert hub.messages == [("POST", "/hub?x=1", FORM)]
    assert hub.calls[0].headers["User-Agent"] == "monitor/test"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_form_follows_a_redirect_as_it_is(hub: Taker, poster: FormPoster, status: int) -> None:
    hub.fail_next(status, headers={"Location": "/new"})
    poster.post(f"{hub.url}/hub", FORM, ())
    assert hub.messages == [("POST", "/new", FORM)]


def test_redirects_end_and_lead_into_no_private_network(hub: Taker, poster: FormPoster) -> None:
    hub.fail_next(307, headers={"Location": "/again"}, times=9)
    with pytest.raises(FetchError, match="redirects more than 3 times"):
        poster.post(f"{hub.url}/hub", FORM, ())
    with Taker() as other:
        other.fail_next(307, headers={"Location": "http://10.0.0.1/admin"})
        with pytest.raises(FetchError, match=r"10\.0\.0\.1, which is not on the public internet"):
            poster.post(f"{other.url}/hub", FORM, ())


def test_what_a_refusal_says_is_told_and_no_more_of_it_than_fits(hub: Taker, poster: FormPoster) -> None:
    hub.fail_next(422, "the topic\n is not ours" + "!" * 9000, {"Content-Type": "text/plain", "Retry-After": "90"})
    with pytest.raises(FetchError) as told:
        poster.post(f"{hub.url}/hub?key=secret", FORM, ())
    assert str(told.value).startswith(f"{hub.url}/hub answered 422 (the topic is not ours!!")
    assert len(str(told.value)) < 300
    assert told.value.retry_after
    hub.fail_next(500, "<html>a page</html>", {"Content-Type": "text/html"})
    with pytest.raises(FetchError, match=r"answered 500$"):
        poster.post(f"{hub.url}/hub", FORM, ())


@pytest.mark.parametrize("how", ["hang", "cut", "refuse"])
def test_a_hub_that_does_not_answer_is_a_failure_in_time(hub: Taker, poster: FormPoster, how: str) -> None:
    url = f"{hub.url}/hub"
    if how == "hang":
        hub.hang_next()
    elif how == "cut":
        hub.cut_next()
    else:
        url = "http://127.0.0.1:1/"
    with pytest.raises(FetchError):
        poster.post(url, FORM, ())


@pytest.mark.parametrize("url", ["ftp://hub.example/", "http://", "http://user:key@127.0.0.1/"])
def test_what_is_no_address_is_not_asked(poster: FormPoster, url: str) -> None:
    with pytest.raises(FetchError):
        poster.post(url, FORM, ())
