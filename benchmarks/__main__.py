"""`make bench`: what collecting, a tick, a start and a message cost, in one run on loopback.

Collecting is given as a ratio to a minimal client that stores the same columns (baseline_client.py), measured in turns
on the same sandbox and the same PostgreSQL. The other figures are seconds from launch to end, with the machine's size.
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa

from benchmarks.baseline_client import load
from benchmarks.launched_ticks import launched_ticks
from benchmarks.many_accounts.home import control
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline.adapters.processes import Children, free_port
from fbads_pipeline_tests.support.postgres_fixture import fresh_database, postgres_server

FBADS = str(Path(sys.executable).parent / "fbads")
TOKEN = "sandbox-token"  # noqa: S105 - opens nothing but the sandbox


def main() -> None:
    """Print the table; every figure was measured in this run."""
    arguments = _arguments()
    print(_machine())
    until = datetime.now(UTC).date() - timedelta(days=1)
    days = (str(until - timedelta(days=arguments.days - 1)), str(until))
    with tempfile.TemporaryDirectory(prefix="fbads-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with _sandbox(Path(folder)) as graph_url, postgres_server() as server:
            _collecting("load", arguments.runs, graph_url, server, Path(folder), days)
            _scenario(graph_url, {"name": "latency", "seconds": 0.15})
            _collecting(
                "150 ms a call", 1, graph_url, server, Path(folder), (str(until - timedelta(days=29)), str(until))
            )
            _scenario(graph_url, {})
            _ticks(arguments.runs, graph_url, Path(folder))
            _start_and_message(graph_url, Path(folder), arguments.runs, *days)
        if arguments.large:
            with _sandbox(Path(folder), campaigns=200) as graph_url, postgres_server() as server:
                _collecting("large load", 1, graph_url, server, Path(folder), days)


def _collecting(name: str, runs: int, graph_url: str, server: Any, folder: Path, days: tuple[str, str]) -> None:
    """The baseline and `fbads sync` in turns, each on an empty database."""
    seconds, baselines, rows, calls = [], [], 0, (0, 0)
    synced: dict[str, Any] = {}
    for number in range(runs):
        before = _insight_calls(graph_url)
        with fresh_database(server) as url:
            begun = time.perf_counter()
            rows, _ = load(graph_url, TOKEN, url.replace("+psycopg2", "", 1), *days)
            baselines.append(time.perf_counter() - begun)
        between = _insight_calls(graph_url)
        with fresh_database(server) as url:
            synced = _sync(graph_url, folder / f"{name}{number}", *days, FBADS_DATABASE_URL=url)
            seconds.append(synced["seconds"]["collect"])
        calls = (_insight_calls(graph_url) - between, between - before)
    _row(f"{name}: rows (objects included), of the baseline", f"{synced['rows_read']}, {rows}")
    _row(f"{name}: calls to /insights, of the baseline; all calls", f"{calls[0]}, {calls[1]}; {synced['calls']}")
    _row(f"{name}, collecting: seconds, of the baseline", f"{_median(seconds):.1f}, {_median(baselines):.1f}")
    ratios = [one / baseline for one, baseline in zip(seconds, baselines, strict=True)]
    _row(f"{name}, collecting: ratio to the baseline", f"{_median(ratios):.2f}")
    peak = synced["peak_rss_bytes"] / 2**20
    _row(f"{name}, launch to end: seconds, peak MiB", f"{synced['seconds']['total']:.1f}, {peak:.0f}")


def _insight_calls(graph_url: str) -> int:
    return sum(one["calls"] for one in control(graph_url, "calls/counts") if one["path"].endswith("/insights"))


def _scenario(graph_url: str, scenario: dict[str, Any]) -> None:
    control(graph_url, "scenario", scenario)


def _ticks(runs: int, graph_url: str, folder: Path) -> None:
    """Two trailing days of four accounts on a home that has read them before."""
    until = datetime.now(UTC).date()
    days = (str(until - timedelta(days=1)), str(until))
    home = folder / "ticks"
    _sync(graph_url, home, *days)
    ticks = [_sync(graph_url, home, *days) for _ in range(runs)]
    median = sorted(ticks, key=lambda one: float(one["seconds"]["total"]))[len(ticks) // 2]
    _row("tick, launch to end: seconds", json.dumps(median["seconds"]))
    _row("tick: peak MB, CPU s", f"{median['peak_rss_bytes'] / 2**20:.0f}, {median['cpu_seconds']['program']:.1f}")


def _start_and_message(graph_url: str, folder: Path, runs: int, since: str, until: str) -> None:
    """Dagster and the sidecar up; a sync publishes the marts; the sensor's review sends its message.

    Launched ticks come last, because each publishes the marts again.
    """
    home = folder / "message"
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
        _launched(home, int(environment["FBADS_DAGSTER_PORT"]), runs)
    finally:
        _end(up)


def _launched(home: Path, port: int, runs: int) -> None:
    today = datetime.now(UTC).date()
    ticks = launched_ticks(home, port, runs, today - timedelta(days=1), today)
    seconds = ", ".join(f"{total:.1f} ({own:.1f})" for total, own in ticks)
    _row("tick launched by Dagster: seconds to its end (of the run)", seconds)


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
    printed = _fbads(_environment(graph_url, home) | more, "sync", "--from", since, "--to", until, "--json")
    return dict(json.loads(printed))


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
def _sandbox(folder: Path, campaigns: int = 60) -> Iterator[str]:
    port = free_port()
    command = [FBADS, "sandbox", "--port", str(port), "--campaigns", str(campaigns)]
    with Children(folder / "logs") as children:
        children.start("sandbox", command, {})
        children.wait_for_http("sandbox", f"http://127.0.0.1:{port}/__sandbox/state", seconds=60)
        yield f"http://127.0.0.1:{port}"


def _wait_until(is_true: Callable[[], bool], seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
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


def _median(figures: list[float]) -> float:
    return statistics.median(figures)


def _row(name: str, value: str) -> None:
    print(f"{name:<60} {value}", flush=True)


def _machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {sys.version.split()[0]}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each figure; the median is printed")
    parser.add_argument("--days", type=int, default=60, help="days of the load")
    parser.add_argument("--large", action="store_true", help="a load of some 600,000 rows too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
