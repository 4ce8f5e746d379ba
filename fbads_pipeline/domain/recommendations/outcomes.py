"""Was an accepted suggestion's interval right? One row each, and the hit rate of many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from fbads_pipeline.domain.recommendations.model.campaign_history import read_history
from fbads_pipeline.domain.recommendations.model.posterior import fit_posterior

DAYS = 7
_Z_90 = 1.2815515655446004
_SOON = timedelta(days=3)
_NOTICEABLE = 0.05
_LEFTOVER = 0.1


@dataclass(frozen=True)
class Applied:
    """An accepted suggestion: its factor was applied on the morning of `applied_on`; effect is what was promised."""

    campaign_id: str
    action: str
    factor: float
    effect: tuple[float, float]
    applied_on: date


@dataclass(frozen=True)
class Outcome:
    """Its result over its seven days. observed: estimated change of profit; None where it cannot be known yet.

    low, high: 80 % range of that estimate (counting noise of both weeks). is_hit: whether promise and range overlap.
    """

    applied: Applied
    observed: float | None
    low: float | None
    high: float | None
    is_hit: bool | None


def follow_up(history: pd.DataFrame, applied: Iterable[Applied], *, today: date, target_cpa: float) -> list[Outcome]:
    """One outcome per accepted suggestion, in their order.

    Observed is the profit of its seven days (conversions matured) less what the campaign's posterior on the morning of
    the change foretold for leaving it alone. None until the seven days are over, without a history before them, or
    where Meta did not report the conversions of one of them.
    """
    known = list(applied)
    return [_outcome(history, one, today, target_cpa) for one in known]


def was_carried_out(history: pd.DataFrame, one: Applied) -> bool:
    """Whether the account's figures show the change: the budget moved the promised way within three days of the
    decision, or next to nothing was spent from the day after it on."""
    mine = history[history["campaign_id"].map(str) == one.campaign_id]
    days = pd.to_datetime(mine["date"]).dt.date
    before = mine[(days < one.applied_on) & (days >= one.applied_on - timedelta(days=DAYS))]
    after = mine[(days > one.applied_on) & (days < one.applied_on + timedelta(days=DAYS))]
    if one.factor == 0.0:
        usual = float(before["spend"].sum()) / DAYS
        return float(after["spend"].sum()) <= _LEFTOVER * usual * DAYS
    budgets = [part["daily_budget"].dropna() for part in (before, after[days[after.index] <= one.applied_on + _SOON])]
    if budgets[0].empty or budgets[1].empty:
        return False
    moved = float(budgets[1].iloc[-1]) / float(budgets[0].iloc[-1]) - 1.0
    return moved * (one.factor - 1.0) > 0 and abs(moved) >= min(_NOTICEABLE, abs(one.factor - 1.0) / 2)


def together(moves: Sequence[Outcome], promised: tuple[float, float]) -> Outcome:
    """The outcome of several changes that were accepted as one: the sum of what came, its range from the sum of the
    variances; nothing where one of them cannot be known. promised: the interval of their sum."""
    whole = Applied("", "REALLOCATE", 1.0, promised, moves[0].applied.applied_on)
    known = [(one.observed, one.high) for one in moves if one.observed is not None and one.high is not None]
    if len(known) < len(moves):
        return Outcome(whole, None, None, None, None)
    observed = sum(gain for gain, _ in known)
    doubt = float(np.sqrt(sum((high - gain) ** 2 for gain, high in known)))
    low, high = observed - doubt, observed + doubt
    return Outcome(whole, observed, low, high, bool(low <= promised[1] and promised[0] <= high))


def hit_rates(outcomes: Iterable[Outcome]) -> list[dict[str, object]]:
    """Rows of the hit-rate table: action, judged, hits, hit_rate (None without any judged), ordered by action."""
    rows: dict[str, list[bool]] = {}
    for one in outcomes:
        seen = rows.setdefault(one.applied.action, [])
        if one.is_hit is not None:
            seen.append(one.is_hit)
    return [
        {"action": name, "judged": len(seen), "hits": sum(seen), "hit_rate": sum(seen) / len(seen) if seen else None}
        for name, seen in sorted(rows.items())
    ]


def _outcome(history: pd.DataFrame, one: Applied, today: date, target_cpa: float) -> Outcome:
    unknown = Outcome(one, None, None, None, None)
    mine = history[history["campaign_id"].map(str) == one.campaign_id]
    if today < one.applied_on + timedelta(days=DAYS) or mine.empty:
        return unknown
    before, after = read_history(history, one.applied_on), read_history(mine, today)
    if one.campaign_id not in before.campaign_ids:
        return unknown
    row = before.campaign_ids.index(one.campaign_id)
    posterior = fit_posterior(before)
    spend = float(posterior.spend[row])
    left_alone = float((posterior.chance[row] * posterior.shape[row] / posterior.rate[row]).sum())
    first = (today - one.applied_on).days
    week = (after.age <= first) & (after.age > first - DAYS)
    if np.isnan(after.conversions[week]).any():
        return unknown
    arrived = posterior.maturity.at(after.age)
    conversions = float((np.where(week, after.conversions, 0.0) / arrived).sum())
    noise = float((np.where(week, after.conversions, 0.0) / arrived**2).sum()) * float(posterior.priors.dispersion[row])
    gain = target_cpa * (conversions - DAYS * left_alone) - (float(after.spend[week].sum()) - DAYS * spend)
    doubt = _Z_90 * target_cpa * float(np.sqrt(noise + (DAYS * left_alone) ** 2 / posterior.shape[row]))
    low, high = one.effect
    # A pause's own week has no conversions to count; only the promise's overlap with the range can be judged.
    return Outcome(one, gain, gain - doubt, gain + doubt, bool(gain - doubt <= high and low <= gain + doubt))
