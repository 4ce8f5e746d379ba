"""The formulas: dbt's unit tests, and the numbers of one small warehouse from end to end."""

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from fbads_pipeline_tests.support.model_warehouse import DAY, NAME, Warehouse


def test_every_unit_test_of_the_project_passes(warehouse: Warehouse) -> None:
    outcome = warehouse.dbt.run(["test", "--select", "test_type:unit"])
    ran = [node for node in outcome.nodes if node.unique_id.startswith("unit_test.")]
    assert outcome.succeeded, outcome.error
    assert len(ran) >= 14
    assert {node.status for node in ran} == {"pass"}


def test_a_row_of_raw_becomes_the_row_of_the_mart(warehouse: Warehouse) -> None:
    expected = {
        "currency": "BRL",
        "impressions": 1000,
        "reach": 700,
        "frequency": Decimal("1.43"),
        "clicks": 25,
        "link_clicks": 20,
        "spend": Decimal("10.5"),
        "purchases": 3,
        "purchase_value": Decimal("30.25"),
        "leads": 1,
        "conversions": 3,
        "conversion_value": Decimal("30.25"),
        "ctr": Decimal("0.025"),
        "cpc": Decimal("0.42"),
        "cpm": Decimal("10.5"),
        "cpa": Decimal("3.5"),
        "roas": Decimal("2.8809523809523810"),
        "final_on": DAY + timedelta(days=28),
    }
    row = warehouse.rows(
        f"select {', '.join(expected)} from marts.ad_daily where ad_id = '1-1-1-1' and day = :d", d=DAY
    )[0]
    assert dict(zip(expected, row, strict=True)) == expected


def test_each_level_comes_from_its_own_rows(warehouse: Warehouse) -> None:
    warehouse.insight("account", "1", DAY, impressions=1, spend="1")
    warehouse.changed("1", DAY)
    warehouse.model("account", "campaign")
    spend = warehouse.rows(
        "select (select spend from marts.account_daily where account_id = '1' and day = :d),"
        " (select sum(spend) from marts.campaign_daily where account_id = '1' and day = :d)",
        d=DAY,
    )
    assert spend == [(Decimal(1), Decimal(21))]


def test_purchases_without_delivery_and_values_without_a_count_survive(warehouse: Warehouse) -> None:
    # The account's own row of the day tells of delivery: beside it rows without any would be rows that leave it out.
    warehouse.run("delete from raw.insights where account_id = '1' and level = 'account' and day = :d", d=DAY)
    warehouse.insight("ad", "1-1-1-1", DAY, actions={"purchase": "2"}, action_values={"purchase": "80.10"})
    warehouse.insight("ad", "1-1-1-2", DAY, action_values={"omni_purchase": "15"})
    warehouse.changed("1", DAY)
    warehouse.model("ad")
    assert warehouse.rows(
        "select impressions, spend, purchases, purchase_value, cpa, roas, reach from marts.ad_daily"
        " where day = :d and account_id = '1' order by ad_id",
        d=DAY,
    ) == [
        (0, 0, 2, Decimal("80.10"), 0, None, None),
        (0, 0, 0, 15, None, None, None),
    ]


def test_breakdown_rows_stay_out_of_the_daily_marts_and_plain_rows_out_of_theirs(warehouse: Warehouse) -> None:
    warehouse.insight("campaign", "1-7", DAY, breakdown="country", breakdown_value="BR", impressions=9)
    warehouse.insight("campaign", "1-8", DAY, impressions=9)
    warehouse.changed("1", DAY)
    warehouse.model("campaign", "campaign_breakdown")
    stray = "select count(*) from marts.{} where campaign_id = :id"
    assert warehouse.value(stray.format("campaign_daily"), id="1-7") == 0
    assert warehouse.value(stray.format("campaign_breakdown_daily"), id="1-8") == 0
    assert warehouse.value(stray.format("campaign_breakdown_daily"), id="1-7") == 1


def test_names_pass_unchanged_and_budgets_come_in_major_units(warehouse: Warehouse) -> None:
    assert warehouse.rows("select name, currency, daily_budget, is_known from marts.campaigns order by account_id") == [
        (NAME, "BRL", Decimal("123.45"), True),
        (NAME, "JPY", Decimal(12345), True),
    ]


def test_a_stub_stays_and_says_that_it_is_one(warehouse: Warehouse) -> None:
    warehouse.add("ads", ad_id="404", account_id="1", collected_at="2026-10-05T12:00:00Z")
    assert warehouse.rows("select name, status, campaign_id, is_known from marts.ads where ad_id = '404'") == [
        (None, None, None, False)
    ]


@pytest.mark.parametrize(("now", "provisional"), [("2026-10-28T12:00:00Z", True), ("2026-10-29T12:00:00Z", False)])
def test_the_clock_of_a_session_decides_what_is_provisional(warehouse: Warehouse, now: str, provisional: bool) -> None:
    with warehouse.engine.connect() as connection:
        connection.execute(sa.text("select set_config('fbads.now', :now, false)"), {"now": now})
        question = sa.text("select bool_or(is_provisional) from marts.ad_daily where day = :d")
        assert connection.execute(question, {"d": DAY}).scalar() is provisional
