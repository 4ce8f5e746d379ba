"""What Meta left out of a row is null in the marts, not 0: in the daily marts, in readings and in what follows."""

import json
from decimal import Decimal
from typing import Any

import pytest

from fbads_pipeline_tests.support.model_warehouse import DAY, Warehouse

BOTH = {"7d_click": "48", "1d_view": "32"}
MARTS = ("account_daily", "campaign_daily", "adset_daily", "ad_daily")


def listed(warehouse: Warehouse, level: str, object_id: str, actions: Any, values: Any = ()) -> None:
    """One raw row with Meta's own arrays."""
    warehouse.insight(level, object_id, DAY, impressions=5000, clicks=120, inline_link_clicks=90, spend="300")
    warehouse.run(
        "update raw.insights set actions = cast(:a as jsonb), action_values = cast(:v as jsonb)"
        " where account_id = '1' and level = :l and day = :d and object_id = :o and breakdown = ''",
        a=json.dumps(list(actions)),
        v=json.dumps(list(values)),
        l=level,
        d=DAY,
        o=object_id,
    )


def purchases(count: str | None = None, **windows: str) -> list[dict[str, str]]:
    return [{"action_type": "omni_purchase", **({"value": count} if count else {}), **windows}]


@pytest.fixture
def mixed(warehouse: Warehouse) -> Warehouse:
    """Two ads with 80 purchases; nothing of them above the ad set."""
    listed(warehouse, "ad", "1-1-1-1", purchases("48"), purchases("7200"))
    listed(warehouse, "ad", "1-1-1-2", purchases("32"), purchases("4000"))
    listed(warehouse, "adset", "1-1-1", purchases("80"), purchases("11200"))
    for level, object_id in (("campaign", "1-1"), ("account", "1")):
        listed(warehouse, level, object_id, [], [])
    warehouse.changed("1", DAY)
    return warehouse


def of_day(warehouse: Warehouse, mart: str, *columns: str) -> list[tuple[Any, ...]]:
    return warehouse.rows(
        f"select {', '.join(columns)} from marts.{mart} where account_id = '1' and day = :d order by 1", d=DAY
    )


def test_what_the_ads_have_is_not_reported_above_and_no_ratio_is_made_of_it(mixed: Warehouse) -> None:
    mixed.built()
    figures = ("purchases", "purchase_value", "conversions", "cpa", "roas", "leads", "spend")
    for mart in ("campaign_daily", "account_daily"):
        assert of_day(mixed, mart, *figures) == [(None, None, None, None, None, 0, 300)]
    assert of_day(mixed, "adset_daily", *figures[:2]) == [(80, 11200)]
    assert of_day(mixed, "ad_daily", "sum(purchases)") == [(80,)]
    actions = "select level, actions, action_value from marts.actions_daily"
    assert mixed.rows(
        f"{actions} where account_id = '1' and day = :d and action_type = 'omni_purchase' order by 1, 2", d=DAY
    ) == [("account", None, None), ("ad", 32, 4000), ("ad", 48, 7200), ("adset", 80, 11200), ("campaign", None, None)]


def test_a_day_that_is_reported_again_loses_nothing(mixed: Warehouse) -> None:
    mixed.built()
    for level, object_id in (("campaign", "1-1"), ("account", "1")):
        listed(mixed, level, object_id, purchases(None, **BOTH), purchases("11200"))
    mixed.changed("1", DAY)
    mixed.built()
    assert of_day(mixed, "campaign_daily", "purchases", "purchase_value", "cpa") == [(80, 11200, Decimal("3.75"))]


def test_readings_of_a_day_say_no_more_than_the_day(mixed: Warehouse) -> None:
    for minutes in (0, 30):
        at = f"2026-10-01T15:{minutes:02}Z"
        mixed.run(
            "insert into raw.reading_runs (account_id, level, day, read_at, run_id, ok)"
            " values ('1', 'campaign', :d, :at, 'r', true)",
            d=DAY,
            at=at,
        )
        mixed.add(
            "insight_readings", account_id="1", level="campaign", day=DAY, object_id="1-1", campaign_id="1-1",
            read_at=at, impressions=10 + minutes, clicks=1, spend="1",
            actions='[{"action_type": "lead", "value": "1"}]',
        )  # fmt: skip
    mixed.built()
    versions = "select purchases, leads, cpa, clicks from marts.campaign_daily_versions order by known_from"
    assert mixed.rows(versions) == [(None, 1, None, 1), (None, 1, None, 1)]
    with mixed.engine.connect() as connection:
        connection.exec_driver_sql("set fbads.now = '2026-10-01T16:00Z'")
        steps = connection.exec_driver_sql(
            "select purchases, conversions, leads, clicks, impressions from marts.campaign_intraday order by until_at"
        ).all()
    assert [tuple(step) for step in steps] == [(None, None, 1, 1, 10), (None, None, 0, 0, 30)]


@pytest.mark.parametrize("mart", MARTS)
def test_a_complete_answer_leaves_nothing_out(warehouse: Warehouse, mart: str) -> None:
    assert warehouse.value(f"select count(*) from marts.{mart}") > 0
    assert warehouse.value(f"select count(*) from intermediate.int_{mart} where lacks_figures") == 0
    assert warehouse.value(f"select count(*) from marts.{mart} where purchases is null or clicks is null") == 0
