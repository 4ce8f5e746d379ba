"""The models' statistics against scipy and closed forms."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats
from scipy.special import gammaln

from fbads_pipeline.domain.recommendations.model.account_model import AccountModel
from fbads_pipeline.domain.recommendations.model.campaign_history import read_history
from fbads_pipeline.domain.recommendations.model.effects import DAYS, DOWN, FACTORS, PAUSE, UP, effects_of
from fbads_pipeline.domain.recommendations.model.elasticity import (
    ELASTICITIES,
    edit_log_likelihood,
    elasticity_prior,
)
from fbads_pipeline.domain.recommendations.model.fitting import evaluate_model
from fbads_pipeline.domain.recommendations.model.maturity import MaturityCurve, fit_maturity
from fbads_pipeline.domain.recommendations.model.posterior import HALF_LIFE_DAYS, fit_posterior
from fbads_pipeline.domain.recommendations.model.response import CURVATURE, elasticity_at

TODAY = date(2026, 11, 23)


def a_history(*, spend=(100.0,), conversions=(5.0,), budget=(100.0,), days=28):
    """Rows of equal days, one campaign per entry."""
    rows = [
        {
            "campaign_id": str(number),
            "date": TODAY - timedelta(days=age),
            "impressions": 1000,
            "clicks": 10,
            "spend": spent,
            "conversions": made,
            "daily_budget": daily,
            "status": "ACTIVE",
        }
        for number, (spent, made, daily) in enumerate(zip(spend, conversions, budget, strict=True))
        for age in range(1, days + 1)
    ]
    return pd.DataFrame(rows)


def a_model(**values):
    known = {
        "maturity": MaturityCurve(fast=1.0, delay_days=1.0),
        "mean_rate": 0.05,
        "rate_shape": 4.0,
        "dispersion": 2.0,
        "elasticity_weights": tuple(np.full(ELASTICITIES.size, 1 / ELASTICITIES.size)),
        "first_day": TODAY - timedelta(days=28),
        "last_day": TODAY - timedelta(days=1),
        "campaigns": 1,
    }
    return AccountModel(**{**known, **values})


@pytest.mark.parametrize("age", [1, 2, 5, 14])
def test_maturity_is_the_mean_over_the_days_clicks(age):
    curve = MaturityCurve(fast=0.3, delay_days=2.0)
    mean, _ = integrate.quad(lambda t: 1 - 0.7 * np.exp(-t / 2.0), age - 1, age)
    assert curve.at(np.array([age]))[0] == pytest.approx(mean)


def test_a_report_without_conversions_keeps_the_usual_curve():
    known = read_history(a_history(conversions=(0.0,)), TODAY)
    assert fit_maturity(known) == MaturityCurve()


def test_the_posterior_of_one_budget_is_gammas_own_with_half_life_weights():
    known = read_history(a_history(), TODAY)
    found = fit_posterior(known, a_model())
    weight = 0.5 ** ((np.arange(1, 29) - 1) / HALF_LIFE_DAYS) / found.priors.dispersion[0]
    assert found.shape[0] == pytest.approx(4.0 + (5.0 * weight).sum())
    assert found.rate[0] == pytest.approx(np.full(ELASTICITIES.size, (4.0 / 0.05 + (100.0 * weight).sum()) / 100.0))
    assert found.chance[0].sum() == pytest.approx(1.0)


def test_equal_days_pull_the_dispersion_below_the_usual_two():
    found = fit_posterior(read_history(a_history(), TODAY), a_model())
    pooled = 2.0 * 400 / (400 + 27)
    assert found.priors.dispersion[0] == pytest.approx(pooled * 40 / (40 + 27))


def test_the_likelihood_of_edits_is_the_gamma_integral():
    """With a fifth of the rate's prior."""
    history = a_history(days=14)
    known = read_history(history, TODAY)
    counts, exposure = np.arange(14.0) % 4, np.full(14, 50.0)
    level = np.where(known.age > 7, 0.0, np.log(1.5))
    shape, prior_rate = 3.0, np.array([60.0])
    present = np.array([np.log(1.2)])
    found = edit_log_likelihood(known, counts, exposure, level, shape=shape, prior_rate=prior_rate, present=present)[0]

    def marginal(elasticity):
        between = elasticity_at(elasticity, np.exp(present + level / 2))
        scaled = exposure * np.exp((between - 1.0) * level)

        def joint(rate):
            return np.exp(stats.poisson.logpmf(counts, rate * scaled).sum()) * stats.gamma.pdf(
                rate, 0.2 * shape, scale=1 / (0.2 * 60)
            )

        return np.log(integrate.quad(joint, 1e-9, 0.3, epsabs=0, epsrel=1e-10, limit=200)[0])

    whole = [marginal(one) for one in ELASTICITIES[[2, 10, 18]]]
    assert np.diff(found[[2, 10, 18]]) == pytest.approx(np.diff(whole), rel=1e-5)


@pytest.mark.parametrize("elasticity", [0.2, 0.65, 0.9])
def test_the_elasticity_falls_with_spend_as_between_a_power_and_a_hill_curve(elasticity):
    ratio, half = np.array([0.5, 1.0, 2.0]), elasticity / (1 - elasticity)
    hill = half / (half + ratio)  # d ln(r / (r + h)) / d ln r
    found = elasticity_at(elasticity, ratio)
    assert found == pytest.approx((1 - CURVATURE) * elasticity + CURVATURE * hill)
    assert found[0] > found[1] > found[2]


def test_spend_that_was_raised_before_earns_less_from_the_next_raise():
    once = a_history(budget=(100.0,))
    raised = once.assign(
        daily_budget=np.where(once.index < 10, 100.0, 60.0), spend=np.where(once.index < 10, 100.0, 60.0)
    )
    usual, later = (fit_posterior(read_history(one, TODAY), a_model()) for one in (once, raised))
    assert usual.spend_ratio[0] == pytest.approx(1.0) and later.spend_ratio[0] > 1.2
    assert later.elasticity[0] < usual.elasticity[0] - 0.02


def test_without_edits_no_elasticity_is_likelier():
    known = read_history(a_history(), TODAY)
    found = edit_log_likelihood(
        known, known.conversions, known.spend, np.zeros(28), shape=1.0, prior_rate=np.ones(1), present=np.zeros(1)
    )
    assert np.ptp(found) == 0.0


def test_edits_that_say_one_thing_move_the_accounts_elasticity():
    evidence = np.tile(-0.5 * ((ELASTICITIES - 0.9) / 0.1) ** 2, (20, 1))
    assert elasticity_prior(evidence) @ ELASTICITIES > 0.8


def test_drawn_effects_agree_with_the_gammas_moments():
    known = read_history(a_history(conversions=(2.5,)), TODAY)
    posterior = fit_posterior(known, a_model())
    effects = effects_of(posterior, known.campaign_ids, np.array([0]), today=TODAY, target_cpa=40.0)
    drift = np.exp(0.5 * 0.10**2)
    daily = posterior.shape[0] / posterior.rate[0, 0] * drift
    pause = FACTORS.index(PAUSE)
    assert (100.0 - effects.mean[0, pause] / DAYS) / 40.0 == pytest.approx(daily, rel=0.01)
    for factor in (UP, DOWN):
        response = np.mean([factor ** float(elasticity_at(one, np.sqrt(factor))) for one in ELASTICITIES])
        expected = DAYS * (40.0 * daily * (response - 1.0) - 100.0 * (factor - 1.0))
        assert effects.mean[0, FACTORS.index(factor)] == pytest.approx(expected, abs=10.0)
    chance = stats.gamma.sf(posterior.spend[0] / 40.0, posterior.shape[0], scale=1 / posterior.rate[0, 0])
    assert effects.p_above_target[0] == pytest.approx(1 - chance, abs=0.03)


def test_the_held_out_weeks_loss_is_of_the_negative_binomial():
    history = a_history(days=28)
    model = a_model()
    found = evaluate_model(model, history, today=TODAY)
    past = fit_posterior(read_history(history, TODAY - timedelta(days=7)), model)
    shape = past.shape[0] / 2.0
    rate = past.rate[0, 0] * 100.0 / 2.0
    count, effort = 35.0, 700.0
    log = gammaln(count + shape) - gammaln(shape) - gammaln(count + 1)
    log += shape * np.log(rate / (rate + effort)) + count * np.log(effort / (rate + effort))
    assert found == {"log_loss": pytest.approx(-log), "campaigns": 1.0}
