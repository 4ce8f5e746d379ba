"""Trends of campaigns and of their account."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from fbads_pipeline.domain.recommendations.model.maturity import MaturityCurve
from fbads_pipeline.domain.scoring.campaign_trends import ACCOUNT, trends_on

TODAY = date(2026, 11, 23)


def history(days=40, campaigns=3, **figures):
    """Steady campaigns; figures: column → function of the age in days."""
    rows = []
    for campaign in range(campaigns):
        for age in range(days, 0, -1):
            row = {"impressions": 10_000, "clicks": 200, "spend": 100.0, "conversions": 10, "daily_budget": 100.0}
            row |= {name: value(age) for name, value in figures.items()}
            rows.append({"campaign_id": str(campaign), "date": TODAY - timedelta(days=age), "status": "ACTIVE", **row})
    return pd.DataFrame(rows)


def found(frame, campaign="0", metric="spend"):
    every = trends_on(frame, today=TODAY, maturity=MaturityCurve(fast=1.0))
    (one,) = [one for one in every if (one.campaign_id, one.metric) == (campaign, metric)]
    return one


def test_levels_are_those_of_the_day_and_the_accounts_are_of_sums():
    frame = history()
    assert found(frame).level == pytest.approx(100)
    assert found(frame, ACCOUNT).level == pytest.approx(300)
    assert found(frame, ACCOUNT, "ctr").level == pytest.approx(0.02)
    assert found(frame, metric="cpm").level == pytest.approx(10)
    assert found(frame, metric="cpa").level == pytest.approx(10)


def test_a_slope_is_a_relative_change_per_day():
    one = found(history(clicks=lambda age: round(1000 * 0.97 ** (40 - age))), metric="ctr")
    assert one.slope == pytest.approx(-0.03, abs=0.002)
    assert one.p_falling > 0.99


def test_a_new_level_names_its_first_day():
    one = found(history(spend=lambda age: 200.0 + age % 3 if age <= 12 else 100.0 + age % 3))
    assert one.changed_on == TODAY - timedelta(days=12)
    assert one.shift == pytest.approx(1.0, abs=0.05)


def test_few_days_have_no_trend_and_a_null_no_denominator():
    assert trends_on(history(days=7), today=TODAY, maturity=MaturityCurve()) == []
    metrics = {
        one.metric for one in trends_on(history(conversions=lambda age: 0), today=TODAY, maturity=MaturityCurve())
    }
    assert metrics == {"spend", "ctr", "cpm"}
    assert trends_on(history()[:0], today=TODAY, maturity=MaturityCurve()) == []


def test_every_number_is_finite():
    wild = history(spend=lambda age: 1e12 if age == 3 else 0.0, impressions=lambda age: 0 if age % 2 else 1)
    for one in trends_on(wild, today=TODAY, maturity=MaturityCurve()):
        assert all(np.isfinite(value) for value in (one.level, one.slope, one.p_falling, one.shift or 0.0))


def test_days_without_rows_are_zero_where_they_were_read_and_unknown_where_they_were_not():
    """For ten days one of three campaigns has no row: the account spends a third less, or nobody knows."""
    gaps = {TODAY - timedelta(days=age) for age in range(1, 11)}
    frame = history()
    frame = frame[(frame["campaign_id"] != "0") | ~frame["date"].isin(gaps)]
    read, unread = (
        {(one.campaign_id, one.metric): one.level for one in found_all}[ACCOUNT, "spend"]
        for found_all in (
            trends_on(frame, today=TODAY, maturity=MaturityCurve(fast=1.0), unread=days) for days in ((), gaps)
        )
    )
    assert (read, unread) == (pytest.approx(200.0, rel=0.05), pytest.approx(300.0, rel=0.05))
