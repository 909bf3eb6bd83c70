"""Do the books agree? Looks for damage and for promises without a trace; mends nothing."""

from __future__ import annotations

from monitor.store.sentences import damaged
from monitor.store.sqlite import Database

_PROMISES = {
    "alerts that are queued without a message": """
SELECT id FROM alert WHERE state = 'queued' AND NOT EXISTS (SELECT 1 FROM delivery_alert WHERE alert_id = alert.id)
""",
    "alerts that wait although a message carries them": """
SELECT id FROM alert WHERE state = 'waiting' AND EXISTS (SELECT 1 FROM delivery_alert WHERE alert_id = alert.id)
""",
    "messages that carry none of their alerts": """
SELECT id FROM delivery WHERE state IN ('pending', 'sending') AND json_array_length(message, '$.alerts') > 0
AND NOT EXISTS (SELECT 1 FROM delivery_alert WHERE delivery_id = delivery.id)
""",
    "messages that are settled without a time": """
SELECT id FROM delivery WHERE (state IN ('pending', 'sending')) = (settled_at IS NOT NULL)
""",
    "headlines that alerted without an alert": """
SELECT headline.id FROM headline WHERE fired <> '[]' AND first_seen_at > (SELECT min(seen_at) FROM change)
AND NOT EXISTS (SELECT 1 FROM change JOIN alert ON alert.change_id = change.id WHERE headline_id = headline.id)
""",
    "headlines without an identity": """
SELECT id FROM headline WHERE NOT EXISTS (SELECT 1 FROM headline_key WHERE headline_id = headline.id)
""",
}
_SHOWN = 3


def check(database: Database) -> None:
    """Look for damaged pages, without reading every row.

    Raises:
        StoreCorrupt: there are some.
    """
    found = database.read("PRAGMA quick_check(1)")[0][0]
    if found != "ok":
        raise damaged(database.path, found)


def audit(database: Database) -> list[str]:
    """Return what is wrong, as sentences; nothing when all is well."""
    wrong = [f"damage: {row[0]}" for row in database.read("PRAGMA integrity_check(10)") if row[0] != "ok"]
    wrong += [
        f"a row of '{row['table']}' names a row of '{row['parent']}' that is gone"
        for row in database.read("PRAGMA foreign_key_check")
    ]
    with database.snapshot():
        for what, sql in _PROMISES.items():
            found = [str(row[0]) for row in database.read(sql)]
            if found:
                more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
                wrong.append(f"{what}: {', '.join(found[:_SHOWN])}{more}")
    return wrong
