"""Which campaigns and accounts are not assessed, and why."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from fbads_pipeline.domain.recommendations.inbox.withheld import is_assessable
from fbads_pipeline.domain.recommendations.model.assessability import reasons_to_withhold
from fbads_pipeline.domain.recommendations.model.campaign_history import read_history, targets_by_campaign
from fbads_pipeline.domain.recommendations.suggestions import breaches, suggest
from fbads_pipeline.domain.recommendations.verdicts import assess
from fbads_pipeline_tests.support.fakes import PlainLimits
from fbads_pipeline_tests.support.histories import TODAY, a_campaign, an_account

TARGET = 30.0


def days_ago(*ages):
    return {TODAY - timedelta(days=age) for age in ages}


@pytest.mark.parametrize(
    ("unread", "is_read_enough"),
    [
        ((), True),
        ((7,), False),
        ((1,), False),
        ((8, 28), True),
        ((8, 9, 10), False),
        ((29, 30, 31, 40), True),
        ((0,), True),
    ],
)
def test_an_account_is_assessed_once_the_last_week_is_whole_and_nine_tenths_of_four_weeks(unread, is_read_enough):
    assert is_assessable(TODAY, days_ago(*unread)) is is_read_enough


def reason(withheld=(), **campaign):
    history = an_account(x=a_campaign("x", **{"conversions": 0.4, **campaign}))
    return reasons_to_withhold(read_history(history, TODAY), withheld).get("x")


def test_each_reason_has_its_name():
    assert reason() is None
    assert reason(status="PAUSED") == "not delivering"
    assert reason(days=6) == "learning"
    assert reason({"x"}) == "anomaly"
    assert reason({"x": "another goal"}) == "another goal"
    one = a_campaign("x")
    edited = one.assign(daily_budget=np.where(one["date"] < TODAY - timedelta(days=5), 80.0, 102.0))
    assert reasons_to_withhold(read_history(an_account(one=edited), TODAY))["x"] == "recently edited"


def test_what_stands_against_acting_comes_before_what_only_prevents_an_estimate():
    assert reason({"x": "another goal"}, status="PAUSED") == "not delivering"
    assert reason({"x": "anomaly"}, days=6) == "anomaly"


def missing(age, figure="conversions"):
    one = a_campaign("x", conversions=0.4)
    return one.assign(**{figure: one[figure].where(one["date"] != TODAY - timedelta(days=age))})


@pytest.mark.parametrize(("age", "why"), [(1, "not reported"), (28, "not reported"), (29, None)])
def test_one_day_of_the_window_whose_conversions_were_not_reported_withholds_the_campaign_alone(age, why):
    history = an_account(one=missing(age))
    assert reasons_to_withhold(read_history(history, TODAY)).get("x") == why
    proposed = {one.campaign_id for one in suggest(history, today=TODAY, target_cpa=TARGET)}
    assert ("x" in proposed) is (why is None)
    assert {"dear", "cheap"} <= proposed


def test_where_no_conversion_was_reported_at_all_nothing_is_suggested():
    history = an_account().assign(conversions=None)
    assert suggest(history, today=TODAY, target_cpa=TARGET) == []
    assert set(assess(history, today=TODAY, target_cpa=TARGET).withheld.values()) == {"not reported"}


@pytest.mark.parametrize("figure", ["conversions", "clicks", "impressions"])
def test_a_limit_is_not_held_against_a_sum_that_was_not_reported(figure):
    history = pd.concat([a_campaign("x", conversions=0.4).assign(clicks=10)])
    loud = {one.rule for one in breaches(history, today=TODAY, limits=PlainLimits())}
    assert loud == {"ctr_below", "cpa_above"}
    quiet = missing(3, figure).assign(clicks=10) if figure != "clicks" else missing(3, "clicks")
    rules = {one.rule for one in breaches(quiet, today=TODAY, limits=PlainLimits())}
    assert rules == ({"ctr_below"} if figure == "conversions" else {"cpa_above"})


def test_rows_of_days_that_were_never_read_well_count_for_nothing():
    history = an_account()
    partly = history.assign(spend=np.where(history["date"] == TODAY - timedelta(days=9), 1.0, history["spend"]))
    unread = days_ago(9)
    whole, part = (assess(one, today=TODAY, target_cpa=TARGET, unread=unread).spend for one in (history, partly))
    assert np.array_equal(whole, part)
    assert read_history(history, TODAY, unread).unread == {9}


def test_each_campaign_may_have_its_own_target():
    history = an_account()
    campaigns = map(str, history["campaign_id"].unique())
    own = {one: 300.0 if one == "dear" else TARGET for one in campaigns}
    same = {one.campaign_id: one for one in suggest(history, today=TODAY, target_cpa=TARGET)}
    apart = {one.campaign_id: one for one in suggest(history, today=TODAY, target_cpa=own)}
    assert same["dear"].action == "PAUSE" and "dear" not in apart
    assert apart["cheap"] == same["cheap"]
    with pytest.raises(ValueError, match="positive number, not 0"):
        targets_by_campaign(["7"], {"7": 0.0})
