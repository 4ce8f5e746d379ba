"""What campaigns are assessed by: targets that were set, a ROAS as the CPA that it allows, else the settings."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest

from fbads_pipeline.adapters.postgres.clients.campaign_targets import StoredCampaignTargets
from fbads_pipeline.adapters.postgres.clients.targets import PostgresTargets
from fbads_pipeline.adapters.postgres.metrics.marts import PostgresMarts
from fbads_pipeline.domain.clients.conversion_worth import ConversionWorth
from fbads_pipeline.domain.clients.targets import Target, ValuePerConversion, cpa_for_roas
from fbads_pipeline.domain.recommendations.breaches import breaches
from fbads_pipeline.domain.recommendations.targets import CpaTarget
from fbads_pipeline_tests.support.fakes import NOW, PlainLimits, an_account
from fbads_pipeline_tests.support.sample_marts import EXPRESSIONS, SampleMarts

DAY = date(2026, 11, 22)
SET_AT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def world(migrated_engine):
    marts = SampleMarts(migrated_engine)
    marts.account("1")
    marts.execute(
        "insert into raw.accounts (account_id, currency, timezone_name, collected_at)"
        " values ('1', 'BRL', 'America/Sao_Paulo', now())"
    )
    for campaign, name in (("7", "[VENDAS] Natal"), ("8", "[LEADS] Feira"), ("9", "Marca")):
        marts.execute(
            "insert into raw.campaigns (campaign_id, account_id, name, collected_at) values (:c, '1', :n, now());"
            " insert into marts.campaigns values ('1', :c, :n, 'ACTIVE', 'BRL', 'OUTCOME_SALES')",
            c=campaign,
            n=name,
        )
    marts.execute(
        "insert into marts.campaign_daily (account_id, campaign_id, day, currency, impressions, clicks, spend,"
        " conversions, purchase_value) select '1', c, day::date, 'BRL', 5000, 100, 120, 3, 3 * v"
        " from (values ('7', 200), ('8', 80), ('9', 0)) as of (c, v),"
        " generate_series(date '2026-11-01', date '2026-11-22', '1 day') day"
    )
    return marts


def set_targets(world, *targets):
    made = [Target(**{"account_id": "1", "currency": "BRL", "valid_from": date(2026, 11, 1), **one}) for one in targets]
    PostgresTargets(world.engine).set(made, actor="test", now=SET_AT)


def target_of(world, campaign, day=DAY):
    return StoredCampaignTargets(world.engine, PlainLimits()).target_of(an_account("1"), campaign, day)


def test_the_settings_limit_holds_where_nothing_is_set(world):
    assert target_of(world, "7") == CpaTarget(PlainLimits().cpa_limit)


def test_the_narrowest_target_of_the_day_counts(world):
    set_targets(world, {"cpa": D(30)}, {"name_pattern": "[leads]*", "cpa": D(12)}, {"campaign_id": "9", "cpa": D(90)})
    assert [target_of(world, one).cpa for one in ("7", "8", "9")] == [30, 12, 90]
    assert target_of(world, "8", date(2026, 10, 31)).cpa == PlainLimits().cpa_limit


def test_a_roas_is_assessed_as_the_cpa_that_it_allows(world):
    set_targets(world, {"roas": D(4)})
    found = target_of(world, "7")
    account = D(66 * 280) / D(198)
    expected = (D(66 * 200) + 5 * account) / 71 / 4
    assert (found.roas, round(found.cpa, 4)) == (D(4), round(expected, 4))
    assert target_of(world, "9").cpa < target_of(world, "8").cpa < target_of(world, "7").cpa


def test_without_any_value_a_roas_cannot_be_assessed_and_the_settings_limit_holds(world):
    set_targets(world, {"roas": D(4)})
    world.execute("update marts.campaign_daily set purchase_value = null")
    assert target_of(world, "7") == CpaTarget(PlainLimits().cpa_limit, D(4))


def test_each_client_is_held_against_its_own_target(world):
    """The same figures: CPA 40 breaches a target of 30 and not one of 60."""
    world.publish()
    windows = PostgresMarts(world.engine, lambda: EXPRESSIONS).campaign_windows(days=7, now=NOW)
    assert {round(one.cpa) for one in windows} == {40}

    def past(*targets):
        set_targets(world, *targets)
        found = breaches(windows, PlainLimits(), StoredCampaignTargets(world.engine, PlainLimits()))
        return {(one.window.campaign_id, int(one.limit)) for one in found if one.rule == "cpa_above"}

    assert past({"cpa": D(60)}) == set()
    assert past({"cpa": D(60)}, {"campaign_id": "8", "cpa": D(30)}) == {("8", 30)}


def test_what_a_conversion_brings_leans_on_the_account_where_there_are_few(world):
    value = ValuePerConversion({"7": (D(100), D(20000)), "8": (D(1), D(9000))})
    assert round(value.of("new"), 6) == round(D(29000) / 101, 6)
    assert 200 < value.of("7") < 210 and value.of("8") < 2000
    assert ValuePerConversion({"7": (D(0), D(0))}).of("7") is None
    assert cpa_for_roas(D(4), D(200)) == 50


def test_the_days_of_the_value_end_with_the_day_that_is_assessed(world):
    set_targets(world, {"roas": D(4)})
    before = target_of(world, "7", DAY - timedelta(days=10))
    world.execute("update marts.campaign_daily set purchase_value = 9000 where day = '2026-11-22'")
    assert target_of(world, "7", DAY - timedelta(days=10)) == before


def test_what_a_conversion_is_worth_follows_from_a_target_that_was_set_and_never_from_the_default(world):
    def worth(campaign, day=DAY):
        return StoredCampaignTargets(world.engine, PlainLimits()).worth_of(an_account("1"), campaign, day)

    assert worth("7") is None
    set_targets(world, {"cpa": D(30)}, {"name_pattern": "[leads]*", "roas": D(4)})
    assert worth("7") == ConversionWorth(D(30)) and worth("7", date(2026, 10, 31)) is None
    of_leads = worth("8")
    assert of_leads.roas == 4 and round(of_leads.amount / 4, 4) == round(target_of(world, "8").cpa, 4)
    world.execute("update marts.campaign_daily set purchase_value = null")
    assert worth("8") == ConversionWorth(None, D(4))
