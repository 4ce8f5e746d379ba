"""100 users of the pages: each looks at one, reads for some seconds, and goes on to another."""

import argparse
import asyncio
import json
import random
import statistics
import subprocess
import time
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex

import httpx
import psutil

from benchmarks.many_accounts.home import PROGRAMS, Agency
from benchmarks.many_accounts.sandbox import FIRST_ID
from fbads_pipeline.adapters.postgres.identity.users import PostgresIdentity
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.processes import free_port
from fbads_pipeline.domain.identity.users import Scope

USERS, BAR_MS, BAR_BYTES = 100, 150, 100_000
SCOPES: list[Scope] = ["marts:read", "suggestions:read", "chat:use", "reports:read"]
# What is read before a page can be painted, besides the page: the script is deferred.
STYLE = Path("fbads_pipeline/api/static/fbads.css")
# Page → how often it is looked at, in parts of the whole. {account}, {campaign}: any of them.
VISITS = {
    "/": 6,
    "/?account={account}": 4,
    "/campaigns": 2,
    "/campaigns?account={account}": 4,
    "/campaigns/{campaign}": 3,
    "/suggestions": 3,
    "/anomalies": 2,
    "/budgets": 2,
    "/delivery": 2,
    "/creatives?account={account}": 1,
    "/alerts": 1,
    "/clients": 1,
    "/reports": 1,
}


def measure(agency: Agency, arguments: argparse.Namespace) -> bool:
    """Print the table of the pages; whether nothing failed and the bars are kept."""
    url = agency.run("", "db", "url").strip()
    database = Database(url, agency.folder)
    keys = _keys(database, agency.now)
    with database.owner.connect() as connection:
        campaigns = connection.exec_driver_sql("select campaign_id from marts.campaigns order by 1 limit 500")
        known = list(campaigns.scalars())
    database.close()
    port = free_port()
    environment = agency.environment(FBADS_API_PORT=str(port))
    sidecar = subprocess.Popen(
        [str(PROGRAMS / "fbads"), "api"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(f"http://127.0.0.1:{port}/readyz")
        crowd = Crowd(f"http://127.0.0.1:{port}", agency.accounts, known, arguments.think)
        asyncio.run(crowd.look(keys, 15))  # what a day's first visitors find cold is read
        crowd.took.clear()
        before = psutil.Process(sidecar.pid).cpu_times()
        asyncio.run(crowd.look(keys, arguments.seconds))
        after = psutil.Process(sidecar.pid).cpu_times()
        crowd.cpu_seconds = after.user + after.system - before.user - before.system
    finally:
        sidecar.terminate()
        sidecar.wait(timeout=30)
    return crowd.report(arguments.seconds)


class Crowd:
    """The users; milliseconds and bytes per page, and what went wrong. think: seconds between two pages, at most."""

    def __init__(self, address: str, accounts: int, campaigns: list[str], think: float) -> None:
        self._address, self._accounts, self._campaigns, self._think = address, accounts, campaigns, think
        self.took: dict[str, list[float]] = defaultdict(list)
        self.bytes: dict[str, int] = defaultdict(int)
        self.wrong: list[str] = []
        self.cpu_seconds = 0.0

    async def look(self, keys: list[str], seconds: float) -> None:
        """All of them until then."""
        until = time.perf_counter() + seconds
        await asyncio.gather(*(self._user(key, until, random.Random(n)) for n, key in enumerate(keys)))

    async def _user(self, key: str, until: float, chance: random.Random) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(
            base_url=self._address,
            headers=headers,
            trust_env=False,
            timeout=30,
            limits=httpx.Limits(keepalive_expiry=3),  # the server ends an idle connection after five seconds
        ) as client:
            await asyncio.sleep(chance.uniform(0, self._think))
            while time.perf_counter() < until:
                (page,) = chance.choices(list(VISITS), list(VISITS.values()))
                account = FIRST_ID + chance.randrange(self._accounts)
                begun = time.perf_counter()
                try:
                    answer = await client.get(page.format(account=account, campaign=chance.choice(self._campaigns)))
                    self.bytes[page] = max(self.bytes[page], len(answer.content))
                    if answer.status_code != 200:
                        self.wrong.append(f"{page}: {answer.status_code}")
                except httpx.HTTPError as fault:
                    self.wrong.append(f"{page}: {type(fault).__name__}")
                self.took[page].append((time.perf_counter() - begun) * 1000)
                await asyncio.sleep(chance.uniform(self._think / 3, self._think))

    def report(self, seconds: float) -> bool:
        """Print it; whether the bars are kept."""
        shared = len(STYLE.read_bytes())
        total = [one for took in self.took.values() for one in took]
        print(f"{'page':<34}{'visits':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'KB':>7}")
        for page, took in [*sorted(self.took.items()), ("all", total)]:
            cuts = statistics.quantiles(took, n=100) if len(took) > 1 else took * 99
            size = (self.bytes.get(page, max(self.bytes.values())) + shared) / 1000
            print(f"{page:<34}{len(took):>8}{cuts[49]:>9.0f}{cuts[94]:>9.0f}{cuts[98]:>9.0f}{size:>7.0f}")
        rate, cpu = round(len(total) / seconds, 1), round(1000 * self.cpu_seconds / len(total))
        print(json.dumps({"errors": len(self.wrong), "pages_per_second": rate, "sidecar_cpu_ms_per_page": cpu}))
        for one in sorted(set(self.wrong))[:5]:
            print(f"  {one}")
        largest = max(self.bytes.values()) + shared
        return not self.wrong and statistics.quantiles(total, n=100)[94] <= BAR_MS and largest <= BAR_BYTES


def _keys(database: Database, now: datetime) -> list[str]:
    """Of users of their own. now: the home's."""
    identity, made = PostgresIdentity(database.owner), []
    for n in range(USERS):
        name = f"u{n}-{token_hex(3)}@load.example"
        one = identity.add_user(name, "analyst", password_hash=None, accounts=None, actor="load", now=now)
        made.append(identity.add_key(one, "load", SCOPES, lasts=timedelta(hours=2), actor="load", now=now)[1])
    return made


def _wait(address: str) -> None:
    for _ in range(200):
        try:
            if httpx.get(address, trust_env=False, timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.3)
    raise SystemExit("the sidecar does not get ready")
