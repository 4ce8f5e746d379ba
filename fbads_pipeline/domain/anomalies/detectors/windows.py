"""What every test shares: sums over the last hours, the account's own movement, and the window that says most."""

from dataclasses import dataclass

import numpy as np

from fbads_pipeline.domain.anomalies.state import detector_state as st
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.readings import MINUTES_A_DAY, Bools, Floats


@dataclass(frozen=True)
class Evidence:
    """One family at one reading; arrays over all campaigns, NaN where nothing could be tested.

    score: signed standard score of the window that says most, the account's own movement taken off; raw: with it left
    in; loudness: |score| over the threshold of that window; calm: the largest |score| of the windows that answer
    whether it is over. hours: the window; observed and expected: its sums; error: standard deviation of
    log(observed / expected). hard: a stop, or a tracking break, beyond doubt; none: not one conversion of late.
    """

    family: int
    score: Floats
    raw: Floats
    loudness: Floats
    calm: Floats
    hours: Floats
    observed: Floats
    expected: Floats
    error: Floats
    hard: Bools
    none: Bools


@dataclass(frozen=True)
class Windows:
    """What a test saw: arrays (windows, n), bars also (windows, 1).

    raw and apart are scores with and without the account's movement.
    """

    family: int
    hours: tuple[float, ...]
    bars: Floats
    raw: Floats
    apart: Floats
    observed: Floats
    expected: Floats
    error: Floats


def window_sums(state: DetectorState, hours: tuple[float, ...], channels: tuple[int, ...]) -> Floats:
    """Sums of the ring's channels over the last hours: (channel, window, n); hours ascend."""
    edges = [0, *(min(int(window * 2), st.RING) for window in hours)]
    order = np.arange(state.slot, state.slot - edges[-1], -1) % st.RING
    parts = state.ring[np.ix_(np.array(channels), order)]
    sums: Floats = np.add.reduceat(parts, edges[:-1], axis=1, dtype=np.float64).cumsum(axis=1)
    return sums


def common_movement(log: Floats, use: Bools) -> Floats:
    """Movement that the account's campaigns share, per window (windows, 1); less the fewer they are."""
    shared = np.zeros((log.shape[0], 1))
    if np.count_nonzero(use) <= 5:
        return shared
    for window in range(log.shape[0]):
        there = log[window][use & np.isfinite(log[window])]
        if there.size > 5:
            shared[window, 0] = float(np.median(there)) * (there.size - 5) / (there.size + 5)
    return shared


def loudest(state: DetectorState, seen: Windows, hard: Bools | None = None) -> Evidence:
    """The window that is loudest; its score is the smaller of the two views where they agree, else nothing."""
    # Once an alert is over, only what came since then may open another one.
    since = (state.slot * 30 - state.closed_at[seen.family]) / 60.0
    fresh = np.array(seen.hours)[:, None] <= since
    raw, apart = np.where(fresh, seen.raw, np.nan), np.where(fresh, seen.apart, np.nan)
    agreed = np.where(np.sign(raw) == np.sign(apart), np.sign(raw) * np.minimum(np.abs(raw), np.abs(apart)), 0.0)
    _remember_tails(state, seen)
    below, above = state.scale[seen.family][:, :, None]
    scale = np.where(apart < 0, below, above)
    score = np.where(np.isnan(raw), np.nan, agreed / scale)
    loudness = np.abs(score) / seen.bars
    stopped = np.zeros(raw.shape, dtype=np.bool_) if hard is None else hard
    best = np.argmax(np.where(stopped, np.inf, np.nan_to_num(loudness)), axis=0)
    column = np.arange(state.n)
    tested, first = np.isfinite(score).any(axis=0), stopped[best, column]
    short = np.array(seen.hours) <= max(12.0, seen.hours[0])
    calm = np.where(np.isnan(score), -1.0, np.abs(score))[short].max(axis=0)
    chosen = np.where(tested, score[best, column], np.nan)
    return Evidence(
        seen.family,
        score=np.where(first, np.minimum(np.nan_to_num(chosen), -8.0), chosen),
        raw=np.where(tested, raw[best, column] / scale[best, column], np.nan),
        loudness=np.where(first, 2.0, np.where(tested, loudness[best, column], np.nan)),
        calm=np.where(first, 8.0, np.where(calm < 0, np.nan, calm)),
        hours=np.array(seen.hours)[best],
        observed=seen.observed[best, column],
        expected=seen.expected[best, column],
        error=seen.error[best, column],
        hard=first,
        none=np.zeros(state.n, dtype=np.bool_),
    )


def _remember_tails(state: DetectorState, seen: Windows) -> None:
    use = np.isfinite(seen.apart) & is_usual(state, seen.family)
    apart = np.where(use, seen.apart, 0.0)
    bins = np.minimum(np.abs(apart) * st.BINS_A_UNIT, st.BINS - 1).astype(np.int64)
    windows = bins.shape[0]
    flat = ((apart >= 0) * windows + np.arange(windows)[:, None]) * st.BINS + bins
    counts = np.bincount(flat[use], minlength=2 * windows * st.BINS)
    state.tails[seen.family] += counts.reshape(2, windows, st.BINS)


def is_usual(state: DetectorState, family: int) -> Bools:
    """Campaigns whose variation may be learned from: known for long enough, and no alert open."""
    known: Bools = (state.slot * 30 - state.created) >= state.settings.learning_days * MINUTES_A_DAY
    usual: Bools = known & ~state.is_open[family] & (state.closed_days >= state.settings.known_days)
    return usual


def column(bars: tuple[float, ...]) -> Floats:
    """Thresholds as (windows, 1)."""
    return np.array(bars)[:, None]
