"""marts.day_coverage: a day counts as read once its figures were read well after it was over."""

from datetime import UTC, date, datetime

import pytest

from fbads_pipeline.adapters.postgres.metrics.coverage import read_coverage
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline_tests.support.model_warehouse import DAY, Warehouse

NOW = datetime(2026, 10, 5, 15, tzinfo=UTC)
READ = """
insert into raw.reading_runs (account_id, level, day, read_at, run_id, ok, state)
values ('1', 'campaign', :day, :at, 'r', :ok, :state)
"""


def reading(warehouse: Warehouse, day: int, at: str, state: str = "read") -> None:
    warehouse.run(READ, day=date(2026, 10, day), at=at, ok=state == "read", state=state)


@pytest.fixture
def read(warehouse: Warehouse) -> Warehouse:
    warehouse.run("delete from raw.reading_runs; delete from raw.day_states")
    reading(warehouse, 1, "2026-10-01T15:00Z")  # before the day was over
    reading(warehouse, 2, "2026-10-03T12:00Z")
    reading(warehouse, 3, "2026-10-04T12:00Z", "failed")
    reading(warehouse, 4, "2026-10-05T12:00Z")
    reading(warehouse, 4, "2026-10-05T12:30Z", "doubtful")
    reading(warehouse, 5, "2026-10-05T12:00Z")  # today
    return warehouse


def test_each_day_has_the_state_of_its_newest_reading_and_counts_once_read_after_its_end(read: Warehouse) -> None:
    rows = read.rows(
        "select set_config('fbads.now', '2026-10-05T15:00Z', false), day, state, is_read from marts.day_coverage"
        " where account_id = '1' order by day"
    )
    assert [(row[1].day, *row[2:]) for row in rows] == [
        (1, "read", False),
        (2, "read", True),
        (3, "failed", False),
        (4, "doubtful", True),
        (5, "read", True),
    ]


def test_an_older_reading_that_lands_late_changes_neither_state_nor_instant(read: Warehouse) -> None:
    reading(read, 4, "2026-10-05T11:00Z", "failed")
    assert read.rows("select state, attempted_at, read_at from raw.day_states where day = '2026-10-04'") == [
        ("doubtful", datetime(2026, 10, 5, 12, 30, tzinfo=UTC), datetime(2026, 10, 5, 12, tzinfo=UTC))
    ]


def test_the_coverage_of_a_period_leaves_out_days_that_have_not_come(read: Warehouse) -> None:
    with read.engine.connect() as connection:
        connection.exec_driver_sql("set fbads.now = '2026-10-05T15:00Z'")
        coverage = read_coverage(connection, DayRange(DAY, date(2026, 10, 9)), accounts=frozenset({"1"}), now=NOW)
        nobody = read_coverage(connection, DayRange(DAY, DAY), accounts=frozenset(), now=NOW)
    assert (coverage.asked, coverage.read) == (5, 3)
    assert coverage.missing == (("1", (DayRange(DAY, DAY), DayRange(date(2026, 10, 3), date(2026, 10, 3)))),)
    assert (nobody.asked, nobody.is_complete) == (0, True)
