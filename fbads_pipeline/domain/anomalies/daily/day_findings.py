"""From an episode of days to a finding: what it is, since when, how much money is at stake, and why."""

from collections.abc import Mapping
from datetime import date, datetime, time

import numpy as np

from fbads_pipeline.domain.anomalies.daily.day_grid import DayGrid
from fbads_pipeline.domain.anomalies.daily.day_selection import Episode
from fbads_pipeline.domain.anomalies.daily.day_windows import DayMetric
from fbads_pipeline.domain.anomalies.descriptions import lost_share, severity_of
from fbads_pipeline.domain.anomalies.detectors.rhythm import rests_at_weekends
from fbads_pipeline.domain.anomalies.findings import RESTS_AT_WEEKENDS, Cause, Finding, What

_WEEK = 7
_RECENT_EDIT_DAYS = 7
_RATES: Mapping[DayMetric, What] = {
    "ctr": "ctr_collapse",
    "roas": "roas_drop",
    "link_clicks": "link_drop",
    "landing_page_views": "page_drop",
}
# The bounds within which 95 of 100 usual cases lie.
_Z_95 = 1.96
# A campaign with fewer conversions in the two weeks before has no usual number of them.
_KNOWN_CONVERSIONS = 3.0


def day_finding(grid: DayGrid, episode: Episode) -> Finding:
    """The finding of the day that showed it; `at` is the midnight that ends that day, local."""
    one, who = episode.evidence, episode.campaign
    what = _what(episode)
    observed, expected = _in_metric(grid, episode, what)
    error, spend = float(one.error[who]), usual_spend(grid, episode)
    stake = _stake(episode, spend)
    return Finding(
        campaign=who,
        at=_midnight(grid, episode.found_at + 1),
        kind="anomaly",
        what=what,
        severity=severity_of(what, stake, spend),
        since=_midnight(grid, episode.since),
        hours=24.0 * float(one.days[who]),
        observed=observed,
        expected=expected,
        low=expected * float(np.exp(-_Z_95 * error)),
        high=expected * float(np.exp(_Z_95 * error)),
        score=float(one.score[who]),
        stake=stake,
        causes=_causes(grid, episode, what),
        used={
            "days": float(one.days[who]),
            "days_read": float(grid.is_read.sum()),
            "read_hours_after_midnight": float(grid.hours[episode.found_at]),
            RESTS_AT_WEEKENDS: _rests_at_weekends(grid, episode),
        },
        rarity=0.0,
        lost_conversions=_usual_conversions(grid, episode) * lost_share(one.metric, _share(episode)),
        lost_value=_lost_value(episode),
    )


def usual_spend(grid: DayGrid, episode: Episode) -> float:
    """Median spend of the campaign's last two weeks before the episode."""
    before = grid.spend[max(episode.since - 2 * _WEEK, 0) : episode.since, episode.campaign]
    before = before[np.isfinite(before) & (before > 0)]
    return float(np.median(before)) if before.size else 0.0


def _rests_at_weekends(grid: DayGrid, episode: Episode) -> float:
    before = slice(max(episode.since - 4 * _WEEK, 0), episode.since)
    shown = grid.impressions[before, episode.campaign][:, None]
    return float(rests_at_weekends(shown, grid.days[before])[0])


def _midnight(grid: DayGrid, at: int) -> datetime:
    return datetime.combine(date.fromordinal(int(grid.days[0]) + at), time())


def _what(episode: Episode) -> What:
    one, who = episode.evidence, episode.campaign
    above = one.observed[who] > one.expected[who]
    if one.metric == "spend":
        return "delivery_stop" if one.is_certain[who] else "spend_spike" if above else "spend_drop"
    if one.metric == "conversions":
        return "tracking_break" if one.observed[who] < 1 else "cpa_jump"
    if one.metric == "cpm":
        return "cpm_rise" if above else "cpm_drop"
    return _RATES[one.metric]


def _window(episode: Episode) -> slice:
    """The days of the window, as long as the one that showed it."""
    length = int(episode.evidence.days[episode.campaign])
    return slice(episode.found_at - length + 1, episode.found_at + 1)


def _in_metric(grid: DayGrid, episode: Episode, what: What) -> tuple[float, float]:
    """Observed and expected as the metric that is shown."""
    one, who, days = episode.evidence, episode.campaign, _window(episode)
    observed, expected = float(one.observed[who]), float(one.expected[who])
    if one.metric == "ctr":
        shown = max(float(grid.impressions[days, who].sum()), 1.0)
        return observed / shown, expected / shown
    if one.metric == "cpm":
        shown = max(float(grid.impressions[days, who].sum()), 1.0) / 1000.0
        return observed / shown, expected / shown
    spend = float(grid.spend[days, who].sum())
    if what == "roas_drop":
        return observed / max(spend, 1e-9), expected / max(spend, 1e-9)
    if what == "cpa_jump":
        return spend / max(observed, 0.5), spend / max(expected, 0.5)
    return observed, expected


def _stake(episode: Episode, spend: float) -> float:
    """Money per day: spend that does not happen or happens too much, or that buys less than usual."""
    share = _share(episode)
    if episode.evidence.metric == "spend":
        return spend * min(abs(share - 1.0), 20.0)
    return spend * lost_share(episode.evidence.metric, share)


def _share(episode: Episode) -> float:
    one, who = episode.evidence, episode.campaign
    return float(one.observed[who]) / max(float(one.expected[who]), 1e-9)


def _usual_conversions(grid: DayGrid, episode: Episode) -> float:
    """Conversions a day of the two weeks before the episode; 0 where they are not known, or their value alone fell."""
    before = grid.conversions[max(episode.since - 2 * _WEEK, 0) : episode.since, episode.campaign]
    before = before[np.isfinite(before)]
    known = before.sum() >= _KNOWN_CONVERSIONS and episode.evidence.metric != "roas"
    return float(before.mean()) if known else 0.0


def _lost_value(episode: Episode) -> float:
    """What conversions bring a day less than usual, where that is what was found."""
    one, who = episode.evidence, episode.campaign
    if one.metric != "roas":
        return 0.0
    return max(float(one.expected[who] - one.observed[who]) / max(float(one.days[who]), 1.0), 0.0)


def _causes(grid: DayGrid, episode: Episode, what: What) -> tuple[Cause, ...]:
    who, at = episode.campaign, episode.found_at
    causes = []
    edited = np.flatnonzero(grid.is_edited[: at + 1, who])
    if edited.size and at - int(edited[-1]) <= _RECENT_EDIT_DAYS:
        causes.append(Cause("budget_edit", {"days_ago": float(at - int(edited[-1]))}))
    if episode.evidence.is_account_wide[who]:
        causes.append(Cause("account_wide", {}))
    if what == "tracking_break":
        clicks, usual = float(np.nansum(grid.clicks[_window(episode), who])), _usual_clicks(grid, episode)
        causes.append(Cause("tracking_days", {"clicks": clicks, "usual_clicks": usual}))
    return tuple(causes)


def _usual_clicks(grid: DayGrid, episode: Episode) -> float:
    """Clicks of as many days before the episode."""
    before = grid.clicks[max(episode.since - 2 * _WEEK, 0) : episode.since, episode.campaign]
    before = before[np.isfinite(before)]
    days = float(episode.evidence.days[episode.campaign])
    return round(float(before.mean()) * days, 1) if before.size else 0.0
