"""What was read on the pages behind headlines, once for each; a page that could not be read is remembered too."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from monitor.model import Article
from monitor.store.rows import as_json, moment, ms, text
from monitor.store.sqlite import Database

_KNOWN = """
SELECT article.source, article.key, facts FROM json_each(?) AS asked
JOIN article ON article.source = json_extract(asked.value, '$[0]') AND article.key = json_extract(asked.value, '$[1]')
"""
_SAVE = """
INSERT INTO article (source, key, url, read_at, facts)
SELECT source, key, :url, :at, :facts FROM headline WHERE source = :source AND key = :key
ON CONFLICT (source, key) DO UPDATE SET read_at = excluded.read_at, facts = excluded.facts WHERE article.facts IS NULL
"""


def known(database: Database, headlines: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Article | None]:
    """Return what was read for headlines, by source and key; None for a page that could not be read."""
    found = database.read(_KNOWN, as_json(sorted(headlines))) if headlines else ()
    return {(row["source"], row["key"]): _article(row["facts"]) for row in found}


def save(database: Database, headline: tuple[str, str], url: str, article: Article | None, at: datetime) -> None:
    """Remember what was read; a headline that was forgotten meanwhile is passed over."""
    source, key = headline
    values = {"source": source, "key": key, "url": text(url), "at": ms(at), "facts": _facts(article)}
    with database.tx(durable=False) as db:  # what a power cut takes is read again
        db.execute(_SAVE, values)


def _facts(article: Article | None) -> str | None:
    if article is None:
        return None
    told = {field.name: getattr(article, field.name) for field in fields(article)}
    return as_json({k: ms(v) if isinstance(v, datetime) else v for k, v in told.items() if v is not None})


def _article(facts: str | None) -> Article | None:
    if facts is None:
        return None
    told: dict[str, Any] = {k: moment(v) if k.endswith("_at") else v for k, v in json.loads(facts).items()}
    return Article(**told)
