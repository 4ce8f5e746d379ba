"""What half-hour readings show of a world: cumulative days, conversions that come late, gaps and corrections."""

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.anomalies.assumptions import STEPS_A_DAY, Assumptions
from evaluation.anomalies.incidents import Effects

if TYPE_CHECKING:
    from evaluation.anomalies.world import Steps

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LATE_DAYS = 7


def read_out(
    world: Assumptions,
    rng: np.random.Generator,
    ids: NDArray[np.str_],
    budget: Floats,
    steps: "Steps",
    effects: Effects,
    running: NDArray[np.bool_],
) -> pd.DataFrame:
    """Rows `ts, campaign_id, date, daily_budget, impressions, clicks, spend, conversions, revenue`, oldest first."""
    counted = _reported_conversions(world, rng, steps, effects)
    order_value = rng.lognormal(4, 0.4, len(ids))
    parts = [_days_of_reading(world, rng, ids, budget, steps, counted[0], order_value, running)]
    if world.restating != "never" and not world.by_conversion_day:
        parts.append(_restated(world, ids, budget, steps, counted, order_value, running))
    rows = pd.concat(parts, ignore_index=True)
    return rows.sort_values(["ts", "campaign_id", "date"], kind="stable", ignore_index=True)


def _reported_conversions(world: Assumptions, rng: np.random.Generator, steps: "Steps", effects: Effects) -> Ints:
    """Conversions by (age in days, campaign, step in which they were reported), counted to the day of their click.

    Where the world counts by the day of conversion, all of them have age 0.
    """
    count, width = steps.clicks.shape
    campaign, at = np.nonzero(steps.clicks)
    made = rng.poisson(steps.clicks[campaign, at] * steps.conversion_rate[campaign, at])
    campaign, clicked = np.repeat(campaign, made), np.repeat(at, made)
    reported = clicked + np.floor(_delays(world, rng, len(clicked)) * STEPS_A_DAY).astype(np.int64)
    inside = reported < width
    campaign, clicked, reported = campaign[inside], clicked[inside], reported[inside]
    kept = rng.random(len(campaign)) < effects.conversions[campaign, _when_lost(effects, campaign, clicked, reported)]
    campaign, clicked, reported = campaign[kept], clicked[kept], reported[kept]
    age = reported // STEPS_A_DAY - clicked // STEPS_A_DAY
    if world.by_conversion_day:
        age = np.zeros_like(age)
    total = np.zeros((LATE_DAYS + 1, count, width), dtype=np.int64)
    np.add.at(total, (np.minimum(age, LATE_DAYS), campaign, reported), 1)
    return total


def _when_lost(effects: Effects, campaign: Ints, clicked: Ints, reported: Ints) -> Ints:
    """A broken pixel loses what would be reported now, a worse page what is clicked now."""
    broken = np.isin(campaign, [one.campaign for one in effects.planned if one.kind == "tracking"])
    when: Ints = np.where(broken, reported, clicked)
    return when


def _delays(world: Assumptions, rng: np.random.Generator, size: int) -> Floats:
    """Days from click to report: a share within the hour, a share within the day, the rest over a week."""
    kind, wait = rng.random(size), rng.random(size)
    rest = 1 + rng.exponential(2.0, size)
    delay: Floats = np.where(
        kind < world.within_hour, wait / 24, np.where(kind < world.within_day, 1 / 24 + wait**1.5 * 23 / 24, rest)
    )
    return np.minimum(delay, LATE_DAYS - 0.1)


def _days_of_reading(
    world: Assumptions,
    rng: np.random.Generator,
    ids: NDArray[np.str_],
    budget: Floats,
    steps: "Steps",
    conversions: Ints,
    order_value: Floats,
    running: NDArray[np.bool_],
) -> pd.DataFrame:
    """Today's row at each half hour, taken at the end of the step; the last of a day is taken a minute early."""
    count, width = steps.clicks.shape
    by_day = (count, world.days, STEPS_A_DAY)
    kept = 1 - world.restatement * (rng.random((count, world.days)) < 0.1)[:, :, None] * (
        np.arange(STEPS_A_DAY) >= rng.integers(12, STEPS_A_DAY, (count, world.days, 1))
    )
    cumulative = {
        "impressions": np.floor(steps.impressions.reshape(by_day).cumsum(axis=2) * kept),
        "clicks": np.floor(steps.clicks.reshape(by_day).cumsum(axis=2) * kept),
        "spend": np.round(steps.spend.reshape(by_day).cumsum(axis=2) * kept, 2),
        "conversions": conversions.reshape(by_day).cumsum(axis=2),
    }
    seen = _seen(world, rng, count, width) & running
    campaign, at = np.nonzero(seen)
    starts = pd.Timestamp(world.start)
    last = (at % STEPS_A_DAY) == STEPS_A_DAY - 1
    ts = starts + pd.to_timedelta((at + 1) * 30 - last, unit="min")
    frame = pd.DataFrame({"ts": ts, "campaign_id": ids[campaign]})
    frame["date"] = starts + pd.to_timedelta(at // STEPS_A_DAY, unit="D")
    frame["daily_budget"] = budget[campaign, at]
    for name, values in cumulative.items():
        frame[name] = values.reshape(count, width)[campaign, at]
    frame["revenue"] = np.round(frame["conversions"] * order_value[campaign], 2)
    return frame


def _seen(world: Assumptions, rng: np.random.Generator, count: int, width: int) -> NDArray[np.bool_]:
    """Which readings were made: ticks that failed, rows that failed, one outage a week."""
    seen: NDArray[np.bool_] = rng.random((count, width)) >= world.missed_rows
    seen &= (rng.random(width) >= world.missed_ticks)[None, :]
    length = int(world.outage_hours * 2)
    for week in range(world.days // 7):
        first = week * 7 * STEPS_A_DAY + int(rng.integers(0, 7 * STEPS_A_DAY - length))
        seen[:, first : first + length] = False
    return seen


def _restated(
    world: Assumptions,
    ids: NDArray[np.str_],
    budget: Floats,
    steps: "Steps",
    counted: Ints,
    order_value: Floats,
    running: NDArray[np.bool_],
) -> pd.DataFrame:
    """Past days as they read later: yesterday every six hours, or each of seven days once a night."""
    frames = []
    back_days = range(1, 2) if world.restating == "yesterday" else range(1, LATE_DAYS + 1)
    hours = (3, 9, 15, 21) if world.restating == "yesterday" else (3,)
    ends = np.arange(STEPS_A_DAY, world.days * STEPS_A_DAY + 1, STEPS_A_DAY) - 1
    per_day = {
        name: getattr(steps, name).reshape(len(ids), world.days, STEPS_A_DAY).sum(axis=2)
        for name in ("impressions", "clicks", "spend")
    }
    for today in range(1, world.days):
        for back in (back for back in back_days if back <= today):
            day = today - back
            for hour in hours:
                at = today * STEPS_A_DAY + hour * 2 - 1
                conversions = sum(
                    counted[age, :, (day + age) * STEPS_A_DAY : min((day + age + 1) * STEPS_A_DAY, at + 1)].sum(axis=1)
                    for age in range(back + 1)
                )
                frame = pd.DataFrame({"campaign_id": ids, "conversions": conversions})
                frame["ts"] = pd.Timestamp(world.start + timedelta(minutes=30 * (at + 1)))
                frame["date"] = pd.Timestamp(world.start + timedelta(days=day))
                frame["daily_budget"] = budget[:, ends[day]]
                for name, values in per_day.items():
                    frame[name] = np.round(values[:, day], 2)
                frame["revenue"] = np.round(conversions * order_value, 2)
                frames.append(frame[running[:, ends[day]]])
    return pd.concat(frames, ignore_index=True)
