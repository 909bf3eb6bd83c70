"""Runs the whole service on thousands of sites of this machine, some of which hang, and says how late its polls are.

    python tests/benchmarks/scale.py                                 # 1,000 sites every 12 s, for a minute and a half
    python tests/benchmarks/scale.py --sites 5000 --every 60 --seconds 300
    python tests/benchmarks/scale.py --sites 1000 --every 3600 --hang 0 --seconds 60   # cost of waiting

Every site has an address of its own (127.x.y.z) and a page of 100 KB; the sites are served by another process. A poll
is late by the time from when it was due to when it began. Nothing is counted before every page was learned or has
failed, and for some seconds more (`--warm`).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from servers.manysites import SELECTORS, Plan, address, serving

ALLOCATOR = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "131072"}  # as in deploy/monitor.service
SERVICE = """
import json, os, sys, threading, time
from datetime import timedelta
from pathlib import Path
from monitor.cli.serving import serve
from monitor.pipeline.poll import Poller
from monitor.service.logs import set_up
from monitor.store import open_store

MOST = 900  # seconds until all endpoints are learned
config, database, warm, seconds = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
late, counting = {"ok": [], "failing": []}, threading.Event()
inner = Poller.poll
def poll(self, state):
    if counting.is_set():
        late["failing" if state.failures else "ok"].append((self.clock() - state.next_poll_at).total_seconds())
    return inner(self, state)
Poller.poll = poll

def share(values, part):
    values = sorted(values)
    return round(values[int((len(values) - 1) * part)], 3) if values else None

def unlearned():
    states = store.poll_states()
    return sum(not (state.baselined_at or state.failures) for state in states) if states else 1

def report():
    started = time.monotonic()
    while unlearned() and time.monotonic() < started + MOST:
        time.sleep(2)
    learned, left = time.monotonic() - started, unlearned()
    time.sleep(warm)
    counting.set()
    cpu, begun, most = time.process_time(), time.monotonic(), 0.0
    while time.monotonic() < begun + seconds:
        time.sleep(1)
        rss = int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
        most = max(most, rss)
    passed = time.monotonic() - begun
    counting.clear()
    every = late["ok"] + late["failing"]
    print(json.dumps({
        "learned_after": round(learned), "unlearned": left, "polls": len(every), "polls_per_second": round(len(every) / passed, 1),
        "late_p50": share(every, 0.5), "late_p99": share(every, 0.99), "late_most": share(every, 1),
        "well_p99": share(late["ok"], 0.99), "well_most": share(late["ok"], 1),
        "failing": len(late["failing"]), "failing_p99": share(late["failing"], 0.99),
        "core_percent": round(100 * (time.process_time() - cpu) / passed, 2),
        "mib": round(rss, 1), "mib_most": round(most, 1), "threads": threading.active_count(),
        "sources_ok": store.queries.counts().sources_ok,
    }), flush=True)
    os._exit(0)

set_up(verbose=False)
store = open_store(database)
threading.Thread(target=report, daemon=True).start()
serve(config, store)
"""


def configuration(folder: Path, sites: int, every: float, port: int) -> Path:
    """Write a configuration that watches all sites."""
    listed = "".join(
        f"  - {{name: s{n}, url: 'http://{address(n)}:{port}/', every: {every:g}s,"
        f" endpoints: [{{type: html, url: 'http://{address(n)}:{port}/', {SELECTORS}}}]}}\n"
        for n in range(sites)
    )
    config = folder / "monitor.yaml"
    config.write_text(
        f"allow_private: [127.0.0.0/8]\nsources:\n{listed}rules: [{{name: r, any: [xyzzy], notify: [desk]}}]\n"
        f"operator: desk\nchannels: [{{name: desk, url: 'json://127.0.0.1:{port}/'}}]\n"
    )
    config.chmod(0o600)
    return config


def measure(sites: int, every: float, hang: int, warm: float, seconds: float) -> dict[str, float]:
    """Return what the service says of itself."""
    with serving(Plan(hang=hang)) as port, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = configuration(folder, sites, every, port)
        with (folder / "log").open("w") as log:
            done = subprocess.run(
                [sys.executable, "-c", SERVICE, str(config), str(folder / "m.db"), str(warm), str(seconds)],
                stdout=subprocess.PIPE, stderr=log, text=True, check=True, env={**os.environ, **ALLOCATOR},
            )  # fmt: skip
        if "bug" in (log := (folder / "log").read_text()):
            print(log[-3000:])
        return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=1000)
    parser.add_argument("--every", type=float, default=12.0, help="seconds")
    parser.add_argument("--hang", type=int, default=20, help="one site of so many never answers; 0: none")
    parser.add_argument("--warm", type=float, default=15.0, help="seconds between learning and counting")
    parser.add_argument("--seconds", type=float, default=45.0)
    args = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(65_536, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    found = measure(args.sites, args.every, args.hang, args.warm, args.seconds)
    hanging = f"one of {args.hang} hangs" if args.hang else "none hangs"
    print(f"{args.sites} sites every {args.every:g} s, {hanging}: {json.dumps(found)}")


if __name__ == "__main__":
    main()
