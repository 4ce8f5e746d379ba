"""What a week of ticks stores: `python -m benchmarks.growth --days 7 --minutes 180`.

A home and a sandbox of their own, whose clock is moved between ticks; each is a process of its own. Ticks
that begin a day, which read 28 days, are counted apart from the others; a month of half-hourly ticks follows from both.
Sizes are those of tables with their indexes, in both databases, and of the home's files; pruning is not part of it.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.server.embedded import EmbeddedPostgres
from fbads_pipeline.sandbox.testing import SandboxServer

FIRST = datetime(2026, 11, 2, 12, 10, tzinfo=UTC)
TICKS_PER_DAY, DAYS_OF_MONTH = 48, 30
_SIZES = """select n.nspname, c.relname, pg_total_relation_size(c.oid) from pg_class c
    join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'm')
    and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')"""
_COUNTED = ("raw.insights", "raw.insight_readings", "raw.reading_runs")
Sizes = Mapping[str, int]


def main() -> int:
    """0; 1 where a tick failed."""
    parser = argparse.ArgumentParser(prog="growth", description=__doc__)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--minutes", type=int, default=180, help="between two ticks")
    parser.add_argument("--campaigns", type=int, default=60, help="per account; there are four")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fbads-growth-") as name, SandboxServer(asked.campaigns) as sandbox:
        folder = Path(name)
        folder.chmod(0o755)
        with EmbeddedPostgres(folder / "home") as server:
            return _measure(server, sandbox, folder / "home", asked)


def _measure(server: EmbeddedPostgres, sandbox: SandboxServer, home: Path, asked: argparse.Namespace) -> int:
    grown: dict[bool, list[Sizes]] = defaultdict(list)
    day, before = None, None
    for number in range(asked.days * 24 * 60 // asked.minutes + 1):
        now = FIRST + timedelta(minutes=number * asked.minutes)
        sandbox.set_now(now.isoformat())
        if _tick(sandbox, home, now).returncode not in (0, 1):
            print(f"the tick of {now.isoformat()} failed", file=sys.stderr)
            return 1
        after = _sizes(server, home)
        if before is not None:
            grown[now.date() != day].append({part: size - before.get(part, 0) for part, size in after.items()})
        day, before = now.date(), after
    assert before is not None
    _print(server, before, grown)
    return 0


def _tick(sandbox: SandboxServer, home: Path, now: datetime) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("FBADS_", "DAGSTER_"))}
    environment |= {
        "FBADS_HOME": str(home),
        "FBADS_GRAPH_URL": sandbox.url,
        "FBADS_ACCESS_TOKEN": sandbox.token,
        "FBADS_NOW": now.isoformat(),
        "FBADS_HISTORY_DAYS": "0",
    }
    command = [str(Path(sys.executable).parent / "fbads"), "run", "tick"]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def _sizes(server: EmbeddedPostgres, home: Path) -> Sizes:
    """Bytes by `schema.table`, of Dagster's database as one, and of files."""
    found: dict[str, int] = defaultdict(int)
    for database, prefix in (("fbads", ""), ("fbads_dagster", "dagster")):
        for schema, table, size in _rows(server, database, _SIZES):
            found[prefix or f"{schema}.{table}"] += size
    files = (one for one in home.rglob("*") if one.is_file() and "postgres" not in one.relative_to(home).parts)
    found["files"] = sum(one.stat().st_size for one in files)
    return found


def _rows(server: EmbeddedPostgres, database: str, statement: str) -> list[sa.Row[tuple[str, str, int]]]:
    engine = sa.create_engine(server.url(database), poolclass=sa.NullPool)
    with engine.connect() as connection:
        return list(connection.execute(sa.text(statement)))


def _print(server: EmbeddedPostgres, sizes: Sizes, grown: Mapping[bool, list[Sizes]]) -> None:
    for table in _COUNTED:
        ((count,),) = _rows(server, "fbads", f"select count(*) from {table}")
        print(f"{table}: {count} rows, {sizes[table] / max(count, 1):.0f} bytes each with indexes")
    print("stored by, in kB                      a tick   first of day   30 days of 48, MB")
    whole = {is_first: _mean(ticks) for is_first, ticks in grown.items()}
    parts = sorted(sizes, key=lambda part: -_month(whole, part))
    for part in parts[:25]:
        print(_line(part, *(whole.get(one, {}).get(part, 0.0) for one in (False, True)), _month(whole, part)))
    totals = [sum(whole.get(one, {}).values()) for one in (False, True)]
    print(_line("all", *totals, sum(_month(whole, part) for part in sizes)))
    print(f"ticks: {len(grown[False])}, first of a day: {len(grown[True])}")


def _line(part: str, tick: float, first: float, month: float) -> str:
    return f"{part:36}{tick / 1e3:>8.1f}{first / 1e3:>15.1f}{month / 1e6:>20.1f}"


def _mean(ticks: list[Sizes]) -> dict[str, float]:
    return {part: statistics.fmean(one.get(part, 0) for one in ticks) for part in ticks[-1]}


def _month(whole: Mapping[bool, Mapping[str, float]], part: str) -> float:
    often, once = (whole.get(one, {}).get(part, 0.0) for one in (False, True))
    return DAYS_OF_MONTH * ((TICKS_PER_DAY - 1) * often + once)


if __name__ == "__main__":
    sys.exit(main())
