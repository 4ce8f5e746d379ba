"""What a world takes for granted, drawn anew for every seed, so that no configuration fits by luck."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np

STEPS_A_DAY = 48
Restating = Literal["never", "nightly", "yesterday"]


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
    ctr_day_noise: float
    cpm_day_noise: float
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


def drawn_assumptions(seed: int, campaigns: int = 200, days: int = 35) -> Assumptions:
    """The assumptions of one seed; ranges are wider than any single account's."""
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
        ctr_day_noise=rng.uniform(0.05, 0.14),
        cpm_day_noise=rng.uniform(0.04, 0.12),
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
    )
