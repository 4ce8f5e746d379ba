"""Which evidence becomes a finding: thresholds, false discoveries, silence, hysteresis and cool-down."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fbads_pipeline.domain.anomalies.detectors.rhythm import is_weekend
from fbads_pipeline.domain.anomalies.detectors.tails import discoveries
from fbads_pipeline.domain.anomalies.detectors.windows import Evidence
from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.history import row_of
from fbads_pipeline.domain.anomalies.state.metric_states import LONG_AGO, AlertState, MetricState
from fbads_pipeline.domain.anomalies.state.readings import MINUTES_A_DAY, Bools, Floats

_MINUTES_AN_HOUR = 60
# A campaign that was resumed has no usual spend for a day, and for a second one only a stop is beyond doubt: windows of
# a day still hold its first hours.
_RESUMED_HOURS, _SETTLED_HOURS = 24, 48
# An account moves as a whole beyond this |z|, once its weekdays are known.
_SHOCK_Z, _SHOCK_KNOWN_DAYS = 4.0, 14


@dataclass(frozen=True)
class Transitions:
    """What changes at one reading, per metric (rows as in the evidence) and campaign.

    Attributes
    ----------
    opened, closed, settled
        Alerts that open; those that are over; those that last so long that their level has become the usual one.
    is_account_wide
        Whether the account moves as a whole.
    watched
        Campaigns whose CTR is put on the watch list (n,).
    """

    opened: list[Bools]
    closed: list[Bools]
    settled: list[Bools]
    is_account_wide: bool
    watched: Bools


def decide(state: DetectorState, evidence: Sequence[Evidence], is_read: Bools, minute: int) -> Transitions:
    """Open and close alerts in `state`.

    Parameters
    ----------
    evidence
        One per metric, the spend first.
    is_read
        Campaigns with a row of today (n,).
    minute
        Of the reading, since year 1, account-local.
    """
    is_account_wide = _is_account_wide(state, evidence[0], is_read)
    opened, closed, settled = [], [], []
    for one in evidence:
        metric = state.of(one.metric)
        in_shock = is_account_wide and one.metric == "spend"
        scores = one.absolute_score if in_shock else one.score
        opens = _opens(state, metric, one, scores, is_read, minute, in_shock=in_shock)
        ends, settles = _ends(state, metric, one, is_read, minute)
        _remember(state, metric, one, scores, opens, ends | settles, minute, in_shock=in_shock)
        _accept_level(state, metric, settles)
        opened.append(opens)
        closed.append(ends)
        settled.append(settles)
    watched = _is_watched(state, evidence, is_read, minute)
    return Transitions(opened, closed, settled, is_account_wide, watched)


def _is_watched(state: DetectorState, evidence: Sequence[Evidence], is_read: Bools, minute: int) -> Bools:
    """CTRs that are low, and not so low that they open an alert; once per cool-down, none after an alert (n,)."""
    settings, metric = state.settings, state.ctr
    one = next(one for one in evidence if one.metric == "ctr")
    ratio = np.nan_to_num(one.threshold_ratio)
    low = (np.nan_to_num(one.score) < 0) & (ratio >= settings.ctr_watch_share) & (ratio < 1.0)
    low &= _is_large(state, one) & ~_is_silent(state, one, minute) & is_read & ~metric.alerts.is_open
    newest = np.maximum(metric.watched_at, metric.alerts.opened_at)
    watched: Bools = low & (minute - newest >= settings.cooldown_hours * _MINUTES_AN_HOUR)
    metric.watched_at[watched] = minute
    return watched


def _opens(
    state: DetectorState,
    metric: MetricState,
    one: Evidence,
    scores: Floats,
    is_read: Bools,
    minute: int,
    *,
    in_shock: bool,
) -> Bools:
    settings = state.settings
    silent = _is_silent(state, one, minute)
    rate = settings.rate_discovery_rate if one.metric in ("ctr", "conversions") else settings.false_discovery_rate
    found = discoveries(np.where(silent | ~is_read, np.nan, scores), rate) | one.is_certain
    ratio = one.threshold_ratio
    of_weekend = settings.weekend_factor if is_weekend(state.today) else 1.0
    if in_shock:
        ratio = np.maximum(ratio, np.abs(one.absolute_score) / (settings.spend_low_z[1] * of_weekend))
    # The thresholds of spend hold the weekend's factor already, where a window needs it.
    enough = np.where(one.is_certain | (one.metric == "spend"), 1.0, of_weekend)
    is_beyond = (np.nan_to_num(ratio) >= enough) & found & _is_large(state, one) & ~silent & is_read
    is_new = _has_rested(settings, metric.alerts, minute) | _is_news(metric.alerts, one, scores, in_shock=in_shock)
    opens: Bools = is_beyond & is_new & ~metric.alerts.is_open
    return opens


def _has_rested(settings: DetectionSettings, alerts: AlertState, minute: int) -> Bools:
    rested: Bools = minute - alerts.opened_at >= settings.cooldown_hours * _MINUTES_AN_HOUR
    return rested


def _is_news(alerts: AlertState, one: Evidence, scores: Floats, *, in_shock: bool) -> Bools:
    """What the last alert, though it was lately, did not say: something of the campaign's own after the account as a
    whole; a rise after a fall; a stop beyond chance after what was none (n,)."""
    own = alerts.is_shared & (not in_shock)
    other_way = np.sign(np.nan_to_num(scores)) * alerts.direction < 0
    news: Bools = own | other_way | (one.is_certain & ~alerts.is_certain)
    return news


def _is_account_wide(state: DetectorState, spend: Evidence, is_read: Bools) -> bool:
    """A third of the active campaigns far off the same way, once the account's weekdays are known."""
    settings = state.settings
    if state.closed_days < _SHOCK_KNOWN_DAYS:
        return False
    score = spend.absolute_score
    score = score[is_read & state.campaigns.is_active & np.isfinite(score)]
    least = max(settings.shock_campaigns, settings.shock_share * score.size)
    return bool(max((score >= _SHOCK_Z).sum(), (score <= -_SHOCK_Z).sum()) >= least)


def _is_large(state: DetectorState, one: Evidence) -> Bools:
    """The change is large enough to be reported, and of the direction that hurts."""
    settings = state.settings
    share = (one.observed + 1e-9) / np.maximum(one.expected, 1e-9)
    if one.metric == "ctr":
        large: Bools = (share <= 1.0 - settings.ctr_change) & (one.score < 0)
    elif one.metric == "conversions":
        large = (share <= 1.0 - settings.conversion_change) & (one.score < 0)
    elif one.metric == "cpm":
        # Cheaper impressions cost nobody anything.
        large = share >= 1.0 + settings.cpm_change
    else:
        large = np.abs(np.log(np.maximum(share, 1e-9))) >= np.log1p(settings.spend_change)
    return large


def _is_silent(state: DetectorState, one: Evidence, minute: int) -> Bools:
    """Paused, learning, just edited or resumed, account not known yet (n,). Learning lets a stop through."""
    settings, campaigns = state.settings, state.campaigns
    if state.closed_days < settings.known_days:
        return np.ones(state.n, dtype=np.bool_)
    silent = ~campaigns.is_active
    learning = minute - campaigns.created < settings.learning_days * MINUTES_A_DAY
    if one.metric != "spend":
        return silent | learning
    since_resumed = minute - campaigns.resumed_at
    resumed = since_resumed < _RESUMED_HOURS * _MINUTES_AN_HOUR
    settling = since_resumed < _SETTLED_HOURS * _MINUTES_AN_HOUR
    edited = minute - campaigns.edited_at < settings.edit_silence_hours * _MINUTES_AN_HOUR
    return silent | resumed | ((learning | edited | settling) & ~one.is_certain)


def _ends(state: DetectorState, metric: MetricState, one: Evidence, is_read: Bools, minute: int) -> tuple[Bools, Bools]:
    """Open alerts whose figures have been calm for long enough, and those that have become the usual level."""
    settings, alerts = state.settings, metric.alerts
    is_known = is_read & np.isfinite(one.recent_score)
    is_calm = is_known & (np.nan_to_num(one.recent_score) < settings.rearm_z)
    since = alerts.calm_since
    since = np.where(is_calm & (since < 0), minute, np.where(is_known & ~is_calm, LONG_AGO, since))
    alerts.calm_since = since
    ends = alerts.is_open & is_calm & (since > 0) & (minute - since >= settings.calm_hours * _MINUTES_AN_HOUR)
    lasts = minute - alerts.opened_at >= settings.new_level_days * MINUTES_A_DAY
    return ends, alerts.is_open & ~ends & lasts


def _remember(
    state: DetectorState,
    metric: MetricState,
    one: Evidence,
    scores: Floats,
    opens: Bools,
    ends: Bools,
    minute: int,
    *,
    in_shock: bool,
) -> None:
    alerts = metric.alerts
    alerts.is_open = (alerts.is_open | opens) & ~ends
    alerts.opened_at[opens] = minute
    alerts.closed_at[ends] = minute
    alerts.calm_since[opens] = LONG_AGO
    alerts.is_certain = np.where(opens, one.is_certain | one.is_zero, alerts.is_certain)
    alerts.is_shared = (alerts.is_shared & ~opens) | (alerts.is_open & in_shock)
    alerts.direction = np.where(opens, np.sign(np.nan_to_num(scores)), alerts.direction)
    metric.is_baseline_day[row_of(state.today), opens] = False
    if in_shock:
        # The day is no campaign's usual one, whether it moved far enough for an alert of its own or not.
        metric.is_baseline_day[row_of(state.today)] = False
    if one.metric != "spend":
        metric.is_baseline_day[row_of(state.today - 1), opens] = False


def _accept_level(state: DetectorState, metric: MetricState, settles: Bools) -> None:
    """What has lasted a week is the usual level: its days count, those before do not."""
    if settles.any():
        recent = np.array([row_of(state.today - back) for back in range(int(state.settings.new_level_days))])
        metric.is_baseline_day[:, settles] = False
        metric.is_baseline_day[np.ix_(recent, np.flatnonzero(settles))] = True
