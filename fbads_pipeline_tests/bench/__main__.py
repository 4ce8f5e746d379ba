"""`make bench`: what things cost, side by side in one run, on loopback.

Collecting is a ratio to the floor (a minimal client that stores the same columns, see floor.py), measured in turns on
the same sandbox and the same PostgreSQL. The other figures are seconds from launch to end, with the machine's size
beside.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.engine import engine
from fbads_pipeline.adapters.processes import Children, free_port
from fbads_pipeline_tests.bench.floor import load
from fbads_pipeline_tests.postgres_fixture import fresh_database, postgres_server

FBADS = str(Path(sys.executable).parent / "fbads")
TOKEN = "sandbox-token"  # noqa: S105 - opens nothing but the sandbox


def main() -> None:
    """Print the table; every figure was measured in this run."""
    arguments = _arguments()
    print(_machine())
    with tempfile.TemporaryDirectory(prefix="fbads-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with _sandbox(Path(folder)) as graph_url, postgres_server() as server:
            until = datetime.now(UTC).date() - timedelta(days=1)
            since = until - timedelta(days=arguments.days - 1)
            _collecting(arguments.runs, graph_url, server, Path(folder), str(since), str(until))
            _ticks(arguments.runs, graph_url, Path(folder))
            _told(graph_url, Path(folder), str(since), str(until))


def _collecting(runs: int, graph_url: str, server: Any, folder: Path, since: str, until: str) -> None:
    ours, floors, rows = [], [], 0
    for number in range(runs):
        with fresh_database(server) as url:
            begun = time.perf_counter()
            rows, calls = load(graph_url, TOKEN, url.replace("+psycopg2", "", 1), since, until)
            floors.append(time.perf_counter() - begun)
        with fresh_database(server) as url:
            said = _sync(graph_url, folder / f"load{number}", since, until, FBADS_DATABASE_URL=url)
            ours.append(said["seconds"]["collect"])
    _row("floor: rows, calls", f"{rows}, {calls}")
    _row("ours: rows, calls", f"{said['rows_read']}, {said['calls']} (objects and deleted ones included)")
    _row("load, collecting: seconds", f"{_middle(ours):.1f} against {_middle(floors):.1f} of the floor")
    ratios = [one / floor for one, floor in zip(ours, floors, strict=True)]
    _row("load, collecting: ratio to the floor", f"{_middle(ratios):.2f}")
    _row(
        "load, launch to end: seconds, peak MB", f"{said['seconds']['total']:.1f}, {said['peak_rss_bytes'] / 2**20:.0f}"
    )


def _ticks(runs: int, graph_url: str, folder: Path) -> None:
    """Two trailing days of four accounts on a home that has read them before."""
    until = datetime.now(UTC).date()
    days = (str(until - timedelta(days=1)), str(until))
    home = folder / "ticks"
    _sync(graph_url, home, *days)
    ticks = [_sync(graph_url, home, *days) for _ in range(runs)]
    middle = sorted(ticks, key=lambda one: float(one["seconds"]["total"]))[len(ticks) // 2]
    _row("tick, launch to end: seconds", json.dumps(middle["seconds"]))
    _row("tick: peak MB, CPU s", f"{middle['peak_rss_bytes'] / 2**20:.0f}, {middle['cpu_seconds']['program']:.1f}")


def _told(graph_url: str, folder: Path, since: str, until: str) -> None:
    """Dagster and the sidecar up; a sync publishes the marts; the sensor's review sends its message."""
    home = folder / "told"
    environment = _environment(graph_url, home)
    _fbads(environment, "db", "migrate")
    for start in ("first", "warm"):
        begun = time.perf_counter()
        up = subprocess.Popen([FBADS, "up"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _wait_until(lambda: _answers(f"http://127.0.0.1:{environment['FBADS_DAGSTER_PORT']}/server_info"))
        _wait_until(lambda: _answers(f"http://127.0.0.1:{environment['FBADS_API_PORT']}/healthz"))
        _row(f"fbads up, {start} start: seconds until it answers", f"{time.perf_counter() - begun:.1f}")
        if start == "first":
            _end(up)
    try:
        _sync(graph_url, home, since, until, **environment)
        url = _fbads(environment, "db", "url").strip()
        _row("marts published to message sent: seconds", f"{_seconds_to_message(url):.1f}")
    finally:
        _end(up)


def _seconds_to_message(url: str) -> float:
    query = sa.text(
        "select extract(epoch from (select max(sent_at) from ops.deliveries where state = 'sent')"
        " - (select max(published_at) from intermediate.publications))"
    )
    made = engine(url, application_name="fbads bench")
    found: list[float] = []

    def is_sent() -> bool:
        with made.connect() as connection:
            seconds = connection.execute(query).scalar()
        found.append(-1.0 if seconds is None else float(seconds))
        return found[-1] >= 0

    _wait_until(is_sent, seconds=120)
    made.dispose()
    return found[-1]


def _sync(graph_url: str, home: Path, since: str, until: str, **more: str) -> dict[str, Any]:
    said = _fbads(_environment(graph_url, home) | more, "sync", "--from", since, "--to", until, "--json")
    return dict(json.loads(said))


def _fbads(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run([FBADS, *arguments], env=environment, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(f"fbads {' '.join(arguments)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def _environment(graph_url: str, home: Path) -> dict[str, str]:
    home.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FBADS_", "DAGSTER_"))}
    ports = {"FBADS_DAGSTER_PORT": str(free_port()), "FBADS_API_PORT": str(free_port())}
    return {**kept, **ports, "FBADS_HOME": str(home), "FBADS_GRAPH_URL": graph_url, "FBADS_ACCESS_TOKEN": TOKEN}


@contextmanager
def _sandbox(folder: Path) -> Iterator[str]:
    port = free_port()
    with Children(folder / "logs") as children:
        children.start("sandbox", [FBADS, "sandbox", "--port", str(port)], {})
        children.wait_for_http("sandbox", f"http://127.0.0.1:{port}/__sandbox/state", seconds=60)
        yield f"http://127.0.0.1:{port}"


def _wait_until(truth: Any, seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while not truth():
        if time.monotonic() > deadline:
            raise SystemExit("it took too long; the benchmark ends")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=2):
            return True
    except OSError:
        return False


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(60)


def _middle(figures: list[float]) -> float:
    return statistics.median(figures)


def _row(name: str, value: str) -> None:
    print(f"{name:<50} {value}", flush=True)


def _machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {sys.version.split()[0]}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each figure; the median is printed")
    parser.add_argument("--days", type=int, default=60, help="days of the load")
    return parser.parse_args()


if __name__ == "__main__":
    main()
