"""A world of campaigns in half-hour steps with labelled incidents, as CSV exports would show it.

The sandbox serves days over HTTP; this world has half hours, and as many seeds as wanted, to evaluate detectors on.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.anomalies.assumptions import STEPS_A_DAY, Assumptions, Preset, drawn_assumptions
from evaluation.anomalies.incidents import Effects, InjectedAnomaly, effects_of, plan_incidents
from evaluation.anomalies.reading import read_out
from fbads_pipeline.domain.anomalies.detectors.tails import count_score

Floats = NDArray[np.float64]
TIERS = ("low", "mid", "high")
# The score at which the detectors' own false alerts are allowed.
ORACLE_Z = 4.4
OBJECTIVES = ("OUTCOME_SALES", "OUTCOME_LEADS", "OUTCOME_TRAFFIC")


@dataclass(frozen=True)
class World:
    """The three exports of `fbads backtest`, and the truth: kind, campaign_id, start, end, size, tier.

    shock: first and last instant of a fall of the whole account, None where there is none.
    """

    assumptions: Assumptions
    readings: pd.DataFrame
    campaigns: pd.DataFrame
    changes: pd.DataFrame
    labels: pd.DataFrame
    shock: tuple[datetime, datetime] | None


@dataclass(frozen=True)
class Steps:
    """What happened, before reporting: counts and money (campaigns, half-hour steps).

    usual_ctr: clicks per impression as they would have been without any incident.
    """

    impressions: Floats
    clicks: Floats
    spend: Floats
    conversion_rate: Floats
    budget: Floats
    usual_ctr: Floats


def made_world(seed: int, campaigns: int = 200, days: int = 35, preset: Preset = "rough") -> World:
    """The world of one seed and preset; the same seed gives the same world."""
    world = drawn_assumptions(seed, campaigns, days, preset)
    rng = np.random.default_rng([seed, 2])
    tier = rng.choice(3, campaigns, p=world.tier_shares)
    born = np.full(campaigns, -60 * STEPS_A_DAY)
    is_new = rng.random(campaigns) < world.learning
    born[is_new] = rng.integers(STEPS_A_DAY, max(2, days - 5) * STEPS_A_DAY, int(is_new.sum()))
    running, pauses = _running(world, rng, born)
    settled = ~is_new & running.all(axis=1)
    effects = effects_of(world, plan_incidents(world, rng, settled), rng)
    budget, pull, edits = _edits(world, rng, tier, settled)
    steps = _steps(world, rng, tier, born, running, effects, budget, pull)
    ids = np.array([f"c{number:04}" for number in range(campaigns)])
    readings = read_out(world, rng, ids, steps.budget, steps, effects, running)
    changes = _changes(world, ids, born, pauses, edits)
    created = [world.start + timedelta(minutes=30 * int(at)) for at in born]
    objective = np.array(OBJECTIVES)[rng.integers(0, 3, campaigns)]
    about = pd.DataFrame(
        {"campaign_id": ids, "tier": np.array(TIERS)[tier], "objective": objective, "created": created}
    )
    shock = effects.shock and tuple(world.start + timedelta(minutes=30 * step) for step in effects.shock)
    return World(world, readings, about, changes, _labels(world, ids, tier, effects, steps), shock or None)


def _running(
    world: Assumptions, rng: np.random.Generator, born: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], list[tuple[int, int, int]]]:
    """Which steps each campaign is switched on, and its pauses as (campaign, first, last)."""
    steps = world.days * STEPS_A_DAY
    running = np.arange(steps)[None, :] >= born[:, None]
    pauses = []
    for campaign in np.flatnonzero(rng.random(world.campaigns) < world.paused).tolist():
        first = int(rng.integers(max(0, born[campaign]), steps))
        last = min(steps, first + int(rng.integers(STEPS_A_DAY // 2, 10 * STEPS_A_DAY)))
        running[campaign, first:last] = False
        pauses.append((campaign, first, last))
    return running, pauses


def _edits(
    world: Assumptions, rng: np.random.Generator, tier: NDArray[np.int64], settled: NDArray[np.bool_]
) -> tuple[Floats, Floats, list[tuple[int, int, float, float]]]:
    """Budget per step, what delivery follows of it (slowly, less than in full), and the edits."""
    steps = world.days * STEPS_A_DAY
    base = np.round(np.array([12.0, 80.0, 600.0])[tier] * rng.lognormal(0, 0.5, world.campaigns), 2)
    budget, pull = np.repeat(base[:, None], steps, axis=1), np.ones((world.campaigns, steps))
    edits = []
    for campaign in np.flatnonzero(settled & (rng.random(world.campaigns) < world.edited)).tolist():
        at = int(rng.integers(2 * steps // 7, steps))
        factor = float(np.exp(rng.uniform(np.log(1.15), np.log(2.2)) * rng.choice([-1, 1])))
        old = float(budget[campaign, at])
        new = round(old * factor, 2)
        budget[campaign, at:] = new
        share = 1 - np.exp(-(np.arange(steps - at) + 1) / (2 * world.edit_hours))
        pull[campaign, at:] = (new / old) ** (rng.uniform(*world.edit_elasticity) * share)
        edits.append((campaign, at, old, new))
    return budget, pull, edits


def _steps(
    world: Assumptions,
    rng: np.random.Generator,
    tier: NDArray[np.int64],
    born: NDArray[np.int64],
    running: NDArray[np.bool_],
    effects: Effects,
    budget: Floats,
    pull: Floats,
) -> Steps:
    count, steps = running.shape
    day = np.arange(steps) // STEPS_A_DAY
    level = np.array(world.tier_impressions)[tier] * rng.lognormal(0, 0.5, count)
    delivery = _profiles(world, rng)[:, np.arange(steps) % STEPS_A_DAY] * _weekdays(world, rng)[:, day]
    delivery = delivery * np.exp(_noise(world.day_noise, world.day_memory, count, world.days, rng, 30.0)[:, day])
    delivery = delivery * np.exp(_noise(world.step_noise, world.step_memory, count, steps, rng, world.heavy_tail))
    age = (np.arange(steps)[None, :] - born[:, None]) / STEPS_A_DAY
    unsettled = np.clip(1 - age / 7, 0, 1) * 0.5
    delivery = delivery * np.exp(unsettled * rng.normal(0, 1, (count, world.days))[:, day])
    cpm_level = budget[:, 0] * rng.uniform(0.75, 1.0, count) / level * 1000
    cpm = cpm_level[:, None] * np.exp(_noise(world.cpm_day_noise, 0.5, count, world.days, rng, 30.0)[:, day])
    cpm = cpm * effects.cpm * rng.lognormal(0, 0.05, (count, steps))
    wanted = level[:, None] * delivery * pull * effects.delivery * running / effects.cpm
    impressions = rng.poisson(np.clip(wanted, 0, 1e8)).astype(float)
    ctr = np.minimum(rng.lognormal(np.log(world.ctr_median), world.ctr_spread, count), world.ctr_highest)[:, None]
    ctr = ctr * np.exp(_noise(world.ctr_day_noise, 0.3, count, world.days, rng, 30.0)[:, day])
    usual_ctr = np.clip(ctr * rng.lognormal(0, 0.1, (count, steps)), 0, 0.5)
    ctr = usual_ctr * effects.ctr
    clicks = rng.binomial(impressions.astype(np.int64), ctr).astype(float)
    shape = 1 / world.conversion_day_cv**2
    rate = (
        rng.lognormal(np.log(world.conversion_rate), 0.6, count)[:, None]
        * rng.gamma(shape, 1 / shape, (count, world.days))[:, day]
    )
    return Steps(impressions, clicks, impressions * cpm / 1000, np.clip(rate, 0, 0.6), budget, usual_ctr)


def _profiles(world: Assumptions, rng: np.random.Generator) -> Floats:
    """Share of the day's delivery per half hour, one row per campaign: the account's with a turn of one's own."""
    hour = np.arange(STEPS_A_DAY) / 2
    shape = world.night_floor + np.exp(-((hour - 20) ** 2) / 18) + 0.7 * np.exp(-((hour - 12) ** 2) / 20)
    turn = rng.normal(0, world.profile_spread, (world.campaigns, 2, 1))
    own = np.log(shape) + turn[:, 0] * np.sin(2 * np.pi * hour / 24) + turn[:, 1] * np.cos(2 * np.pi * hour / 12)
    shares: Floats = np.exp(own) / np.exp(own).sum(axis=1, keepdims=True)
    return shares


def _weekdays(world: Assumptions, rng: np.random.Generator) -> Floats:
    """Factor per campaign and day."""
    dates = [world.start + timedelta(days=number) for number in range(world.days)]
    is_weekend = np.array([date.weekday() >= 5 for date in dates])
    own = np.log(world.weekend) + rng.normal(0, world.weekend_spread, (world.campaigns, 1))
    factor: Floats = np.exp(own * is_weekend)
    return factor


def _noise(spread: float, memory: float, rows: int, columns: int, rng: np.random.Generator, degrees: float) -> Floats:
    """Autoregressive noise of that standard deviation with Student tails, mean one after exp()."""
    shocks = rng.standard_t(degrees, (rows, columns)) / np.sqrt(degrees / (degrees - 2))
    noise = np.empty((rows, columns))
    noise[:, 0] = shocks[:, 0]
    for column in range(1, columns):
        noise[:, column] = memory * noise[:, column - 1] + np.sqrt(1 - memory**2) * shocks[:, column]
    return np.clip(spread * noise, -3, 3) - spread**2 / 2


def _changes(
    world: Assumptions,
    ids: NDArray[np.str_],
    born: NDArray[np.int64],
    pauses: list[tuple[int, int, int]],
    edits: list[tuple[int, int, float, float]],
) -> pd.DataFrame:
    at = [(campaign, int(step), "created", "", "") for campaign, step in enumerate(born) if step >= 0]
    for campaign, first, last in pauses:
        at.append((campaign, first, "status_change", "ACTIVE", "PAUSED"))
        if last < world.days * STEPS_A_DAY:
            at.append((campaign, last, "status_change", "PAUSED", "ACTIVE"))
    at += [(campaign, step, "budget_change", f"{old:.2f}", f"{new:.2f}") for campaign, step, old, new in edits]
    rows = [
        {
            "ts": world.start + timedelta(minutes=30 * step),
            "campaign_id": ids[campaign],
            "event": event,
            "old": old,
            "new": new,
        }
        for campaign, step, event, old, new in sorted(at, key=lambda row: (row[1], row[0]))
    ]
    return pd.DataFrame(rows, columns=["ts", "campaign_id", "event", "old", "new"])


def _labels(
    world: Assumptions, ids: NDArray[np.str_], tier: NDArray[np.int64], effects: Effects, steps: Steps
) -> pd.DataFrame:
    enough = _enough(world, steps)
    rows = [
        {
            "campaign_id": ids[one.campaign],
            "kind": one.kind,
            "start": world.start + timedelta(minutes=30 * one.first),
            "end": world.start + timedelta(minutes=30 * (one.last + 1)),
            "size": one.size,
            "tier": TIERS[tier[one.campaign]],
            "has_volume": bool(enough[one.kind][one.campaign]),
            "oracle_hours": hours_of_oracle(steps, one) if one.kind == "ctr" else np.nan,
        }
        for one in effects.planned
    ]
    columns = ["campaign_id", "kind", "start", "end", "size", "tier", "has_volume", "oracle_hours"]
    return pd.DataFrame(rows, columns=columns)


def hours_of_oracle(steps: Steps, one: InjectedAnomaly) -> float:
    """Hours until somebody who knows the usual CTR of every half hour, and when it fell, is sure of it; NaN: never.

    Sure: the clicks since then are a Poisson count 4.4 standard scores below what the impressions usually bring.
    """
    during = slice(one.first, one.last + 1)
    clicks = steps.clicks[one.campaign, during].cumsum()
    expected = (steps.impressions * steps.usual_ctr)[one.campaign, during].cumsum()
    scores = count_score(clicks, np.maximum(expected, 1e-9), np.zeros(clicks.shape), expected > 0)
    sure = np.flatnonzero(np.nan_to_num(scores) <= -ORACLE_Z)
    return float((sure[0] + 1) / 2) if sure.size else float("nan")


def _enough(world: Assumptions, steps: Steps) -> dict[str, NDArray[np.bool_]]:
    """Campaigns with enough of what a kind shows in: 1,000 impressions, 30 clicks or 10 conversions a day."""
    shown = np.median(steps.impressions.reshape(-1, world.days, STEPS_A_DAY).sum(axis=2), axis=1)
    clicks = np.median(steps.clicks.reshape(-1, world.days, STEPS_A_DAY).sum(axis=2), axis=1)
    made = clicks * np.median(steps.conversion_rate, axis=1)
    delivers, clicked, converts = shown >= 1000, clicks >= 30, made >= 10
    return {
        **dict.fromkeys(("stop", "spike", "cpm"), delivers),
        **dict.fromkeys(("ctr", "fatigue"), clicked),
        **dict.fromkeys(("cpa", "tracking"), converts),
    }
