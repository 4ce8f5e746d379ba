"""Histories of campaigns that say only what matters to a test."""

from datetime import date, timedelta

import pandas as pd

TODAY = date(2026, 11, 23)
COLUMNS = ["campaign_id", "date", "impressions", "clicks", "spend", "conversions", "daily_budget", "status"]


def a_campaign(
    campaign_id="7", *, days=35, spend=100.0, conversions=4.0, budget=102.0, status="ACTIVE", until=TODAY
) -> pd.DataFrame:
    """The days before `until`, all alike; 8,000 impressions and 100 clicks each."""
    dates = [until - timedelta(days=age) for age in range(days, 0, -1)]
    rows = [(campaign_id, day, 8_000, 100, spend, conversions, budget, status) for day in dates]
    return pd.DataFrame(rows, columns=COLUMNS)


def an_account(**others: pd.DataFrame) -> pd.DataFrame:
    """A dear campaign, a cheap one and eight in between, at a target CPA of 30; more by name."""
    usual = [a_campaign(f"m{one}", conversions=4.0 + one % 3) for one in range(8)]
    return pd.concat(
        [a_campaign("dear", conversions=0.4), a_campaign("cheap", conversions=12.0), *usual, *others.values()]
    )
