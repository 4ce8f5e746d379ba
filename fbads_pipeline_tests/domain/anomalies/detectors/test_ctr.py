"""What a fall of the CTR needs: by what is known of the campaign and of its account."""

import numpy as np
import pytest

from fbads_pipeline.domain.anomalies.detectors.ctr import ctr_evidence
from fbads_pipeline.domain.anomalies.detectors.tails import discoveries
from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.history import RING_SLOTS, RingChannel
from fbads_pipeline.domain.anomalies.state.readings import MINUTES_A_DAY

SETTINGS = DetectionSettings()
HALF_HOURS = 12


def evidence(clicks, expected=70.0, *, days=18.0, deviation=0.10, scale=1.0, edited=None, hours_ago=5):
    """Of one campaign whose last six hours brought those clicks, and the hours before what was expected of them.

    edited: which of its instants of an edit is set, so many hours ago.
    """
    state = DetectorState(1, SETTINGS)
    state.today, state.half_hours.slot = 739_000, 739_000 * MINUTES_A_DAY // 30 + 24
    ring, slots = state.half_hours.ring, (state.half_hours.slot - np.arange(RING_SLOTS)) % RING_SLOTS
    ring[RingChannel.CLICKS, slots] = ring[RingChannel.EXPECTED_CLICKS, slots] = expected / HALF_HOURS
    ring[RingChannel.CLICKS, slots[:HALF_HOURS]] = clicks / HALF_HOURS
    state.ctr.clicks[:], state.ctr.baseline_days[:] = 5_000.0, days
    state.ctr.variance_sums[0], state.ctr.variance_sums[1] = 1_000.0 * deviation**2, 1_000.0
    state.ctr.score_scale[:] = scale
    if edited is not None:
        getattr(state.campaigns, edited)[:] = state.minute - 60 * hours_ago
    return ctr_evidence(state, np.ones(1, dtype=bool))


def test_a_fall_to_a_half_is_found_on_seventy_clicks_and_one_to_four_fifths_is_not():
    halved = evidence(31.0)
    assert halved.threshold_ratio[0] >= 1.0 and halved.hours[0] == 6.0
    assert evidence(56.0).threshold_ratio[0] < 0.5


def test_an_account_that_varies_less_needs_fewer_clicks_to_be_sure():
    steady, usual, wild = (evidence(35.0, deviation=own).threshold_ratio[0] for own in (0.07, 0.10, 0.25))
    assert steady > usual > wild and steady >= 1.0 > wild
    assert evidence(35.0, deviation=0.01).threshold_ratio[0] == pytest.approx(steady, rel=1e-3), (
        "never less than the floor"
    )


def test_what_is_known_from_few_days_needs_more():
    known, young = evidence(31.0), evidence(31.0, days=5.0)
    assert known.threshold_ratio[0] >= 1.0 > young.threshold_ratio[0]


def test_a_tail_that_the_falls_themselves_have_lengthened_holds_nothing_back():
    normal, fallen, bursts = (evidence(31.0, scale=scale).score[0] for scale in (0.9, 1.15, 1.4))
    assert fallen == normal
    assert bursts == pytest.approx(normal * 1.15 / 1.4)


def test_one_fall_among_two_hundred_campaigns_is_a_discovery_at_its_windows_own_threshold():
    scores = np.zeros(200)
    scores[0] = evidence(31.0).score[0]
    assert discoveries(scores, SETTINGS.rate_discovery_rate)[0]


@pytest.mark.parametrize("edited", ["edited_at", "ads_edited_at"])
def test_for_a_day_after_an_edit_of_the_budget_or_of_the_ads_less_is_enough(edited):
    usual, after, later = (
        evidence(36.0).threshold_ratio[0],
        evidence(36.0, edited=edited).threshold_ratio[0],
        evidence(36.0, edited=edited, hours_ago=25).threshold_ratio[0],
    )
    assert usual == later < 1.0 <= after
