"""The day-level detectors on made worlds: each day as it read at its last reading, assessed one after another."""

from dataclasses import replace
from datetime import UTC, date, timedelta

import pandas as pd

from evaluation.anomalies.metrics import DetectionCounts, compare
from evaluation.anomalies.world import World
from fbads_pipeline.domain.anomalies.account_readings import ObjectState
from fbads_pipeline.domain.anomalies.daily.daily_figures import CampaignDay, DailyFigures
from fbads_pipeline.domain.anomalies.daily.day_findings import day_finding
from fbads_pipeline.domain.anomalies.daily.day_grid import day_grid
from fbads_pipeline.domain.anomalies.daily.day_selection import assess
from fbads_pipeline.domain.anomalies.daily.day_settings import DaySettings
from fbads_pipeline.domain.anomalies.replay import ACTIVE
from fbads_pipeline.domain.anomalies.state.maturity import initial_curve
from fbads_pipeline.domain.core.days import DayRange

# A message about a day that has ended, written at about eight in the morning.
_MORNING = timedelta(hours=8)


def day_counts(world: World) -> DetectionCounts:
    """Counts of one world: every day from the fifteenth on, incidents before it left out."""
    settings = DaySettings()
    account = account_days(world)
    grid = day_grid(account)
    assessed = assess(grid, settings, initial_curve(), len(grid.days) - settings.days_needed)
    rows = []
    for one in assessed.episodes:
        found = day_finding(grid, one)
        at = pd.Timestamp(found.since) + timedelta(hours=23)
        rows.append((grid.campaigns[one.campaign], at, "anomaly", found.metric, f"{found.what} {found.score:.1f}"))
    alerts = pd.DataFrame(rows, columns=["campaign_id", "ts", "kind", "metric", "message"])
    weeks = world.assumptions.campaigns / 100 * (len(grid.days) - settings.days_needed) / 7
    return replace(compare(world, alerts), hundred_campaign_weeks=weeks)


def account_days(world: World) -> DailyFigures:
    """The days of a world as `marts.campaign_daily` would hold them."""
    last = world.readings.sort_values("ts", kind="stable").groupby(["campaign_id", "date"], sort=False).tail(1)
    days = sorted({one.date() for one in last["date"]})
    newest = last.groupby(last["date"].dt.date)["ts"].max()
    rows = [
        CampaignDay(
            str(one.campaign_id), one.date.date(), one.impressions, one.clicks, one.spend, one.conversions, None
        )
        for one in last.itertuples()
    ]
    return DailyFigures(
        "1",
        "BRL",
        "UTC",
        DayRange(days[0], days[-1]),
        "made",
        {day: max(newest[day].to_pydatetime(), _end(day)).replace(tzinfo=UTC) for day in days},
        rows,
        _states(world, days[0]),
        {
            str(one.campaign_id): one.created.to_pydatetime().replace(tzinfo=UTC)
            for one in world.campaigns.itertuples()
            if not pd.isna(one.created)
        },
    )


def _end(day: date):  # type: ignore[no-untyped-def]
    return pd.Timestamp(day + timedelta(days=1)).to_pydatetime()


def _states(world: World, first: date) -> list[ObjectState]:
    """Status and budget of each campaign from change to change."""
    begin = pd.Timestamp(first).to_pydatetime().replace(tzinfo=UTC)
    budgets = world.readings.sort_values("ts").groupby("campaign_id")["daily_budget"].first()
    now = {str(name): (True, float(budget)) for name, budget in budgets.items()}
    states = [ObjectState(name, name, begin, *state) for name, state in now.items()]
    for one in world.changes.sort_values("ts", kind="stable").itertuples():
        name, at = str(one.campaign_id), one.ts.to_pydatetime().replace(tzinfo=UTC)
        is_active, budget = now.get(name, (True, 0.0))
        if one.event == "status_change":
            is_active = str(one.new).upper() in ACTIVE
        elif one.event == "budget_change":
            budget = float(one.new)
        now[name] = (is_active, budget)
        states.append(ObjectState(name, name, at, is_active, budget))
    return states
