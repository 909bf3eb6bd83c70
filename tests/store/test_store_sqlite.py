"""The database: fences, once-only, durability, errors as sentences."""

from __future__ import annotations

import importlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import START

from monitor.errors import LeaseLost, MemoryChanged, SchemaTooNew, StoreBusy, StoreCorrupt, StoreError
from monitor.model import (
    Alert,
    Change,
    ChangeKind,
    Delivery,
    DeliveryState,
    EndpointSpec,
    Headline,
    Match,
    Message,
    PollOutcome,
    PollResult,
    PollState,
    RecipientState,
    Section,
    Settlement,
    Span,
    Upsert,
)
from monitor.store import open_store
from monitor.store.store import SqliteStore

migration = importlib.import_module("monitor.store.migrate")  # the package's `migrate` is its function
LEASE = timedelta(seconds=60)
SPEC = EndpointSpec(
    source="site", name="page", kind="html", url="https://site.example", config_hash="1", every=timedelta(seconds=30)
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = open_store(tmp_path / "monitor.db")
    opened.sync([SPEC], START)
    yield opened
    opened.close()


def claimed(store: SqliteStore, owner: str = "me") -> PollState:
    (state,) = store.claim_polls(owner, START, LEASE, 5)
    return state


def told(number: int = 1, title: str = "headline") -> tuple[Upsert, Change, Alert]:
    headline = Headline(
        source="site", key=f"n:{number}", title=title, section=Section.LIST, url="https://site.example/1",
        published_at=START, first_seen_at=START,
    )  # fmt: skip
    change = Change(id=f"change-{number}", kind=ChangeKind.NEW, headline=headline, seen_at=START)
    match = Match(rule="rule", spans=(Span(start=0, end=8, term="word"),))
    alert = Alert(id=f"alert-{number}", change=change, matches=(match,), channel="desk", due_at=START)
    keys = frozenset({f"n:{number}", f"t:{title}"})
    return Upsert(headline=headline, new_keys=keys, fired=frozenset({"rule"})), change, alert


def result(state: PollState, *news: tuple[Upsert, Change, Alert], revision: int = 0, owner: str = "me") -> PollResult:
    return PollResult(
        owner=owner,
        state=replace(state, baselined_at=START, next_poll_at=START + timedelta(seconds=30), polls=state.polls + 1),
        outcome=PollOutcome.CHANGED if news else PollOutcome.UNCHANGED,
        at=START,
        elapsed_ms=5,
        revision=revision,
        upserts=[upsert for upsert, _, _ in news],
        changes=[change for _, change, _ in news],
        alerts=[alert for _, _, alert in news],
    )


def frozen(store: SqliteStore, number: int = 1, recipient: str = "42") -> Delivery:
    message = Message(title="t", body="b", format="text", alert_ids=(f"alert-{number}",))
    delivery = Delivery(
        id=f"delivery-{number}-{recipient}", channel="desk", recipient=recipient, message=message, created_at=START
    )
    store.freeze([delivery])
    return delivery


def settled(store: SqliteStore, delivery: Delivery, state: DeliveryState, **more: object) -> None:
    recipient = RecipientState(channel="desk", recipient=delivery.recipient)
    settlement = Settlement(state=state, recipient=recipient, **more)  # type: ignore[arg-type]
    store.settle(delivery, "me", settlement, START, 5)


# --- polls --------------------------------------------------------------------------------------------


def test_an_alert_comes_back_as_it_was_written(store: SqliteStore) -> None:
    news = told()
    store.commit_poll(result(claimed(store), news))

    assert store.due_alerts(START, 10) == [news[2]]


def test_memory_answers_by_any_key_and_knows_which_rules_fired(store: SqliteStore) -> None:
    store.commit_poll(result(claimed(store), told()))

    memory = store.recall("site", ["t:headline", "n:999"])

    assert memory.revision == 1
    assert [(h.headline.key, h.keys, h.fired) for h in memory.headlines] == [("n:1", {"n:1", "t:headline"}, {"rule"})]
    assert store.recall("other", ["t:headline"]).headlines == ()


def test_work_done_again_after_a_crash_leaves_one_of_everything(store: SqliteStore) -> None:
    store.commit_poll(result(claimed(store), told()))
    store.make_due(START)
    store.commit_poll(result(claimed(store), told(), revision=1))

    counts = store.queries.counts()
    assert (counts.headlines, counts.changes_new, counts.alerts) == (1, 1, 1)


def test_a_poll_that_was_overtaken_writes_nothing(store: SqliteStore) -> None:
    state = claimed(store)
    store.release_leases()
    claimed(store, "another")

    with pytest.raises(LeaseLost):
        store.commit_poll(result(state, told()))
    assert store.queries.counts().headlines == 0


def test_a_decision_on_old_memory_writes_nothing_and_keeps_the_lease(store: SqliteStore) -> None:
    state = claimed(store)

    with pytest.raises(MemoryChanged):
        store.commit_poll(result(state, told(), revision=7))
    assert store.queries.counts().headlines == 0
    store.commit_poll(result(state, told(), revision=0))


def test_an_endpoint_is_claimed_once_until_its_lease_runs_out(store: SqliteStore) -> None:
    claimed(store)

    assert store.claim_polls("you", START + timedelta(seconds=59), LEASE, 5) == []
    assert len(store.claim_polls("you", START + timedelta(seconds=60), LEASE, 5)) == 1


def test_a_due_time_far_ahead_counts_as_due_after_the_clock_was_set_back(store: SqliteStore) -> None:
    store.commit_poll(result(claimed(store)))

    assert store.claim_polls("me", START, LEASE, 5) == []
    assert len(store.claim_polls("me", START - timedelta(days=30), LEASE, 5)) == 1


def test_changed_options_learn_again_and_a_removed_endpoint_stays_remembered(store: SqliteStore) -> None:
    store.commit_poll(result(claimed(store), told()))

    store.sync([], START)
    assert store.claim_polls("me", START + timedelta(days=1), LEASE, 5) == []
    store.sync([replace(SPEC, config_hash="2")], START)

    (state,) = store.claim_polls("me", START + timedelta(hours=1), LEASE, 5)
    assert state.baselined_at is None
    assert len(store.recall("site", ["n:1"]).headlines) == 1


def test_the_same_options_keep_the_baseline(store: SqliteStore) -> None:
    store.commit_poll(result(claimed(store)))

    store.sync([SPEC], START)

    (state,) = store.claim_polls("me", START + timedelta(hours=1), LEASE, 5)
    assert state.baselined_at == START


def test_odd_text_is_stored_without_what_sqlite_refuses(store: SqliteStore) -> None:
    store.commit_poll(result(claimed(store), told(title="a\ud800b\0c")))

    assert store.due_alerts(START, 1)[0].change.headline.title == "a?bc"


# --- outbox -------------------------------------------------------------------------------------------


def test_a_message_is_claimed_once_and_counted(store: SqliteStore) -> None:
    store.commit_poll(result(claimed(store), told()))
    frozen(store)

    claim = store.claim_delivery("desk", "42", "me", START, LEASE)

    assert claim
    assert claim[0].attempts == 1
    assert store.claim_delivery("desk", "42", "you", START, LEASE) is None
    assert store.due_alerts(START, 1) == []


def test_a_lease_that_ran_out_hands_the_message_to_another_under_the_same_id(store: SqliteStore) -> None:
    store.commit_poll(result(claimed(store), told()))
    first = frozen(store)
    claim = store.claim_delivery("desk", "42", "me", START, LEASE)
    again = store.claim_delivery("desk", "42", "you", START + LEASE, LEASE)

    assert claim
    assert again
    assert (again[0].id, again[0].attempts) == (first.id, 2)
    with pytest.raises(LeaseLost):
        settled(store, claim[0], DeliveryState.SENT)


def test_nothing_is_sent_to_a_recipient_before_its_time_and_others_are_not_held_up(store: SqliteStore) -> None:
    store.commit_poll(result(claimed(store), told(1), told(2)))
    for recipient in ("42", "43"):
        frozen(store, 1, recipient)
    frozen(store, 2, "42")
    claim = store.claim_delivery("desk", "42", "me", START, LEASE)
    assert claim
    later = START + timedelta(seconds=37)
    blocked = RecipientState(channel="desk", recipient="42", failures=1, not_before=later)
    waiting = Settlement(state=DeliveryState.PENDING, recipient=blocked, next_attempt_at=later)
    store.settle(claim[0], "me", waiting, START, 5)

    assert store.due_recipients(later - timedelta(seconds=1)) == [("desk", "43")]
    assert store.due_recipients(later) == [("desk", "42"), ("desk", "43")]


def test_a_message_that_failed_three_times_stands_back_behind_the_others(store: SqliteStore) -> None:
    store.commit_poll(result(claimed(store), told(1), told(2)))
    first, second = frozen(store, 1), frozen(store, 2)
    for _ in range(3):
        claim = store.claim_delivery("desk", "42", "me", START, LEASE)
        assert claim
        assert claim[0].id == first.id
        settled(store, claim[0], DeliveryState.PENDING, next_attempt_at=START)

    claim = store.claim_delivery("desk", "42", "me", START, LEASE)

    assert claim
    assert claim[0].id == second.id


def test_a_dead_message_can_be_sent_again(store: SqliteStore) -> None:
    store.commit_poll(result(claimed(store), told()))
    frozen(store)
    claim = store.claim_delivery("desk", "42", "me", START, LEASE)
    assert claim
    settled(store, claim[0], DeliveryState.DEAD, error="blocked")

    assert store.due_recipients(START) == []
    assert store.retry_deliveries(None, START) == 1
    assert store.due_recipients(START) == [("desk", "42")]


def test_a_clock_that_was_set_moves_retries_and_leaves_due_alerts_due(store: SqliteStore) -> None:
    store.commit_poll(result(claimed(store), told()))
    back = timedelta(hours=-1)

    store.shift_due(back, START)

    assert len(store.due_alerts(START + back, 10)) == 1
    assert len(store.claim_polls("me", START + back + timedelta(seconds=30), LEASE, 5)) == 1


# --- forgetting ---------------------------------------------------------------------------------------


def test_a_headline_is_forgotten_by_age_of_its_source_and_never_while_its_alert_waits(store: SqliteStore) -> None:
    upsert, _, _ = told(1)
    state = claimed(store)
    store.commit_poll(replace(result(state, told(2)), upserts=[upsert, told(2)[0]]))
    late = START + timedelta(days=100)

    store.prune(late, timedelta(days=90))
    assert store.queries.counts().headlines == 2, "the source was not seen since: it may show them still"

    (state,) = store.claim_polls("me", late, LEASE, 5)
    store.commit_poll(replace(result(state), state=replace(state, last_ok_at=late, next_poll_at=late)))
    store.prune(late, timedelta(days=90))

    assert [h.headline.key for h in store.recall("site", ["n:1", "n:2"]).headlines] == ["n:2"]


# --- the file -----------------------------------------------------------------------------------------


def test_the_file_belongs_to_its_user_alone(tmp_path: Path) -> None:
    open_store(tmp_path / "new" / "monitor.db").close()

    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "new" / "monitor.db").stat().st_mode & 0o777 == 0o600


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    open_store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()

    with pytest.raises(SchemaTooNew, match="install the newer version"):
        open_store(path)


def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    path.write_bytes(b"not a database at all" * 1000)

    with pytest.raises(StoreCorrupt, match="nothing was changed"):
        open_store(path)
    assert path.read_bytes() == b"not a database at all" * 1000


def test_a_full_disk_is_a_sentence_and_the_store_works_again_afterwards(store: SqliteStore) -> None:
    state = claimed(store)
    database = store._database
    pages = int(database.read("PRAGMA page_count")[0][0])
    database.read(f"PRAGMA max_page_count={pages}")
    crowd = [told(n, f"headline {n} " + "x" * 300) for n in range(200)]

    with pytest.raises(StoreError, match="no room"):
        store.commit_poll(result(state, *crowd))
    assert store.queries.counts().headlines == 0
    database.read(f"PRAGMA max_page_count={pages * 1000}")
    store.commit_poll(result(state, *crowd))
    assert store.queries.counts().headlines == 200


def test_a_database_locked_by_another_program_is_a_sentence(store: SqliteStore, tmp_path: Path) -> None:
    store._database._connection.execute("PRAGMA busy_timeout=50")
    other = sqlite3.connect(tmp_path / "monitor.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(StoreBusy, match="locked by another program"):
            claimed(store)
    finally:
        other.close()
    assert claimed(store).source == "site"


def test_quiet_polls_are_written_without_waiting_for_the_disk_and_news_with(store: SqliteStore) -> None:
    state = claimed(store)
    assert store._database.read("PRAGMA synchronous")[0][0] == 1
    store.commit_poll(result(state))
    assert store._database.read("PRAGMA synchronous")[0][0] == 1

    store.make_due(START)
    store.commit_poll(result(claimed(store), told()))

    assert store._database.read("PRAGMA synchronous")[0][0] == 2


def test_a_migration_that_fails_at_any_statement_leaves_the_database_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((number, statements),) = migration.migrations()
    for broken in range(len(statements)):
        path = tmp_path / f"{broken}.db"
        cut = [*statements[:broken], "THIS IS NO SQL", *statements[broken:]]
        with monkeypatch.context() as patch:
            patch.setattr(migration, "migrations", lambda cut=cut: [(number, cut)])
            with pytest.raises(StoreError):
                open_store(path)
        store = open_store(path)
        assert store.queries.counts().headlines == 0
        store.close()


def test_commits_that_were_acknowledged_survive_a_kill(tmp_path: Path) -> None:
    script = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from pathlib import Path\n"
        "from store.test_store_sqlite import *\n"
        f"store = open_store(Path({str(tmp_path / 'monitor.db')!r})); store.sync([SPEC], START)\n"
        "store.release_leases(); n = store.queries.counts().headlines\n"
        "while True:\n"
        "    store.make_due(START); n += 1\n"
        "    store.commit_poll(result(claimed(store), told(n), revision=store.recall('site', []).revision))\n"
        "    print(n, flush=True)\n"
    )
    for _ in range(3):
        child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        assert child.stdout
        acknowledged = [int(child.stdout.readline()) for _ in range(25)]
        child.kill()
        acknowledged += [int(line) for line in child.stdout.read().split() if line.isdigit()]
        child.wait()
        child.stdout.close()

        store = open_store(tmp_path / "monitor.db")
        assert store.queries.counts().headlines >= acknowledged[-1]
        assert store._database.read("PRAGMA integrity_check")[0][0] == "ok"
        store.close()
