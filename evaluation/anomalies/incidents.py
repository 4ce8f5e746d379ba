"""The labelled incidents of a world: what, where, from when to when, how strong."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evaluation.anomalies.assumptions import STEPS_A_DAY, Assumptions

Floats = NDArray[np.float64]

KINDS = ("stop", "spike", "ctr", "cpa", "tracking", "cpm", "fatigue")
SHARES = (0.2, 0.2, 0.18, 0.14, 0.12, 0.08, 0.08)
DAYS_OF = {
    "stop": (0.4, 2.0),
    "spike": (0.5, 2.0),
    "ctr": (1.0, 4.0),
    "cpa": (3.0, 6.0),
    "tracking": (1.0, 4.0),
    "cpm": (1.0, 4.0),
    "fatigue": (12.0, 18.0),
}
FIRST_DAY = 14


@dataclass(frozen=True)
class InjectedAnomaly:
    """Half-hour steps `first` to `last` (both in) of one campaign; `size` multiplies (fatigue: again every day)."""

    kind: str
    campaign: int
    first: int
    last: int
    size: float


@dataclass(frozen=True)
class Effects:
    """Factors per campaign and half-hour step that the incidents put on the world: arrays (campaigns, steps)."""

    delivery: Floats
    ctr: Floats
    cpm: Floats
    conversions: Floats
    planned: list[InjectedAnomaly] = field(default_factory=list)
    shock: tuple[int, int] | None = None


def plan_incidents(world: Assumptions, rng: np.random.Generator, settled: NDArray[np.bool_]) -> list[InjectedAnomaly]:
    """At most one incident per campaign, on campaigns that are `settled` (neither new nor ever paused)."""
    chosen = np.flatnonzero(settled & (rng.random(world.campaigns) < world.disturbed))
    planned = []
    for campaign in chosen.tolist():
        kind = str(rng.choice(np.array(KINDS), p=SHARES))
        length = max(6, round(rng.uniform(*DAYS_OF[kind]) * STEPS_A_DAY))
        earliest = min(FIRST_DAY, 2 * world.days // 5) * STEPS_A_DAY
        latest = world.days * STEPS_A_DAY - (length if kind != "fatigue" else 14 * STEPS_A_DAY)
        first = int(rng.integers(earliest, max(latest, earliest + 1)))
        last = min(first + length, world.days * STEPS_A_DAY) - 1
        low, high = world.sizes[kind]
        size = float(np.exp(rng.uniform(np.log(low), np.log(high)))) if low > 0 else float(rng.uniform(low, high))
        planned.append(InjectedAnomaly(kind, campaign, first, last, size))
    return planned


def effects_of(world: Assumptions, planned: list[InjectedAnomaly], rng: np.random.Generator) -> Effects:
    """The factors of all incidents together; a shocked world loses most delivery for half a day, unlabelled."""
    shape = (world.campaigns, world.days * STEPS_A_DAY)
    first = int(rng.integers(4 * world.days // 7, 6 * world.days // 7)) * STEPS_A_DAY + 18
    shock = (first, first + 26) if world.shocked else None
    effects = Effects(np.ones(shape), np.ones(shape), np.ones(shape), np.ones(shape), planned, shock)
    for one in planned:
        where = (one.campaign, slice(one.first, one.last + 1))
        if one.kind in ("stop", "spike"):
            effects.delivery[where] *= one.size
        elif one.kind == "ctr":
            effects.ctr[where] *= one.size
        elif one.kind in ("cpa", "tracking"):
            effects.conversions[where] *= one.size
        elif one.kind == "cpm":
            effects.cpm[where] *= one.size
        else:
            days = np.arange(one.last + 1 - one.first) / STEPS_A_DAY
            effects.ctr[where] *= one.size**days
            effects.ctr[one.campaign, one.last + 1 :] *= one.size ** days[-1]
    if shock:
        effects.delivery[:, shock[0] : shock[1]] *= 0.3
    return effects
