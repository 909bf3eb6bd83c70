"""From Apprise URLs to single recipients, and what is said about URLs that are none."""

from __future__ import annotations

import io
import logging
import subprocess
import sys

import pytest
from servers.discord import PATH as DISCORD_PATH
from servers.samples import ZONE
from servers.slack import PATH as SLACK_PATH
from servers.telegram import TOKEN

from monitor.channels.apprise import AppriseChannel, AppriseOptions
from monitor.channels.services import KNOWN, targets_of
from monitor.errors import ChannelError


def labels(*urls):
    return list(targets_of(urls))


def problems(*urls, **given):
    return list(AppriseOptions(name="desk", type="apprise", urls=urls, **given).problems())


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"tgram://{TOKEN}/42", ["tgram 42"]),
        (f"tgram://{TOKEN}/42/-1001234567890/@desk", ["tgram 42", "tgram -1001234567890", "tgram @desk"]),
        (f"tgram://{TOKEN}/-1001234567890:7", ["tgram -1001234567890:7"]),
        (f"tgram://bot{TOKEN}/42/?format=markdown", ["tgram 42"]),
        (f"slack://{SLACK_PATH}/#general", ["slack #general"]),
        (f"slack://{SLACK_PATH}/#general/#desk", ["slack #general", "slack #desk"]),
        (f"slack://{SLACK_PATH}", ["slack"]),
        (f"https://hooks.slack.com/services/{SLACK_PATH}", ["slack"]),
        (f"discord://{DISCORD_PATH}", ["discord"]),
        (f"https://discord.com/api/webhooks/{DISCORD_PATH}", ["discord"]),
        ("mailto://user:pass1234@mail.example.org", ["mailto user@mail.example.org"]),
        (
            "mailtos://user:pass1234@mail.example.org?to=a@example.org,b@example.org",
            ["mailtos a@example.org", "mailtos b@example.org"],
        ),
        ("mailto://user:pass1234@mail.example.org/a@example.org?cc=c@example.org", ["mailto a@example.org"]),
        ("json://127.0.0.1:9/hook", ["json"]),
    ],
)
def test_a_url_becomes_one_service_per_recipient(url, expected):
    found = targets_of([url])
    assert sorted(found) == sorted(expected)
    assert all(len(target.service) == 1 for target in found.values())


def test_recipients_that_may_be_secret_get_a_label_that_stays():
    one, other = labels("ntfy://ntfy.example.org/first-topic", "ntfy://ntfy.example.org/second-topic/third-topic")[:2]
    assert one == "ntfy"
    assert other.startswith("ntfy-")
    assert "topic" not in other


def test_labels_are_unique_when_two_bots_write_to_one_chat():
    both = labels(f"tgram://{TOKEN}/42", "tgram://987654321:AAZ0BbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQ/42")
    assert len(both) == 2
    assert both[0] == "tgram 42"
    assert both[1].startswith("tgram 42-")
    assert "987654321" not in both[1]


def test_a_recipient_that_stands_there_twice_is_refused():
    with pytest.raises(ChannelError, match="'tgram 42' stands there twice"):
        targets_of([f"tgram://{TOKEN}/42", f"tgram://{TOKEN}/42"])


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("telegram://123456789:abc/42", "did you mean tgram://?"),
        ("slak://a/b/c", "did you mean slack://?"),
        ("smtp://user:pass@example.org", "did you mean mailtos://?"),
        ("email://user:pass@example.org", "did you mean mailto://?"),
        ("no url at all", "must begin like tgram:// or mailto://"),
        ("", "must begin like tgram:// or mailto://"),
        ("tgram://", "not a complete tgram:// url"),
        ("tgram://not-a-token/42", "not a complete tgram:// url"),
        ("tgram://123456789:abc/42?", "not a complete tgram:// url"),
        ("slack://only-one", "not a complete slack:// url"),
        ("discord://", "not a complete discord:// url"),
        ("pushbullet://", "did you mean"),
    ],
)
def test_a_malformed_url_is_named_without_being_shown(url, says):
    ((path, problem),) = problems(url)
    assert path == "urls.0"
    assert says in problem
    for part in ("abc", "pass", "not-a-token", "only-one"):
        assert part not in problem


def test_a_missing_url_is_named():
    assert problems()[0][0] == "url"


def test_every_malformed_url_is_named_at_once():
    assert [path for path, _ in problems("nope://", f"tgram://{TOKEN}/1", "tgram://", url="x")] == [
        "url",
        "urls.0",
        "urls.2",
    ]


def test_a_usable_url_has_no_problem():
    assert problems(f"tgram://{TOKEN}/1", f"tgram://{TOKEN}/2") == []


def test_services_that_are_written_differently_need_a_channel_each():
    ((path, problem),) = problems(f"tgram://{TOKEN}/1", "mailto://user:pass1234@mail.example.org")
    assert path == "urls"
    assert problem == "different services in one channel (mailto, tgram); make a channel for each"


def test_a_short_limit_of_a_service_is_kept():
    url = "pover://user4567890123456789012345678@token5678901234567890123456789"
    channel = AppriseChannel(AppriseOptions(name="d", type="apprise", url=url), ZONE)
    assert channel._writer.style.limit == channel._targets["pover"].service.body_maxlen < 3500


@pytest.mark.parametrize("schema", KNOWN)
def test_every_schema_that_is_loaded_alone_is_the_one_apprise_would_load(schema):
    from apprise.plugins import N_MGR

    module, name = KNOWN[schema]
    plugin = N_MGR[schema]
    assert (plugin.__name__, plugin.__module__.split(".")[2]) == (name, module)


@pytest.mark.parametrize("url", [f"tgram://{TOKEN}/42", f"slack://{SLACK_PATH}", "mailto://u:pass1234@example.org"])
def test_the_settings_of_the_program_hold_whatever_the_url_says_of_looks(url):
    (target,) = targets_of([url]).values()
    assert target.service.socket_connect_timeout == (15 if url.startswith("mail") else 5)
    assert target.service.socket_read_timeout == 15
    assert target.service.overflow_mode == ("split" if url.startswith("slack") else "upstream")
    assert target.service.redirects is False
    assert target.service.asset._service_timeout == 0


def test_time_outs_can_be_set_in_the_url():
    (target,) = targets_of([f"tgram://{TOKEN}/42/?cto=2&rto=3"]).values()
    assert (target.service.socket_connect_timeout, target.service.socket_read_timeout) == (2, 3)


def test_the_plug_ins_own_pauses_are_off():
    (target,) = targets_of(["mailto://u:pass1234@example.org"]).values()
    assert target.service.throttle(wait=3600) is None


@pytest.mark.parametrize("name", ["apprise", "urllib3"])
def test_the_libraries_keep_their_tokens_out_of_the_logs(name):
    targets_of([f"tgram://{TOKEN}/42"])
    root, heard = logging.getLogger(), io.StringIO()
    handler = logging.StreamHandler(heard)
    root.addHandler(handler)
    try:
        logging.getLogger(name).error("token %s", TOKEN)
        logging.getLogger("other").error("heard")
    finally:
        root.removeHandler(handler)
    assert heard.getvalue() == "heard\n"


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def test_importing_the_channels_loads_neither_apprise_nor_requests():
    code = "import sys, monitor.channels; print({'apprise', 'requests', 'tenacity', 'httpx'} & set(sys.modules))"
    assert run(code) == "set()"


def test_a_known_service_loads_no_other_plug_in():
    code = f"""
import sys
from monitor.channels import CHANNELS
from zoneinfo import ZoneInfo
kind = CHANNELS["apprise"]
kind.build(kind.options(name="desk", type="apprise", url="tgram://{TOKEN}/42"), ZoneInfo("UTC"))
print(sorted(m for m in sys.modules if m.startswith("apprise.plugins.")))
"""
    assert run(code) == "['apprise.plugins.base', 'apprise.plugins.telegram']"
