"""How surely a rise of spend began in one of the last twenty half hours, by what each of them brought that was new."""

import numpy as np

from fbads_pipeline.domain.anomalies.detectors.windows import as_column
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.history import HALF_HOURS_A_DAY, RING_SLOTS, RingChannel
from fbads_pipeline.domain.anomalies.state.readings import Bools, Floats, Ints

# Where a rise may begin, and how many of these half hours must have been read.
_ONSETS, _LEAST_READ = 20, 19
# The rise that is asked about: a little over twice the usual, as a logarithm.
_RISE = 0.75
# Degrees of freedom of Student's t of what is new in a half hour.
_DEGREES = 4.0
# Where the day lies is not known: five values of it, weighed as of a normal distribution.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
_LOG_WEIGHTS = np.log(_WEIGHTS / _WEIGHTS.sum())[:, None]

# Spikes whose onset is as sure as this need so much of their threshold; only scores above `_NEAR` of theirs are asked.
_ONSET_SCORE, _WITH_ONSET, _NEAR = 4.25, 0.92, 0.8


def spike_thresholds(state: DetectorState, score: Floats, level_variance: Floats) -> Floats:
    """Return the settings' thresholds of spikes, lower where an onset is sure.

    Parameters
    ----------
    score
        Standard scores of the windows of `settings.spike_hours` (windows, n); NaN where nothing could be tested.
    level_variance
        Of log(expected) itself (n,).

    Returns
    -------
    ndarray of shape (windows, n)
        `settings.spike_z`, times .92 where `onset_scores` are at least 4.25.
    """
    usual = as_column(state.settings.spike_z)
    thresholds = np.broadcast_to(usual, score.shape).copy()
    near = np.flatnonzero((score >= _NEAR * usual).any(axis=0))
    if near.size:
        begun = near[onset_scores(state, near, level_variance) >= _ONSET_SCORE]
        thresholds[:, begun] *= _WITH_ONSET
    return thresholds


def onset_scores(state: DetectorState, campaigns: Ints, level_variance: Floats) -> Floats:
    """Return how surely spend has risen to about twice the usual, whenever in the last ten hours that began.

    Parameters
    ----------
    campaigns
        Positions (rows,).
    level_variance
        Of log(expected) itself (n,).

    Returns
    -------
    ndarray of shape (rows,)
        ``sqrt(2 max(ratio))`` over the onsets, comparable with a standard score; 0 where more than one of the last
        twenty half hours was not read, or none speaks for a rise.

    Notes
    -----
    New in a half hour is ``x_t - r x_(t-1)``, with the autocorrelation r of neighbours. A rise adds itself to it where
    it begins and (1 - r) of itself to each later one, and the day's own level (1 - r) of that. ``ratio`` is the
    logarithm of the likelihood ratio, Student's t, of a rise against none. The day's level is what `spike_scores`
    foretells from its half hours before the onset, and averaged over; after midnight it is a new one.
    """
    variation = state.half_hour_variation
    slots = np.arange(state.half_hours.slot - _ONSETS - HALF_HOURS_A_DAY, state.half_hours.slot + 1)
    at = np.ix_(slots % RING_SLOTS, campaigns)
    weight = state.half_hours.ring[RingChannel.LOG_WEIGHT][at].astype(float)
    weighted = state.half_hours.ring[RingChannel.WEIGHTED_LOG][at].astype(float)
    known = weight > 0
    log = np.where(known, weighted / np.where(known, weight, 1.0), 0.0)
    day = (slots - 1) // HALF_HOURS_A_DAY
    memory = np.where(known[:-1] & (day[1:] == day[:-1])[:, None], variation.memory, 0.0)
    new, carried = log[1:] - memory * log[:-1], 1.0 - memory
    half_hour = variation.half_hour[campaigns]
    counting = np.maximum(1.0 / np.where(known, weight, 1.0)[1:] - half_hour, 0.0)
    spread = half_hour * (1.0 - variation.memory**2) + counting
    of_day = variation.day[campaigns] + level_variance[campaigns]
    alike = (1.0 + variation.memory) / (1.0 - variation.memory)
    best = np.zeros(len(campaigns))
    for onset in range(len(slots) - _ONSETS, len(slots)):
        before = (slots < slots[onset]) & (day == day[onset])
        certainty = weight[before].sum(axis=0) / alike + 1.0 / of_day
        foretold = weighted[before].sum(axis=0) / alike / certainty
        rise = np.where((slots == slots[onset])[1:, None], _RISE, _RISE * carried)
        same = (slots >= slots[onset]) & (day == day[onset])
        ratio = np.zeros(len(campaigns))
        for part, mean, variance in ((same, foretold, 1.0 / certainty), (day > day[onset], 0.0 * foretold, of_day)):
            rows = part[1:]
            ratio += _log_ratio(
                new[rows],
                rise[rows],
                carried[rows],
                spread[rows],
                known[1:][rows],
                mean + _NODES[:, None] * variance**0.5,
            )
        best = np.maximum(best, ratio)
    whole = known[-_ONSETS:].sum(axis=0) >= _LEAST_READ
    score: Floats = np.sqrt(2.0 * np.where(whole, best, 0.0))
    return score


def _log_ratio(new: Floats, rise: Floats, carried: Floats, spread: Floats, known: Bools, level: Floats) -> Floats:
    """Log of the likelihood of half hours (slots, rows) with a rise over that without; level: of the day (5, rows)."""
    rest = new[:, None, :] - carried[:, None, :] * level

    def likelihood(left: Floats) -> Floats:
        logs = -(_DEGREES + 1.0) / 2.0 * np.log1p(left**2 / (_DEGREES * spread[:, None, :]))
        total: Floats = np.logaddexp.reduce(np.where(known[:, None, :], logs, 0.0).sum(axis=0) + _LOG_WEIGHTS, axis=0)
        return total

    return likelihood(rest - rise[:, None, :]) - likelihood(rest)
