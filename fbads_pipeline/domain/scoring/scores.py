"""A score from 0 to 100 per campaign, whose parts add up to it exactly."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import gammainc, ndtr  # type: ignore[import-untyped]

from fbads_pipeline.domain.recommendations.inbox.withheld import is_assessable
from fbads_pipeline.domain.recommendations.model.account_model import AccountModel
from fbads_pipeline.domain.recommendations.model.assessability import is_reported
from fbads_pipeline.domain.recommendations.model.campaign_history import (
    CampaignHistory,
    Floats,
    TargetCpa,
    read_history,
    targets_by_campaign,
)
from fbads_pipeline.domain.recommendations.model.posterior import Posterior, fit_posterior

Part = Literal["efficiency", "trend", "attention", "delivery", "health"]
WhyNot = Literal["not enough data", "tracking is broken", "not reported", "not read"]
WEIGHTS: dict[Part, int] = {"efficiency": 45, "trend": 20, "attention": 15, "delivery": 10, "health": 10}
# Below so many mature conversions of 14 days there is no score; certainty is n / (n + 10).
ENOUGH_CONVERSIONS = 3.0
RECENT_DAYS = 14
_HALF_CERTAIN_CONVERSIONS = 10.0
# A CPA up to 10 % above that of the three weeks before counts as no rise.
_TOLERATED_RISE = 1.1
_TREND_DAYS, _BEFORE_DAYS = 7, 28
_CTR_PRIOR_IMPRESSIONS = 2_000.0
# One click in a hundred impressions on both sides keeps the logarithm of few clicks finite; a fall costs half at most.
_DRIFT_CLICKS, _DRIFT_IMPRESSIONS, _MOST_DRIFT = 1.0, 100.0, 0.5
# Spend a third or three times of the expected is worth nothing.
_DELIVERY_DAYS, _LARGEST_DELIVERY_RATIO = 3, 3.0
# The 90th percentile of the normal distribution.
_Z_90 = 1.2815515655446004
# The score's standard deviation: of the efficiency part at least three points, of what is not known .35 of 50.
_LEAST_EFFICIENCY_DOUBT, _UNKNOWN_DEVIATION = 3.0, 0.35


@dataclass(frozen=True)
class CampaignScore:
    """One campaign's score.

    Attributes
    ----------
    total
        0 to 100 in tenths, None where it is not given.
    low, high
        Its 10–90 % band.
    parts
        Each part, 0 to 1.
    points
        What each part adds to 50, in tenths: 50 plus their sum is `total` exactly. Empty without a total.
    conversions
        Mature conversions of the last 14 days, n.
    certainty
        n / (n + 10).
    why_not
        Why there is no total.
    """

    campaign_id: str
    total: float | None
    low: float | None
    high: float | None
    parts: Mapping[Part, float]
    points: Mapping[Part, float]
    conversions: float
    certainty: float
    why_not: WhyNot | None = None


def score(
    history: pd.DataFrame,
    *,
    today: date,
    target_cpa: TargetCpa,
    objectives: Mapping[str, str] | None = None,
    worst_anomaly: Mapping[str, float] | None = None,
    broken_tracking: frozenset[str] = frozenset(),
    model: AccountModel | None = None,
    unread: Collection[date] = (),
) -> list[CampaignScore]:
    """Return one score per campaign, ordered by campaign.

    Parameters
    ----------
    history
        As in `suggestions.suggest`.
    target_cpa
        In the history's currency, the same for all or by campaign.
    objectives
        Campaign → objective: only campaigns of one objective are peers; missing: all are.
    worst_anomaly
        Campaign → 0 to 1, already halved every 48 hours since it was detected.
    broken_tracking
        Campaigns whose score is withheld.
    model
        None learns it from the history.
    unread
        Days that were never read well. Too many of them, or one of the last 7, and no campaign has a score.

    Raises
    ------
    ValueError
        As `suggest`: missing columns, a date that is none, a target that is not positive.

    Notes
    -----
    ``50 + c (R - 50)`` with ``R = 45 E + 20 T + 15 A + 10 D + 10 H`` and c the certainty: efficiency, trend, attention,
    delivery and health. A part of .5 adds nothing.
    """
    known = read_history(history, today, unread)
    targets = targets_by_campaign(known.campaign_ids, target_cpa)
    if known.size == 0:
        return []
    posterior = fit_posterior(known, model)
    peers = np.array([(objectives or {}).get(one, "") for one in known.campaign_ids], dtype=object)
    worst = np.array([min(max((worst_anomaly or {}).get(one, 0.0), 0.0), 1.0) for one in known.campaign_ids])
    efficiency, doubt = _efficiency(posterior, targets)
    parts = np.stack(
        [efficiency, _trend(known, posterior), _attention(known, peers), _delivery(known), 1.0 - worst], axis=1
    )
    recent = (known.age <= RECENT_DAYS) & np.isfinite(known.conversions)
    mature = known.total(np.where(recent, known.conversions, 0.0) / posterior.maturity.at(known.age))
    why = _why_not(known, mature, broken_tracking, is_read=is_assessable(today, unread))
    return [
        _score(known.campaign_ids[row], parts[row], doubt[row], float(mature[row]), why[row])
        for row in range(known.size)
    ]


def _why_not(history: CampaignHistory, mature: Floats, broken: frozenset[str], *, is_read: bool) -> list[WhyNot | None]:
    """Why each campaign has no score; None for one that has."""
    reported = is_reported(history)
    found: list[WhyNot | None] = []
    for row, campaign_id in enumerate(history.campaign_ids):
        reasons: list[WhyNot] = ["tracking is broken"] if campaign_id in broken else []
        reasons += [] if is_read else ["not read"]
        reasons += [] if reported[row] else ["not reported"]
        reasons += ["not enough data"] if mature[row] < ENOUGH_CONVERSIONS else []
        found.append(reasons[0] if reasons else None)
    return found


def _score(campaign_id: str, parts: Floats, doubt: float, mature: float, why: WhyNot | None) -> CampaignScore:
    certainty = mature / (mature + _HALF_CERTAIN_CONVERSIONS)
    named = {name: float(part) for name, part in zip(WEIGHTS, parts, strict=True)}
    if why:
        return CampaignScore(campaign_id, None, None, None, named, {}, mature, certainty, why)
    # Tenths as whole numbers: they add up exactly, whatever the order.
    tenths = {name: round(10 * certainty * weight * (named[name] - 0.5)) for name, weight in WEIGHTS.items()}
    total = 500 + sum(tenths.values())
    half = _Z_90 * 10 * float(np.hypot(certainty * doubt, 50 * (1 - certainty) * _UNKNOWN_DEVIATION))
    low, high = max(0, round(total - half)), min(1000, round(total + half))
    points = {name: one / 10 for name, one in tenths.items()}
    return CampaignScore(campaign_id, total / 10, low / 10, high / 10, named, points, mature, certainty)


def _efficiency(posterior: Posterior, target_cpa: Floats) -> tuple[Floats, Floats]:
    """P(CPA ≤ target) per campaign, and the deviation, in points of the score, that it leaves open.

    The CPA is at most the target where daily conversions are at least spend / target: the upper tail of the posterior's
    Gamma, averaged over the elasticities.
    """
    wanted = posterior.spend / target_cpa
    beyond = 1.0 - gammainc(posterior.shape[:, None], posterior.rate * wanted[:, None])
    chance = np.clip((posterior.chance * beyond).sum(axis=1), 0.0, 1.0)
    return chance, WEIGHTS["efficiency"] * np.sqrt(chance * (1.0 - chance)) * 0.5 + _LEAST_EFFICIENCY_DOUBT


def _trend(history: CampaignHistory, posterior: Posterior) -> Floats:
    """P(CPA of the last 7 days ≤ 1.1 × that of the previous 21), conversions matured; .5 where one side is empty.

    Normal approximation of the log ratio of two Poisson rates: its variance is 1 / k1 + 1 / k2, with counts divided by
    the dispersion and half a conversion added to both.
    """
    scale = 1.0 / posterior.priors.dispersion
    used = np.isfinite(history.conversions) & (history.spend > 0)
    sides = (used & (history.age <= _TREND_DAYS), used & (history.age > _TREND_DAYS) & (history.age <= _BEFORE_DAYS))
    counts = [history.total(np.where(side, history.conversions, 0.0)) * scale + 0.5 for side in sides]
    effort = [
        history.total(np.where(side, history.spend * posterior.maturity.at(history.age), 0.0)) * scale for side in sides
    ]
    ratio = np.log((counts[0] / np.maximum(effort[0], 1e-12)) / (counts[1] / np.maximum(effort[1], 1e-12)))
    z = (ratio + np.log(_TOLERATED_RISE)) / np.sqrt(1.0 / counts[0] + 1.0 / counts[1])
    return np.where((effort[0] > 0) & (effort[1] > 0), ndtr(z), 0.5)


def _attention(history: CampaignHistory, peers: npt.NDArray[np.object_]) -> Floats:
    """Percentile of the shrunk CTR among peers of the same objective, less a falling CTR; .5 without peers."""
    shown, clicks = _sums(history, _BEFORE_DAYS)
    rank = np.full(history.size, 0.5)
    for peer in np.unique(peers):
        members = (peers == peer) & (shown > 0)
        if members.sum() < 2:
            continue
        mean = clicks[members].sum() / shown[members].sum()
        shrunk = (clicks[members] + mean * _CTR_PRIOR_IMPRESSIONS) / (shown[members] + _CTR_PRIOR_IMPRESSIONS)
        below = np.searchsorted(np.sort(shrunk), shrunk, side="left")
        upto = np.searchsorted(np.sort(shrunk), shrunk, side="right")
        rank[members] = (below + upto) / (2.0 * members.sum())
    new_shown, new_clicks = _sums(history, _TREND_DAYS)
    old_shown, old_clicks = np.maximum(shown - new_shown, 0.0), np.maximum(clicks - new_clicks, 0.0)
    new = (new_clicks + _DRIFT_CLICKS) / (new_shown + _DRIFT_IMPRESSIONS)
    old = (old_clicks + _DRIFT_CLICKS) / (old_shown + _DRIFT_IMPRESSIONS)
    drift = np.where((new_shown > 0) & (old_shown > 0), np.clip(np.log(old / new), 0.0, _MOST_DRIFT), 0.0)
    return np.asarray(np.clip(rank - drift, 0.0, 1.0))


def _sums(history: CampaignHistory, days: int) -> tuple[Floats, Floats]:
    used = history.age <= days
    shown = history.total(np.where(used, history.impressions, 0.0))
    clicks = history.total(np.where(used, np.minimum(history.clicks, history.impressions), 0.0))
    # A sum that was not reported says nothing of attention: as a campaign without impressions.
    is_known = np.isfinite(shown) & np.isfinite(clicks)
    return np.where(is_known, shown, 0.0), np.where(is_known, clicks, 0.0)


def _delivery(history: CampaignHistory) -> Floats:
    """1 − |ln(spend / expected)| / ln 3 of the last 3 days; expected: usual share of the budget × its present value."""
    has_budget = history.daily_budget > 0
    budget = np.where(has_budget, history.daily_budget, 1.0)
    usual, now = history.age > _DELIVERY_DAYS, history.age <= _DELIVERY_DAYS
    ratio = np.where(has_budget, history.spend / budget, np.nan)
    known = np.isfinite(ratio)
    usual_days, days = (history.total((side & known).astype(float)) for side in (usual, now))
    usual_share = history.total(np.where(usual & known, ratio, 0.0)) / np.maximum(usual_days, 1.0)
    share = history.total(np.where(now & known, ratio, 0.0)) / np.maximum(days, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = 1.0 - np.abs(np.log(share / usual_share)) / np.log(_LARGEST_DELIVERY_RATIO)
    known_sides = (usual_days > 0) & (days > 0) & (usual_share > 0)
    return np.where(known_sides, np.clip(np.nan_to_num(part, nan=0.0, neginf=0.0), 0.0, 1.0), 0.5)
