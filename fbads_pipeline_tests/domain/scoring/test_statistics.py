"""Scores and trends against numpy, scipy and closed forms."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from fbads_pipeline.domain.recommendations.model.campaign_history import read_history
from fbads_pipeline.domain.recommendations.model.posterior import fit_posterior
from fbads_pipeline.domain.scoring.scores import WEIGHTS, score
from fbads_pipeline.domain.scoring.trends import trends_of

TODAY = date(2026, 11, 23)


def a_history(recent=5.0, before=5.0, spend_now=100.0):
    """Four weeks of one campaign: `recent` conversions a day in the last week, `before` in the three before."""
    return pd.DataFrame(
        {
            "campaign_id": "1",
            "date": [TODAY - timedelta(days=age) for age in range(28, 0, -1)],
            "impressions": 1000,
            "clicks": 10,
            "spend": [spend_now if age <= 3 else 100.0 for age in range(28, 0, -1)],
            "conversions": [recent if age <= 7 else before for age in range(28, 0, -1)],
            "daily_budget": 120.0,
            "status": "ACTIVE",
        }
    )


def test_efficiency_is_the_upper_tail_of_the_gamma_posterior():
    posterior = fit_posterior(read_history(a_history(), TODAY))
    (found,) = score(a_history(), today=TODAY, target_cpa=22.0)
    wanted = posterior.spend[0] / 22.0
    tails = stats.gamma.sf(wanted, posterior.shape[0], scale=1 / posterior.rate[0])
    assert found.parts["efficiency"] == pytest.approx(float(posterior.chance[0] @ tails))


def test_the_trend_is_the_log_ratio_of_two_poisson_rates():
    history = a_history(recent=3.0, before=6.0)
    known = read_history(history, TODAY)
    posterior = fit_posterior(known)
    (found,) = score(history, today=TODAY, target_cpa=22.0)
    dispersion, arrived = posterior.priors.dispersion[0], posterior.maturity.at(known.age)
    new, old = known.age <= 7, known.age > 7
    counts = 21.0 / dispersion + 0.5, 126.0 / dispersion + 0.5
    effort = [(known.spend * arrived)[side].sum() / dispersion for side in (new, old)]
    z = np.log(counts[0] / effort[0]) - np.log(counts[1] / effort[1]) + np.log(1.1)
    assert found.parts["trend"] == pytest.approx(stats.norm.cdf(z / np.sqrt(1 / counts[0] + 1 / counts[1])))


def test_a_third_of_the_usual_spend_is_worth_nothing():
    (half,) = score(a_history(spend_now=50.0), today=TODAY, target_cpa=22.0)
    (third,) = score(a_history(spend_now=33.0), today=TODAY, target_cpa=22.0)
    assert half.parts["delivery"] == pytest.approx(1 - np.log(2) / np.log(3))
    assert third.parts["delivery"] == 0.0


def test_the_parts_weigh_a_hundred_points():
    assert sum(WEIGHTS.values()) == 100


def test_a_trend_is_numpys_weighted_regression_of_the_log():
    rng = np.random.default_rng(8)
    values = np.exp(rng.normal(0, 0.2, (5, 30)))
    days = np.arange(30.0) - 29
    weight = 0.5 ** (-days / 10)
    found = trends_of(values)
    for row in range(5):
        slope, level = np.polyfit(days, np.log(values[row]), 1, w=np.sqrt(weight))
        assert found.slope[row] == pytest.approx(np.expm1(slope))
        assert found.level[row] == pytest.approx(np.exp(level))


def test_the_chance_of_a_fall_is_students():
    rng = np.random.default_rng(9)
    logs = rng.normal(0, 0.2, 30)
    days = np.arange(30.0) - 29
    weight = 0.5 ** (-days / 10)
    across = days - (weight * days).sum() / weight.sum()
    slope = (weight * across * logs).sum() / (weight * across**2).sum()
    rest = logs - (weight * logs).sum() / weight.sum() - slope * across
    lagged = np.clip((rest[1:] * rest[:-1]).sum() / (rest**2).sum(), 0, 0.8)
    variance = (rest**2).sum() / 28 * (weight**2 * across**2).sum() / (weight * across**2).sum() ** 2
    error = np.sqrt(variance * (1 + lagged) / (1 - lagged))
    assert trends_of(np.exp(logs)[None, :]).p_falling[0] == pytest.approx(stats.t.cdf(-slope / error, 28))
