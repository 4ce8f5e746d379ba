"""The windows that the plain thresholds judge, from a history of campaigns and days."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd

from fbads_pipeline.domain.recommendations.breaches import CampaignWindow
from fbads_pipeline.domain.recommendations.model.campaign_history import read_history

WINDOW_DAYS = 7


def windows_of(history: pd.DataFrame, *, today: date, currency: str) -> list[CampaignWindow]:
    """One window per campaign with a row in the seven days before `today`; a figure is None where it was not reported
    on one of its rows."""
    known = read_history(history, today)
    days = known.age <= WINDOW_DAYS
    impressions, clicks, spend, conversions = (
        known.total(np.where(days, one, 0.0))
        for one in (known.impressions, known.clicks, known.spend, known.conversions)
    )
    has_days = known.total(days.astype(float)) > 0
    return [
        _window(known.campaign_ids[row], today, currency, (impressions[row], clicks[row], spend[row], conversions[row]))
        for row in np.nonzero(has_days)[0]
    ]


def _window(campaign_id: str, today: date, currency: str, sums: tuple[float, float, float, float]) -> CampaignWindow:
    impressions, clicks = (None if np.isnan(one) else round(one) for one in sums[:2])
    spend = Decimal(str(round(sums[2], 6)))
    conversions = None if np.isnan(sums[3]) else Decimal(str(round(sums[3], 6)))
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
        ctr=Decimal(clicks) / impressions if impressions and clicks is not None else None,
        cpa=spend / conversions if conversions else None,
    )
