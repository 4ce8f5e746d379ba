"""A score whose points add up, and that says when it cannot be given."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fbads_pipeline.domain.scoring.scores import WEIGHTS, score
from fbads_pipeline_tests.support.histories import COLUMNS, TODAY, a_campaign, an_account


def scores(history, **options):
    return {one.campaign_id: one for one in score(history, today=TODAY, target_cpa=30.0, **options)}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 500), st.integers(0, 60), st.integers(0, 200)), min_size=1, max_size=6))
def test_points_add_up_to_the_total_exactly(rows):
    odd = [
        a_campaign(f"x{place}", spend=spend, conversions=conversions).assign(clicks=clicks)
        for place, (spend, conversions, clicks) in enumerate(rows)
    ]
    for one in scores(pd.concat([an_account(), *odd])).values():
        assert all(0 <= part <= 1 for part in one.parts.values())
        if one.total is None:
            assert one.why_not and one.points == {}
            continue
        added = Decimal(50) + sum(Decimal(str(points)) for points in one.points.values())
        assert Decimal(str(one.total)) == added
        assert 0 <= one.low <= one.total <= one.high <= 100


def test_a_cheap_campaign_scores_above_a_dear_one():
    found = scores(an_account())
    assert found["cheap"].total > 70 > 50 > found["dear"].total
    assert found["cheap"].parts["efficiency"] > 0.99 and found["dear"].parts["efficiency"] < 0.01


def test_without_three_conversions_there_is_no_score():
    few = scores(an_account(few=a_campaign("few", conversions=0.1)))["few"]
    assert (few.total, few.why_not) == (None, "not enough data")


def test_broken_tracking_withholds_the_score():
    one = scores(an_account(), broken_tracking=frozenset({"cheap"}))["cheap"]
    assert (one.total, one.low, one.why_not) == (None, None, "tracking is broken")


def test_the_worst_anomaly_costs_the_health_part():
    calm, ill = (scores(an_account(), worst_anomaly={"cheap": worst})["cheap"] for worst in (0.0, 1.0))
    assert calm.points["health"] - ill.points["health"] == pytest.approx(10 * calm.certainty, abs=0.11)
    assert sum(WEIGHTS.values()) == 100


def test_a_budget_edit_explains_its_spend():
    one = a_campaign("x")
    last = one.index >= 30
    doubled = one.assign(spend=np.where(last, 200.0, 100.0), daily_budget=np.where(last, 204.0, 102.0))
    unexplained = one.assign(spend=np.where(last, 200.0, 100.0))
    delivery = [scores(an_account(one=each))["x"].parts["delivery"] for each in (doubled, unexplained)]
    assert delivery[0] == pytest.approx(1.0) and delivery[1] < 0.5


def test_peers_are_those_of_the_same_objective():
    history = an_account(one=a_campaign("x").assign(clicks=10), two=a_campaign("y").assign(clicks=5))
    apart = scores(history, objectives={"x": "OUTCOME_LEADS", "y": "OUTCOME_LEADS"})["x"]
    assert apart.parts["attention"] > scores(history)["x"].parts["attention"]


def test_an_empty_history_has_no_scores():
    assert score(pd.DataFrame(columns=COLUMNS), today=TODAY, target_cpa=30.0) == []


def test_a_campaign_whose_conversions_were_not_reported_on_a_day_has_no_score_and_says_so():
    one = a_campaign("x")
    gone = one.assign(conversions=one["conversions"].where(one["date"] != TODAY - timedelta(days=3)))
    found = scores(an_account(one=gone))
    assert (found["x"].total, found["x"].why_not, found["x"].points) == (None, "not reported", {})
    assert found["cheap"].total is not None


@pytest.mark.parametrize(("ages", "why"), [((2,), "not read"), ((9, 12), None), ((9, 12, 15), "not read")])
def test_an_account_with_days_that_were_not_read_has_no_scores_and_says_so(ages, why):
    unread = {TODAY - timedelta(days=age) for age in ages}
    assert scores(an_account(), unread=unread)["cheap"].why_not == why


def test_clicks_that_were_not_reported_are_no_fall_of_attention():
    one = a_campaign("x")
    gone = one.assign(clicks=one["clicks"].where(one["date"] != TODAY - timedelta(days=20)))
    assert scores(an_account(one=gone))["x"].parts["attention"] == 0.5
