"""Unmodified service URLs, sent by a process that knows nothing of the test: TLS, the services' names, their rules."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack

import pytest
from servers.discord import PATH as DISCORD_PATH
from servers.discord import DiscordServer
from servers.internet import Internet
from servers.samples import ARABIC, HOSTILE, URL
from servers.slack import PATH as SLACK_PATH
from servers.slack import SlackServer
from servers.telegram import TOKEN, TelegramServer

URLS = {
    "telegram": f"tgram://{TOKEN}/42",
    "slack": f"slack://{SLACK_PATH}/#general",
    "discord": f"discord://{DISCORD_PATH}",
}
SENDER = """
import json, sys
from servers.samples import HOSTILE, NOW, ZONE, alert, delivery
from monitor.channels import CHANNELS
kind = CHANNELS["apprise"]
results = {}
for name, url in json.load(sys.stdin).items():
    channel = kind.build(kind.options(name="desk", type="apprise", url=url), ZONE)
    titles = {"Arabic": None, **HOSTILE}
    results[name] = {}
    for key, title in titles.items():
        given = alert(hits=("الأمن",)) if title is None else alert(title)
        for message in channel.render([given], NOW):
            outcome = channel.send(channel.recipients[0], delivery(message), NOW)
            results[name][key] = [type(outcome).__name__, getattr(outcome, "reason", None)]
print(json.dumps(results))
"""


@pytest.fixture(scope="module")
def sent():
    """Return what became of every title, the servers and the names that were connected to."""
    with ExitStack() as stack:
        kinds = {"telegram": TelegramServer, "slack": SlackServer, "discord": DiscordServer}
        servers = {name: stack.enter_context(kind()) for name, kind in kinds.items()}
        internet = stack.enter_context(Internet({server.host: server for server in servers.values()}))
        folders = [path for path in sys.path if path]
        done = subprocess.run(
            [sys.executable, "-c", SENDER],
            input=json.dumps(URLS),
            env={**internet.env(), "PYTHONPATH": ":".join(folders)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        yield json.loads(done.stdout), servers, internet, done


@pytest.mark.parametrize("name", URLS)
def test_every_title_is_taken_by_the_real_address_of_the_service(sent, name):
    results, servers, internet, _ = sent
    assert {key: told for key, told in results[name].items() if told[0] != "Delivered"} == {}
    assert len(servers[name].messages) == len(HOSTILE) + 1
    assert servers[name].host in internet.connects


def test_the_process_connects_to_nobody_else(sent):
    _, servers, internet, _ = sent
    assert set(internet.connects) == {server.host for server in servers.values()}


@pytest.mark.parametrize("name", URLS)
def test_the_headline_arrives_linked_and_marked(sent, name):
    message = sent[1][name].messages[0]
    assert ARABIC in message.text
    if name == "telegram":
        assert [(e.tag, e.text, e.url) for e in message.entities] == [("b", "الأمن", None), ("a", ARABIC, URL)]
    else:
        assert (message.links, message.styled) == ((URL,), ("الأمن",))


@pytest.mark.parametrize("name", ["slack", "discord"])
def test_no_title_calls_anybody(sent, name):
    assert [message.mentions for message in sent[1][name].messages] == [()] * (len(HOSTILE) + 1)


def test_nothing_is_printed_on_the_way(sent):
    assert sent[3].stderr == ""


def test_a_certificate_that_is_not_trusted_stops_the_message():
    with TelegramServer() as server, Internet({server.host: server}) as internet:
        env = {**internet.env(), "PYTHONPATH": ":".join(path for path in sys.path if path)}
        del env["REQUESTS_CA_BUNDLE"]
        done = subprocess.run(
            [sys.executable, "-c", SENDER.replace('{"Arabic": None, **HOSTILE}', '{"Arabic": None}')],
            input=json.dumps({"telegram": URLS["telegram"]}),
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        kind, reason = json.loads(done.stdout)["telegram"]["Arabic"]
        assert (kind, server.calls) == ("RetryLater", [])
        assert "could not be reached" in reason
