"""What a fall of the conversions needs: more where few are expected."""

import numpy as np
import pytest

from fbads_pipeline.domain.anomalies.detectors.conversions import conversion_evidence
from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.history import row_of
from fbads_pipeline.domain.anomalies.state.readings import MINUTES_A_DAY

SETTINGS = DetectionSettings()
TODAY, DAYS, RATE = 739_000, 5, 0.05


def evidence(reported, expected, *, scale=1.0):
    """Of one campaign whose last five days were to bring so many conversions, all of them old enough to be reported."""
    state = DetectorState(1, SETTINGS)
    state.today = TODAY
    history, metric = state.days, state.conversions
    rows = [row_of(TODAY - back) for back in range(DAYS)]
    history.ordinal[rows] = TODAY - np.arange(DAYS)
    history.clicks[rows] = expected / DAYS / RATE
    history.conversions[rows] = reported / DAYS
    history.conversions_read_at[rows] = 30 * MINUTES_A_DAY
    metric.maturity[:] = 1.0
    metric.rate[:], metric.conversions[:], metric.baseline_days[:] = RATE, 1_000.0, 18.0
    metric.variance_sums[0], metric.variance_sums[1] = 1_000.0 * SETTINGS.conversion_cv**2, 1_000.0
    metric.score_scale[:] = scale
    return conversion_evidence(state, np.ones(1, dtype=bool))


def test_at_one_score_few_conversions_are_no_jump_of_the_cpa_and_many_are():
    few, many = evidence(4.0, 17.0), evidence(72.0, 150.0)
    assert many.score[0] == pytest.approx(few.score[0], abs=0.1)
    assert many.threshold_ratio[0] >= 1.0 > few.threshold_ratio[0]


def test_however_many_are_expected_some_certainty_is_needed():
    assert evidence(1_100.0, 2_000.0).threshold_ratio[0] < 1.0


def test_not_one_of_thirty_is_a_jump():
    assert evidence(0.0, 30.0).threshold_ratio[0] >= 1.0


def test_an_account_with_short_tails_lends_no_strength_and_a_wild_one_takes_some():
    short, normal, wild = (evidence(60.0, 150.0, scale=scale).score[0] for scale in (0.9, 1.0, 1.4))
    assert short == normal
    assert wild == pytest.approx(normal / 1.4)
