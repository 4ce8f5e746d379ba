"""Trends of spend, CTR, CPM and CPA, of each campaign and of the account as a whole."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from fbads_pipeline.domain.recommendations.model.campaign_history import CampaignHistory, Floats, read_history
from fbads_pipeline.domain.recommendations.model.maturity import MaturityCurve
from fbads_pipeline.domain.scoring.trends import SeriesTrends, trends_of

DAYS = 56
ACCOUNT = ""


@dataclass(frozen=True)
class CampaignTrend:
    """One metric of one campaign (ACCOUNT: of all of them) up to yesterday.

    Attributes
    ----------
    level
        Of the last day, in the account's currency, CTR as a fraction.
    slope
        Relative change per day.
    p_falling
        P(slope < 0).
    changed_on
        First day of the latest regime, None without.
    shift
        That regime's level over the one before, less 1.
    """

    campaign_id: str
    metric: str
    level: float
    slope: float
    p_falling: float
    changed_on: date | None
    shift: float | None

    @property
    def adds_goals(self) -> bool:
        """Whether conversions of all campaigns are added in it, which says nothing where they have several goals."""
        return self.campaign_id == ACCOUNT and self.metric == "cpa"


def trends_on(
    history: pd.DataFrame, *, today: date, maturity: MaturityCurve, unread: Collection[date] = ()
) -> list[CampaignTrend]:
    """Return every trend with eight days or more, ordered by metric, the account's first, then by campaign.

    Parameters
    ----------
    history
        As in `suggestions.suggest`, in one currency.
    maturity
        Corrects conversions for those that have not arrived.
    unread
        Days that were never read well: unknown, not zero.

    Notes
    -----
    A day without a row, which was read, delivered nothing; a sum over a figure that was not reported is unknown.
    Ratios are of sums: an account's CPA is its spend over its conversions, no mean of CPAs.
    """
    known = read_history(history, today, unread)
    if known.size == 0:
        return []
    names = (ACCOUNT, *known.campaign_ids)
    return [one for metric, values in _metrics(known, maturity).items() for one in _named(names, metric, values, today)]


def _metrics(known: CampaignHistory, maturity: MaturityCurve) -> dict[str, Floats]:
    """Metric → (1 + campaigns, DAYS), the account's sums first, old to new; NaN where it has no denominator."""
    spend, shown, clicks = (_daily(known, one) for one in (known.spend, known.impressions, known.clicks))
    arrived = _daily(known, known.conversions / maturity.at(known.age))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = {"spend": spend, "ctr": clicks / shown, "cpm": 1000 * spend / shown, "cpa": spend / arrived}
    return {name: np.where(np.isfinite(one), one, np.nan) for name, one in ratios.items()}


def _daily(known: CampaignHistory, values: Floats) -> Floats:
    used = known.age <= DAYS
    place = known.campaign[used] * DAYS + DAYS - known.age[used]
    table = np.bincount(place, weights=values[used], minlength=known.size * DAYS).reshape(known.size, DAYS)
    table[:, [DAYS - age for age in known.unread if 1 <= age <= DAYS]] = np.nan
    return np.vstack([table.sum(axis=0), table])


def _named(names: tuple[str, ...], metric: str, values: Floats, today: date) -> Iterator[CampaignTrend]:
    found: SeriesTrends = trends_of(values)
    for row in np.nonzero(np.isfinite(found.level) & np.isfinite(found.p_falling))[0]:
        changed = int(found.changed_at[row])
        yield CampaignTrend(
            campaign_id=names[row],
            metric=metric,
            level=float(found.level[row]),
            slope=float(found.slope[row]),
            p_falling=float(found.p_falling[row]),
            changed_on=today - timedelta(days=DAYS - changed) if changed >= 0 else None,
            shift=float(found.shift[row]) if changed >= 0 else None,
        )
