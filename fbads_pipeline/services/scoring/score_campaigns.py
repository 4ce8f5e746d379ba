"""Scoring campaigns: what is known of each account → scores, trends and the posterior's verdicts, stored.

The same figures a second time write nothing. An account whose figures cannot be read stops none of the others.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from fbads_pipeline.domain.recommendations.breaches import BreachLimits
from fbads_pipeline.domain.scoring.account_performance import AccountPerformance, AccountScores, FittedModel
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.metrics import Marts
from fbads_pipeline.ports.recommendations import Reviews
from fbads_pipeline.ports.scoring import Performance

if TYPE_CHECKING:
    from fbads_pipeline.domain.recommendations.model.account_model import AccountModel


@dataclass(frozen=True)
class ScoringReport:
    """accounts: those that were scored; rows_written: scores that changed."""

    accounts: tuple[AccountScores, ...]
    rows_written: int


def score_campaigns(
    marts: Marts, performance: Performance, decisions: Reviews, clock: Clock, limits: BreachLimits
) -> ScoringReport:
    """Score every account's campaigns, one transaction each; the target CPA is the limit of the settings."""
    named: dict[str, set[str]] = {}
    for breach in decisions.current_breaches():
        named.setdefault(breach.window.account_id, set()).add(breach.window.campaign_id)
    scored, written = [], 0
    for account in marts.accounts():
        seen = performance.read(account.account_id, now=clock.now())
        if seen is None or seen.history.empty:
            continue
        target = float(cpa_limit_in(seen.currency, limits))
        found = score_account(seen, target, _model(performance, seen, clock), named.get(account.account_id, ()))
        written += performance.save(found, now=clock.now())
        scored.append(found)
    return ScoringReport(tuple(scored), written)


def score_account(
    seen: AccountPerformance, target_cpa: float, model: "AccountModel", in_breach: Collection[str] = ()
) -> AccountScores:
    """One account's scores, trends and verdicts. in_breach: campaigns whose breach the posterior is shown beside."""
    # numpy, pandas and scipy are loaded only where something is scored.
    from fbads_pipeline.domain.recommendations.verdicts import assess
    from fbads_pipeline.domain.scoring.campaign_trends import trends_on
    from fbads_pipeline.domain.scoring.scores import score

    scores = score(
        seen.history,
        today=seen.today,
        target_cpa=target_cpa,
        objectives=seen.objectives,
        worst_anomaly=seen.worst_anomaly(),
        broken_tracking=seen.broken_tracking,
        model=model,
    )
    assessed = assess(seen.history, today=seen.today, target_cpa=target_cpa, withheld=seen.withheld, model=model)
    proposals = assessed.proposals(seen.pending) if assessed else []
    paused = {one.campaign_id for one in proposals if one.action == "PAUSE"}
    for_breaches = [assessed.of(one, "PAUSE") for one in sorted(set(in_breach) - paused)] if assessed else []
    return AccountScores(
        account_id=seen.account_id,
        currency=seen.currency,
        day=seen.today - timedelta(days=1),
        target_cpa=target_cpa,
        model_version=model.version,
        marts_version=seen.marts_version,
        scores=scores,
        trends=trends_on(seen.history, today=seen.today, maturity=model.maturity),
        proposals=proposals,
        for_breaches=[one for one in for_breaches if one is not None],
    )


def _model(performance: Performance, seen: AccountPerformance, clock: Clock) -> "AccountModel":
    """The one that is used; an account without any learns its first at once."""
    # numpy and scipy are heavy: imported where they are needed.
    from fbads_pipeline.domain.recommendations.model.fitting import fit_model

    known = performance.model(seen.account_id)
    if known is not None:
        return known
    first = fit_model(seen.history, today=seen.today)
    performance.save_model(
        FittedModel(seen.account_id, first, is_current=True, reason="the account's first"), now=clock.now()
    )
    return first
