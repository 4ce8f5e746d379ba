"""A home that has read the agency's last days, with its clients and their budgets, and the sandbox that it reads."""

import csv
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.many_accounts.sandbox import FIRST_ID
from fbads_pipeline.adapters.processes import Children, free_port

PROGRAMS = Path(sys.executable).parent
TOKEN = "sandbox-token"  # noqa: S105 - opens nothing but the sandbox


def control(graph_url: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    """What the sandbox of that address answers to a control of its own; body: what it is set to."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{graph_url}/__sandbox/{path}", content, {"Content-Type": "application/json"})
    with opener.open(request, timeout=60) as answer:
        return json.loads(answer.read())


@dataclass(frozen=True)
class Agency:
    """How large it is, where its home lies, and its present."""

    folder: Path
    accounts: int
    campaigns: int
    days: int
    now: datetime

    @contextmanager
    def sandbox(self) -> Iterator[str]:
        """The address of its Marketing API."""
        port = free_port()
        command = [sys.executable, "-m", "benchmarks.many_accounts.sandbox", "--port", str(port), "--token", TOKEN]
        command += ["--accounts", str(self.accounts), "--campaigns", str(self.campaigns), "--now", self.now.isoformat()]
        with Children(self.folder / "logs") as children:
            children.start("sandbox", command, {})
            children.wait_for_http("sandbox", f"http://127.0.0.1:{port}/__sandbox/state", seconds=120)
            yield f"http://127.0.0.1:{port}"

    def environment(self, graph_url: str = "", **more: str) -> dict[str, str]:
        """Settings of its home; breakdowns are left out: neither pages nor ticks read them."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("FBADS_", "DAGSTER_"))}
        own = {"FBADS_HOME": str(self.folder), "FBADS_NOW": self.now.isoformat(), "FBADS_BREAKDOWNS": ""}
        own |= {"FBADS_RESTATEMENT_DAYS": str(self.days), "FBADS_HISTORY_DAYS": str(self.days)}
        return {**kept, **own, "FBADS_GRAPH_URL": graph_url, "FBADS_ACCESS_TOKEN": TOKEN, **more}

    def fill(self, graph_url: str) -> None:
        """Read and model the last days, then a client with a budget and a target per two accounts."""
        until = self.now.date()
        since = until - timedelta(days=self.days - 1)
        self.run(graph_url, "sync", "--from", str(since), "--to", str(until))
        clients = self.folder / "clients.csv"
        with clients.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("name", "accounts", "budget", "currency", "budget_from", "budget_until", "cpa"))
            month = (self.now.replace(day=1).date(), (self.now.replace(day=28) + timedelta(days=4)).replace(day=1))
            last = month[1].date() - timedelta(days=1)
            for n in range(1, self.accounts - 1, 2):
                if n % 10 and (n + 1) % 10:  # accounts of the other currencies have no client
                    pair = f"{FIRST_ID + n} {FIRST_ID + n + 1}"
                    rows.writerow((f"Cliente {n:03d}", pair, "90000", "BRL", month[0], last, "45"))
        self.run(graph_url, "clients", "import", str(clients))

    def run(self, graph_url: str, *arguments: str) -> str:
        """What the command printed; ends the program where it failed (1: a check is red, which a benchmark bears)."""
        command = [str(PROGRAMS / "fbads"), *arguments]
        done = subprocess.run(command, env=self.environment(graph_url), capture_output=True, text=True)
        if done.returncode not in (0, 1):
            raise SystemExit(f"fbads {' '.join(arguments)} ended with {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout
