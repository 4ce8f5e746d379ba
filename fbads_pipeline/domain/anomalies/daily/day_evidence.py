"""How far each campaign's day is from what it usually is: spend, CTR, conversions, CPM, ROAS, links and pages."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from fbads_pipeline.domain.anomalies.daily.assessed_day import AssessedDay
from fbads_pipeline.domain.anomalies.daily.day_baseline import LogBaseline, fit_log_baseline, fit_rate_baseline
from fbads_pipeline.domain.anomalies.daily.day_conversions import conversion_evidence
from fbads_pipeline.domain.anomalies.daily.day_grid import DayGrid
from fbads_pipeline.domain.anomalies.daily.day_settings import DaySettings
from fbads_pipeline.domain.anomalies.daily.day_windows import (
    AVERAGING,
    DayEvidence,
    DayMetric,
    DayTests,
    count_scores,
    log_scores,
    strongest,
    window_sums,
)
from fbads_pipeline.domain.anomalies.detectors.tails import log_probability_of_zero
from fbads_pipeline.domain.anomalies.detectors.windows import as_column
from fbads_pipeline.domain.anomalies.state.readings import Bools, Floats, Ints

# A day of fewer impressions, or conversions, says nothing of what one costs, or is worth.
_PRICED_IMPRESSIONS, _VALUED_CONVERSIONS = 30.0, 1.0
# A stop: chance of no impression at all, the variance it is taken with, and chance of so many idle days in a row.
_STOP_PROBABILITY, _STOP_VARIANCE, _IDLE_PROBABILITY = 1e-6, 0.15, 0.002
# Clicks that the account's CTR counts as beside a campaign's own, and the deviation of a day assumed at first.
_PRIOR_CLICKS, _FIRST_CTR = 20.0, 0.2
# Days with a value that a baseline needs; an order's value varies by about so much around its mean.
_VALUED_DAYS, _ORDER_VARIANCE = 4.0, 0.5


def day_evidence(grid: DayGrid, day: AssessedDay, settings: DaySettings, curve: Floats) -> list[DayEvidence]:
    """The evidence of every metric, the spend first. curve: the account's maturity of conversions by age."""
    cpm = _cost(grid, day, settings)
    spend = _spend(grid, day, settings, np.exp(np.nan_to_num(cpm.expected[-1])))
    return [
        spend,
        _ctr(grid, day, settings),
        conversion_evidence(grid, day, settings, curve),
        _cpm(grid, day, settings, cpm),
        _roas(grid, day, settings),
        *_companions(grid, day, settings),
    ]


def _asked(grid: DayGrid, day: AssessedDay, windows: tuple[int, ...]) -> Ints:
    newest = int(grid.days[day.at])
    return np.arange(newest - max(windows) + 1, newest + 1)


def _log_baseline(grid: DayGrid, day: AssessedDay, logs: Floats, settings: DaySettings, floor: float) -> LogBaseline:
    days = grid.days[day.taught]
    return fit_log_baseline(logs[day.taught], days, _asked(grid, day, settings.windows), settings, floor)


def _cost(grid: DayGrid, day: AssessedDay, settings: DaySettings) -> LogBaseline:
    """Baseline of the log of what an impression costs."""
    use = (grid.impressions >= _PRICED_IMPRESSIONS) & (grid.spend > 0)
    logs = np.where(use, np.log(np.where(use, grid.spend, 1.0) / np.where(use, grid.impressions, 1.0)), np.nan)
    return _log_baseline(grid, day, logs, settings, settings.cpm_floor)


def _spend(grid: DayGrid, day: AssessedDay, settings: DaySettings, cost: Floats) -> DayEvidence:
    """Log of spend over the usual ratio to the budget × the budget; a stop is a finding by itself."""
    budget = np.where(grid.budget > 0, grid.budget, 1.0)
    use = grid.spend > 0
    logs = np.where(use, np.log(np.where(use, grid.spend, 1.0) / budget), np.nan)
    base = _log_baseline(grid, day, logs, settings, settings.spend_floor)
    span = day.span(settings.windows)
    delivers = ~day.pauses[-max(settings.windows) :]
    daily = np.exp(np.clip(base.expected, -50, 50)) * budget[span] * delivers
    observed, expected = window_sums(grid.spend[span], settings.windows), window_sums(daily, settings.windows)
    shown = window_sums(grid.impressions[span], settings.windows)
    shown_expected = expected / np.maximum(cost, 1e-12)
    certain = _stopped(grid, day, shown, shown_expected, base)
    tested = day.is_known & (shown_expected >= settings.least_impressions) & np.isfinite(observed)
    # Days without delivery teach no level: of them only a stop is assessed.
    tested &= (shown > 0) | certain
    little = 2.0 * np.maximum(cost, 1e-12)
    log = np.where(tested, np.log((np.nan_to_num(observed) + little) / (expected + little)), np.nan)
    counting = np.clip(np.exp(-0.6 * np.nan_to_num(log)), 1.0, 10.0) / np.maximum(shown_expected, 1.0)
    error = np.sqrt(_averaged(base, settings.windows) + counting)
    absolute, relative = log_scores(log, error, grid.can_deliver[day.at], base.scale)
    tests = DayTests(
        "spend",
        settings.windows,
        np.where(relative < 0, as_column(settings.spend_low_z), as_column(settings.spend_high_z)),
        grid.spend[span],
        daily,
        observed,
        expected,
        absolute,
        relative,
        error,
    )
    return strongest(replace(tests, certain=certain & tested))


def _stopped(grid: DayGrid, day: AssessedDay, shown: Floats, expected: Floats, base: LogBaseline) -> Bools:
    """Windows (windows, n) without one impression, where neither chance nor the campaign's own habit explains it."""
    chance = log_probability_of_zero(np.nan_to_num(expected[0]), np.maximum(base.variance, _STOP_VARIANCE))
    shown_before = grid.impressions[day.taught]
    works = ~day.pauses_by_weekday[grid.days[day.taught] % 7]
    idle = ((shown_before == 0) & works).sum(axis=0)
    share = (idle + 0.5) / ((np.isfinite(shown_before) & works).sum(axis=0) + 1.0)
    days = np.arange(1, shown.shape[0] + 1)[:, None]
    unusual = (idle == 0) | (share**days < _IDLE_PROBABILITY)
    stopped: Bools = (shown == 0) & (chance < np.log(_STOP_PROBABILITY)) & unusual & ~day.pauses[-1]
    return stopped


def _averaged(base: LogBaseline, windows: tuple[int, ...]) -> Floats:
    """Variance of a window's mean around its expectation (windows, n)."""
    length = np.array(windows, dtype=float)[:, None]
    averaged: Floats = base.variance / length**AVERAGING + base.variance / np.maximum(base.days, 0.5)
    return averaged


def _ctr(grid: DayGrid, day: AssessedDay, settings: DaySettings) -> DayEvidence:
    """Clicks given impressions."""
    return _rate(grid, day, settings, _Rate("ctr", grid.clicks, grid.impressions, settings.ctr_z))


def _companions(grid: DayGrid, day: AssessedDay, settings: DaySettings) -> list[DayEvidence]:
    """Clicks on links given impressions, and views of the landing page given these; not known: not tested."""
    links = _Rate("link_clicks", grid.link_clicks, grid.impressions, settings.link_z)
    pages = _Rate("landing_page_views", grid.page_views, grid.link_clicks, settings.page_z)
    return [_rate(grid, day, settings, one) for one in (links, pages)]


class _Rate(NamedTuple):
    """Counts given what they come of (days, n), and the thresholds of each window."""

    metric: DayMetric
    counts: Floats
    exposure: Floats
    thresholds: tuple[float, ...]


def _rate(grid: DayGrid, day: AssessedDay, settings: DaySettings, one: _Rate) -> DayEvidence:
    """Negative binomial tests of counts, each day's variance over the window's days."""
    base = fit_rate_baseline(
        one.counts[day.taught],
        one.exposure[day.taught],
        day.at - day.taught.astype(float),
        settings,
        prior=_PRIOR_CLICKS,
        floor=settings.ctr_floor,
        first=_FIRST_CTR,
    )
    span = day.span(settings.windows)
    daily = one.exposure[span] * base.rate
    observed, expected = window_sums(one.counts[span], settings.windows), window_sums(daily, settings.windows)
    length = np.array(settings.windows, dtype=float)[:, None]
    variance = base.variance / length**AVERAGING + 1.0 / np.maximum(base.count, _PRIOR_CLICKS)
    variance = variance + base.variance / np.maximum(base.days, 0.5)
    tested = day.is_known & (np.nan_to_num(expected) >= settings.least_clicks) & np.isfinite(observed)
    absolute, relative = count_scores(observed, expected, variance, tested, grid.can_deliver[day.at])
    error = np.sqrt(variance + 1.0 / np.where(tested, expected, 1.0))
    thresholds = as_column(one.thresholds)
    figures = (one.counts[span], daily, observed, expected, absolute, relative, error)
    return strongest(DayTests(one.metric, settings.windows, thresholds, *figures))


def _cpm(grid: DayGrid, day: AssessedDay, settings: DaySettings, base: LogBaseline) -> DayEvidence:
    """Log of spend over what its impressions usually cost."""
    span = day.span(settings.windows)
    daily = np.where(grid.impressions[span] > 0, grid.impressions[span], 0.0) * np.exp(base.expected)
    daily = np.where(np.isfinite(grid.impressions[span]), daily, np.nan)
    observed, expected = window_sums(grid.spend[span], settings.windows), window_sums(daily, settings.windows)
    shown = window_sums(grid.impressions[span], settings.windows)
    tested = day.is_known & (np.nan_to_num(shown) >= settings.least_impressions) & (np.nan_to_num(observed) > 0)
    log = _log_ratio(observed, expected, tested)
    error = np.sqrt(_averaged(base, settings.windows))
    absolute, relative = log_scores(log, error, grid.can_deliver[day.at], base.scale)
    return strongest(
        DayTests(
            "cpm",
            settings.windows,
            as_column(settings.cpm_z),
            grid.spend[span],
            daily,
            observed,
            expected,
            absolute,
            relative,
            error,
        )
    )


def _roas(grid: DayGrid, day: AssessedDay, settings: DaySettings) -> DayEvidence:
    """Log of the conversions' value over what so many conversions are usually worth."""
    use = (grid.conversions >= _VALUED_CONVERSIONS) & (grid.value > 0)
    logs = np.where(use, np.log(np.where(use, grid.value, 1.0) / np.where(use, grid.conversions, 1.0)), np.nan)
    base = _log_baseline(grid, day, logs, settings, settings.roas_floor)
    span = day.span(settings.windows)
    daily = grid.conversions[span] * np.exp(base.expected)
    observed, expected = window_sums(grid.value[span], settings.windows), window_sums(daily, settings.windows)
    count = window_sums(grid.conversions[span], settings.windows)
    tested = (base.days >= _VALUED_DAYS) & (np.nan_to_num(count) >= settings.least_conversions)
    tested = tested & (np.nan_to_num(observed) > 0)
    log = _log_ratio(observed, expected, tested)
    error = np.sqrt(_averaged(base, settings.windows) + _ORDER_VARIANCE / np.where(tested, count, 1.0))
    absolute, relative = log_scores(log, error, grid.can_deliver[day.at], base.scale)
    return strongest(
        DayTests(
            "roas",
            settings.windows,
            as_column(settings.roas_z),
            grid.value[span],
            daily,
            observed,
            expected,
            absolute,
            relative,
            error,
        )
    )


def _log_ratio(observed: Floats, expected: Floats, tested: Bools) -> Floats:
    ratio: Floats = np.where(tested, observed, 1.0) / np.where(tested & (expected > 0), expected, 1.0)
    return np.where(tested & (expected > 0), np.log(ratio), np.nan)
