"""Pixels of accounts: one that the account's shop fires, and one that was never installed; events by hour, and quality.

Events follow the clicks of the hour and come from everybody who visits the shop. pixel-silent: an event stops at the
first call that asks, or so many minutes before it; a tracking break of the world stops purchases and leads for a day.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from fbads_pipeline.sandbox.figures.by_period import WorldFigures, days_of
from fbads_pipeline.sandbox.figures.daily import AT, hours_delivered
from fbads_pipeline.sandbox.scenarios import Scenarios
from fbads_pipeline.sandbox.world.clock import day_start, local_day, meta_time
from fbads_pipeline.sandbox.world.world import SandboxAccount, SandboxWorld

# Events for one click on an ad.
EVENTS = {
    "PageView": 4.0,
    "ViewContent": 1.5,
    "AddToCart": 0.3,
    "InitiateCheckout": 0.16,
    "Purchase": 0.08,
    "Lead": 0.04,
}
_CONVERSIONS = frozenset({"Purchase", "Lead"})
_FIRST_ID = 8_800_000_000_000_000


def pixel_ids(account: SandboxAccount) -> tuple[str, str]:
    """The one that fires, and the other."""
    first = _FIRST_ID + 100 * (int(account.id) % 10**9)
    return str(first), str(first + 1)


def owner_of(world: SandboxWorld, pixel_id: str) -> SandboxAccount | None:
    """The account whose pixel it is."""
    return next((account for account in world.accounts if pixel_id in pixel_ids(account)), None)


def show_pixels(account: SandboxAccount, now: datetime) -> list[dict[str, Any]]:
    """As the `adspixels` edge shows them."""
    fires, unused = pixel_ids(account)
    shared = {"is_unavailable": False, "data_use_setting": "ADVERTISING_AND_ANALYTICS"}
    created = {"creation_time": meta_time(account.zone, account.created_at)}
    fired = {"last_fired_time": meta_time(account.zone, now - timedelta(minutes=3))}
    return [
        {"id": fires, "name": f"Pixel {account.name}", **fired, **shared, **created},
        {"id": unused, "name": f"{account.name} (old)", **shared, **created},
    ]


def show_events(
    account: SandboxAccount,
    pixel_id: str,
    params: Mapping[str, str],
    figures: WorldFigures,
    scenarios: Scenarios,
) -> list[dict[str, Any]]:
    """As `<pixel>/stats` shows them with the aggregation `event`: an hour a row, those without events left out."""
    now = figures.clock.now()
    if pixel_id != pixel_ids(account)[0]:
        return []
    since, until = _instant(params.get("start_time"), now - timedelta(days=1)), _instant(params.get("end_time"), now)
    silent = _silent(account, pixel_id, scenarios, now)
    shown = []
    for day in days_of((local_day(account.zone, since), local_day(account.zone, until))):
        for hour_at, counts in _hours(account, day, figures):
            events = {
                name: events
                for name, events in counts.items()
                if events and not (name in silent and hour_at >= silent[name])
            }
            if events and since <= hour_at <= min(until, now):
                data = [{"value": name, "count": events} for name, events in sorted(events.items())]
                shown.append({"start_time": meta_time(account.zone, hour_at), "aggregation": "event", "data": data})
    return shown


def show_quality(account: SandboxAccount, pixel_id: str) -> dict[str, Any]:
    """As `dataset_quality` shows it: of events that a server sends too."""
    if pixel_id != pixel_ids(account)[0]:
        return {"web": []}
    percent = {"percentage": 88.0 + account.index, "description": "…"}
    key = {
        "dedupe_key": "event_id",
        "browser_events_with_dedupe_key": percent,
        "server_events_with_dedupe_key": percent,
    }
    return {
        "web": [
            {
                "event_name": "Purchase",
                "event_match_quality": {"composite_score": 7.1 + account.index / 2},
                "event_coverage": {"percentage": 81.5, "goal_percentage": 75},
                "dedupe_key_feedback": [key],
                "data_freshness": {"upload_frequency": "real_time"},
            },
            {"event_name": "Lead", "event_match_quality": {"composite_score": 5.8}},
        ]
    }


def _silent(account: SandboxAccount, pixel_id: str, scenarios: Scenarios, now: datetime) -> dict[str, datetime]:
    """Event → since when it is silent."""
    scenario = scenarios.hit("pixel-silent", account.id, f"{pixel_id}/stats")
    if scenario is None:
        return {}
    since = scenario.limit_of(lambda: int((now - timedelta(minutes=scenario.minutes)).timestamp()))
    return {scenario.figure or "Purchase": datetime.fromtimestamp(since, UTC)}


def _hours(account: SandboxAccount, day: date, figures: WorldFigures) -> Iterator[tuple[datetime, dict[str, int]]]:
    """Each hour of the day that has begun, with its events."""
    weights = hours_delivered(account.zone, day, figures.clock.slot())
    if not weights.any():
        return
    clicks = int(figures.period(account, "account", (day, day), None).values[AT["link"]].sum())
    breaks = [one for one in figures.anomalies if one.name == "tracking_break" and one.account_id == account.id]
    is_broken = any(one.is_on(day) for one in breaks)
    running = np.concatenate(([0.0], np.cumsum(weights))) / weights.sum()
    for hour in range(24):
        counts = {
            name: int(np.floor(clicks * rate * running[hour + 1]) - np.floor(clicks * rate * running[hour]))
            for name, rate in EVENTS.items()
            if not (is_broken and name in _CONVERSIONS)
        }
        yield day_start(account.zone, day) + timedelta(hours=hour), counts


def _instant(text: str | None, default: datetime) -> datetime:
    return datetime.fromtimestamp(int(text), UTC) if text and text.isascii() and text.isdigit() else default
