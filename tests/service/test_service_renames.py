"""The running service says that a source has another name, and goes on with what it knows."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import pytest
from servers.newsite import NewsSite, rss

from monitor.cli.serving import Serving
from monitor.store import open_store

CONFIG = """
allow_private: [127.0.0.0/8]
sources: [{{name: {name}, url: "{site}", every: 5s, endpoints: [{{type: feed, url: "{site}/feed"}}]}}]
rules: [{{name: all, any: [الميناء], notify: [screen]}}]
channels: [{{name: screen, type: console}}]
"""


def test_a_reload_with_another_name_keeps_the_memory(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    file, store, nothing = tmp_path / "monitor.yaml", open_store(tmp_path / "monitor.db"), threading.Event()
    with NewsSite() as site:
        site.pages["/feed"] = rss(site.url, [1, 2, 3])
        file.write_text(CONFIG.format(name="marsa", site=site.url), "utf-8")
        serving = Serving(file, store)
        thread = threading.Thread(target=serving.service.run)
        thread.start()
        while store.queries.counts().headlines < 3:
            nothing.wait(0.02)
        file.write_text(CONFIG.format(name="port", site=site.url), "utf-8")
        serving.service._ask_reload()
        while not [state for state in store.poll_states() if state.source == "port" and state.polls > 1]:
            nothing.wait(0.02)
        serving.service.stop()
        thread.join()
        serving.close()
    counts, states = store.queries.counts(), store.poll_states()
    store.close()

    assert (counts.headlines, counts.alerts, [state.source for state in states]) == (3, 0, ["port"])
    assert [
        record.fields for record in caplog.records if record.message == "source renamed, its memory goes with it"
    ] == [{"source": "port", "former": "marsa"}]
