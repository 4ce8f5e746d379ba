"""What a world takes for granted, drawn anew for every seed, so that no configuration fits by luck."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import numpy as np

STEPS_A_DAY = 48
Restating = Literal["never", "nightly", "yesterday"]
Preset = Literal["rough", "stated"]
Sizes = Mapping[str, tuple[float, float]]

# What an incident multiplies its figure by (fatigue: again every day); rough ones reach down to what hardly shows.
ROUGH_SIZES: Sizes = {
    "stop": (0.0, 0.05),
    "spike": (1.9, 4.0),
    "ctr": (0.35, 0.6),
    "cpa": (0.25, 0.55),
    "tracking": (0.0, 0.0),
    "cpm": (1.5, 2.6),
    "fatigue": (0.955, 0.975),
}
STATED_SIZES: Sizes = {
    **ROUGH_SIZES,
    "stop": (0.0, 0.0),
    "spike": (2.0, 4.0),
    "ctr": (0.3, 0.6),
    "cpa": (1 / 3, 0.5),
}


@dataclass(frozen=True)
class Assumptions:
    """One account of `campaigns` campaigns over `days` days from `start`; every spread is a log standard deviation."""

    campaigns: int
    days: int
    start: datetime
    tier_shares: tuple[float, float, float]
    tier_impressions: tuple[float, float, float]
    weekend: float
    weekend_spread: float
    profile_spread: float
    night_floor: float
    day_noise: float
    day_memory: float
    step_noise: float
    step_memory: float
    heavy_tail: float
    ctr_median: float
    ctr_spread: float
    ctr_highest: float
    ctr_day_noise: float
    cpm_day_noise: float
    conversion_rate: float
    conversion_day_cv: float
    within_hour: float
    within_day: float
    by_conversion_day: bool
    restating: Restating
    missed_ticks: float
    missed_rows: float
    outage_hours: float
    restatement: float
    learning: float
    paused: float
    edited: float
    edit_elasticity: tuple[float, float]
    edit_hours: float
    disturbed: float
    shocked: bool
    sizes: Sizes


def drawn_assumptions(seed: int, campaigns: int = 200, days: int = 35, preset: Preset = "rough") -> Assumptions:
    """The assumptions of one seed and preset.

    rough: ranges wider than any single account's, so that nothing fits by luck. stated: what is published of real
    accounts and of the usual incidents (day-to-day CV .35 of conversions and .10 of CTR, a CTR below 1 % everywhere,
    light tails, edits that act at once), within narrow ranges.
    """
    return (_rough if preset == "rough" else _stated)(seed, campaigns, days)


def _rough(seed: int, campaigns: int, days: int) -> Assumptions:
    rng = np.random.default_rng([seed, 1])
    low, high = rng.uniform(0.2, 0.4), rng.uniform(0.15, 0.3)
    return Assumptions(
        campaigns=campaigns,
        days=days,
        start=datetime(2026, 3, 2 + int(rng.integers(0, 7))),
        tier_shares=(low, 1 - low - high, high),
        tier_impressions=(rng.uniform(500, 1500), rng.uniform(5_000, 12_000), rng.uniform(30_000, 90_000)),
        weekend=rng.uniform(0.55, 0.95),
        weekend_spread=rng.uniform(0.03, 0.12),
        profile_spread=rng.uniform(0.05, 0.3),
        night_floor=rng.uniform(0.1, 0.4),
        day_noise=rng.uniform(0.06, 0.2),
        day_memory=rng.uniform(0.0, 0.5),
        step_noise=rng.uniform(0.1, 0.35),
        step_memory=rng.uniform(0.2, 0.7),
        heavy_tail=rng.uniform(4.0, 12.0),
        ctr_median=0.012,
        ctr_spread=0.4,
        ctr_highest=0.5,
        ctr_day_noise=rng.uniform(0.05, 0.14),
        cpm_day_noise=rng.uniform(0.04, 0.12),
        conversion_rate=0.035,
        conversion_day_cv=rng.uniform(0.3, 0.42),
        within_hour=rng.uniform(0.3, 0.4),
        within_day=rng.uniform(0.45, 0.6),
        by_conversion_day=bool(rng.random() < 0.25),
        restating=rng.choice(np.array(["never", "nightly", "yesterday"])).item(),
        missed_ticks=rng.uniform(0.005, 0.03),
        missed_rows=rng.uniform(0.0, 0.03),
        outage_hours=rng.uniform(1.0, 7.0),
        restatement=rng.uniform(0.005, 0.04),
        learning=rng.uniform(0.04, 0.1),
        paused=rng.uniform(0.03, 0.08),
        edited=rng.uniform(0.15, 0.3),
        edit_elasticity=(rng.uniform(0.4, 0.8), 1.0),
        edit_hours=rng.uniform(1.0, 12.0),
        disturbed=rng.uniform(0.25, 0.4),
        shocked=bool(rng.random() < 0.3),
        sizes=ROUGH_SIZES,
    )


def _stated(seed: int, campaigns: int, days: int) -> Assumptions:
    rng = np.random.default_rng([seed, 3])
    low, high = rng.uniform(0.25, 0.35), rng.uniform(0.25, 0.35)
    return replace(
        _rough(seed, campaigns, days),
        tier_shares=(low, 1 - low - high, high),
        tier_impressions=(rng.uniform(1_500, 3_000), rng.uniform(10_000, 20_000), rng.uniform(50_000, 100_000)),
        weekend=rng.uniform(0.65, 0.9),
        weekend_spread=0.05,
        profile_spread=0.1,
        day_noise=rng.uniform(0.08, 0.15),
        day_memory=rng.uniform(0.0, 0.3),
        step_noise=rng.uniform(0.1, 0.2),
        step_memory=rng.uniform(0.0, 0.3),
        heavy_tail=30.0,
        ctr_median=0.006,
        ctr_spread=0.25,
        ctr_highest=0.0099,
        ctr_day_noise=0.10,
        cpm_day_noise=0.08,
        conversion_rate=0.06,
        conversion_day_cv=0.35,
        within_hour=0.35,
        within_day=0.5,
        by_conversion_day=False,
        edit_elasticity=(1.0, 1.0),
        edit_hours=0.25,
        sizes=STATED_SIZES,
    )
