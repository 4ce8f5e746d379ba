"""Sudden rises of spend: the mean of the newest half hours against the day's earlier ones, each half hour clipped.

A sum of money is moved by its largest half hour; a mean of clipped logarithms is not. With heavy tails (Student's t
with four degrees of freedom) it finds at the same rate of false alerts what the sum does not.
"""

from dataclasses import dataclass

import numpy as np

from fbads_pipeline.domain.anomalies.detectors.windows import as_column, common_movement
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.history import HALF_HOURS_A_DAY, RING_SLOTS, HalfHours, RingChannel, row_of
from fbads_pipeline.domain.anomalies.state.readings import Bools, Floats, Ints

# One half hour counts for at most this much of a logarithm (3.3 times, or a third, of what is usual).
LARGEST_LOG = 1.2
# Money of so many impressions is added to both sides, so that nothing spent has a logarithm.
LITTLE_IMPRESSIONS = 2.0
# Half hours with fewer expected impressions say nothing of the campaign, or nothing of the account.
_LEAST_EXPECTED, _LEAST_COMMON = 1.0, 5.0
_LEAST_READINGS = 3
# What is assumed before anything is known, and how much it counts: half hours and days of the account's own.
_FIRST_HALF_HOUR, _FIRST_DAY = 0.09, 0.04
_PRIOR_ACCOUNT_SLOTS, _PRIOR_ACCOUNT_DAYS = 480.0, 5.0
# How much the account's variance counts beside a campaign's own.
_PRIOR_SLOTS, _PRIOR_DAYS = 96.0, 7.0
_LEAST_VARIANCE, _MOST_MEMORY = 0.01, 0.9
# A day with fewer half hours teaches no variation; the square of its mean counts for at most one.
_LEAST_SLOTS, _LARGEST_SQUARE = 12, 1.0
# A rise of a sum is one of its half hours where their clipped mean shows this share of it, of at most so much.
_SHARE_OF_RISE, _LARGEST_RISE = 0.7, 1.5
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


@dataclass(frozen=True)
class SpikeScores:
    """One row per window of `settings.spike_hours` (windows, n); NaN where nothing could be tested.

    Attributes
    ----------
    score
        Standard scores, the account's common movement taken off.
    error
        Standard deviation of the mean's distance from what was foretold.
    foretold
        Log of how far the day's earlier half hours lie above what is usual, shrunk.
    """

    score: Floats
    error: Floats
    foretold: Floats


def take_half_hour(state: DetectorState, is_read: Bools) -> None:
    """Put the newest half hour's clipped log(spend / expected) into the ring, weighted by its precision.

    Notes
    -----
    Its weight is 1 / (s² + c): the campaign's variance of half hours, and that of counting m expected impressions,
    ``c = m / (m + 2)**2``, as two are added to both sides. The account's common movement is taken off.
    """
    ring, newest = state.half_hours.ring, state.half_hours.slot % RING_SLOTS
    spend = ring[RingChannel.SPEND, newest].astype(float)
    expected = ring[RingChannel.EXPECTED_SPEND, newest].astype(float)
    shown = ring[RingChannel.EXPECTED_IMPRESSIONS, newest].astype(float)
    known = (expected > 0) & (shown >= _LEAST_EXPECTED)
    little = LITTLE_IMPRESSIONS * np.maximum(state.cpm.level, 1e-12)
    log = np.clip(np.log((spend + little) / (np.where(known, expected, 1.0) + little)), -LARGEST_LOG, LARGEST_LOG)
    tells = known & (shown >= _LEAST_COMMON)
    log -= common_movement(np.where(tells, log, np.nan)[None], is_read & ~state.spend.alerts.is_open)[0, 0]
    counting = shown / (shown + LITTLE_IMPRESSIONS) ** 2
    weight = np.where(known, 1.0 / (state.half_hour_variation.half_hour + counting), 0.0)
    ring[RingChannel.LOG_WEIGHT, newest], ring[RingChannel.WEIGHTED_LOG, newest] = weight, weight * log


def spike_scores(state: DetectorState, level_variance: Floats, tested: Bools) -> SpikeScores:
    """Return how far the mean of each window's half hours lies above what the day's earlier ones foretell.

    Parameters
    ----------
    level_variance
        Of log(expected) itself (n,): few days behind it, a budget edit.
    tested
        Campaigns whose spend may be tested (n,).

    Notes
    -----
    ``z = (mean(x) - D) / sqrt(f s² / w + V)`` with ``D = sum(earlier x) / (n0 + k)``, ``V = s² / (n0 + k)`` and
    ``k = s² / day²``: the best linear prediction of a window of w half hours from the n0 before it the same day, where
    days vary with variance day². Neighbouring half hours are alike with autocorrelation r, so w of them tell as much as
    w / f, ``f = 1 + 2 sum((1 - i / w) r**i)``, and those before it as much as n0 (1 - r) / (1 + r). Half hours count by
    their precision. A window that reaches beyond midnight is two, each compared with its own day, and their distances
    count by their precision: ``z = sum(distance / v) / sqrt(sum(1 / v))``. Windows with fewer than three readings are
    not tested.
    """
    ring, hours = state.half_hours, np.array(state.settings.spike_hours)
    channels = (
        RingChannel.LOG_WEIGHT,
        RingChannel.WEIGHTED_LOG,
        RingChannel.READINGS,
        RingChannel.EXPECTED_IMPRESSIONS,
    )
    *window, readings, shown = ring.sums(state.settings.spike_hours, channels)
    today = min(ring.slot / 2.0 - 24.0 * state.today, 24.0)
    if today <= 0:
        nothing = np.full(shown.shape, np.nan)
        return SpikeScores(nothing, nothing, nothing)
    edges = (today,) if today >= hours[-1] else (today, today + 24.0)
    days = np.diff(ring.sums(edges, channels[:2]), axis=1, prepend=0.0).swapaxes(0, 1)  # today, and the day before
    newer = np.where((hours <= today)[:, None], window, days[0][:, None])
    parts = [(newer, np.minimum(hours, today)), (window - newer, np.maximum(hours - today, 0.0))]
    variation = state.half_hour_variation
    moved, total, ahead = np.zeros(shown.shape), np.zeros(shown.shape), np.zeros(shown.shape)
    for (part, length), whole in zip(parts[: len(days)], days, strict=True):
        before = whole[:, None] - part
        foretold, distance, precision = _against_its_day(
            part, before, length, variation.day + level_variance, variation.memory
        )
        moved += distance * precision
        total += precision
        ahead += foretold * part[0]
    known = tested & (window[0] > 0) & (readings >= _LEAST_READINGS) & (shown >= state.settings.least_impressions)
    total[~known] = np.nan
    return SpikeScores(moved / np.sqrt(total), 1.0 / np.sqrt(total), ahead / np.where(known, window[0], np.nan))


def _against_its_day(
    window: Floats, before: Floats, hours: Floats, day: Floats, memory: float
) -> tuple[Floats, Floats, Floats]:
    """Return what the half hours before it foretell of a window of one day, how far it is from that, and how surely.

    Parameters
    ----------
    window, before
        Sums of weights and of weighted logs of the window's half hours and of the day's earlier ones (2, windows, n).
    hours
        Of each window within the day (windows,).
    day
        Variance of days (n,).
    memory
        Autocorrelation of neighbouring half hours.

    Returns
    -------
    tuple of ndarray of shape (windows, n)
        What is foretold, the distance, and its precision: 0 for a window without a half hour of the day.
    """
    alike = (1.0 + memory) / (1.0 - memory)
    known = np.maximum(before[0], 0.0) / alike + 1.0 / day
    foretold = before[1] / alike / known
    shared = np.array([_shared(round(2 * length), memory) if length else 1.0 for length in hours])[:, None]
    is_there = window[0] > 1e-6
    weight = np.where(is_there, window[0], 1.0)
    precision = np.where(is_there, 1.0 / (shared / weight + 1.0 / known), 0.0)
    return foretold, window[1] / weight - foretold, precision


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


def is_rise_of_half_hours(state: DetectorState, hours: tuple[float, ...], log: Floats) -> Bools:
    """Return where a rise of a sum of spend is one of most of its half hours, not of a single one or two.

    Parameters
    ----------
    hours
        Windows, ascending.
    log
        log(spend / expected) of each window, the account's common movement taken off (windows, n).

    Returns
    -------
    ndarray of bool, shape (windows, n)
        Whether the mean of the window's clipped half hours, by their precision, is at least .7 of `log` (of at most a
        `log` of 1.5: a mean of clipped half hours reaches no farther). True where no half hour tells.
    """
    weight, weighted = state.half_hours.sums(hours, (RingChannel.LOG_WEIGHT, RingChannel.WEIGHTED_LOG))
    mean = weighted / np.where(weight > 0, weight, 1.0)
    agrees: Bools = (weight <= 0) | (mean >= _SHARE_OF_RISE * np.minimum(log, _LARGEST_RISE))
    return agrees


def _shared(slots: int, memory: float) -> float:
    """How many times a mean of so many half hours varies as much as if they were independent.

    >>> _shared(4, 0.0), round(_shared(2, 0.5), 2)
    (1.0, 1.5)
    """
    return 1.0 + 2.0 * sum((1.0 - back / slots) * memory**back for back in range(1, slots))


def learn_half_hours(state: DetectorState, keep: float) -> None:
    """Learn from the closed day how half hours vary around their day and days around their level.

    Parameters
    ----------
    keep
        How much older days count of what they did the day before.

    Notes
    -----
    The variance of half hours is what they vary around the day's mean less what counting explains; the day's is the
    square of its mean. A campaign's own is shrunk to the account's; the autocorrelation is the account's.
    """
    variation = state.half_hour_variation
    weight, log = _closed_day(state.half_hours, state.today)
    known = (weight > 0) & state.spend.is_baseline_day[row_of(state.today)]
    count = known.sum(axis=0)
    teaches = count >= _LEAST_SLOTS
    counting = np.maximum(1.0 / np.where(known, weight, 1.0) - variation.half_hour, 0.0)
    rest = np.where(known, log - np.where(known, log, 0.0).sum(axis=0) / np.maximum(count, 1), 0.0)
    squares = np.where(known, rest**2 - counting, 0.0)
    both = known[1:] & known[:-1]
    variation.slot_sums *= keep
    variation.slot_sums += np.where(teaches, [np.maximum(squares.sum(axis=0), 0.0), count], 0.0)
    variation.neighbour_sums *= keep
    variation.neighbour_sums += [(rest[1:] * rest[:-1])[both].sum(), max(float(squares[1:][both].sum()), 0.0)]
    weight = np.where(known, weight, 0.0)
    mean = (weight * log).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-9)
    variation.day_sums *= keep
    variation.day_sums += np.where(teaches, [np.minimum(mean**2, _LARGEST_SQUARE), np.ones(state.n)], 0.0)
    variation.half_hour = _shrunk(variation.slot_sums, _FIRST_HALF_HOUR, _PRIOR_ACCOUNT_SLOTS, _PRIOR_SLOTS)
    variation.day = _shrunk(variation.day_sums, _FIRST_DAY, _PRIOR_ACCOUNT_DAYS, _PRIOR_DAYS)
    products, alone = variation.neighbour_sums.tolist()
    variation.memory = float(np.clip(products / max(alone, 1e-9), 0.0, _MOST_MEMORY))


def _closed_day(ring: HalfHours, day: int) -> tuple[Floats, Floats]:
    """Weights and logs of a day's half hours (48, n); weight 0 where none was read or the ring has gone on."""
    slots = day * HALF_HOURS_A_DAY + np.arange(1, HALF_HOURS_A_DAY + 1)
    is_there = (slots > ring.slot - RING_SLOTS) & (slots <= ring.slot)
    weight = ring.ring[RingChannel.LOG_WEIGHT, slots % RING_SLOTS].astype(float) * is_there[:, None]
    weighted = ring.ring[RingChannel.WEIGHTED_LOG, slots % RING_SLOTS].astype(float)
    return weight, np.where(weight > 0, weighted / np.where(weight > 0, weight, 1.0), 0.0)


def _shrunk(sums: Floats, first: float, prior_account: float, prior: float) -> Floats:
    """Means (n,) of sums and counts (2, n), shrunk to the account's, and that to a first guess."""
    account = (sums[0].sum() + prior_account * first) / (sums[1].sum() + prior_account)
    own: Floats = (sums[0] + prior * account) / (sums[1] + prior)
    return np.maximum(own, _LEAST_VARIANCE)
