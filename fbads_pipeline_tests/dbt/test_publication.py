"""Readers watch publications: a state of the marts counts once it passed every blocking test."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.dbt.runner import Dbt
from fbads_pipeline_tests.support.model_warehouse import DAY, Warehouse, days, numbers, statuses


def test_a_failed_blocking_test_stops_the_publication_until_the_row_is_mended(warehouse: Warehouse) -> None:
    warehouse.insight("campaign", "1-1", DAY, **{**numbers(2), "impressions": -5})
    warehouse.changed("1", DAY)
    outcome = warehouse.build()
    assert not outcome.succeeded
    assert statuses(outcome, ["campaign_daily_counts_are_never_negative"]) == {
        "campaign_daily_counts_are_never_negative": "fail"
    }
    assert warehouse.version() == 1
    warehouse.changed("2", DAY)
    assert not warehouse.build().succeeded, "the wrong day was forgotten because another one changed"
    assert warehouse.version() == 1
    warehouse.insight("campaign", "1-1", DAY, **numbers(2))
    warehouse.changed("1", DAY)
    warehouse.built()
    assert warehouse.version() == 2


def test_a_warning_names_what_is_odd_and_does_not_stop_it(warehouse: Warehouse) -> None:
    warehouse.insight("ad", "1-1-1-1", DAY, **{**numbers(1), "spend": "-0.01"})
    warehouse.insight("account", "2", DAY, "2", **{**numbers(5), "clicks": 5001})
    warehouse.changed("1", DAY)
    warehouse.changed("2", DAY)
    outcome = warehouse.build()
    assert outcome.succeeded
    odd = [
        *("ad_daily_spend_is_never_negative", "account_daily_rates_are_fractions"),
        *("ads_add_up_to_campaigns", "campaigns_add_up_to_accounts"),
    ]
    assert statuses(outcome, odd) == dict.fromkeys(odd, "warn")
    assert warehouse.version() == 2


def test_a_build_of_some_models_publishes_nothing_and_the_next_whole_one_does(warehouse: Warehouse) -> None:
    warehouse.insight("campaign", "1-1", DAY, **numbers(7))
    warehouse.changed("1", DAY)
    warehouse.model("campaign")
    assert warehouse.value("select max(impressions) from marts.campaign_daily") == 8000
    assert warehouse.version() == 1
    warehouse.built()
    assert warehouse.version() == 2


def test_tests_look_at_every_row_when_asked(warehouse: Warehouse) -> None:
    warehouse.run("update intermediate.int_ad_daily set impressions = -1 where day = :d", d=days(4)[3])
    name = "ad_daily_counts_are_never_negative"
    assert statuses(warehouse.build([name]), [name]) == {name: "pass"}
    assert statuses(warehouse.build([name], variables={"check_everything": True}), [name]) == {name: "fail"}


def test_a_goal_counts_at_once_and_for_every_day(warehouse: Warehouse) -> None:
    warehouse.run("insert into staging.account_goals values ('1', 'lead')")
    goals = (
        "select distinct account_id, conversions = leads, conversions = purchases from marts.account_daily order by 1"
    )
    assert warehouse.rows(goals) == [("1", True, False), ("2", False, True)]
    assert warehouse.rows("select account_id, goal_family from marts.accounts order by 1") == [
        ("1", "lead"),
        ("2", "purchase"),
    ]


def test_the_goal_of_a_target_that_holds_today_goes_before_that_of_the_seed(warehouse: Warehouse) -> None:
    goals = "select account_id, goal_family from marts.accounts order by 1"
    add = (
        "insert into ops.targets (account_id, currency, valid_from, valid_until, name_pattern, cpa, goal_family,"
        " set_by, set_at) values ('1', 'BRL', :since, :until, :pattern, null, :goal, 'test', now())"
    )
    warehouse.run("insert into staging.account_goals values ('1', 'lead')")

    def set_goal(goal: str | None, since: date, until: date | None = None, pattern: str | None = None) -> None:
        warehouse.run(add, goal=goal, since=since, until=until, pattern=pattern)

    today = warehouse.value("select (now() at time zone 'America/Sao_Paulo')::date")
    set_goal("registration", today + timedelta(days=2))
    set_goal("registration", today - timedelta(days=9), today - timedelta(days=2))
    set_goal("registration", today - timedelta(days=9), pattern="*x*")
    assert warehouse.rows(goals)[0] == ("1", "lead")
    set_goal("add_to_cart", today - timedelta(days=1))
    assert warehouse.rows(goals) == [("1", "add_to_cart"), ("2", "purchase")]
    assert warehouse.value(
        "select bool_and(conversions = add_to_carts) from marts.campaign_daily where account_id = '1'"
    )
    set_goal(None, today)
    assert warehouse.rows(goals)[0] == ("1", "lead")


@pytest.mark.parametrize(
    ("goal", "status"),
    [("puchase", "fail"), ("offsite_conversion.fb_pixel_lead", "pass"), ("link_click", "pass")],
)
def test_a_goal_that_is_neither_family_nor_action_type_is_named(warehouse: Warehouse, goal: str, status: str) -> None:
    warehouse.run("insert into staging.account_goals values ('1', :goal)", goal=goal)
    outcome = warehouse.build(["account_goals_are_known"])
    assert statuses(outcome, ["account_goals_are_known"]) == {"account_goals_are_known": status}


def test_another_default_goal_counts_for_every_account_that_names_none(warehouse: Warehouse) -> None:
    warehouse.run("insert into staging.account_goals values ('2', 'lead')")
    goals = "select account_id, goal_family from marts.accounts order by 1"
    pixel = Dbt(warehouse.url, goal_family="offsite_conversion.fb_pixel_lead")
    assert pixel.build(["accounts", "account_daily"]).succeeded
    assert warehouse.rows(goals) == [("1", "offsite_conversion.fb_pixel_lead"), ("2", "lead")]
    assert warehouse.rows("select distinct account_id, conversions = 0 from marts.account_daily order by 1") == [
        ("1", True),
        ("2", False),
    ]


def test_a_default_goal_that_is_neither_stops_the_build_with_a_sentence(warehouse: Warehouse) -> None:
    outcome = Dbt(warehouse.url, goal_family="puchase").build(["accounts"])
    assert not outcome.succeeded
    assert "FBADS_GOAL_FAMILY is not usable: 'puchase' is neither a conversion family (purchase, lead" in outcome.error


def test_an_account_that_chooses_its_own_action_type_is_read_anew_on_every_day(warehouse: Warehouse) -> None:
    warehouse.run("insert into staging.account_action_types values ('1', 'purchase', 'lead')")
    warehouse.model("ad")
    wrong = "select count(*) from marts.ad_daily where purchases <> leads and account_id = :a"
    assert (warehouse.value(wrong, a="1"), warehouse.value(wrong, a="2")) == (0, 8)


def test_money_comes_a_second_time_in_the_reporting_currency(warehouse: Warehouse) -> None:
    warehouse.run("insert into staging.exchange_rates values (:d, 'EUR', 'BRL', 5), (:d, 'EUR', 'JPY', 150)", d=DAY)
    assert Dbt(warehouse.url, reporting_currency="EUR").build(["campaign_daily_reporting"]).succeeded
    converted = (
        "select account_id, rate_on, spend_reporting from marts.campaign_daily_reporting where day = :d order by 1"
    )
    assert warehouse.rows(converted, d=days(2)[1]) == [("1", DAY, Decimal("8.4")), ("2", DAY, Decimal("0.28"))]


def test_a_seed_refuses_a_row_that_comes_twice(warehouse: Warehouse) -> None:
    warehouse.run("insert into staging.account_goals values ('1', 'lead')")
    with pytest.raises(sa.exc.IntegrityError, match="account_goals_key"):
        warehouse.run("insert into staging.account_goals values ('1', 'purchase')")
