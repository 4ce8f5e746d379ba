"""A day as it was known: steps within it, its versions at an instant, and how it matures."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.domain.collection.levels import Grain, Level
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline_tests.support.meta_json import insight_pages
from fbads_pipeline_tests.support.model_warehouse import Warehouse

TODAY = date(2026, 11, 20)
# Midnight in São Paulo.
MIDNIGHT = datetime(2026, 11, 20, 3, tzinfo=UTC)
KNOWN = "select campaign_id, impressions, conversions, known_from, confirmed_at from marts.campaign_daily_as_known(:at)"


@pytest.fixture(autouse=True)
def fixed_now(warehouse: Warehouse) -> Iterator[None]:
    """Every session of the test lives on the evening of TODAY."""
    warehouse.run("alter database model_warehouse set fbads.now = '2026-11-20T23:00:00Z'")
    warehouse.engine.dispose()
    yield
    warehouse.run("alter database model_warehouse reset fbads.now")


def read(
    warehouse: Warehouse,
    at: datetime,
    rows: Mapping[str, tuple[int, int]],
    *,
    day: date = TODAY,
    level: Level = "campaign",
    is_whole: bool = False,
) -> None:
    """One reading through the raw store: campaign → (impressions, purchases). is_whole: the account's own total
    says the same, so that what no longer comes has vanished."""
    page = [
        {
            "account_id": "1",
            "campaign_id": campaign,
            "account_currency": "BRL",
            "date_start": str(day),
            "date_stop": str(day),
            "impressions": str(impressions),
            "spend": str(impressions / 100),
            "actions": [{"action_type": "purchase", "value": str(purchases)}],
        }
        for campaign, (impressions, purchases) in rows.items()
    ]
    store = PostgresRawStore(warehouse.engine)
    grain, days = Grain(level), DayRange(day, day)
    store.apply_insights("1", grain, days, insight_pages("1", grain, days, [page]), run_id="r", read_at=at)
    if is_whole:
        read(warehouse, at, {"1": (sum(shown for shown, _ in rows.values()), 0)}, day=day, level="account")
        store.settle_doubts("1", run_id="r", read_at=at)


def steps(warehouse: Warehouse, campaign: str) -> list[tuple[Any, ...]]:
    return warehouse.rows(
        "select minutes, impressions, spend, conversions, is_last from marts.campaign_intraday"
        " where account_id = '1' and campaign_id = :c and day = :d order by until_at",
        c=campaign,
        d=TODAY,
    )


def test_readings_become_steps_and_a_missed_one_a_longer_step(warehouse: Warehouse) -> None:
    for hours, shown, bought in (
        (8, 800, 1),
        (8.5, 800, 1),
        (10, 1100, 3),
        (10.5, 1000, 3),
        (25, 1500, 4),
        (26, 9999, 9),
    ):
        read(warehouse, MIDNIGHT + timedelta(hours=hours), {"101": (shown, bought)})
    assert steps(warehouse, "101") == [
        (480, 800, Decimal(8), 1, False),
        (30, 0, 0, 0, False),
        (90, 300, Decimal(3), 2, False),
        (30, 0, 0, 0, False),
        (810, 400, Decimal(4), 1, True),
    ]


def test_a_campaign_that_wakes_up_later_has_steps_of_nothing_before(warehouse: Warehouse) -> None:
    read(warehouse, MIDNIGHT + timedelta(hours=1), {"101": (100, 0)})
    read(warehouse, MIDNIGHT + timedelta(hours=2), {"101": (100, 0), "102": (50, 1)})
    assert [step[:2] for step in steps(warehouse, "102")] == [(60, 0), (60, 50)]


def test_a_day_first_read_after_its_end_has_no_steps(warehouse: Warehouse) -> None:
    read(warehouse, MIDNIGHT + timedelta(hours=30), {"101": (100, 0)})
    assert steps(warehouse, "101") == []


def test_a_day_reads_as_it_was_known_and_unchanged_differs_from_not_read(warehouse: Warehouse) -> None:
    first, second, third, fourth = (MIDNIGHT + timedelta(hours=n) for n in (1, 2, 3, 4))
    read(warehouse, first, {"101": (100, 1), "102": (10, 0)})
    read(warehouse, second, {"101": (100, 1), "102": (20, 2)})
    read(warehouse, third, {"101": (150, 1)}, is_whole=True)
    day = f"{KNOWN} where account_id = '1' and day = '{TODAY}' order by campaign_id"
    assert warehouse.rows(day, at=first - timedelta(seconds=1)) == []
    assert warehouse.rows(day, at=first) == [("101", 100, 1, first, first), ("102", 10, 0, first, first)]
    assert warehouse.rows(day, at=second) == [("101", 100, 1, first, second), ("102", 20, 2, second, second)]
    assert warehouse.rows(day, at=fourth) == [("101", 150, 1, third, third)]
    failed = PostgresRawStore(warehouse.engine)
    failed.record_failure("1", Grain("campaign"), DayRange(TODAY, TODAY), "expired", run_id="f", read_at=fourth)
    assert warehouse.rows(day, at=fourth) == [("101", 150, 1, third, third)]
    runs = "select read_at, is_ok, is_unchanged, error from marts.reading_runs where level = 'campaign' and day = :d"
    assert warehouse.rows(f"{runs} order by read_at", d=TODAY)[-2:] == [
        (third, True, False, None),
        (fourth, False, False, "expired"),
    ]


def test_the_last_version_is_the_day_as_it_is(warehouse: Warehouse) -> None:
    read(warehouse, MIDNIGHT, {"101": (100, 1), "102": (10, 0)})
    read(warehouse, MIDNIGHT + timedelta(hours=1), {"101": (120, 2)}, is_whole=True)
    warehouse.model("campaign")
    shared = "account_id, campaign_id, day, currency, impressions, spend, conversions, cpa, collected_at, link_ctr"
    now = warehouse.rows(f"select {shared} from marts.campaign_daily where day = :d", d=TODAY)
    known = warehouse.rows(
        f"select {shared} from marts.campaign_daily_as_known('2027-01-01T00:00Z') where day = :d", d=TODAY
    )
    assert known == now
    assert len(now) == 1


def test_the_function_is_made_once_and_made_anew_with_its_view(warehouse: Warehouse) -> None:
    made = "select oid, xmin from pg_proc where proname = 'campaign_daily_as_known'"
    before = warehouse.rows(made)
    warehouse.built(["campaign_daily_versions"])
    assert warehouse.rows(made) == before != []
    warehouse.run("drop function marts.campaign_daily_as_known; drop view marts.campaign_daily_versions")
    warehouse.built(["campaign_daily_versions"])
    assert len(warehouse.rows(made)) == 1


def test_a_day_matures(warehouse: Warehouse) -> None:
    day = TODAY - timedelta(days=40)
    begun = MIDNIGHT - timedelta(days=40)
    for age, bought in ((0, 2), (1, 4), (3, 6), (27, 8)):
        read(warehouse, begun + timedelta(days=age, hours=12), {"1": (1000, bought)}, day=day, level="account")
    curve = "select age_days, days, conversion_share, spend_share from marts.maturity_curve where account_id = '1'"
    assert warehouse.rows(f"{curve} and days > 0 order by age_days") == [
        (0, 1, Decimal("0.25"), 1),
        (1, 1, Decimal("0.5"), 1),
        (3, 1, Decimal("0.75"), 1),
        (28, 1, 1, 1),
    ]


def test_a_budget_is_paced_by_what_was_read_today(warehouse: Warehouse) -> None:
    warehouse.run(
        "update raw.campaigns set effective_status = 'ACTIVE', daily_budget_minor = 2000 where campaign_id = '1-1'"
    )
    read(warehouse, MIDNIGHT + timedelta(hours=6), {"101": (100, 1)})
    warehouse.insight("campaign", "1-1", TODAY, currency="BRL", impressions=600, spend="6")
    warehouse.changed("1", TODAY)
    warehouse.model("campaign")
    pacing = "select day_share, spent_today, planned_today, projected_today, planned_month from marts.budget_pacing"
    assert warehouse.rows(f"{pacing} where campaign_id = '1-1'") == [(Decimal("0.25"), 6, 20, 24, 600)]


def test_the_clock_of_a_session_moves_the_views_that_look_at_it(warehouse: Warehouse) -> None:
    with warehouse.engine.connect() as connection:
        connection.execute(sa.text("select set_config('fbads.now', '2026-12-31T12:00:00Z', false)"))
        assert connection.execute(sa.text("select distinct local_day from marts.budget_pacing")).scalars().all() == [
            date(2026, 12, 31)
        ]


def test_every_table_that_was_read_has_statistics_before_it_is_joined(warehouse: Warehouse) -> None:
    """Without, the first build of a new home compared every pair of readings, for minutes."""
    ordinary = "from pg_class where relnamespace = cast('raw' as regnamespace) and relkind = 'r'"
    assert warehouse.rows(f"select count(*) > 10 {ordinary}") == [(True,)]
    assert warehouse.rows(f"select relname {ordinary} and reltuples < 0") == []


def test_each_reading_of_a_day_is_looked_up_once_however_few_are_expected(warehouse: Warehouse) -> None:
    """Readings were joined as a whole for every interval: the square of them, and hours for a large account."""
    campaigns = {str(n): (10, 0) for n in range(100, 120)}
    for hour in range(1, 19):
        read(warehouse, MIDNIGHT + timedelta(hours=hour), dict.fromkeys(campaigns, (10 * hour, 0)))
    with warehouse.engine.connect() as connection:
        (plan,) = connection.execute(
            sa.text("explain (analyze, timing off, format json) select * from marts.campaign_intraday")
        ).scalars()
    stored = int(warehouse.rows("select count(*) from raw.insight_readings where level = 'campaign'")[0][0])
    assert stored >= 360
    assert stored <= _rows_read(plan[0]["Plan"]) < 5 * stored


def _rows_read(node: Mapping[str, Any]) -> float:
    """Rows of readings that a plan went through, those that it left out included."""
    own = 0.0
    if node.get("Relation Name") == "insight_readings":
        left_out = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        own = node["Actual Loops"] * (node["Actual Rows"] + left_out)
    return own + sum(_rows_read(part) for part in node.get("Plans", []))
