"""What Meta should not say and sometimes does: each has a defined result, and nothing vanishes silently."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.domain.collection.levels import Grain
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline_tests.support.meta_json import insight_pages
from fbads_pipeline_tests.support.model_warehouse import DAY, MARTS, Warehouse, days, numbers, statuses

LONG = "'; drop table \N{PILE OF POO} \"" + "é" * 380


def test_a_name_of_400_characters_with_quotes_and_emoji_passes_unchanged(warehouse: Warehouse) -> None:
    warehouse.run(
        "update raw.campaigns set name = :n, collected_at = '2026-10-06T12:00Z' where campaign_id = '1-1'", n=LONG
    )
    warehouse.built()
    for mart in ("campaigns", "campaign_history", "budget_pacing"):
        assert LONG in [name for (name,) in warehouse.rows(f"select name from marts.{mart}")], mart


def _tell_above(warehouse: Warehouse, actions: dict[str, str], values: dict[str, str]) -> None:
    """Let the levels above tell what the two ads have together: more would be not reported, not 0."""
    for level, object_id in (("account", "1"), ("campaign", "1-1"), ("adset", "1-1-1")):
        warehouse.insight(level, object_id, DAY, **{**numbers(2), "actions": actions, "action_values": values})


def test_an_unknown_action_type_counts_for_no_family_and_stays_queryable(warehouse: Warehouse) -> None:
    warehouse.insight(
        "ad", "1-1-1-1", DAY, **{**numbers(1), "actions": {"a brand-new 'event'": "7"}, "action_values": {}}
    )
    _tell_above(warehouse, {**numbers(1)["actions"], "a brand-new 'event'": "7"}, numbers(1)["action_values"])
    warehouse.changed("1", DAY)
    warehouse.model("ad")
    new = "select actions, action_value from marts.actions_daily where level = 'ad' and action_type = :new"
    assert warehouse.rows(new, new="a brand-new 'event'") == [(7, 0)]
    counted = "select purchases + leads + conversions from marts.ad_daily where ad_id = '1-1-1-1' and day = :d"
    assert warehouse.value(counted, d=DAY) == 0


def test_an_action_type_that_comes_twice_in_a_row_counts_once(warehouse: Warehouse) -> None:
    warehouse.insight("ad", "1-1-1-1", DAY, **numbers(1))
    warehouse.run(
        'update raw.insights set actions = \'[{"action_type": "purchase", "value": "4"},'
        ' {"action_type": "purchase", "value": "4"}]\' where object_id = \'1-1-1-1\' and day = :d',
        d=DAY,
    )
    _tell_above(warehouse, {**numbers(1)["actions"], "purchase": "6"}, numbers(2)["action_values"])
    warehouse.changed("1", DAY)
    warehouse.model("ad")
    assert warehouse.value("select purchases from marts.ad_daily where ad_id = '1-1-1-1' and day = :d", d=DAY) == 4


def test_a_negative_correction_is_kept_and_said(warehouse: Warehouse) -> None:
    correction = {
        "impressions": 0,
        "spend": "-3.21",
        "actions": {"purchase": "1"},
        "action_values": {"purchase": "-50"},
    }
    warehouse.insight("ad", "1-1-1-1", DAY, **correction)
    warehouse.changed("1", DAY)
    outcome = warehouse.build()
    assert statuses(outcome, ["ad_daily_spend_is_never_negative"]) == {"ad_daily_spend_is_never_negative": "warn"}
    row = "select spend, purchases, purchase_value, roas from marts.ad_daily where ad_id = '1-1-1-1' and day = :d"
    assert warehouse.rows(row, d=DAY) == [(Decimal("-3.21"), 1, -50, Decimal("15.5763239875389408"))]


def test_a_value_that_could_not_be_read_and_was_never_known_is_null_and_not_zero(warehouse: Warehouse) -> None:
    ids = {"campaign_id": "101", "date_start": str(DAY), "date_stop": str(DAY), "impressions": "10", "clicks": "2"}
    purchases = {"action_type": "purchase", "value": "2"}
    wrong = [
        {**ids, "spend": "1,50", "actions": [purchases]},
        {**ids, "campaign_id": "102", "spend": "2.00", "actions": "all"},
        {**ids, "campaign_id": "103", "spend": "3.00", "actions": [{**purchases, "value": "x"}]},
        {**ids, "campaign_id": "104", "spend": "4.00", "inline_link_clicks": "?"},
    ]
    store, grain, one_day = PostgresRawStore(warehouse.engine), Grain("campaign"), DayRange(DAY, DAY)
    pages = insight_pages("1", grain, one_day, [wrong])
    store.apply_insights("1", grain, one_day, pages, run_id="r", read_at=datetime.now(UTC))
    warehouse.model("campaign")
    figures = (
        "select spend, purchases, leads, clicks, link_clicks, cpa from marts.campaign_daily"
        " where day = :d and campaign_id like '10_' order by campaign_id"
    )
    assert warehouse.rows(figures, d=DAY) == [
        (None, 2, 0, 2, 0, None),
        (2, None, None, 2, 0, None),
        (3, None, 0, 2, 0, None),
        (4, 0, 0, 2, None, None),
    ]


def test_a_missing_day_is_missing_and_not_zero(warehouse: Warehouse) -> None:
    warehouse.run("delete from raw.insights where day = :d and account_id = '1'", d=days(2)[1])
    warehouse.changed("1", days(2)[1])
    warehouse.model("account", "campaign")
    assert warehouse.rows("select day from marts.campaign_daily where account_id = '1' order by 1") == [
        (day,) for day in days(4) if day != days(2)[1]
    ]
    reconciled = (
        "select count(*) from marts.account_reconciliation where account_id = '1' and day = :d and is_reconciled"
    )
    assert warehouse.value(reconciled, d=days(2)[1]) == 0


def test_a_campaign_that_moves_to_an_account_of_another_currency_is_not_mixed(warehouse: Warehouse) -> None:
    late = days(6)[5]
    warehouse.run("update raw.insights set currency = case account_id when '1' then 'BRL' else 'JPY' end")
    warehouse.insight("campaign", "1-1", late, "2", currency="JPY", **numbers(1))
    warehouse.changed("1", *days(4))
    warehouse.changed("2", *days(4), late)
    warehouse.model("campaign")
    by_currency = (
        "select account_id, currency, count(*), sum(spend) from marts.campaign_daily where campaign_id = '1-1'"
        " group by 1, 2 order by 1"
    )
    assert warehouse.rows(by_currency) == [("1", "BRL", 4, Decimal(210)), ("2", "JPY", 1, Decimal("10.5"))]


@pytest.mark.parametrize("level", ["adset", "ad"])
def test_an_object_without_a_parent_appears_as_such(warehouse: Warehouse, level: str) -> None:
    orphan = {"adset": "9-9-9", "ad": "9-9-9-9"}[level]
    warehouse.insight(level, orphan, DAY, **numbers(1))
    warehouse.run(f"update raw.insights set campaign_id = null where object_id = '{orphan}'")
    warehouse.changed("1", DAY)
    outcome = warehouse.build()
    assert outcome.succeeded
    assert statuses(outcome, [f"{level}_daily_objects_are_known"]) == {f"{level}_daily_objects_are_known": "warn"}
    assert warehouse.rows(f"select campaign_id, spend from marts.{level}_daily where {level}_id = :o", o=orphan) == [
        (None, Decimal("10.5"))
    ]


def test_a_breakdown_value_that_meta_leaves_out_is_unknown_and_its_figures_stay(warehouse: Warehouse) -> None:
    row = {"campaign_id": "101", "date_start": str(DAY), "date_stop": str(DAY), "impressions": "10", "spend": "1.5"}
    rows = [{**row, "age": "25-34", "gender": "female"}, {**row, "gender": "male"}]
    store = PostgresRawStore(warehouse.engine)
    grain, days = Grain("campaign", "age,gender"), DayRange(DAY, DAY)
    pages = insight_pages("1", grain, days, [rows])
    store.apply_insights("1", grain, days, pages, run_id="r", read_at=datetime.now(UTC))
    warehouse.changed("1", DAY)
    warehouse.model("campaign_breakdown")
    parts = (
        "select age, gender, country, spend from marts.campaign_breakdown_daily where campaign_id = '101' order by 1"
    )
    assert warehouse.rows(parts) == [
        ("25-34", "female", None, Decimal("1.5")),
        ("unknown", "male", None, Decimal("1.5")),
    ]


@pytest.mark.parametrize("zone", ["Mars/Olympus_Mons", ""])
def test_an_account_in_a_zone_that_nobody_knows_stops_no_model(warehouse: Warehouse, zone: str) -> None:
    warehouse.run("update raw.accounts set timezone_name = :z where account_id = '2'", z=zone)
    warehouse.add(
        "account_readings", account_id="2", name="Account 2", currency="JPY", timezone_name=zone,
        account_status=1, read_at="2026-10-06T12:00:00Z",
    )  # fmt: skip
    warehouse.changed("1", DAY)
    warehouse.changed("2", DAY)
    warehouse.built()
    accounts = "select account_id, timezone_name, is_zone_known from marts.accounts order by 1"
    assert warehouse.rows(accounts) == [("1", "America/Sao_Paulo", True), ("2", "UTC", False)]
    for mart in MARTS:
        warehouse.rows(f"select * from marts.{mart}")
