"""Learning, each night: a model per account, used where it foretells the last week no worse than the one in use.

And looking back: of the proposals that a person accepted, was the interval right?
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from fbads_pipeline.domain.recommendations.targets import CampaignTargets
from fbads_pipeline.domain.scoring.account_performance import (
    AccountPerformance,
    EffectFollowUp,
    FittedModel,
    PromisedEffect,
)
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.metrics import Marts
from fbads_pipeline.ports.scoring import Performance

if TYPE_CHECKING:
    from fbads_pipeline.domain.recommendations.model.account_model import AccountModel
    from fbads_pipeline.domain.recommendations.outcomes import Outcome

_HELD_OUT_DAYS = 7
# Nats per campaign. The one in use has mostly seen the week that both foretell, and the candidate's twin has not.
_SLACK = 0.05


@dataclass(frozen=True)
class LearningReport:
    """kept: one per account that could be learned of."""

    kept: tuple[FittedModel, ...]

    @property
    def promoted(self) -> int:
        """How many are in use from now on."""
        return sum(one.is_current for one in self.kept)


def learn_models(marts: Marts, performance: Performance, clock: Clock) -> LearningReport:
    """Fit every account anew and keep each fit; a worse one is kept beside the one in use, and says so."""
    kept = []
    for account in marts.accounts():
        seen = performance.read(account.account_id, now=clock.now())
        if seen is None or seen.history.empty:
            continue
        one = learn(seen, performance.model(account.account_id))
        performance.save_model(one, now=clock.now())
        kept.append(one)
    return LearningReport(tuple(kept))


def learn(seen: AccountPerformance, current: "AccountModel | None") -> FittedModel:
    """The account's new model, and whether to use it: both foretell the last week, which the candidate's twin has not
    seen. It is learned from the campaigns of the account's own goal."""
    # numpy and scipy are heavy: imported where they are needed.
    from fbads_pipeline.domain.recommendations.model.fitting import fit_model, is_better_than

    seen = seen.by_goal()[0]
    model = fit_model(seen.history, today=seen.today)
    if current is None:
        return FittedModel(seen.account_id, model, True, "the account's first")
    if model.version == current.version:
        return FittedModel(seen.account_id, model, True, "the same as the one in use")
    cut = seen.today - timedelta(days=_HELD_OUT_DAYS)
    earlier = seen.history[seen.history["date"].dt.date < cut]
    if earlier.empty:
        return FittedModel(seen.account_id, model, True, "too few days to compare: the newest is used")
    twin = fit_model(earlier, today=cut)
    promotes, figures = is_better_than(twin, current, seen.history, today=seen.today, slack=_SLACK)
    return FittedModel(seen.account_id, model, promotes, _said(promotes, figures))


def follow_suggestions(marts: Marts, performance: Performance, clock: Clock, targets: CampaignTargets) -> int:
    """Hold what accepted proposals promised against what came; returns how many rows of outcomes changed."""
    changed = 0
    for account in marts.accounts():
        decided = performance.promised_effects(account.account_id)
        seen = performance.read(account.account_id, now=clock.now()) if decided else None
        if seen is not None and not seen.history.empty:
            followed = [_followed(seen, one, targets) for one in decided]
            changed += performance.save_outcomes(followed, now=clock.now())
    return changed


def _followed(seen: AccountPerformance, one: PromisedEffect, targets: CampaignTargets) -> EffectFollowUp:
    # numpy and scipy are heavy: imported where they are needed.
    from fbads_pipeline.domain.recommendations.outcomes import DAYS, Applied, follow_up, together, was_carried_out

    history = seen.history
    if one.adset_id:
        if seen.adsets is None:
            return EffectFollowUp(one, "unknown")
        history = seen.adsets.history
    factors = one.moves or {one.adset_id or one.campaign_id: one.factor}
    applied = [Applied(name, one.kind, factor, one.effect, one.decided_on) for name, factor in factors.items()]
    if seen.today < one.decided_on + timedelta(days=DAYS):
        return EffectFollowUp(one, "waiting")
    week = {one.decided_on + timedelta(days=n) for n in range(DAYS)}
    if week & seen.unread:
        return EffectFollowUp(one, "waiting")
    if not all(was_carried_out(history, each) for each in applied):
        return EffectFollowUp(one, "not carried out")
    outcomes: list[Outcome] = []
    for each in applied:
        campaign_id = one.campaign_id if one.adset_id else each.campaign_id
        target = float(targets.target_of(seen, campaign_id, one.decided_on).cpa)
        outcomes += follow_up(history, [each], today=seen.today, target_cpa=target)
    outcome = together(outcomes, one.effect) if one.moves else outcomes[0]
    return EffectFollowUp(one, "judged" if outcome.is_hit is not None else "unknown", outcome)


def _said(promotes: bool, figures: Mapping[str, float]) -> str:
    if not figures:
        return "no campaign could be foretold by both: the one in use stays"
    new, old = figures["candidate"], figures["current"]
    compared = f"log loss of the last week {new:.4f} against {old:.4f} of the one in use"
    return f"{compared}: used from now on" if promotes else f"{compared}: worse, kept but not used"
