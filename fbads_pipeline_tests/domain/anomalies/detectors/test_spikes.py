"""Rises of spend under noise with heavy tails, and rows that are missing for a reading or two."""

from datetime import timedelta

import numpy as np
import pytest

from fbads_pipeline.domain.anomalies.detectors.spikes import is_rise_of_half_hours, learn_half_hours, spike_scores
from fbads_pipeline.domain.anomalies.replay import replay
from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.history import RingChannel
from fbads_pipeline_tests.support.detection_figures import START, calm_readings, changes, from_then, known_campaigns
from fbads_pipeline_tests.support.half_hours import filled_state

CAMPAIGNS, DAYS = 12, 15
AT = START + timedelta(days=13, hours=9)
SETTINGS = DetectionSettings()


@pytest.fixture(scope="module")
def heavy():
    """Two weeks in which every half hour varies by .3 with tails of Student's t with four degrees of freedom."""
    calm = calm_readings(CAMPAIGNS, DAYS).sort_values(["campaign_id", "ts"], kind="stable", ignore_index=True)
    noise = np.random.default_rng(8).standard_t(4, len(calm)) / np.sqrt(2)
    factor = np.exp(np.clip(0.3 * noise, -3, 3))
    for name in ("impressions", "clicks", "spend", "conversions"):
        by_day = calm.groupby(["campaign_id", "date"])[name]
        calm[name] = (by_day.diff().fillna(calm[name]) * factor).round(2)
        calm[name] = calm.groupby(["campaign_id", "date"])[name].cumsum()
    return calm


def rises(readings, settings=SETTINGS):
    found = replay(readings, known_campaigns(CAMPAIGNS), changes(), settings)
    return [(name, (one.at - AT) / timedelta(hours=1)) for name, one in found if one.what == "spend_spike"]


def test_a_doubled_spend_is_found_within_ten_hours_where_half_hours_vary_much(heavy):
    doubled = from_then(heavy, "c1", AT, impressions=2.2, spend=2.2, clicks=2.2, conversions=2.2)
    ((name, hours),) = rises(doubled)
    assert name == "c1" and 0 < hours <= 10
    sums_alone = DetectionSettings(spike_z=(99.0,) * len(SETTINGS.spike_z))
    assert not [row for row in rises(doubled, sums_alone) if row[1] <= hours], "the sums alone find it later"


def test_half_hours_that_vary_much_are_no_spike(heavy):
    assert rises(heavy) == []
    once = heavy.copy()
    one = (once["campaign_id"] == "c1") & (once["date"] == AT.replace(hour=0)) & (once["ts"] >= AT)
    once.loc[one, ["impressions", "spend"]] += [20_000 / 48 * 5, 80 / 48 * 5]
    assert rises(once) == [], "five times the usual in one half hour"


def test_the_score_is_the_distance_from_the_best_linear_prediction():
    """In closed form: n0 half hours before, k = s² / day². Where nothing is known of the day before, a window that
    reaches into it is one of today."""
    logs = np.concatenate([np.full(10, 0.2), np.full(4, 0.9)])[:, None]
    got = spike_scores(filled_state(logs), np.zeros(1), np.ones(1, dtype=bool))
    k = 0.09 / 0.04
    foretold, error = 10 * 0.2 / (10 + k), np.sqrt(0.09 / 4 + 0.09 / (10 + k))
    assert got.score[0, 0] == pytest.approx((0.9 - foretold) / error, rel=1e-5)
    assert got.error[0, 0] == pytest.approx(error, rel=1e-5)
    assert got.score[4, 0] == pytest.approx(0.4 / np.sqrt(0.09 / 14 + 0.04), rel=1e-5)


def test_a_window_over_midnight_is_compared_with_both_of_its_days():
    """Ten hours, of which six lie before midnight: each part against its own day, by how surely it tells."""
    before = np.concatenate([np.full(36, 0.1), np.full(12, 0.9)])[:, None]
    got = spike_scores(filled_state(np.full((8, 1), 0.8), before=before), np.zeros(1), np.ones(1, dtype=bool))
    k = 0.09 / 0.04
    older, newer = 0.9 - 36 * 0.1 / (36 + k), 0.8
    of_older, of_newer = 1 / (0.09 / 12 + 0.09 / (36 + k)), 1 / (0.09 / 8 + 0.04)
    error = 1 / np.sqrt(of_older + of_newer)
    assert got.error[4, 0] == pytest.approx(error, rel=1e-5)
    assert got.score[4, 0] == pytest.approx((older * of_older + newer * of_newer) * error, rel=1e-5)
    assert got.foretold[4, 0] == pytest.approx(12 / 20 * 36 * 0.1 / (36 + k), rel=1e-5)
    assert got.score[4, 0] > 1.5 * got.score[2, 0], "a window of four hours begins at midnight and has today alone"


def test_nothing_is_scored_before_the_days_first_half_hour():
    state = filled_state(np.full((1, 1), 0.5), before=np.zeros((48, 1)))
    state.half_hours.slot -= 1
    assert np.isnan(spike_scores(state, np.zeros(1), np.ones(1, dtype=bool)).score).all()


@pytest.mark.parametrize("half_hours", [40, 6])
def test_scores_of_noise_with_memory_vary_as_much_as_they_say(half_hours):
    """Within a day, and over midnight."""
    rng, memory, n = np.random.default_rng(2), 0.5, 4000
    noise = rng.normal(0, 0.3, (48 + half_hours, n))
    for row in range(1, len(noise)):
        noise[row] = memory * noise[row - 1] + np.sqrt(1 - memory**2) * noise[row]
    before, logs = noise[:48] + rng.normal(0, 0.2, n), noise[48:] + rng.normal(0, 0.2, n)
    got = spike_scores(filled_state(logs, memory=memory, before=before), np.zeros(n), np.ones(n, dtype=bool))
    assert got.score.std(axis=1) == pytest.approx(np.ones(5), abs=0.12)
    assert np.abs(got.score.mean(axis=1)).max() < 0.08


def test_a_rise_of_a_sum_is_one_of_its_half_hours():
    """Twelve half hours at twice the usual are; two at seven times among usual ones, with the same sum, are not; a rise
    of ten times is, though clipped half hours cannot show it whole. Where no half hour tells, the sum speaks."""
    wide, narrow, huge = np.full(12, np.log(2.0)), np.zeros(12), np.full(12, 1.2)
    narrow[[3, 7]] = 1.2  # log 7, clipped
    state = filled_state(np.stack([wide, narrow, huge, wide], axis=1))
    state.half_hours.ring[RingChannel.LOG_WEIGHT, :, 3] = 0.0
    log = np.log([[2.0, 2.0, 10.0, 2.0]])
    assert is_rise_of_half_hours(state, (6.0,), log).tolist() == [[True, False, True, True]]


def test_a_day_teaches_the_variation_of_half_hours_of_days_and_their_memory():
    rng, n = np.random.default_rng(5), 60
    variation = filled_state(np.zeros((48, n))).half_hour_variation
    for _ in range(30):
        noise = rng.normal(0, 0.4, (48, n))
        for row in range(1, 48):
            noise[row] = 0.6 * noise[row - 1] + 0.8 * noise[row]
        day = filled_state(noise + rng.normal(0, 0.25, n), half_hour=0.09)
        day.half_hour_variation = variation
        learn_half_hours(day, keep=0.97)
    assert np.median(variation.half_hour) == pytest.approx(0.16, rel=0.2)
    assert np.median(variation.day) == pytest.approx(0.0625 + 0.01, rel=0.35)
    assert variation.memory == pytest.approx(0.6, abs=0.1)


@pytest.mark.parametrize("missed", [1, 2, 3])
def test_a_row_that_comes_back_makes_one_longer_interval(missed):
    """After midnight, where a campaign without a row counts as idle until it has one."""
    calm = calm_readings(CAMPAIGNS, 9)
    midnight = START + timedelta(days=8)
    since = calm["ts"] - midnight
    gone = (calm["campaign_id"] == "c1") & (since > timedelta()) & (since < timedelta(minutes=30 * missed + 1))
    early = DetectionSettings(spike_hours=(1.0,), spike_z=(4.0,), spend_high_z=(3.5, 3.5, 9.0, 9.0, 9.0))
    assert rises(calm, early) == []
    assert rises(calm[~gone], early) == [], "what came after the gap is no rise"


def test_a_row_that_one_reading_after_an_outage_left_out_is_no_stop():
    calm = calm_readings(CAMPAIGNS, 9)
    midnight = START + timedelta(days=8)
    outage = calm["ts"].between(midnight - timedelta(hours=1), midnight + timedelta(hours=4))
    late = (calm["campaign_id"] == "c1") & (calm["ts"] > midnight) & (calm["ts"] < midnight + timedelta(hours=5))
    found = list(replay(calm[~outage & ~late], known_campaigns(CAMPAIGNS), changes()))
    assert found == []
