"""The detectors' statistics against scipy and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr
from scipy.stats import nbinom, norm, poisson

from fbads_pipeline.domain.anomalies.detectors.baseline import baseline_window, weighted_mean, winsorised
from fbads_pipeline.domain.anomalies.detectors.ctr import fit_ctr
from fbads_pipeline.domain.anomalies.detectors.fatigue import fit_decline
from fbads_pipeline.domain.anomalies.detectors.tails import (
    count_score,
    discoveries,
    log_probability_of_zero,
    screened_count_score,
)
from fbads_pipeline.domain.anomalies.detectors.variance import relative_variance, score_scale
from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.history import row_of
from fbads_pipeline.domain.anomalies.state.metric_states import BINS_PER_UNIT, SCORE_BINS, ConversionState, CtrState


@given(st.integers(0, 400), st.floats(0.5, 300.0), st.floats(1e-4, 2.0))
def test_a_count_scores_as_scipys_negative_binomial_at_its_mid_p_value(count, expected, variance):
    size = 1.0 / variance
    law = nbinom(size, size / (size + expected))
    below = law.cdf(count - 1) + law.pmf(count) / 2
    above = law.sf(count) + law.pmf(count) / 2
    tail, sign = (below, 1.0) if count < expected else (above, -1.0)
    (score,) = count_score(np.array([float(count)]), np.array([expected]), np.array([variance]), np.array([True]))
    if tail > 1e-12:
        assert score == pytest.approx(sign * norm.ppf(min(tail, 0.5)), abs=1e-5)


@given(st.integers(0, 400), st.floats(0.5, 300.0), st.floats(1e-4, 0.5))
def test_a_screened_score_is_exact_wherever_it_could_matter(count, expected, variance):
    of_one = (np.array([float(count)]), np.array([expected]), np.array([variance]), np.array([True]))
    (exact,), (screened,) = count_score(*of_one), screened_count_score(*of_one)
    if abs(exact) >= 2.0 and abs(screened) >= 1.2:
        assert screened == exact
    assert abs(screened) < 2.0 or screened == exact
    assert exact > -2.0 or screened == exact, "no fall is screened away"


def test_without_variance_a_count_is_of_poisson():
    (score,) = count_score(np.array([3.0]), np.array([12.0]), np.array([0.0]), np.array([True]))
    tail = poisson.cdf(2, 12) + poisson.pmf(3, 12) / 2
    assert score == pytest.approx(norm.ppf(tail), abs=1e-4)


def test_what_is_not_tested_has_no_score():
    assert np.isnan(count_score(np.zeros(2), np.ones(2), np.ones(2), np.array([False, False]))).all()


@given(st.floats(0.1, 300.0), st.floats(1e-4, 2.0))
def test_the_probability_of_zero_is_scipys(expected, variance):
    size = 1.0 / variance
    law = nbinom.logpmf(0, size, size / (size + expected))
    assert log_probability_of_zero(np.array(expected), np.array(variance)) == pytest.approx(law, rel=1e-6)


@given(st.lists(st.one_of(st.floats(-9, 9), st.just(float("nan"))), min_size=1, max_size=40), st.floats(0.01, 0.5))
def test_discoveries_are_those_of_benjamini_and_hochbergs_step_up(scores, rate):
    values = np.array(scores)
    tested = np.flatnonzero(np.isfinite(values))
    p = 2 * ndtr(-np.abs(values[tested]))
    order = np.argsort(p, kind="stable")
    bound = rate * np.arange(1, p.size + 1) / max(p.size, 1)
    passed = np.flatnonzero(p[order] <= bound)
    expected = np.zeros(values.size, dtype=bool)
    if passed.size:
        expected[tested[order[: passed[-1] + 1]]] = True
    near = np.isclose(p[order], bound, rtol=1e-12, atol=0).any()
    assert near or discoveries(values, rate).tolist() == expected.tolist()


def test_the_score_scale_of_normal_scores_is_one():
    edges = np.arange(SCORE_BINS + 1) / BINS_PER_UNIT
    shares = np.diff(2 * norm.cdf(edges) - 1)
    assert score_scale(1e6 * shares) == pytest.approx(1.0, abs=0.005)
    stretched = np.diff(2 * norm.cdf(edges / 1.5) - 1)
    assert score_scale(1e6 * stretched) == pytest.approx(1.5, abs=0.01)


def test_a_variance_is_the_weighted_mean_of_ones_own_and_the_accounts():
    metric = CtrState(2, 1, 1)
    metric.variance_sums[0] = [[4.0, 0.0]]
    metric.variance_sums[1] = [[100.0, 0.0]]
    account = (4.0 + 5 * 0.04) / (100 + 5)
    assert relative_variance(metric, 0.1, 0.2)[0] == pytest.approx([(4 + 10 * account) / 110, account])
    assert relative_variance(metric, 0.3, 0.2)[0] == pytest.approx([0.09, 0.09])


def test_a_campaigns_own_variance_of_conversions_takes_longer_to_believe():
    assert ConversionState(1, 5, 1).prior_days == 4 * CtrState(1, 5, 5).prior_days


def test_weights_of_days_halve_every_half_life():
    state = DetectorState(1, DetectionSettings())
    state.today = 740_000
    for day in range(state.today - 34, state.today):
        state.days.begin(day)
    window = baseline_window(state)
    ages = state.today - window.days
    assert window.weight[:, 0] == pytest.approx(0.5 ** (ages / 10.0))
    assert window.lasting_weight[:, 0] == pytest.approx(0.5 ** (ages / 20.0))


def test_the_click_rate_is_the_posterior_mean_of_gamma_and_poisson():
    state = DetectorState(2, DetectionSettings())
    state.today = 740_000
    day = row_of(state.today - 1)
    state.days.begin(state.today - 1)
    state.days.impressions[day], state.days.clicks[day] = [10_000.0, 1_000.0], [150.0, 5.0]
    window = baseline_window(state)
    fit_ctr(state, window)
    weight = 0.5 ** (1 / 20)
    account = 155 / 11_000
    prior_clicks, prior_shown = 10.0, 10.0 / account
    expected = [(weight * k + prior_clicks) / (weight * n + prior_shown) for k, n in ((150, 10_000), (5, 1_000))]
    assert state.ctr.level == pytest.approx(expected)


def test_a_decline_is_numpys_weighted_regression():
    rng = np.random.default_rng(3)
    log, weight = rng.normal(0, 0.1, (28, 4)), rng.uniform(5, 200, (28, 4))
    x = np.maximum(np.arange(28.0) - 13, 0.0)
    found = fit_decline(log, weight, days=14)
    for column in range(4):
        slope, _ = np.polyfit(x, log[:, column], 1, w=np.sqrt(weight[:, column]))
        assert found.slope[column] == pytest.approx(slope, rel=1e-9)


def test_a_step_is_fitted_better_by_two_levels_than_by_a_decline():
    step = np.where(np.arange(28) < 17, 0.0, -0.4)[:, None]
    found = fit_decline(step, np.full((28, 1), 50.0), days=14)
    assert found.step_squares[0] == pytest.approx(0.0, abs=1e-9) and found.line_squares[0] > 1.0


def test_outliers_are_pulled_in_and_unknown_days_stay_out():
    logs = np.array([[0.0, 1.0], [0.2, 1.0], [-0.2, 1.0], [5.0, 7.0]])
    use = np.array([[True, True], [True, True], [True, True], [True, False]])
    pulled = winsorised(logs, use)
    width = 2.5 * 1.4826 * np.median(np.abs(logs[:, 0] - np.median(logs[:, 0])))
    assert pulled[3, 0] == pytest.approx(np.median(logs[:, 0]) + width) and pulled[3, 1] == 0.0
    assert weighted_mean(pulled, use.astype(float))[1] == 1.0
