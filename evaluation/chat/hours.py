"""The hours of the graded world: what came in between readings on the hour, and what its pixels received."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

# Days before today of which the hours are known.
HOURLY_DAYS = 25
_COUNTS = ("impressions", "clicks", "link_clicks", "purchases", "leads", "conversions")
_AMOUNTS = ("spend", "purchase_value", "conversion_value")
# How busy each hour is.
_BUSY = np.array([2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 10, 10, 11, 9, 8, 8, 9, 10, 11, 13, 14, 12, 8, 4], dtype=float)
_EVENTS = {"PageView": 40, "AddToCart": 6, "Purchase": 2}


def by_hour(
    campaign_days: Sequence[Mapping[str, Any]], accounts: Mapping[str, Sequence[str]], now: datetime
) -> dict[str, list[dict[str, Any]]]:
    """Rows of campaign_intraday, whose steps of a day sum to the day, and of pixels with their events."""
    rng = np.random.default_rng(20261124)
    steps = [one for row in campaign_days for one in _steps(row, ZoneInfo(accounts[row["account_id"]][2]), now, rng)]
    pixels, events = [], []
    for account_id, (name, _, zone, goal) in accounts.items():
        if goal == "purchase":
            pixels.append(_pixel(account_id, name, now))
            events += _events(account_id, ZoneInfo(zone), now, rng)
    return {"campaign_intraday": steps, "pixels": pixels, "pixel_events_hourly": events}


def _steps(row: Mapping[str, Any], zone: ZoneInfo, now: datetime, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    day: date = row["day"]
    begins = datetime.combine(day, time(), zone).astimezone(UTC)
    ends = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    if now - begins > timedelta(days=HOURLY_DAYS):
        return
    hours = int((min(ends, now) - begins) / timedelta(hours=1))
    share = np.resize(_BUSY, hours)
    share = share / share.sum()
    counts = {name: rng.multinomial(int(row[name]), share) for name in _COUNTS}
    amounts = {name: _spread(float(row[name]), share) for name in _AMOUNTS}
    kept = {name: row[name] for name in ("account_id", "campaign_id", "currency", "day")}
    for hour in range(hours):
        from_at, until_at = (begins + timedelta(hours=hour + end) for end in (0, 1))
        figures = {name: int(some[hour]) for name, some in counts.items()}
        figures |= {name: some[hour] for name, some in amounts.items()}
        yield {**kept, **figures, "from_at": from_at, "until_at": until_at, "minutes": 60, "is_last": until_at == ends}


def _spread(amount: float, share: np.ndarray) -> list[float]:
    """Cents by hour, which sum to the amount."""
    made = [round(amount * float(one), 2) for one in share]
    made[-1] = round(amount - sum(made[:-1]), 2)
    return made


def _pixel(account_id: str, name: str, now: datetime) -> dict[str, Any]:
    since = now - timedelta(days=7)
    known = {"events_known_since": since, "events_known_until": now, "last_fired_at": now - timedelta(hours=1)}
    return {"account_id": account_id, "pixel_id": f"7{account_id}", "name": f"Pixel {name}", "is_listed": True, **known}


def _events(account_id: str, zone: ZoneInfo, now: datetime, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    for back in range(1, 24 * 7):
        hour_at = now - timedelta(hours=back)
        for event, mean in _EVENTS.items():
            count = int(rng.poisson(mean))
            if count:
                keys = {"account_id": account_id, "pixel_id": f"7{account_id}", "event": event, "hour_at": hour_at}
                yield {**keys, "day": hour_at.astimezone(zone).date(), "events": count}
