"""What assessing the whole days of a large account costs, its rows in memory: what a night adds to the readings."""

import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as day_time

import numpy as np

from fbads_pipeline.domain.anomalies.account_readings import ObjectState
from fbads_pipeline.domain.anomalies.daily.daily_figures import HISTORY_DAYS, CampaignDay, DailyFigures
from fbads_pipeline.domain.anomalies.daily.day_detection import assess_days
from fbads_pipeline.domain.anomalies.daily.day_settings import DaySettings
from fbads_pipeline.domain.core.days import DayRange

_NEWEST = date(2026, 11, 25)


def seconds_of_a_night(campaigns: int) -> tuple[float, int]:
    """Seconds that the newest week of an account takes to be assessed, and how many anomalies it shows."""
    account = large_account(campaigns)
    begun = time.perf_counter()
    found = assess_days(account, DaySettings(), now=datetime.combine(_NEWEST, day_time(12), UTC) + timedelta(days=1))
    return time.perf_counter() - begun, len(found)


def large_account(campaigns: int) -> DailyFigures:
    """Eight weeks of an account of that many campaigns, each with days that vary by a fifth."""
    rng = np.random.default_rng(7)
    days = DayRange(_NEWEST - timedelta(days=HISTORY_DAYS - 1), _NEWEST)
    level = rng.lognormal(8, 1.2, campaigns)
    shown = np.round(level * rng.lognormal(0, 0.2, (len(days), campaigns)))
    clicks = rng.binomial(shown.astype(np.int64), 0.015)
    conversions = rng.binomial(clicks, 0.05)
    spend = np.round(shown * 0.02 * rng.lognormal(0, 0.1, shown.shape), 2)
    names = [str(number) for number in range(campaigns)]
    rows = [
        CampaignDay(name, day, *figures)
        for place, day in enumerate(days)
        for name, *figures in zip(
            names,
            shown[place].tolist(),
            clicks[place].tolist(),
            spend[place].tolist(),
            conversions[place].tolist(),
            (conversions[place] * 80.0).tolist(),
            strict=True,
        )
    ]
    begin = datetime.combine(days.since, day_time(), UTC)
    read_at = {day: datetime.combine(day, day_time(9), UTC) + timedelta(days=1) for day in days}
    states = [
        ObjectState(name, name, begin, is_active=True, daily_budget=float(level[place]))
        for place, name in enumerate(names)
    ]
    created = dict.fromkeys(names, begin - timedelta(days=300))
    return DailyFigures("1", "BRL", "UTC", days, "made", read_at, rows, states, created)
