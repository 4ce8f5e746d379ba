"""From evidence to a finding: what it is, since when, how much money is at stake, why, and the data behind it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np

from fbads_pipeline.domain.anomalies.detectors.baseline import BASELINE_DAYS
from fbads_pipeline.domain.anomalies.detectors.rhythm import rests_at_weekends
from fbads_pipeline.domain.anomalies.detectors.windows import Evidence
from fbads_pipeline.domain.anomalies.findings import RESTS_AT_WEEKENDS, Cause, CauseName, Finding, Severity, What
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.history import HISTORY_DAYS, RingChannel, row_of
from fbads_pipeline.domain.anomalies.state.metric_states import AlertState, Metric
from fbads_pipeline.domain.anomalies.state.readings import MINUTES_A_DAY, Change, Ints, minutes

_RECENT_EDIT_DAYS = 7
# A campaign with fewer conversions behind its rate has no usual number of them.
_KNOWN_CONVERSIONS = 3.0
# From this coverage on a day without delivery was one.
_WHOLE_COVERAGE = 0.85
_CHANNELS: Mapping[Metric, tuple[RingChannel, RingChannel]] = {
    "spend": (RingChannel.SPEND, RingChannel.EXPECTED_SPEND),
    "ctr": (RingChannel.CLICKS, RingChannel.EXPECTED_CLICKS),
    "conversions": (RingChannel.CONVERSIONS, RingChannel.EXPECTED_CONVERSIONS),
    "cpm": (RingChannel.SPEND, RingChannel.EXPECTED_COST),
}


def describe(state: DetectorState, one: Evidence, campaign: int, at: datetime, *, shocked: bool) -> Finding:
    """The finding that opens an alert."""
    what = _what(one, campaign)
    observed, expected = _in_metric(state, one, campaign, what)
    error = float(one.error[campaign])
    spend_a_day = _spend_a_day(state, campaign)
    stake = _stake(state, one, campaign, what, spend_a_day)
    return Finding(
        campaign=campaign,
        at=at,
        kind="anomaly",
        what=what,
        severity=severity_of(what, stake, spend_a_day),
        since=_since(state, one, campaign, at),
        hours=float(one.hours[campaign]),
        observed=observed,
        expected=expected,
        low=expected * float(np.exp(-1.96 * error)),
        high=expected * float(np.exp(1.96 * error)),
        score=float(one.score[campaign]),
        stake=stake,
        causes=_causes(state, what, campaign, at, shocked=shocked),
        used=_used(state, one, campaign),
        lost_conversions=_usual_conversions(state, campaign, spend_a_day)
        * lost_share(one.metric, _share(one, campaign)),
    )


def recovery(state: DetectorState, one: Evidence, campaign: int, at: datetime, *, settled: bool) -> Finding:
    """The finding that closes an alert: back to usual, or (`settled`) the new usual after a week."""
    what = _what_was(state.of(one.metric).alerts, one.metric, campaign)
    observed, expected = _in_metric(state, one, campaign, what)
    error = float(np.nan_to_num(one.error[campaign], nan=0.3))
    since = datetime.min + timedelta(minutes=int(state.of(one.metric).alerts.opened_at[campaign]) - MINUTES_A_DAY)
    return Finding(
        campaign=campaign,
        at=at,
        kind="resolved",
        what=what,
        severity="info",
        since=since,
        hours=float(one.hours[campaign]),
        observed=observed,
        expected=expected,
        low=expected * float(np.exp(-1.96 * error)),
        high=expected * float(np.exp(1.96 * error)),
        score=float(np.nan_to_num(one.score[campaign])),
        stake=0.0,
        used={"settled": float(settled)},
    )


def budget_edit(state: DetectorState, change: Change, at: datetime) -> Finding:
    """The finding that explains a budget edit: what a usual day will spend now, against what it did."""
    campaign, old, new = change.campaign, float(change.old or 0.0), float(change.new or 0.0)
    ratio = float(np.exp(state.spend.level[campaign])) if state.spend.baseline_days[campaign] > 0 else 1.0
    return Finding(
        campaign=campaign,
        at=at,
        kind="explained",
        what="budget_edit",
        severity="info",
        since=change.at,
        hours=state.settings.edit_silence_hours,
        observed=ratio * new,
        expected=ratio * old,
        low=ratio * min(old, new),
        high=ratio * max(old, new),
        score=0.0,
        stake=0.0,
        causes=(
            Cause("budget_edit", {"old": old, "new": new, "at": change.at.isoformat(sep=" ", timespec="minutes")}),
        ),
    )


def _what(one: Evidence, campaign: int) -> What:
    above = one.observed[campaign] > one.expected[campaign]
    if one.metric == "spend":
        return "delivery_stop" if one.is_certain[campaign] else "spend_spike" if above else "spend_drop"
    if one.metric == "ctr":
        return "ctr_collapse"
    if one.metric == "conversions":
        return "tracking_break" if one.is_certain[campaign] or one.is_zero[campaign] else "cpa_jump"
    return "cpm_rise" if above else "cpm_drop"


def _what_was(alerts: AlertState, metric: Metric, campaign: int) -> What:
    is_certain, above = bool(alerts.is_certain[campaign]), alerts.direction[campaign] > 0
    if metric == "spend":
        return "delivery_stop" if is_certain else "spend_spike" if above else "spend_drop"
    if metric == "ctr":
        return "ctr_collapse"
    if metric == "conversions":
        return "tracking_break" if is_certain else "cpa_jump"
    return "cpm_rise" if above else "cpm_drop"


def _in_metric(state: DetectorState, one: Evidence, campaign: int, what: What) -> tuple[float, float]:
    """Observed and expected as the metric that is shown."""
    observed, expected = float(one.observed[campaign]), float(one.expected[campaign])
    if one.metric == "ctr":
        shown = expected / max(float(state.ctr.level[campaign]), 1e-12)
        return observed / max(shown, 1.0), expected / max(shown, 1.0)
    if one.metric == "cpm":
        usual = float(state.cpm.level[campaign]) * 1000.0
        return usual * observed / max(expected, 1e-12), usual
    if what == "cpa_jump":
        days = max(1, round(float(one.hours[campaign]) / 24.0))
        rows = [row_of(state.today - back) for back in range(days)]
        is_reported = np.isfinite(state.days.conversions[rows, campaign])
        spend = float(state.days.spend[rows, campaign][is_reported].sum())
        return spend / max(observed, 0.5), spend / max(expected, 0.5)
    return observed, expected


def _spend_a_day(state: DetectorState, campaign: int) -> float:
    level = float(np.exp(np.clip(state.spend.level[campaign], -50, 50)))
    return level * (float(state.campaigns.budget[campaign]) or 1.0) if state.spend.baseline_days[campaign] > 0 else 0.0


def _stake(state: DetectorState, one: Evidence, campaign: int, what: What, spend_a_day: float) -> float:
    """Money per day: spend that does not happen or happens too much, or that buys less than usual."""
    share = _share(one, campaign)
    if one.metric == "spend":
        return spend_a_day * min(abs(share - 1.0), 20.0)
    return spend_a_day * lost_share(one.metric, share)


def _share(one: Evidence, campaign: int) -> float:
    return float(one.observed[campaign]) / max(float(one.expected[campaign]), 1e-9)


def lost_share(metric: str, share: float) -> float:
    """The share of a day's conversions that does not come, where a metric is at that share of the usual.

    >>> lost_share("ctr", 0.25), lost_share("cpm", 2.0), lost_share("spend", 3.0)
    (0.75, 0.5, 0.0)
    """
    if metric == "cpm":
        return 1.0 - 1.0 / share if share > 1.0 else 0.0
    return max(0.0, 1.0 - share)


def _usual_conversions(state: DetectorState, campaign: int, spend_a_day: float) -> float:
    """Conversions that a usual day's spend brings in the end; 0 where they are not known."""
    cost, metric = float(state.cpm.level[campaign]), state.conversions
    if cost <= 0 or metric.conversions[campaign] < _KNOWN_CONVERSIONS:
        return 0.0
    clicks = spend_a_day / cost * float(state.ctr.level[campaign])
    return clicks * float(metric.rate[campaign]) * float(metric.maturity[-1])


def severity_of(what: What, stake: float, spend_a_day: float) -> Severity:
    """Stops are critical, and whatever costs one and a half days' usual spend a day."""
    if what in ("delivery_stop", "tracking_break"):
        return "critical"
    return "critical" if stake >= 1.5 * spend_a_day > 0 else "warning"


def _since(state: DetectorState, one: Evidence, campaign: int, at: datetime) -> datetime:
    """The half hour from which observed and expected parted most clearly, within 48 hours."""
    seen, due = (state.half_hours.newest_first(channel, campaign) for channel in _CHANNELS[one.metric])
    away = ((seen - due) * np.sign(one.observed[campaign] - one.expected[campaign])).cumsum()
    usual = 0.3 * due.cumsum() * (1 if one.observed[campaign] > one.expected[campaign] else 0.5)
    back = int(np.argmax(away - usual)) + 1
    return at - timedelta(minutes=30 * back)


def _causes(state: DetectorState, what: What, campaign: int, at: datetime, *, shocked: bool) -> tuple[Cause, ...]:
    causes, campaigns = [], state.campaigns
    edits: Mapping[CauseName, Ints] = {"budget_edit": campaigns.edited_at, "ads_edited": campaigns.ads_edited_at}
    for name, edited_at in edits.items():
        days = (minutes(at) - int(edited_at[campaign])) / MINUTES_A_DAY
        if 0 <= days <= _RECENT_EDIT_DAYS:
            causes.append(Cause(name, {"days_ago": round(days, 1)}))
    if shocked and METRIC_IS_SPEND[what]:
        causes.append(Cause("account_wide", {}))
    if 0 <= minutes(at) - int(state.campaigns.resumed_at[campaign]) <= 3 * MINUTES_A_DAY:
        causes.append(Cause("recently_resumed", {}))
    if what == "tracking_break":
        channels = (RingChannel.CLICKS, RingChannel.EXPECTED_CLICKS)
        clicks, due = state.half_hours.sums((12.0,), channels)[:, 0, campaign].tolist()
        causes.append(Cause("tracking", {"clicks": clicks, "usual_clicks": round(due, 1)}))
    return tuple(causes)


METRIC_IS_SPEND = {
    "delivery_stop": True,
    "spend_drop": True,
    "spend_spike": True,
    "ctr_collapse": False,
    "ctr_watch": False,
    "cpa_jump": False,
    "tracking_break": False,
    "cpm_rise": False,
    "cpm_drop": False,
    "roas_drop": False,
    "link_drop": False,
    "page_drop": False,
    "fatigue": False,
    "budget_edit": True,
    "account_shock": True,
}


def _used(state: DetectorState, one: Evidence, campaign: int) -> dict[str, float]:
    """The data behind it: hours looked at, readings in them, days of the baseline."""
    days = state.of(one.metric).baseline_days
    hours = float(one.hours[campaign])
    readings = state.half_hours.sums((min(hours, 48.0),), (RingChannel.READINGS,))[0, 0, campaign]
    return {
        "hours": hours,
        "readings": float(readings),
        "baseline_days": round(float(days[campaign]), 1),
        RESTS_AT_WEEKENDS: _rests_at_weekends(state, campaign),
    }


def _rests_at_weekends(state: DetectorState, campaign: int) -> float:
    days = state.today - np.arange(1, BASELINE_DAYS + 1)
    rows = days % HISTORY_DAYS
    is_whole = (state.days.ordinal[rows] == days) & (state.days.coverage[rows, campaign] > _WHOLE_COVERAGE)
    shown = np.where(is_whole, state.days.impressions[rows, campaign], np.nan)[:, None]
    return float(rests_at_weekends(shown, days)[0])
