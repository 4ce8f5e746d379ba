"""`make load`: 100 users on loopback, one to three seconds of thinking between requests, for a minute.

They list campaigns, read the summary and ask the chat, each with their own key, against 37 months of 200 campaigns.
No answer is cached. Prints the percentiles per route; ends with 1 where something failed or a bar is missed.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psutil

from benchmarks.load.world import TODAY, build
from fbads_pipeline.adapters.postgres.identity.users import PostgresIdentity
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.analyst import ensure_role
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.processes import free_port
from fbads_pipeline_tests.support.postgres_fixture import fresh_database, postgres_server

USERS, SECONDS, BAR_MS = 100, 60, 150
QUESTIONS = (
    "quanto gastei ontem?",
    "CPA dos últimos 7 dias",
    "how much did we spend last week?",
    "top 5 campanhas por CTR",
)
_START_SECONDS = 60


class Clock:
    """Milliseconds per route, and what went wrong."""

    def __init__(self) -> None:
        self.took: dict[str, list[float]] = defaultdict(list)
        self.wrong: list[str] = []

    async def ask(self, client: httpx.AsyncClient, route: str, method: str, path: str, body: object = None) -> None:
        begun = time.perf_counter()
        try:
            answer = await client.request(method, path, json=body)
            if answer.status_code != 200:
                self.wrong.append(f"{route}: {answer.status_code} {answer.text[:120]}")
        except httpx.HTTPError as fault:
            self.wrong.append(f"{route}: {type(fault).__name__}")
        self.took[route].append((time.perf_counter() - begun) * 1000)


async def user(clock: Clock, address: str, key: str, until: float, chance: random.Random) -> None:
    """One user until that moment."""
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, trust_env=False, timeout=30) as client:
        await asyncio.sleep(chance.uniform(0, 3))
        while time.perf_counter() < until:
            route = chance.choice(("campaigns", "summary", "chat"))
            if route == "campaigns":
                await clock.ask(client, route, "GET", "/api/v1/campaigns?limit=100")
            elif route == "summary":
                await clock.ask(client, route, "GET", "/api/v1/analytics/summary")
            else:
                await clock.ask(client, route, "POST", "/api/v1/chat", {"question": chance.choice(QUESTIONS)})
            await asyncio.sleep(chance.uniform(1, 3))


async def all_users(clock: Clock, address: str, keys: Sequence[str], seconds: float) -> None:
    """Every user at once."""
    until = time.perf_counter() + seconds
    await asyncio.gather(*(user(clock, address, key, until, random.Random(n)) for n, key in enumerate(keys)))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="make load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    arguments = parser.parse_args()
    clock = Clock()
    with (
        tempfile.TemporaryDirectory(prefix="fbads-load-") as home,
        postgres_server() as server,
        fresh_database(server) as url,
    ):
        database = Database(url, Path(home))
        migrate.upgrade(database.owner)
        rows = build(database.owner)
        ensure_role(database.owner, database.analyst_password_file)
        keys = _keys(database)
        database.close()
        port = free_port()
        sidecar = _serve(url, home, port)
        try:
            _wait(sidecar, f"http://127.0.0.1:{port}/readyz")
            asyncio.run(all_users(clock, f"http://127.0.0.1:{port}", keys, arguments.seconds))
        finally:
            sidecar.terminate()
            sidecar.wait(timeout=30)
    sys.exit(_print(clock, rows, arguments.seconds))


def _keys(database: Database) -> list[str]:
    identity, now = PostgresIdentity(database.owner), datetime.now(UTC)
    made = []
    for n in range(USERS):
        one = identity.add_user(
            f"u{n}@load.example", "analyst", password_hash=None, accounts=None, actor="load", now=now
        )
        scopes = ["marts:read", "chat:use"]
        made.append(identity.add_key(one, "load", scopes, lasts=timedelta(hours=2), actor="load", now=now)[1])  # type: ignore[arg-type]
    return made


def _serve(url: str, home: str, port: int) -> subprocess.Popen[bytes]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("FBADS_")}
    settings = {
        "FBADS_DATABASE_URL": url,
        "FBADS_HOME": home,
        "FBADS_API_PORT": str(port),
        "FBADS_NOW": f"{TODAY}T15:00Z",
    }
    command = [str(Path(sys.executable).with_name("fbads")), "api"]
    return subprocess.Popen(command, env={**own, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _wait(sidecar: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and sidecar.poll() is None:
        try:
            if httpx.get(address, trust_env=False, timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.3)
    sys.exit("load: the sidecar does not get ready")


def _print(clock: Clock, rows: int, seconds: float) -> int:
    memory = psutil.virtual_memory().total / 2**30
    total = [one for took in clock.took.values() for one in took]
    print(f"{os.cpu_count()} cores, {memory:.0f} GiB; {rows:,} days of campaigns; {USERS} users, {seconds:.0f} s")
    print(f"{'route':<12}{'requests':>10}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}")
    for route, took in [*sorted(clock.took.items()), ("all", total)]:
        cuts = statistics.quantiles(took, n=100)
        print(f"{route:<12}{len(took):>10}{cuts[49]:>10.0f}{cuts[94]:>10.0f}{cuts[98]:>10.0f}")
    print(json.dumps({"errors": len(clock.wrong), "requests_per_second": round(len(total) / seconds, 1)}))
    for one in clock.wrong[:5]:
        print(f"  {one}")
    return 1 if clock.wrong or statistics.quantiles(total, n=100)[94] > BAR_MS else 0


if __name__ == "__main__":
    main()
