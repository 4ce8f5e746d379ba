"""What a week of ticks stores: `python -m benchmarks.growth --days 7 --minutes 1440`.

A home and a sandbox of their own, whose clock is moved between ticks; each is a process of its own, and is followed by
one half an hour later. Ticks that read many days, as the first of an account's day does, are counted apart from the
others; a month of half-hourly ticks follows from both, with one long tick a day for each time zone of the accounts.
Sizes are those of tables with their indexes, in both databases, and of the home's files; pruning is not part of it.
Rows that are written again leave free space, which later rows take: ticks of the first days, in which that space comes
about, are left out (`--settled`). PostgreSQL's autovacuum looks each second, as it has half an hour between two ticks.
What rows take in the long run is printed beside: rebuilt, and with their lists packed as those of old days are.
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

from fbads_pipeline.adapters.postgres.collection import packing
from fbads_pipeline.adapters.postgres.server.embedded import EmbeddedPostgres
from fbads_pipeline.sandbox.testing import SandboxServer

FIRST = datetime(2026, 11, 2, 12, 10, tzinfo=UTC)
TICKS_PER_DAY, DAYS_OF_MONTH = 48, 30
FOLLOWS = timedelta(minutes=30)
# Days that a tick reads: two or three around midnight, or the 28 that Meta still changes.
LONG_DAYS = 7
_READ_DAYS = """select (ends.value::date - begins.value::date) + 1 from runs
    join run_tags as begins on begins.run_id = runs.run_id and begins.key = 'dagster/asset_partition_range_start'
    join run_tags as ends on ends.run_id = runs.run_id and ends.key = 'dagster/asset_partition_range_end'
    order by runs.id desc limit 1"""
_WORLD = """select (select count(*) from raw.accounts), (select count(distinct timezone_name) from raw.accounts),
    (select count(*) from raw.campaigns), (select count(*) from raw.ads)"""
_SIZES = """select n.nspname, c.relname, pg_total_relation_size(c.oid) from pg_class c
    join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'm')
    and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')"""
_QUICK_VACUUM = (
    "alter system set autovacuum_naptime = 1",
    "alter system set autovacuum_vacuum_cost_delay = 0",
    "select pg_reload_conf()",
)
_DAILY = ("account_daily", "campaign_daily", "adset_daily", "ad_daily", "campaign_breakdown_daily")
_REBUILT = ("raw.insights", "raw.insight_readings", *(f"intermediate.int_{name}" for name in _DAILY))
_PACK = f"update rebuilt set {', '.join(f'{name} = raw.packed({name})' for name in packing.LISTS)}"
_COUNTED = ("raw.insights", "raw.insight_readings", "raw.reading_runs")
Sizes = Mapping[str, int]


def main() -> int:
    """0; 1 where a tick failed."""
    parser = argparse.ArgumentParser(prog="growth", description=__doc__)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--minutes", type=int, default=720, help="between two ticks, each followed by another")
    parser.add_argument("--settled", type=int, default=3, help="days from which on ticks are counted")
    parser.add_argument("--campaigns", type=int, default=60, help="per account; there are four")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fbads-growth-") as name, SandboxServer(asked.campaigns) as sandbox:
        folder = Path(name)
        folder.chmod(0o755)
        with EmbeddedPostgres(folder / "home") as server:
            return _measure(server, sandbox, folder / "home", asked)


def _measure(server: EmbeddedPostgres, sandbox: SandboxServer, home: Path, asked: argparse.Namespace) -> int:
    grown: dict[bool, list[Sizes]] = defaultdict(list)
    before = None
    _run(server, *_QUICK_VACUUM)
    spaced = [
        FIRST + timedelta(minutes=number * asked.minutes) for number in range(asked.days * 1440 // asked.minutes + 1)
    ]
    for now in [moment for one in spaced for moment in (one, one + FOLLOWS)]:
        sandbox.set_now(now.isoformat())
        if _tick(sandbox, home, now).returncode not in (0, 1):
            print(f"the tick of {now.isoformat()} failed", file=sys.stderr)
            return 1
        after = _sizes(server, home)
        if before is not None and now >= FIRST + timedelta(days=asked.settled):
            ((days,),) = _rows(server, "fbads_dagster", _READ_DAYS)
            grown[days >= LONG_DAYS].append({part: size - before.get(part, 0) for part, size in after.items()})
        before = after
    assert before is not None
    _print(server, before, grown)
    for table in _REBUILT:
        _print_rebuilt(server, table)
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


def _print_rebuilt(server: EmbeddedPostgres, table: str) -> None:
    """Bytes of a row with its indexes in a copy of the table; of insights, also with lists packed as in old days."""
    sizes = [_bytes_of_copy(server, table, "rebuilt")]
    if table == "raw.insights":
        _run(server, _PACK)
        sizes.append(_bytes_of_copy(server, "rebuilt", "packed"))
    _run(server, "drop table if exists rebuilt, packed")
    print(f"{table}: {' or, packed, '.join(f'{size:.0f}' for size in sizes)} bytes a row, rebuilt")


def _bytes_of_copy(server: EmbeddedPostgres, table: str, name: str) -> float:
    copying = (f"create table {name} (like {table} including all)", f"insert into {name} select * from {table}")
    _run(server, *copying, f"reindex table {name}")
    ((size, count),) = _rows(server, "fbads", f"select pg_total_relation_size('{name}'), count(*) from {name}")
    return size / max(count, 1)


def _run(server: EmbeddedPostgres, *statements: str) -> None:
    engine = sa.create_engine(server.url("fbads"), poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def _rows(server: EmbeddedPostgres, database: str, statement: str) -> list[sa.Row[tuple[str, str, int]]]:
    engine = sa.create_engine(server.url(database), poolclass=sa.NullPool)
    with engine.connect() as connection:
        return list(connection.execute(sa.text(statement)))


def _print(server: EmbeddedPostgres, sizes: Sizes, grown: Mapping[bool, list[Sizes]]) -> None:
    for table in _COUNTED:
        ((count,),) = _rows(server, "fbads", f"select count(*) from {table}")
        print(f"{table}: {count} rows, {sizes[table] / max(count, 1):.0f} bytes each with indexes")
    ((accounts, zones, campaigns, ads),) = _rows(server, "fbads", _WORLD)
    print(f"{accounts} accounts in {zones} time zones, {campaigns} campaigns, {ads} ads")
    print("stored by, in kB                 a short tick    a long tick   30 days of 48, MB")
    whole = {is_long: _mean(ticks) for is_long, ticks in grown.items()}
    months = {part: _month(whole, part, zones) for part in sizes}
    parts = sorted(sizes, key=lambda part: -months[part])
    for part in parts[:25]:
        short, long = (whole.get(one, {}).get(part, 0.0) for one in (False, True))
        print(_line(part, short, long, months[part]))
    short, long = (sum(whole.get(one, {}).values()) for one in (False, True))
    print(_line("all", short, long, sum(months.values())))
    print(f"ticks: {len(grown[False])} short, {len(grown[True])} long")


def _line(part: str, short: float, long: float, month: float) -> str:
    return f"{part:36}{short / 1e3:>8.1f}{long / 1e3:>15.1f}{month / 1e6:>20.1f}"


def _mean(ticks: list[Sizes]) -> dict[str, float]:
    return {part: statistics.fmean(one.get(part, 0) for one in ticks) for part in ticks[-1]}


def _month(whole: Mapping[bool, Mapping[str, float]], part: str, zones: int) -> float:
    short, long = (whole.get(one, {}).get(part, 0.0) for one in (False, True))
    return DAYS_OF_MONTH * ((TICKS_PER_DAY - zones) * short + zones * long)


if __name__ == "__main__":
    sys.exit(main())
