"""Money moved between an account's campaigns under its present total: what would change, for a person to decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from fbads_pipeline.domain.recommendations.targets import CampaignTargets
from fbads_pipeline.ports.scoring import Performance
from fbads_pipeline.services.scoring.score_campaigns import target_cpas

if TYPE_CHECKING:
    from fbads_pipeline.domain.recommendations.reallocation import Move


@dataclass(frozen=True)
class BestBudgets:
    """moves: per campaign, empty where nothing gains; budgets and conversions are per day; model_version: None where
    the account has learned no model yet."""

    account_id: str
    currency: str
    today: date
    model_version: str | None
    moves: Sequence["Move"]


def reallocate_budget(
    performance: Performance, targets: CampaignTargets, account_id: str, *, now: datetime
) -> BestBudgets | None:
    """None for an account that was never read. Campaigns in learning or in an anomaly take no part."""
    # numpy and scipy are heavy: imported where they are needed.
    from fbads_pipeline.domain.recommendations.reallocation import reallocate

    seen = performance.read(account_id, now=now)
    if seen is None:
        return None
    model = performance.model(account_id)
    moves: Sequence[Move] = []
    if not seen.history.empty:
        cpas = target_cpas(seen, targets)
        moves = reallocate(seen.history, today=seen.today, withheld=seen.withheld, target_cpa=cpas, model=model)
    return BestBudgets(account_id, seen.currency, seen.today, model.version if model else None, moves)
