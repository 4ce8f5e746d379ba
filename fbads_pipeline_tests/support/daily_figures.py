"""Whole days of a calm account with known figures, to be disturbed by the tests."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from fbads_pipeline.domain.anomalies.account_readings import ObjectState
from fbads_pipeline.domain.anomalies.daily.daily_figures import CampaignDay, DailyFigures, KnownAnomaly
from fbads_pipeline.domain.core.days import DayRange

NEWEST = date(2026, 11, 25)
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
Change = Callable[[CampaignDay], CampaignDay | None]


def calm_days(
    campaigns: int = 6, days: int = 42, seed: int = 1, *, conversions_a_day: float = 20.0, weekend: float = 0.8
) -> DailyFigures:
    """Campaigns c0, c1, … with some 20,000 impressions a day, a weekend of their own and a few percent of noise."""
    rng = np.random.default_rng(seed)
    period = DayRange(NEWEST - timedelta(days=days - 1), NEWEST)
    rows = []
    for day in period:
        factor = weekend if day.weekday() >= 5 else 1.0
        for number in range(campaigns):
            shown = float(rng.poisson(20_000 * factor * rng.lognormal(0, 0.08)))
            clicks = float(rng.binomial(int(shown), 0.015))
            conversions = float(rng.poisson(conversions_a_day / 300 * clicks))
            value = conversions * 50.0 * rng.lognormal(0, 0.05)
            links = float(rng.binomial(int(clicks), 0.7))
            views = float(rng.binomial(int(links), 0.8))
            figures = (shown, clicks, shown * 0.004, conversions, value, links, views)
            rows.append(CampaignDay(f"c{number}", day, *figures))
    long_ago = datetime(2025, 1, 1, tzinfo=UTC)
    names = [f"c{number}" for number in range(campaigns)]
    return DailyFigures(
        "1",
        "BRL",
        "UTC",
        period,
        "made",
        {day: datetime.combine(day + timedelta(days=9), datetime.min.time(), UTC) for day in period},
        rows,
        [ObjectState(name, name, long_ago, True, 100.0) for name in names],
        dict.fromkeys(names, long_ago),
    )


def back(days: int) -> date:
    """That many days before the newest one."""
    return NEWEST - timedelta(days=days)


def changed(
    account: DailyFigures, change: Change, *, campaign: str | None = None, since: date, until: date = NEWEST
) -> DailyFigures:
    """With the rows of those days replaced, or left out where the change returns None; campaign None: of all."""
    rows: list[CampaignDay] = []
    for row in account.rows:
        applies = since <= row.day <= until and campaign in (None, row.campaign_id)
        new = change(row) if applies else row
        rows += [] if new is None else [new]
    return replace(account, rows=rows)


def times(**factors: float) -> Change:
    """Multiplies figures; clicks on links move with all clicks, views of the page with these, unless they are named."""
    factors.setdefault("link_clicks", factors.get("clicks", 1.0))
    factors.setdefault("landing_page_views", factors["link_clicks"])

    def multiply(row: CampaignDay) -> CampaignDay:
        return row._replace(**{name: getattr(row, name) * factor for name, factor in factors.items()})

    return multiply


def delivers_nothing(row: CampaignDay) -> None:
    """A day without a row."""


def unread(account: DailyFigures, *days: date) -> DailyFigures:
    """With these days not read: their rows are missing too."""
    read_at = {day: at for day, at in account.read_at.items() if day not in days}
    return replace(account, read_at=read_at, rows=[row for row in account.rows if row.day not in days])


def stored(events: Sequence[object], **changes: object) -> tuple[KnownAnomaly, ...]:
    """Anomalies that were opened, as the store knows them."""
    known = []
    for one in events:
        if hasattr(one, "message"):
            values = {"ended_at": None, "resolution": None, **changes}
            known.append(
                KnownAnomaly(one.anomaly_id, one.campaign_id, one.kind, one.metric, one.grain, one.since, **values)
            )
    return tuple(known)
