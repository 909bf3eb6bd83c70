"""What services limit, whichever channels use it: is there room for one more message now; knows no service."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from monitor.model import Lane
from monitor.store.rows import MILLISECOND, ms

FAR_MS = 25 * 3600 * 1000  # no service asks for a longer wait: the clock was set back


def have_room(db: sqlite3.Connection, lanes: Sequence[Lane], now: datetime) -> bool:
    """Tell whether every lane takes a message now."""
    return all(_has_room(db, lane, ms(now)) for lane in lanes)


def enter(db: sqlite3.Connection, lanes: Sequence[Lane], now: datetime, until: datetime) -> None:
    """Take a place on every lane; `until` is when a message that is on its way is given up."""
    for lane in lanes:
        values = {
            "key": lane.key,
            "now": ms(now),
            "far": ms(now) + FAR_MS,
            "gap": lane.gap // MILLISECOND,
            "until": ms(until) if lane.burst == 1 else None,
        }
        db.execute(
            "INSERT INTO lane (key, free_at, busy_until) VALUES (:key, :now + :gap, :until) ON CONFLICT (key) DO UPDATE"
            " SET free_at = :gap + CASE WHEN free_at BETWEEN :now AND :far THEN free_at ELSE :now END,"
            " busy_until = :until",
            values,
        )


def leave(db: sqlite3.Connection, free_at: Mapping[str, datetime]) -> None:
    """Write when the lanes that a message had for itself take the next one."""
    db.executemany(
        "UPDATE lane SET busy_until = NULL, free_at = ? WHERE key = ?",
        [(ms(moment), key) for key, moment in free_at.items()],
    )


def _has_room(db: sqlite3.Connection, lane: Lane, now: int) -> bool:
    row = db.execute("SELECT free_at, busy_until FROM lane WHERE key = ?", (lane.key,)).fetchone()
    if row is None:
        return True
    ahead = (lane.burst - 1) * (lane.gap // MILLISECOND)
    free = row["free_at"] - ahead <= now or row["free_at"] > now + FAR_MS
    return free and (row["busy_until"] is None or not now < row["busy_until"] <= now + FAR_MS)
