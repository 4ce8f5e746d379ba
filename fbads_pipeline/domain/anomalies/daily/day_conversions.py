"""Conversions given clicks over whole days, and days on which none were reported although people clicked."""

from dataclasses import replace

import numpy as np

from fbads_pipeline.domain.anomalies.daily.assessed_day import AssessedDay
from fbads_pipeline.domain.anomalies.daily.day_baseline import RateBaseline, fit_rate_baseline
from fbads_pipeline.domain.anomalies.daily.day_grid import DayGrid
from fbads_pipeline.domain.anomalies.daily.day_settings import DaySettings
from fbads_pipeline.domain.anomalies.daily.day_windows import (
    AVERAGING,
    DayEvidence,
    DayTests,
    count_scores,
    strongest,
    window_sums,
)
from fbads_pipeline.domain.anomalies.detectors.tails import log_probability_of_zero
from fbads_pipeline.domain.anomalies.detectors.windows import as_column
from fbads_pipeline.domain.anomalies.state.goals import summed_by_goal
from fbads_pipeline.domain.anomalies.state.maturity import maturity_at
from fbads_pipeline.domain.anomalies.state.readings import Bools, Floats, Ints

# Conversions that the account's rate counts as beside a campaign's own.
_PRIOR_CONVERSIONS = 4.0
# A tracking break: clicks are at least half the usual ones. The account's conversions vary by this from day to day.
_LEAST_CLICKS_SHARE, _ACCOUNT_VARIANCE = 0.5, 0.1
# The share of an account's usual conversions that is as good as none; campaigns expected one or more are then named.
_NOTHING, _NAMED = 0.02, 1.0


def conversion_evidence(grid: DayGrid, day: AssessedDay, settings: DaySettings, curve: Floats) -> DayEvidence:
    """Return how far each campaign's conversions are from those expected of its clicks.

    Parameters
    ----------
    curve
        Share of a day's conversions reported by age (`maturity.AGES`); what is still to come is not missed.

    Notes
    -----
    Expected: clicks × rate × maturity at the day's newest reading. Days whose conversions were not reported make their
    windows unknown. None reported at all is a finding by itself where chance rules it out: of a campaign
    (`DaySettings.tracking_probability`), or of all of the account's with the same goal
    (`DaySettings.account_stop_probability`), then of every one that expected one.
    """
    windows = settings.conversion_windows
    share = maturity_at(curve, np.nan_to_num(grid.hours)) / curve[-1]
    exposure = grid.clicks * share[:, None]
    base = fit_rate_baseline(
        grid.conversions[day.taught],
        exposure[day.taught],
        day.at - day.taught.astype(float),
        settings,
        prior=_PRIOR_CONVERSIONS,
        floor=settings.conversion_floor,
        first=settings.conversion_cv,
        goal=grid.goal,
    )
    span = day.span(windows)
    daily = exposure[span] * base.rate
    observed, expected = window_sums(grid.conversions[span], windows), window_sums(daily, windows)
    variance = _variance(base, windows)
    known = day.is_known & np.isfinite(observed) & np.isfinite(expected) & (base.count > 0)
    tested = known & (np.nan_to_num(expected) >= settings.least_conversions)
    absolute, relative = count_scores(observed, expected, variance, tested, grid.can_deliver[day.at])
    usable = known & _still_clicked(grid, day, windows)
    none = usable & (np.nan_to_num(observed, nan=1.0) < 1)
    chance = log_probability_of_zero(np.nan_to_num(expected), variance)
    broken = none & tested & (chance < np.log(settings.tracking_probability))
    wide = _account_stopped(observed, expected, usable & grid.can_deliver[day.at], grid.goal, settings)
    named = (
        none & wide & (expected >= np.minimum(_NAMED, np.max(np.where(none & wide, expected, 0.0), axis=1))[:, None])
    )
    error = np.sqrt(variance + 1.0 / np.where(known & (expected > 0), expected, 1.0))
    tests = DayTests(
        "conversions",
        windows,
        as_column(settings.conversions_z),
        grid.conversions[span],
        daily,
        observed,
        expected,
        absolute,
        relative,
        error,
    )
    found = strongest(replace(tests, certain=broken | named))
    return replace(found, is_account_wide=named.any(axis=0) & found.is_certain)


def _variance(base: RateBaseline, windows: tuple[int, ...]) -> Floats:
    """Relative variance of a window's rate (windows, n)."""
    length = np.array(windows, dtype=float)[:, None]
    variance: Floats = base.variance / length**AVERAGING + 1.0 / (base.count + _PRIOR_CONVERSIONS)
    return variance + base.variance / np.maximum(base.days, 0.5)


def _still_clicked(grid: DayGrid, day: AssessedDay, windows: tuple[int, ...]) -> Bools:
    """Windows with at least half the clicks that the days of the baseline had (windows, n)."""
    clicks = window_sums(grid.clicks[day.span(windows)], windows)
    taught = grid.clicks[day.taught]
    known = np.isfinite(taught)
    usual = np.where(known, taught, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    enough: Bools = np.nan_to_num(clicks) > _LEAST_CLICKS_SHARE * usual * np.array(windows)[:, None]
    return enough


def _account_stopped(observed: Floats, expected: Floats, usable: Bools, goal: Ints, settings: DaySettings) -> Bools:
    """Windows in which all of the account's campaigns with a goal report as good as nothing, beyond chance
    (windows, n)."""
    total = summed_by_goal(np.where(usable, observed, 0.0), goal)
    total_expected = summed_by_goal(np.where(usable, expected, 0.0), goal)
    chance = log_probability_of_zero(total_expected, np.array(_ACCOUNT_VARIANCE))
    stopped: Bools = (total <= _NOTHING * total_expected) & (chance < np.log(settings.account_stop_probability))
    return stopped
