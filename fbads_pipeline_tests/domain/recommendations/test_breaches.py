"""The plain thresholds and their guards."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbads_pipeline.domain.recommendations.breaches import Breach, breaches, is_past_limit
from fbads_pipeline.domain.recommendations.targets import cpa_limit_in
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.support.fakes import PlainLimits, a_window, high_cpa, low_ctr

LIMITS = PlainLimits()


def rules(*windows):
    return [(one.window.campaign_id, one.rule) for one in breaches(windows, LIMITS)]


def test_a_healthy_campaign_breaches_nothing():
    assert rules(a_window()) == []


def test_a_ctr_below_the_limit_is_a_breach_with_what_was_observed():
    (breach,) = breaches([low_ctr()], LIMITS)
    assert (breach.rule, breach.observed, breach.limit) == ("ctr_below", Decimal("0.0062"), Decimal("0.01"))


@pytest.mark.parametrize(("impressions", "clicks"), [(999, 0), (1000, 10), (10_000, 100)])
def test_few_impressions_and_a_ctr_at_the_limit_are_no_breach(impressions, clicks):
    assert rules(a_window(impressions=impressions, clicks=clicks)) == []


def test_the_thousandth_impression_makes_it_count():
    assert rules(a_window(impressions=1000, clicks=9)) == [("7", "ctr_below")]


def test_a_cpa_above_the_limit_is_a_breach_once_enough_was_spent():
    assert rules(high_cpa()) == [("7", "cpa_above")]
    assert rules(a_window(spend="149.99", conversions="2")) == []
    assert rules(a_window(spend="150", conversions="2")) == [("7", "cpa_above")]


def test_a_cpa_at_the_limit_is_no_breach():
    assert rules(a_window(spend="500", conversions="10")) == []


def test_spend_without_any_conversion_is_a_breach_without_an_observed_cpa():
    (breach,) = breaches([a_window(spend="150", conversions="0")], LIMITS)
    assert (breach.rule, breach.observed, breach.limit) == ("cpa_above", None, Decimal(50))
    assert rules(a_window(spend="149.99", conversions="0")) == []


def test_null_is_not_zero():
    assert rules(a_window(impressions=0, clicks=0, spend="0", conversions="0")) == []
    assert rules(a_window(spend="1000", conversions=None)) == [], "a goal that nobody knows is not missed"


def test_the_cpa_limit_is_of_a_currency_with_two_decimals():
    assert cpa_limit_in("BRL", LIMITS) == Decimal(50)
    assert cpa_limit_in("JPY", LIMITS) == Decimal(5000)
    assert rules(a_window(spend="15000", conversions="5", currency="JPY")) == []
    assert rules(a_window(spend="15000", conversions="2", currency="JPY")) == [("7", "cpa_above")]
    assert rules(a_window(spend="14999", conversions="0", currency="JPY")) == []


def test_the_order_is_that_of_account_campaign_and_rule():
    both = {"clicks": 62, "spend": "1628", "conversions": "20"}
    windows = [a_window("9", "2", **both), a_window("8", "2", **both), a_window("9", "1", **both)]
    found = [(one.window.account_id, one.window.campaign_id, one.rule) for one in breaches(windows, LIMITS)]
    assert found == [
        (account, campaign, rule)
        for account, campaign in (("1", "9"), ("2", "8"), ("2", "9"))
        for rule in ("ctr_below", "cpa_above")
    ]


def test_the_settings_are_limits():
    assert rules(low_ctr()) == [(one.window.campaign_id, one.rule) for one in breaches([low_ctr()], load_settings())]


@given(
    impressions=st.integers(0, 5000),
    clicks=st.integers(0, 100),
    spend=st.decimals(0, 1000, places=2),
    conversions=st.one_of(st.none(), st.integers(0, 30)),
)
def test_every_breach_lies_past_its_limit(impressions, clicks, spend, conversions):
    goal = None if conversions is None else str(conversions)
    window = a_window(impressions=impressions, clicks=clicks, spend=str(spend), conversions=goal)
    assert all(is_past_limit(one) for one in breaches([window], LIMITS))


def test_a_breach_within_its_limit_is_recognised():
    window = a_window()
    assert not is_past_limit(Breach(window, "ctr_below", Decimal("0.01"), Decimal("0.01")))
    assert not is_past_limit(Breach(window, "cpa_above", Decimal(50), Decimal(50)))
    assert not is_past_limit(Breach(window, "cpa_above", None, Decimal(50))), "it has conversions"


@pytest.mark.parametrize(
    ("objective", "goal_family", "is_breach"),
    [
        ("OUTCOME_SALES", "purchase", True),
        ("CONVERSIONS", "purchase", True),
        ("OUTCOME_TRAFFIC", "purchase", False),
        ("OUTCOME_LEADS", "purchase", False),
        ("OUTCOME_LEADS", "lead", True),
        ("OUTCOME_SALES", "lead", False),
        (None, "purchase", True),
        ("OUTCOME_TRAFFIC", "custom", True),
    ],
)
def test_no_conversion_is_a_breach_only_of_a_campaign_that_aims_at_them(objective, goal_family, is_breach):
    window = a_window(spend="500", conversions="0", objective=objective, goal_family=goal_family)
    assert rules(window) == ([("7", "cpa_above")] if is_breach else [])
    some = a_window(spend="500", conversions="1", objective=objective, goal_family=goal_family)
    assert rules(some) == [("7", "cpa_above")], "a CPA that exists is held against the limit, whatever the objective"
