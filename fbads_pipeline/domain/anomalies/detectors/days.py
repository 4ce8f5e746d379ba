"""The end of a day: what the detectors learn from it, and the baselines of the next one."""

from fbads_pipeline.domain.anomalies.detectors.baseline import baseline_window
from fbads_pipeline.domain.anomalies.detectors.conversions import fit_conversions, learn_maturity
from fbads_pipeline.domain.anomalies.detectors.cpm import fit_cpm, learn_cpm_hours
from fbads_pipeline.domain.anomalies.detectors.ctr import fit_ctr, learn_ctr_hours
from fbads_pipeline.domain.anomalies.detectors.spend import fit_spend, learn_profile
from fbads_pipeline.domain.anomalies.detectors.spikes import learn_half_hours
from fbads_pipeline.domain.anomalies.detectors.variance import forget
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.history import HISTORY_DAYS


def open_day(state: DetectorState, day: int) -> None:
    """Close the day that was open, learn from it, and begin `day` (ordinal); days in between were not read."""
    if state.today:
        _learn(state)
        state.closed_days += 1
    for passed in range(max(state.today + 1, day - HISTORY_DAYS + 1), day + 1):
        state.days.begin(passed)
        for metric in state.metrics:
            metric.begin_day(passed)
    state.today = day
    state.open_day.clear()
    window = baseline_window(state)
    fit_spend(state, window)
    fit_ctr(state, window)
    fit_cpm(state, window)
    fit_conversions(state, window)


def _learn(state: DetectorState) -> None:
    """What is known of variation, of the time of day and of late conversions halves every ten days."""
    keep = 0.5 ** (1.0 / state.settings.half_life_days)
    for metric in state.metrics:
        forget(metric, keep)
    learn_half_hours(state, keep)
    learn_profile(state, keep)
    learn_ctr_hours(state, keep)
    learn_cpm_hours(state, keep)
    learn_maturity(state, keep)
