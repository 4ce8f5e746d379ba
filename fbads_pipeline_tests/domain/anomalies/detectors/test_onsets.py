"""Where a rise of spend began, by what is new in each half hour."""

import numpy as np
import pytest

from fbads_pipeline.domain.anomalies.detectors.spikes import onset_scores, spike_thresholds
from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.history import RING_SLOTS, RingChannel
from fbads_pipeline_tests.support.half_hours import filled_state

ONE = np.array([0])
NOTHING = np.zeros(1)


def scored(logs, **assumed):
    return onset_scores(filled_state(np.array(logs)[:, None], **assumed), ONE, NOTHING)[0]


def gain(new, rise, spread):
    """Twice the log of Student's likelihood ratio, four degrees of freedom."""
    return 5.0 * (np.log1p(new**2 / (4 * spread)) - np.log1p((new - rise) ** 2 / (4 * spread)))


def test_the_score_is_the_likelihood_ratio_of_a_rise_from_its_onset_on():
    """In closed form where the day's level is known: the whole rise is new at its onset, (1 - r) of it later."""
    logs = [*np.zeros(27), 0.9, 0.7, 0.8]
    known = {"half_hour": 0.09, "day": 1e-12}
    assert scored(logs, **known) ** 2 == pytest.approx(sum(gain(x, 0.75, 0.09) for x in logs[-3:]), rel=1e-5)
    new, rises, spread = [0.9, 0.7 - 0.5 * 0.9, 0.8 - 0.5 * 0.7], [0.75, 0.375, 0.375], 0.09 * 0.75
    expected = sum(gain(x, rise, spread) for x, rise in zip(new, rises, strict=True))
    assert scored(logs, memory=0.5, **known) ** 2 == pytest.approx(expected, rel=1e-5)


def test_a_day_that_lies_high_from_its_beginning_is_no_rise():
    assert scored(np.full(30, 0.4)) < 1.5 < 4 < scored([*np.zeros(20), *np.full(10, 0.8)])


def test_a_rise_over_midnight_is_one():
    before = np.concatenate([np.zeros(40), np.full(8, 0.8)])[:, None]
    over = onset_scores(filled_state(np.full((6, 1), 0.8), before=before), ONE, NOTHING)[0]
    alone = onset_scores(filled_state(np.full((6, 1), 0.8), before=np.zeros((48, 1))), ONE, NOTHING)[0]
    assert over > alone + 1


@pytest.mark.parametrize(("unread", "is_scored"), [(1, True), (2, False)])
def test_half_hours_that_were_not_read_leave_no_onset_sure(unread, is_scored):
    state = filled_state(np.concatenate([np.zeros(20), np.full(10, 0.9)])[:, None])
    state.half_hours.ring[RingChannel.LOG_WEIGHT, (state.half_hours.slot - np.arange(3, 3 + unread)) % RING_SLOTS] = 0.0
    assert (onset_scores(state, ONE, NOTHING)[0] > 0) is np.bool_(is_scored)


def test_a_threshold_is_lower_where_an_onset_is_sure_and_nowhere_else():
    """Three campaigns: a sure onset near the threshold, a slow climb as near, and a score far from it."""
    sure, climb = np.concatenate([np.zeros(24), np.full(6, 0.8)]), np.linspace(-0.3, 0.5, 30)
    state = filled_state(np.stack([sure, climb, sure], axis=1))
    usual = np.array(DetectionSettings().spike_z)
    score = np.stack([0.95 * usual, 0.95 * usual, 0.5 * usual], axis=1)
    assert spike_thresholds(state, score, np.zeros(3)) / usual[:, None] == pytest.approx(np.tile([0.92, 1, 1], (5, 1)))
    assert (spike_thresholds(state, np.full((5, 3), np.nan), np.zeros(3)) == usual[:, None]).all()
