"""Scoring ad sets whose campaigns have no budget: by the account's model and the campaigns' targets."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fbads_pipeline.domain.scoring.account_performance import AccountPerformance
from fbads_pipeline.domain.scoring.adsets import AdsetScores

if TYPE_CHECKING:
    from fbads_pipeline.domain.recommendations.model.account_model import AccountModel


def score_adsets(
    seen: AccountPerformance, target_cpa: Mapping[str, float], model: "AccountModel"
) -> AdsetScores | None:
    """None for an account without such ad sets. A change of budget is proposed where there is a daily one."""
    # numpy, pandas and scipy are loaded only where something is scored.
    from fbads_pipeline.domain.recommendations.verdicts import assess
    from fbads_pipeline.domain.scoring.scores import score

    found = seen.adsets
    if found is None or found.history.empty:
        return None
    known = [str(one) for one in found.history["campaign_id"].unique()]
    targets = {one: target_cpa[found.campaigns[one]] for one in known if found.campaigns[one] in target_cpa}
    history = found.history[found.history["campaign_id"].isin(targets)]
    broken = frozenset(one for one in targets if found.campaigns[one] in seen.broken_tracking)
    scores = score(
        history,
        today=seen.today,
        target_cpa=targets,
        objectives={one: seen.objectives.get(found.campaigns[one], "") for one in targets},
        broken_tracking=broken,
        model=model,
        unread=found.unread,
    )
    if not found.is_assessable(seen.today):
        return AdsetScores(scores, [], found.campaigns, found.names)
    assessed = assess(
        history,
        today=seen.today,
        target_cpa=targets,
        withheld=found.withheld(seen.withheld),
        model=model,
        unread=found.unread,
    )
    made = assessed.proposals(found.pending) if assessed else []
    proposals = [one for one in made if one.action == "PAUSE" or one.campaign_id in found.daily_budgets]
    return AdsetScores(scores, proposals, found.campaigns, found.names)
