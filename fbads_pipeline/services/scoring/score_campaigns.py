"""Scoring campaigns: what is known of each account → scores, trends and the posterior's verdicts, stored.

The same figures a second time write nothing. An account whose figures cannot be read stops none of the others.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from fbads_pipeline.domain.recommendations.inbox.withheld import NOT_READ
from fbads_pipeline.domain.recommendations.new_suggestions import REALLOCATE, WHOLE_ACCOUNT
from fbads_pipeline.domain.recommendations.targets import CampaignTargets, CpaTarget
from fbads_pipeline.domain.scoring.account_performance import AccountPerformance, AccountScores, FittedModel
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.metrics import Marts
from fbads_pipeline.ports.recommendations import Reviews
from fbads_pipeline.ports.scoring import Performance
from fbads_pipeline.services.scoring.score_adsets import score_adsets

if TYPE_CHECKING:
    from fbads_pipeline.domain.recommendations.inbox.withheld import Withheld
    from fbads_pipeline.domain.recommendations.model.account_model import AccountModel
    from fbads_pipeline.domain.recommendations.reallocation import Reallocation
    from fbads_pipeline.domain.recommendations.verdicts import AccountAssessment, Verdict


@dataclass(frozen=True)
class ScoringReport:
    """accounts: those that were scored; rows_written: scores that changed."""

    accounts: tuple[AccountScores, ...]
    rows_written: int


def score_campaigns(
    marts: Marts, performance: Performance, decisions: Reviews, clock: Clock, targets: CampaignTargets
) -> ScoringReport:
    """Score every account's campaigns, one transaction each."""
    named: dict[str, set[str]] = {}
    for breach in decisions.current_breaches():
        named.setdefault(breach.window.account_id, set()).add(breach.window.campaign_id)
    scored, written = [], 0
    for account in marts.accounts():
        seen = performance.read(account.account_id, now=clock.now())
        if seen is None or seen.history.empty:
            continue
        in_force = _targets_of(seen, targets)
        cpas = {one: float(target.cpa) for one, target in in_force.items()}
        found = score_account(seen, cpas, _model(performance, seen, clock), named.get(account.account_id, ()))
        found = found.with_roas({one: float(it.roas) for one, it in in_force.items() if it.roas is not None})
        written += performance.save(found, now=clock.now())
        scored.append(found)
    return ScoringReport(tuple(scored), written)


def target_cpas(seen: AccountPerformance, targets: CampaignTargets) -> dict[str, float]:
    """Campaign → what a conversion may cost in it, on the last day that is known of the account."""
    return {one: float(target.cpa) for one, target in _targets_of(seen, targets).items()}


def _targets_of(seen: AccountPerformance, targets: CampaignTargets) -> dict[str, CpaTarget]:
    day = seen.today - timedelta(days=1)
    campaigns = map(str, seen.history["campaign_id"].unique())
    return {one: targets.target_of(seen, one, day) for one in campaigns}


def score_account(
    seen: AccountPerformance,
    target_cpa: Mapping[str, float],
    model: "AccountModel",
    in_breach: Collection[str] = (),
) -> AccountScores:
    """One account's scores, trends and verdicts. in_breach: campaigns whose breach the posterior is shown beside.

    Where too few days are read there are neither scores nor verdicts, and every campaign says so. model: of the
    campaigns of the account's own goal; those of each other goal are estimated by themselves.
    """
    # numpy, pandas and scipy are loaded only where something is scored.
    from fbads_pipeline.domain.recommendations.model.fitting import fit_model
    from fbads_pipeline.domain.scoring.campaign_trends import trends_on

    own, *others = seen.by_goal()
    trends = trends_on(seen.history, today=seen.today, maturity=model.maturity, unread=seen.unread)
    if others:
        trends = [one for one in trends if not one.adds_goals]
    found = replace(_score_goal(own, target_cpa, model, in_breach), trends=trends)
    apart = [_score_goal(one, target_cpa, fit_model(one.history, today=one.today), in_breach) for one in others]
    return found.with_others(apart)


def _score_goal(
    seen: AccountPerformance,
    target_cpa: Mapping[str, float],
    model: "AccountModel",
    in_breach: Collection[str],
) -> AccountScores:
    # numpy, pandas and scipy are loaded only where something is scored.
    from fbads_pipeline.domain.scoring.scores import score

    scores = score(
        seen.history,
        today=seen.today,
        target_cpa=target_cpa,
        objectives=seen.objectives,
        worst_anomaly=seen.worst_anomaly(),
        broken_tracking=seen.broken_tracking,
        model=model,
        unread=seen.unread,
    )
    found = _assessed(seen, target_cpa, model)
    adsets = score_adsets(seen, target_cpa, model)
    # A campaign without a budget of its own has none to change: its ad sets have.
    without_budget = frozenset(adsets.campaigns.values()) if adsets else frozenset()
    proposals = [
        one
        for one in (found.proposals(seen.pending) if found else [])
        if one.action == "PAUSE" or one.campaign_id not in without_budget
    ]
    return AccountScores(
        account_id=seen.account_id,
        currency=seen.currency,
        day=seen.today - timedelta(days=1),
        target_cpa=target_cpa,
        model_version=model.version,
        marts_version=seen.marts_version,
        scores=scores,
        trends=[],
        proposals=proposals,
        for_breaches=_beside(found, proposals, in_breach),
        withheld=found.withheld if found else _not_read(seen, target_cpa),
        reallocation=_reallocated(seen, target_cpa, found, proposals),
        names=seen.names,
        adsets=adsets,
    )


def _assessed(
    seen: AccountPerformance, target_cpa: Mapping[str, float], model: "AccountModel"
) -> "AccountAssessment | None":
    """The account's estimates; None where too few days are read."""
    # numpy, pandas and scipy are loaded only where something is scored.
    from fbads_pipeline.domain.recommendations.verdicts import assess

    if not seen.is_assessable:
        return None
    return assess(
        seen.history,
        today=seen.today,
        target_cpa=target_cpa,
        withheld=seen.withheld,
        model=model,
        unread=seen.unread,
    )


def _beside(
    found: "AccountAssessment | None", proposals: "Sequence[Verdict]", in_breach: Collection[str]
) -> "list[Verdict]":
    """What pausing would do to the campaigns in breach that it is not proposed for."""
    if found is None:
        return []
    paused = {one.campaign_id for one in proposals if one.action == "PAUSE"}
    beside = [found.of(one, "PAUSE") for one in sorted(set(in_breach) - paused)]
    return [one for one in beside if one is not None]


def _not_read(seen: AccountPerformance, target_cpa: Mapping[str, float]) -> "Mapping[str, Withheld]":
    """Why nothing is assessed; nothing to say where every day is read and there is no row before today."""
    return {} if seen.is_assessable else {**dict.fromkeys(target_cpa, NOT_READ), **seen.withheld}


def _reallocated(
    seen: AccountPerformance,
    target_cpa: Mapping[str, float],
    found: "AccountAssessment | None",
    proposals: "Sequence[Verdict]",
) -> "Reallocation | None":
    """What is proposed for the budgets together; None where nothing gains, or not surely."""
    # numpy and scipy are heavy: imported where they are needed.
    from fbads_pipeline.domain.recommendations.reallocation import reallocation_of

    paused = [one.campaign_id for one in proposals if one.action == "PAUSE"]
    made = reallocation_of(found, today=seen.today, target_cpa=target_cpa, paused=paused) if found else None
    is_open = seen.pending.get(WHOLE_ACCOUNT) == REALLOCATE
    return made if made is not None and made.is_proposed(is_open=is_open) else None


def _model(performance: Performance, seen: AccountPerformance, clock: Clock) -> "AccountModel":
    """The one that is used; an account without any learns its first at once."""
    # numpy and scipy are heavy: imported where they are needed.
    from fbads_pipeline.domain.recommendations.model.fitting import fit_model

    known = performance.model(seen.account_id)
    if known is not None:
        return known
    first = fit_model(seen.by_goal()[0].history, today=seen.today)
    performance.save_model(
        FittedModel(seen.account_id, first, is_current=True, reason="the account's first"), now=clock.now()
    )
    return first
