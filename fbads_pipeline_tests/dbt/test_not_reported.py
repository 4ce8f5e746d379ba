"""What Meta left out of a row is null in the marts, not 0: in the daily marts, in readings and in what follows."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.dbt import runner
from fbads_pipeline.adapters.dbt.invocation import DbtOutcome, run_dbt
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


@pytest.fixture
def partly(warehouse: Warehouse) -> Warehouse:
    """An ad set with 80 purchases: 48 on its first ad, none listed on its second, whose 32 are left out."""
    listed(warehouse, "ad", "1-1-1-1", purchases("48"), purchases("7200"))
    listed(warehouse, "ad", "1-1-1-2", [], [])
    for level, object_id in (("adset", "1-1-1"), ("campaign", "1-1"), ("account", "1")):
        listed(warehouse, level, object_id, purchases("80"), purchases("11200"))
        warehouse.run(
            "update raw.insights set impressions = 10000, spend = 600, clicks = 240, inline_link_clicks = 180"
            " where account_id = '1' and level = :l and day = :d and breakdown = ''",
            l=level,
            d=DAY,
        )
    warehouse.changed("1", DAY)
    return warehouse


def without(warehouse: Warehouse, level: str, object_id: str) -> None:
    warehouse.run(
        "update raw.insights set actions = '[]', action_values = '[]'"
        " where account_id = '1' and level = :l and day = :d and object_id = :o",
        l=level,
        d=DAY,
        o=object_id,
    )


AD_PURCHASES = ("ad_id", "purchases", "purchase_value", "leads", "clicks")


@pytest.mark.parametrize("untold", [[], ["adset"], ["adset", "campaign"]])
def test_an_ad_that_could_have_what_the_others_fall_short_of_is_not_zero(partly: Warehouse, untold: list[str]) -> None:
    for level in untold:  # the nearest object above that tells the figure decides
        without(partly, level, {"adset": "1-1-1", "campaign": "1-1"}[level])
    partly.built()
    assert of_day(partly, "ad_daily", *AD_PURCHASES) == [
        ("1-1-1-1", 48, 7200, 0, 120),
        ("1-1-1-2", None, None, 0, 120),
    ]


def test_an_ad_set_without_events_is_zero_where_another_is_known_to_lack_them(partly: Warehouse) -> None:
    without(partly, "adset", "1-1-1")
    listed(partly, "adset", "1-1-2", [], [])
    listed(partly, "ad", "1-1-1-2", purchases("32"), purchases("4000"))
    partly.run("update raw.insights set impressions = 5000 where level = 'adset' and day = :d", d=DAY)
    partly.built()
    sets = of_day(partly, "adset_daily", "adset_id", "purchases", "purchase_value")
    assert sets == [("1-1-1", None, None), ("1-1-2", 0, 0)]


def test_an_ad_without_events_is_zero_where_the_others_have_them_all(partly: Warehouse) -> None:
    for level in ("adset", "campaign", "account"):
        object_id = {"adset": "1-1-1", "campaign": "1-1", "account": "1"}[level]
        partly.run(
            "update raw.insights set actions = cast(:a as jsonb), action_values = cast(:v as jsonb)"
            " where account_id = '1' and level = :l and day = :d and object_id = :o and breakdown = ''",
            a=json.dumps(purchases("48")),
            v=json.dumps(purchases("7200.01")),
            l=level,
            d=DAY,
            o=object_id,
        )
    partly.built()
    assert of_day(partly, "ad_daily", *AD_PURCHASES)[1] == ("1-1-1-2", 0, 0, 0, 120)


def test_rows_that_were_read_at_another_moment_or_are_not_all_there_make_no_zero_unknown(partly: Warehouse) -> None:
    partly.run(
        "update raw.insights set impressions = impressions + 1 where level in ('adset', 'campaign', 'account')"
        " and account_id = '1' and day = :d and breakdown = ''",
        d=DAY,
    )
    partly.built()
    assert of_day(partly, "ad_daily", *AD_PURCHASES)[1] == ("1-1-1-2", 0, 0, 0, 120)


HOURLY = "hourly_stats_aggregated_by_advertiser_time_zone"
BROKEN_DOWN = (
    "select breakdown_value, impressions, purchases, conversions, leads, landing_page_views, messaging_conversations"
    " from marts.campaign_breakdown_daily where account_id = '1' and day = :d and breakdown = :b order by 1"
)


def part(warehouse: Warehouse, breakdown: str, value: str, impressions: int, actions: Mapping[str, str]) -> None:
    warehouse.insight(
        "campaign", "1-1", DAY, breakdown=breakdown, breakdown_value=value,
        impressions=impressions, clicks=60, inline_link_clicks=45, spend="150", actions=actions,
    )  # fmt: skip


def test_parts_of_a_breakdown_are_held_against_their_campaign(warehouse: Warehouse) -> None:
    listed(warehouse, "campaign", "1-1", [*purchases("10"), {"action_type": "lead", "value": "3"}])
    for breakdown, in_all in (("country", 5000), ("publisher_platform", 4999)):
        part(warehouse, breakdown, "a", in_all - 2000, {"omni_purchase": "4", "lead": "3"})
        part(warehouse, breakdown, "b", 2000, {})
    warehouse.changed("1", DAY)
    warehouse.built()
    assert warehouse.rows(BROKEN_DOWN, d=DAY, b="country") == [
        ("a", 3000, 4, 4, 3, 0, 0),
        ("b", 2000, None, None, 0, 0, 0),
    ]
    read_at_another_moment = warehouse.rows(BROKEN_DOWN, d=DAY, b="publisher_platform")
    assert read_at_another_moment[1] == ("b", 2000, 0, 0, 0, 0, 0)


@pytest.mark.parametrize("breakdown", [HOURLY, "country,region"])
def test_events_away_from_meta_are_not_reported_by_the_hour_or_region(warehouse: Warehouse, breakdown: str) -> None:
    started = {"onsite_conversion.messaging_conversation_started_7d": "2"}
    part(warehouse, breakdown, "a", 3000, started)
    part(warehouse, breakdown, "b", 1900, {"omni_purchase": "1", "lead": "5"})
    warehouse.changed("1", DAY)
    warehouse.built()
    assert warehouse.rows(BROKEN_DOWN, d=DAY, b=breakdown) == [
        ("a", 3000, None, None, None, None, 2),
        ("b", 1900, 1, 1, 5, None, 0),
    ]


@pytest.fixture
def compiled(mixed: Warehouse, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Model → the SQL that dbt runs, of the models in which figures that were left out are found."""
    texts: dict[str, str] = {}

    def keeping(*args: Any, **options: Any) -> DbtOutcome:
        outcome = run_dbt(*args, **options)
        texts.update((path.stem, path.read_text()) for path in (options["target"] / "compiled").rglob("int_*.sql"))
        return outcome

    monkeypatch.setattr(runner, "run_dbt", keeping)
    assert mixed.dbt.run(["compile", "--select", "int_campaign_daily", "int_ad_daily"]).succeeded
    return texts


def test_without_the_comparison_of_levels_figures_left_out_would_be_zero(
    mixed: Warehouse, compiled: dict[str, str]
) -> None:
    """The controls of dbt's protections: each switched off in the SQL that dbt runs, the zero is there."""
    # The ad set tells more than the other ad has, of the same impressions.
    listed(mixed, "ad", "1-1-1-2", [], [])
    mixed.run("update raw.insights set impressions = 10000 where object_id = '1-1-1' and day = :d", d=DAY)

    def purchases_of(model: str, where: str, off: str = "") -> list[Decimal | None]:
        sql = compiled[model]
        if off:
            assert f"= {off}.account_id" in sql
            sql = sql.replace(f"= {off}.account_id", f"= {off}.account_id and false")
        with mixed.engine.connect() as connection:
            days = f"create temporary table dirty_{model} as select '1'::text as account_id, date '{DAY}' as day"
            connection.execute(sa.text(days))
            rows = connection.exec_driver_sql(f"select purchase_count from ({sql}) as facts where {where}")
            return list(rows.scalars())

    assert purchases_of("int_campaign_daily", "campaign_id = '1-1'") == [None]
    assert purchases_of("int_campaign_daily", "campaign_id = '1-1'", off="below") == [0]
    assert purchases_of("int_ad_daily", "ad_id = '1-1-1-2'") == [None]
    assert purchases_of("int_ad_daily", "ad_id = '1-1-1-2'", off="partly") == [0]
