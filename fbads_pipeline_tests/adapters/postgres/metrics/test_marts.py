"""Windows over the marts: complete local days of active campaigns, ratios from sums."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import yaml

from fbads_pipeline.adapters.postgres.metrics.marts import PostgresMarts
from fbads_pipeline.bootstrap.metrics import metric_expressions
from fbads_pipeline.domain.recommendations.breaches import breaches
from fbads_pipeline_tests.support.fakes import NOW, PlainLimits, an_account
from fbads_pipeline_tests.support.paths import DBT_PROJECT
from fbads_pipeline_tests.support.sample_marts import EXPRESSIONS, SampleMarts

YESTERDAY = date(2026, 11, 22)


@pytest.fixture
def world(migrated_engine):
    return SampleMarts(migrated_engine)


@pytest.fixture
def marts(world):
    return PostgresMarts(world.engine, lambda: EXPRESSIONS)


def windows(marts, now=NOW, days=7):
    return marts.campaign_windows(days=days, now=now)


@pytest.mark.parametrize("figure", ["conversions", "clicks", "impressions"])
def test_a_sum_over_a_day_that_does_not_report_the_figure_is_unknown_and_breaches_nothing(world, marts, figure):
    world.account("1")
    world.campaign("7")
    world.days("7", YESTERDAY, clicks=5, spend="100", conversions="0")
    world.publish()
    (whole,) = windows(marts)
    assert {one.rule for one in breaches([whole], PlainLimits())} == {"ctr_below", "cpa_above"}
    world.execute(f"update marts.campaign_daily set {figure} = null where day = '2026-11-20'")
    (part,) = windows(marts)
    assert getattr(part, figure) is None
    assert (part.cpa if figure == "conversions" else part.ctr) is None
    left = {one.rule for one in breaches([part], PlainLimits())}
    assert left == ({"ctr_below"} if figure == "conversions" else {"cpa_above"})


def test_before_the_first_build_the_version_is_zero(migrated_engine):
    assert PostgresMarts(migrated_engine, lambda: EXPRESSIONS).version() == 0


def test_the_version_is_that_of_the_last_publication(world, marts):
    assert marts.version() == 0
    world.publish()
    world.publish()
    assert marts.version() == 2


def test_marts_are_behind_from_a_change_until_it_is_published(world, marts, migrated_engine):
    assert not PostgresMarts(migrated_engine, lambda: EXPRESSIONS).is_behind()
    world.execute("insert into raw.changed_days (account_id, day) values ('1', date '2026-11-22')")
    assert marts.is_behind()
    world.execute(
        "insert into intermediate.publications (version, seq) values (1, (select max(seq) from raw.changed_days))"
    )
    assert not marts.is_behind()


def test_accounts_come_with_their_currency_and_zone(world, marts):
    world.account("2", zone="Asia/Tokyo", currency="JPY")
    world.account("1")
    assert marts.accounts() == [an_account("1"), an_account("2", "JPY", "Asia/Tokyo")]


def test_a_window_holds_sums_and_ratios_of_sums(world, marts):
    world.account()
    world.campaign("7")
    world.publish()
    world.days("7", YESTERDAY, count=1, impressions=1000, clicks=100, spend="0.10", conversions="1")
    world.days("7", date(2026, 11, 21), count=6, impressions=9, clicks=0, spend="0.00", conversions="0")
    (one,) = windows(marts)
    assert (one.impressions, one.clicks, one.spend, one.conversions) == (1054, 100, Decimal("0.10"), 1)
    assert one.ctr == pytest.approx(Decimal(100) / 1054)
    assert one.ctr < Decimal("0.095"), "not the average of the days' ratios (1.43 %)"
    assert (one.cpa, one.currency, one.campaign_name) == (Decimal("0.1"), "BRL", "Verão")
    assert (one.first_day, one.last_day, one.marts_version) == (date(2026, 11, 16), YESTERDAY, 1)


def test_today_and_older_days_are_left_out(world, marts):
    world.account()
    world.campaign("7")
    world.days("7", date(2026, 11, 23), count=12, impressions=1)
    assert [one.impressions for one in windows(marts)] == [7]
    assert [one.impressions for one in windows(marts, days=3)] == [3]


@pytest.mark.parametrize(
    ("zone", "last_day"),
    [("Asia/Tokyo", date(2026, 11, 23)), ("America/Sao_Paulo", YESTERDAY), ("Pacific/Honolulu", YESTERDAY)],
)
def test_the_accounts_own_zone_makes_the_day(world, marts, zone, last_day):
    world.account(zone=zone)
    world.campaign("7")
    world.days("7", date(2026, 11, 25), count=14)
    (one,) = windows(marts, datetime(2026, 11, 23, 23, tzinfo=UTC))
    assert one.last_day == last_day


def test_ratios_without_a_denominator_are_null(world, marts):
    world.account()
    world.campaign("7")
    world.days("7", YESTERDAY, impressions=0, clicks=0, conversions="0")
    (one,) = windows(marts)
    assert (one.ctr, one.cpa, one.conversions) == (None, None, 0)


def test_a_goal_that_nobody_knows_is_null(world, marts):
    world.account()
    world.campaign("7")
    world.days("7", YESTERDAY, conversions=None)
    assert windows(marts)[0].conversions is None


@pytest.mark.parametrize("status", ["PAUSED", "ARCHIVED", "DELETED", "CAMPAIGN_PAUSED"])
def test_only_active_campaigns_are_judged(world, marts, status):
    world.account()
    world.campaign("7", status=status)
    world.campaign("8")
    for campaign in ("7", "8"):
        world.days(campaign, YESTERDAY)
    assert [one.campaign_id for one in windows(marts)] == ["8"]
    assert marts.inactive(["7", "8", "9"]) == ["7", "9"]
    assert marts.inactive([]) == []


def test_a_window_of_two_currencies_is_not_judged(world, marts):
    world.account()
    world.campaign("7")
    world.days("7", YESTERDAY, count=3, currency="USD")
    world.days("7", date(2026, 11, 19), count=3)
    assert windows(marts) == []


def test_a_window_knows_what_the_campaign_aims_at_and_counts(world, marts):
    world.account()
    world.campaign("7", objective="OUTCOME_TRAFFIC")
    world.execute("update marts.campaigns set goal_family = 'lead'")
    world.days("7", YESTERDAY)
    (one,) = windows(marts)
    assert (one.objective, one.goal_family, one.pursues_the_goal) == ("OUTCOME_TRAFFIC", "lead", False)


def test_rows_come_in_the_order_of_account_and_campaign(world, marts):
    for account in ("2", "1"):
        world.account(account)
        for campaign in (f"9{account}", f"8{account}"):
            world.campaign(campaign, account)
            world.days(campaign, YESTERDAY, account)
    assert [one.campaign_id for one in windows(marts)] == ["81", "91", "82", "92"]


def test_the_ratios_are_those_of_the_house_catalogue(world):
    world.account()
    world.campaign("7")
    world.days("7", YESTERDAY, clicks=5)
    (one,) = windows(PostgresMarts(world.engine, metric_expressions))
    assert (one.ctr, one.cpa) == (Decimal("0.005"), 10)


def test_another_definition_in_the_catalogue_changes_the_ratio(world):
    """Nothing but the catalogue defines a ratio."""
    world.account()
    world.campaign("7")
    world.days("7", YESTERDAY)
    (one,) = windows(PostgresMarts(world.engine, lambda: {**EXPRESSIONS, "ctr": "sum(clicks) * 2"}))
    assert one.ctr == 700


@pytest.mark.parametrize("table", ["accounts", "campaigns", "campaign_daily"])
def test_the_stand_in_has_no_column_that_the_real_mart_lacks(world, table):
    models = DBT_PROJECT / "models" / "marts"
    real = {
        column["name"]
        for file in models.glob("*.yml")
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models") or []
        if model["name"] == table
        for column in model["columns"]
    }
    columns = f"select attname from pg_attribute where attrelid = 'marts.{table}'::regclass and attnum > 0"
    assert {name for (name,) in world.rows(columns)} <= real
