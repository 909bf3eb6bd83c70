"""Every fault of a site, through a whole poll: one sentence in `status`, in time, in little memory, and no false news."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from faults.http_faults import ANSWERED, FINE, KNOWN, Fault
from faults.one_source import MOST_CPU, SECONDS, Cost, Desk
from servers.newsite import article

NEWEST = 13


@pytest.fixture
def fault(request: pytest.FixtureRequest) -> Fault:
    return request.param


@pytest.fixture
def desk(tmp_path: Path, fault: Fault) -> Iterator[Desk]:
    with closing(Desk(tmp_path, fault.kind)) as desk:
        yield desk


@pytest.mark.parametrize("fault", ANSWERED, ids=[one.id for one in ANSWERED], indirect=True)
def test_a_fault_of_a_site_is_one_sentence_and_no_news(desk: Desk, fault: Fault) -> None:
    desk.shows(KNOWN, *['ETag: "a"'] * fault.validators)
    assert desk.poll().outcome == "learned"
    desk.clock.advance(hours=2)  # else what moves into the ticker is news
    assert desk.poll().outcome == "unchanged"  # the whole page, as once an hour: from now on it is asked for changes
    desk.site.answers["/news"] = [*fault.answers]
    with Cost() as cost:
        began = time.monotonic()
        results = [desk.poll() for _ in fault.answers]
        elapsed = time.monotonic() - began

    status = desk.status()
    if fault.said is FINE:
        assert results[-1].outcome != "failed", results[-1].error
    else:
        assert results[-1].outcome == "failed"
        assert fault.said in str(results[-1].error)
        assert status.endswith(f": {results[-1].error}")
        assert re.fullmatch(r"source marsa \(news\): failed \d times, well [0-9]+ \w+ ago: [^\n]*[^.\n]", status), (
            status
        )
    assert not [alert for alert in desk.alerts() if not alert.held_beside]  # of a flood one is told
    assert cost.memory < fault.memory * 2**20
    assert cost.cpu < MOST_CPU
    assert elapsed < len(fault.answers) * (SECONDS + MOST_CPU) + 5

    desk.shows([NEWEST, *KNOWN])
    assert desk.poll().outcome == "changed"
    assert [one.change.headline.title for one in desk.alerts() if not one.held_beside] == [article("", NEWEST)[1]]
