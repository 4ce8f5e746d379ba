"""The windows that the plain thresholds judge, from a history of campaigns and days."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd

from fbads_pipeline.domain.recommendations.breaches import CampaignWindow
from fbads_pipeline.domain.recommendations.model.campaign_history import read_history

WINDOW_DAYS = 7


def windows_of(history: pd.DataFrame, *, today: date, currency: str) -> list[CampaignWindow]:
    """One window per campaign with a row in the seven days before `today`; conversions None where never reported."""
    known = read_history(history, today)
    days = known.age <= WINDOW_DAYS
    reported = days & np.isfinite(known.conversions)
    impressions, clicks, spend = (
        known.total(np.where(days, one, 0.0)) for one in (known.impressions, known.clicks, known.spend)
    )
    conversions = known.total(np.where(reported, known.conversions, 0.0))
    has_days, has_conversions = known.total(days.astype(float)) > 0, known.total(reported.astype(float)) > 0
    return [
        _window(
            known.campaign_ids[row],
            today,
            currency,
            (impressions[row], clicks[row], spend[row], conversions[row] if has_conversions[row] else None),
        )
        for row in np.nonzero(has_days)[0]
    ]


def _window(
    campaign_id: str, today: date, currency: str, sums: tuple[float, float, float, float | None]
) -> CampaignWindow:
    impressions, clicks = round(sums[0]), round(sums[1])
    spend = Decimal(str(round(sums[2], 6)))
    conversions = None if sums[3] is None else Decimal(str(round(sums[3], 6)))
    return CampaignWindow(
        account_id="",
        campaign_id=campaign_id,
        campaign_name=None,
        currency=currency,
        first_day=today - timedelta(days=WINDOW_DAYS),
        last_day=today - timedelta(days=1),
        impressions=impressions,
        clicks=clicks,
        spend=spend,
        conversions=conversions,
        ctr=Decimal(clicks) / impressions if impressions else None,
        cpa=spend / conversions if conversions else None,
    )
