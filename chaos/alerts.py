"""`make chaos`, second part: senders are killed by SIGKILL at six points of every channel, and what arrived is counted.

A message may arrive twice only where the receiving server had it before the sender could record that: after it was
taken, and before the delivery was settled. The second one is marked as a repeat. Exit code 1 where one was lost, or
repeated otherwise. `--control` settles deliveries before they are sent: messages are lost, and it has to turn red.
"""

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from chaos.killable_sender import send
from chaos.stub_servers import StubServers, stub_servers
from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline.domain.alerts.alerts import AlertText, alert_of
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline_tests.support.postgres_fixture import fresh_database, postgres_server

ADDRESSES = {
    "slack": "C1",
    "email": "ana@agencia.example",
    "whatsapp": "+5511999999999",
    "n8n": "n8n",
    "dry_run": "stderr",
}
POINTS = ("before claim", "before send", "arrived", "taken", "before settle", "after settle")
# Where a message may arrive a second time, and what says so.
MAY_REPEAT = frozenset({"taken", "before settle"})
REPEAT_MARKS = ("[possível repetição]", '"is_repeat": true', '"is_repeat":true')
# A message of the dry run is a line in a file: it has no server that could kill its sender.
WITHOUT_SERVER = frozenset({"dry_run"})
RUNS = 200


class AlertKillTest:
    """One message a run; the first sender is killed, the second one finds what is left."""

    def __init__(self, url: str, servers: StubServers, folder: Path, *, is_protected: bool) -> None:
        self.url, self.servers, self.folder, self.is_protected = url, servers, folder, is_protected
        self.engine = engine(url, application_name="kill_test")
        self.counts: Counter[tuple[str, str]] = Counter()
        self.wrong: list[str] = []

    def run(self, number: int, channel: str, point: str) -> None:
        """One message through that channel, whose first sender dies at that point."""
        name = f"mensagem {number:04}"
        self._write(name, channel)
        if not self.is_protected:
            self._execute("update ops.deliveries set state = 'sent', settled_at = now() where state = 'pending'")
        died = self._first_sender(channel, point)
        self._execute("update ops.deliveries set next_attempt_at = now() where state in ('sending', 'unknown')")
        send(self._given(channel, kill_point="", lease=60.0))
        arrived = [one for one in self._arrived(channel) if name in one]
        repeats = [one for one in arrived[1:] if any(mark in one.lower() for mark in REPEAT_MARKS)]
        self.counts[channel, point] += 1
        self.counts["all", "died"] += died
        if not arrived:
            self._count("lost", channel, point, name)
        elif len(arrived) > 1:
            is_known = point in MAY_REPEAT and len(arrived) == 2 and len(repeats) == 1
            self._count("repeated, marked" if is_known else "repeated wrongly", channel, point, name)
        if not died and self.is_protected:
            self._count("survived", channel, point, name)

    def _first_sender(self, channel: str, point: str) -> bool:
        is_at_stub_server = point in ("arrived", "taken")
        kill_point = (
            ""
            if is_at_stub_server and channel not in WITHOUT_SERVER
            else {"arrived": "before send", "taken": "before settle"}.get(point, point)
        )
        given = json.dumps(self._given(channel, kill_point=kill_point, lease=60.0))
        process = subprocess.Popen(
            [sys.executable, "-m", "chaos.killable_sender", given],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if is_at_stub_server:
            self.servers.kill_at, self.servers.sender_pid = point, process.pid
        try:
            return process.wait(timeout=60) < 0
        finally:
            self.servers.kill_at = self.servers.sender_pid = None

    def _given(self, channel: str, *, kill_point: str, lease: float) -> dict[str, Any]:
        return {
            "url": self.url,
            "channel": channel,
            "web": self.servers.url,
            "mail_port": self.servers.mail_port,
            "ca_file": str(self.servers.ca_file),
            "file": str(self.folder / "dry_run.jsonl"),
            "kill_point": kill_point,
            "lease": lease,
        }

    def _write(self, name: str, channel: str) -> None:
        now = datetime.now(UTC)
        facts: dict[str, Any] = {}
        alert = alert_of(
            AlertText(name, "corpo"),
            account_id="1",
            rule="kill_test",
            entity=name,
            severity="info",
            window_start=now.date(),
            facts=facts,
        )
        with self.engine.begin() as connection:
            to = Recipient(channel, ADDRESSES[channel], opted_in_on=now.date())
            assert write_alert(connection, alert, [to], now) == 1

    def _arrived(self, channel: str) -> list[str]:
        if channel in WITHOUT_SERVER:
            file = self.folder / "dry_run.jsonl"
            return file.read_text().splitlines() if file.exists() else []
        return self.servers.taken.get(channel, [])

    def _count(self, what: str, channel: str, point: str, name: str) -> None:
        self.counts["all", what] += 1
        if what != "repeated, marked":
            self.wrong.append(f"{name} {what}: {channel}, {point}")
        else:
            self.counts[point, what] += 1

    def _execute(self, statement: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--control", action="store_true", help="settle before sending: this has to turn red")
    arguments = parser.parse_args()
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="fbads-kill_test-") as folder,
        postgres_server() as server,
        fresh_database(server) as url,
        stub_servers(Path(folder)) as servers,
    ):
        kill_test = AlertKillTest(url, servers, Path(folder), is_protected=not arguments.control)
        migrate.upgrade(kill_test.engine)
        matrix = itertools.cycle(itertools.product(ADDRESSES, POINTS))
        for number in range(arguments.runs):
            channel, point = next(matrix)
            kill_test.run(number, channel, point)
        kill_test.engine.dispose()
    _print(kill_test, time.monotonic() - begun)
    sys.exit(1 if kill_test.wrong else 0)


def _print(kill_test: AlertKillTest, seconds: float) -> None:
    counts = kill_test.counts
    print(f"{'senders killed':<36}{counts['all', 'died']:>8}")
    for what in ("lost", "repeated wrongly", "survived", "repeated, marked"):
        print(f"{what:<36}{counts['all', what]:>8}")
    for point in sorted(MAY_REPEAT):
        print(f"  {point:<34}{counts[point, 'repeated, marked']:>8}")
    print(f"{'seconds':<36}{round(seconds):>8}")
    for one in kill_test.wrong[:10]:
        print(f"  {one}")


if __name__ == "__main__":
    main()
