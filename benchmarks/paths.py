"""What the paths cost that every reading, build and request goes through: `python -m benchmarks.paths`.

Seconds of CPU, of this process and of PostgreSQL's together, which other programs of the machine lengthen less than
those of the clock; each beside a lean reference that does the least of the same work in the same run, so that the
ratio stays where a machine is slower. Medians of `--runs`.
"""

import argparse
import csv
import json
import random
import statistics
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import psutil
import sqlalchemy as sa

from benchmarks.large_account import CHANGED, SPAN, answer, fill
from fbads_pipeline.adapters.dbt.runner import Dbt
from fbads_pipeline.adapters.meta_ads.insight_rows import InsightReader
from fbads_pipeline.adapters.postgres.collection.copy_lines import COPY_INCOMING, CopyFile
from fbads_pipeline.adapters.postgres.collection.insight_statements import CREATE_INCOMING
from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline.cli.data.csv_exports import read_export
from fbads_pipeline.domain.collection.levels import Grain
from fbads_pipeline.domain.collection.pages import AdRow, InsightRow, Page
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline_tests.support.postgres_fixture import fresh_database, postgres_server

DAYS, ADS, PAGE = 25, 2000, 5000
GRAIN, RANGE = Grain("ad"), DayRange(date(2026, 11, 1), date(2026, 11, DAYS))
CSV_ROWS, OBJECTS = 300_000, 14_000
_NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
# The least that the daily models do: one look at every action of the rows.
_ONE_LOOK = """
select level, count(*) from raw.insights cross join jsonb_array_elements(actions || action_values) as action
group by level
"""


class Meter:
    """Seconds of CPU of this process and of the connections that it is given."""

    def __init__(self, runs: int) -> None:
        self._runs, self._processes = runs, [psutil.Process()]

    def watch(self, made: sa.Engine) -> None:
        """Also the one connection of that engine."""
        with made.connect() as connection:
            self._processes.append(psutil.Process(connection.exec_driver_sql("select pg_backend_pid()").scalar_one()))

    def row(self, name: str, *acts: Callable[[], object], reference: Callable[[], object]) -> None:
        """Prints the acts in turns with the reference, `--runs` times. acts: of which the last is measured, the others
        prepare it."""
        taken: list[tuple[float, float]] = []
        for _ in range(self._runs):
            for act in acts[:-1]:
                act()
            taken.append((self._seconds(acts[-1]), self._seconds(reference)))
        seconds, least = (statistics.median(one) for one in zip(*taken, strict=True))
        ratio = f"{seconds / least:.2f}" if least else "-"
        print(f"{name:<60} {seconds:.3f}, {least:.3f}, ratio {ratio}", flush=True)

    def _seconds(self, act: Callable[[], object]) -> float:
        before = self._spent()
        act()
        return self._spent() - before

    def _spent(self) -> float:
        return sum(one.cpu_times().user + one.cpu_times().system for one in self._processes)


def main() -> None:
    """Print the table; every figure was measured in this run."""
    parser = argparse.ArgumentParser(prog="paths", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each; the median is printed")
    runs = parser.parse_args().runs
    print(f"{psutil.cpu_count()} cores; seconds of CPU, of the reference, ratio", flush=True)
    pages = [_parsing(Meter(runs), more) for more in (0, 1)]
    with tempfile.TemporaryDirectory(prefix="fbads-bench-") as folder:
        _csv(Meter(runs), Path(folder) / "readings.csv")
    with postgres_server() as server:
        with fresh_database(server) as url:
            _storing(Meter(runs), _migrated(url), pages)
        with fresh_database(server) as url:
            _models(runs, _migrated(url), url)


def _migrated(url: str) -> sa.Engine:
    made = engine(url, application_name="fbads bench", pool_size=1)
    migrate.upgrade(made)
    return made


def _parsing(meter: Meter, more: int) -> list[list[InsightRow]]:
    """Rows of insights read; the reference only takes their JSON apart."""
    reader, rows = InsightReader("1", GRAIN, RANGE), list(answer(DAYS, ADS, more))
    texts = [orjson.dumps(rows[at : at + PAGE]) for at in range(0, len(rows), PAGE)]
    kept: list[list[InsightRow]] = []

    def read() -> None:
        kept[:] = [reader.page(orjson.loads(text)).rows for text in texts]

    meter.row(f"reading {len(rows):,} rows of insights", read, reference=lambda: [orjson.loads(one) for one in texts])
    return kept


def _csv(meter: Meter, path: Path) -> None:
    """A CSV file of readings; the reference is pandas with the types given."""
    chance, begin = random.Random(1), datetime(2026, 1, 1)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("ts", "campaign_id", "impressions", "spend"))
        for number in range(CSV_ROWS):
            at = begin + timedelta(minutes=30 * (number // 50))
            writer.writerow((at, number % 50, chance.randrange(9000), f"{chance.random() * 300:.2f}"))
    columns = ("ts", "campaign_id", "impressions", "spend")
    meter.row(
        f"a CSV file of {CSV_ROWS:,} rows",
        lambda: read_export(path, columns, times=("ts",), numbers=("impressions", "spend")),
        reference=lambda: pd.read_csv(path, dtype={"campaign_id": str}, parse_dates=["ts"]),
    )


def _storing(meter: Meter, made: sa.Engine, pages: list[list[list[InsightRow]]]) -> None:
    """Insights and objects stored; the reference is COPY of the same rows, and nothing else."""
    meter.watch(made)
    store, instants = PostgresRawStore(made), iter(_NOW + timedelta(minutes=one) for one in range(1000))
    old, new = pages

    def apply(rows: list[list[InsightRow]]) -> None:
        read_at = next(instants)
        answered = iter([Page(one) for one in rows])
        store.apply_insights("1", GRAIN, RANGE, answered, run_id=str(read_at), read_at=read_at)

    def copy() -> None:
        with made.begin() as connection:
            connection.execute(CREATE_INCOMING)
            cursor: Any = connection.connection.cursor()
            for rows in old:
                cursor.copy_expert(COPY_INCOMING, CopyFile(rows))

    def empty() -> None:
        with made.begin() as connection:
            connection.exec_driver_sql("truncate raw.insights, raw.reading_runs, raw.ads")

    rows = f"{DAYS * ADS:,} rows"
    meter.row(f"storing {rows}, all new", empty, lambda: apply(old), reference=copy)
    meter.row(f"storing {rows}, none changed", lambda: apply(old), reference=copy)
    meter.row(f"storing {rows}, all changed", lambda: apply(old), lambda: apply(new), reference=copy)
    ads = [_ad(number) for number in range(OBJECTS)]
    meter.row(
        f"storing {OBJECTS:,} ads, none changed",
        lambda: store.apply_objects("1", "ad", iter([Page(ads)]), read_at=_NOW),
        reference=lambda: _copied_objects(made, ads),
    )


def _ad(number: int) -> AdRow:
    ids = (str(10_000 + number), str(1000 + number % 600), str(100 + number % 200))
    return AdRow(*ids, "1", f"Ad {number}", "ACTIVE", "ACTIVE", _NOW, _NOW)


def _copied_objects(made: sa.Engine, ads: Iterable[AdRow]) -> None:
    with made.begin() as connection:
        connection.exec_driver_sql("create temporary table if not exists copied (ad jsonb) on commit delete rows")
        texts = [json.dumps(one._asdict(), default=str) for one in ads]
        connection.execute(
            sa.text("insert into copied select cast(unnest(cast(:ads as text[])) as jsonb)"), {"ads": texts}
        )


def _models(runs: int, made: sa.Engine, url: str) -> None:
    """The control check and the daily models of two days of a large account."""
    fill(made)
    meter, store = Meter(runs), PostgresRawStore(made)
    meter.watch(made)

    def look() -> None:
        with made.connect() as connection:
            connection.exec_driver_sql(_ONE_LOOK).all()

    now, windows = datetime.now(UTC), ("7d_click", "1d_view")
    meter.row(
        "control check of 14,000 ads on two days",
        lambda: store.control_mismatches("bench", now, windows),
        reference=look,
    )
    dbt, seconds = Dbt(url), list[float]()
    for _ in range(runs + 2):
        with made.begin() as connection:
            connection.execute(sa.text(CHANGED), SPAN)
        done = dbt.build()
        if not done.succeeded:
            raise SystemExit(done.error)
        daily = [one.seconds for one in done.nodes if "_daily" in one.unique_id and ".int_" in one.unique_id]
        seconds.append(sum(daily))
    print(f"{'daily models of them, by the clock: seconds':<60} {statistics.median(seconds[2:]):.2f}", flush=True)


if __name__ == "__main__":
    main()
