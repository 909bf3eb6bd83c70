"""The small values of the configuration."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.values import DailyWindow, Duration, ListenAddress, Rate, Size, TimeOfDay

CASABLANCA = ZoneInfo("Africa/Casablanca")
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("5m", 300), ("5 min", 300), ("2h", 7200), ("1d", 86400), ("1h 30m", 5400)]
)
def test_durations_are_read(text: str, seconds: int) -> None:
    assert Duration.parse(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "30", "s", "1.5h", "-5s", "5 minutes", "5s later", "٥s x"])
def test_other_durations_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as 30s or 5m"):
        Duration.parse(text)


def test_rates_are_read() -> None:
    assert Rate.parse("20/min") == Rate(20, timedelta(minutes=1))


@pytest.mark.parametrize("text", ["20", "0/min", "20/year", "many/min"])
def test_other_rates_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="such as 20/min"):
        Rate.parse(text)


def test_sizes_are_read_and_written_as_people_do() -> None:
    assert (Size.parse("500MB"), Size.parse("2 GB")) == (500_000_000, 2_000_000_000)
    assert [Size(number).text for number in (500_000_000, 2_000_000_000)] == ["500MB", "2GB"]


@pytest.mark.parametrize("text", ["", "2", "GB", "1.5GB", "2 gigabytes", "-1MB"])
def test_other_sizes_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="such as 500MB or 2GB"):
        Size.parse(text)


def test_a_time_of_day_comes_next_today_or_tomorrow_in_its_zone() -> None:
    eight = TimeOfDay.parse("08:00")
    morning = datetime(2026, 7, 1, 5, 0, tzinfo=UTC)  # 06:00 in Casablanca

    assert eight.next_after(morning, CASABLANCA) == datetime(2026, 7, 1, 7, 0, tzinfo=UTC)
    assert eight.next_after(morning + timedelta(hours=2), CASABLANCA) == datetime(2026, 7, 2, 7, 0, tzinfo=UTC)


def test_a_time_of_day_that_the_change_of_clocks_skips_still_comes_once() -> None:
    half_past_two = TimeOfDay.parse("02:30")
    before = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)  # in Paris clocks jump from 02:00 to 03:00 at 01:00 UTC

    found = half_past_two.next_after(before, PARIS)

    assert before < found <= datetime(2026, 3, 29, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "inside"), [("23:29", False), ("23:30", True), ("02:00", True), ("06:29", True), ("06:30", False)]
)
def test_a_window_over_midnight_holds_its_start_and_not_its_end(at: str, inside: bool) -> None:
    night = DailyWindow.parse("23:30-06:30")
    now = datetime.combine(datetime(2026, 1, 10).date(), time.fromisoformat(at), tzinfo=PARIS)

    assert night.contains(now, PARIS) is inside


@pytest.mark.parametrize("text", ["23:30", "25:00-06:00", "08:00-08:00", "night"])
def test_other_windows_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="such as"):
        DailyWindow.parse(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:9797", ListenAddress("127.0.0.1", 9797)),
        ("[::1]:9797", ListenAddress("::1", 9797)),
        ("unix:/run/monitor.sock", ListenAddress("", 0, "/run/monitor.sock")),
    ],
)
def test_a_server_listens_on_this_machine(text: str, address: ListenAddress) -> None:
    assert ListenAddress.parse(text) == address


@pytest.mark.parametrize("text", ["0.0.0.0:9797", "192.168.1.5:80", "9797", "localhost", "127.0.0.1:99999", "unix:x"])
def test_a_server_does_not_listen_on_the_network(text: str) -> None:
    with pytest.raises(ValueError, match="no address of this machine alone"):
        ListenAddress.parse(text)
