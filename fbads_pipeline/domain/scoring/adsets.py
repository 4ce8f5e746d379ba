"""Ad sets that hold their campaign's budget: what is known of them, their scores and what is proposed for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from fbads_pipeline.domain.recommendations.inbox.withheld import LEARNING, Withheld, is_assessable

if TYPE_CHECKING:
    import pandas as pd

    from fbads_pipeline.domain.recommendations.verdicts import Verdict
    from fbads_pipeline.domain.scoring.scores import CampaignScore


@dataclass(frozen=True)
class AdsetPerformance:
    """What is known of the ad sets with a budget of their own. Where a name says campaign, it is the ad set's id.

    history: as an account's (`AccountPerformance`), one row per ad set and day. campaigns: ad set → its campaign;
    names: ad set → name; learning: those in Meta's learning phase; daily_budgets: those whose budget is of a day, and
    not of their lifetime; pending: ad set → kind of its open suggestion; unread: days that were not read well at that
    level.
    """

    history: "pd.DataFrame"
    campaigns: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)
    learning: frozenset[str] = frozenset()
    daily_budgets: frozenset[str] = frozenset()
    pending: Mapping[str, str] = field(default_factory=dict)
    unread: frozenset[date] = frozenset()

    def is_assessable(self, today: date) -> bool:
        """Whether its days are read so far that scores and estimates may rest on them."""
        return is_assessable(today, self.unread)

    def withheld(self, of_campaigns: Mapping[str, Withheld]) -> dict[str, Withheld]:
        """Ad sets for which nothing is proposed now: in learning, or with a campaign for which nothing is. What is said
        of a campaign's own budget and conversions says nothing of its ad sets."""
        found = {one: of_campaigns[campaign] for one, campaign in self.campaigns.items() if campaign in of_campaigns}
        return {**dict.fromkeys(sorted(self.learning), LEARNING), **found}


@dataclass(frozen=True)
class AdsetScores:
    """Scores and proposals of ad sets. Where a name says campaign, it is the ad set's id; campaigns, names: as read."""

    scores: "Sequence[CampaignScore]"
    proposals: "Sequence[Verdict]"
    campaigns: Mapping[str, str]
    names: Mapping[str, str]


def together(parts: Sequence[AdsetScores]) -> AdsetScores | None:
    """Those of several groups of campaigns as one; None of none."""
    if not parts:
        return None
    return AdsetScores(
        scores=[one for part in parts for one in part.scores],
        proposals=[one for part in parts for one in part.proposals],
        campaigns={adset: campaign for part in parts for adset, campaign in part.campaigns.items()},
        names={adset: name for part in parts for adset, name in part.names.items()},
    )
