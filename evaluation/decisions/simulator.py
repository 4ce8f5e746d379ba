"""Campaigns whose response curve is known: what a budget would truly have earned, and what a report showed of it."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd

Curve = Literal["power", "hill", "exponential"]
WEEK = 7
FIRST_DAY = date(2026, 1, 5)


@dataclass(frozen=True)
class AccountSettings:
    """What one simulated account assumes. elasticity and cpa_spread are log-scale centres and deviations per campaign.

    fast_share and delay_days: conversions reported within the hour, and the mean days of the rest. dispersion: variance
    over mean of a day's conversions. drift: daily standard deviation of log efficiency. target_factor: target CPA over
    the account's median CPA. edits: budget edits per campaign and week in the past. budget: median daily budget, at a
    median CPA of 30.
    """

    seed: int = 0
    campaigns: int = 80
    past_days: int = 42
    weeks: int = 4
    elasticity: float = 0.65
    elasticity_spread: float = 0.12
    cpa_spread: float = 0.5
    dispersion: float = 2.0
    fast_share: float = 0.35
    delay_days: float = 2.5
    drift: float = 0.015
    target_factor: float = 1.3
    edits: float = 0.12
    curve: Curve = "power"
    new_share: float = 0.08
    capped_share: float = 0.15
    budget_scale: float = 1.5
    budget: float = 80.0


@dataclass
class SimulatedAccount:
    """The truth of one world, arrays of shape (campaigns, days) unless said otherwise; budgets are what is decided.

    conversions are counted on the day of the click; reported_by holds each day's counts by their delay in days.
    """

    world: AccountSettings
    target_cpa: float
    base_budget: np.ndarray
    base_rate: np.ndarray
    elasticity: np.ndarray
    efficiency: np.ndarray
    demand: np.ndarray
    click_cost: np.ndarray
    created: np.ndarray
    budgets: np.ndarray
    active: np.ndarray
    spend: np.ndarray
    reported_by: np.ndarray

    def expected_conversions(self, spend: np.ndarray, days: slice) -> np.ndarray:
        """Expected conversions of those daily spends, shape (campaigns, days)."""
        ratio = np.maximum(spend, 0.0) / self.base_budget[:, None]
        return (
            self.base_rate[:, None]
            * _response(ratio, self.elasticity[:, None], self.world.curve)
            * self.efficiency[:, days]
        )

    def profit(self, budgets: np.ndarray, today: int) -> np.ndarray:
        """target_cpa × conversions − spend over the week from `today` on under those daily budgets, per campaign."""
        days = slice(today, today + WEEK)
        spend = np.minimum(budgets[:, None], self.demand[:, days])
        return (self.target_cpa * self.expected_conversions(spend, days) - spend).sum(axis=1)

    def simulate_days(self, first: int, last: int, rng: np.random.Generator) -> None:
        """Fill the days from `first` to before `last` under the budgets in force."""
        days = slice(first, last)
        noise = rng.lognormal(0.0, 0.06, self.budgets[:, days].shape)
        self.spend[:, days] = np.minimum(self.budgets[:, days] * noise, self.demand[:, days]) * self.active[:, days]
        mean = self.expected_conversions(self.spend[:, days], days)
        extra = max(self.world.dispersion - 1.0, 1e-9)
        counts = rng.poisson(rng.gamma(np.maximum(mean, 1e-12) / extra, extra))
        self.reported_by[:, days] = rng.multinomial(counts, _delays(self.world, self.reported_by.shape[2]))

    def history(self, today: int) -> pd.DataFrame:
        """What the report says on the morning of `today`: one row per campaign and day since its creation."""
        first = max(0, today - self.world.past_days)
        ages = today - np.arange(first, today)
        known = np.arange(self.reported_by.shape[2])[None, :] < ages[:, None]
        conversions = (self.reported_by[:, first:today] * known).sum(axis=2)
        spend = self.spend[:, first:today]
        clicks = np.rint(spend / self.click_cost[:, None])
        rows, columns = np.nonzero(np.arange(first, today)[None, :] >= self.created[:, None])
        days = np.array([FIRST_DAY + timedelta(days=int(day)) for day in range(first, today)])
        status = np.where(self.active[:, first:today], "ACTIVE", "PAUSED")
        return pd.DataFrame(
            {
                "campaign_id": [str(120_000 + row) for row in rows],
                "date": days[columns],
                "impressions": np.rint(clicks * 80)[rows, columns],
                "clicks": clicks[rows, columns],
                "spend": np.round(spend[rows, columns], 2),
                "conversions": conversions[rows, columns],
                "daily_budget": np.round(self.budgets[:, first:today][rows, columns], 2),
                "status": status[rows, columns],
            }
        )

    def decide(self, today: int, factors: np.ndarray) -> None:
        """Multiply the budgets from `today` on; a factor of zero pauses for good."""
        self.budgets[:, today:] *= np.where(factors > 0, factors, 1.0)[:, None]
        self.active[:, today:] &= (factors > 0)[:, None]


def simulate(world: AccountSettings) -> SimulatedAccount:
    """An account with its past simulated, ready for the first decision on day `past_days`."""
    rng = np.random.default_rng(world.seed)
    count, days = world.campaigns, world.past_days + world.weeks * WEEK
    budget = np.exp(rng.normal(np.log(world.budget), world.budget_scale * 0.6, count))
    cpa = np.exp(rng.normal(np.log(30.0), world.cpa_spread, count))
    walk = np.cumsum(rng.normal(0.0, world.drift, (count, days)), axis=1)
    weekday = 1.0 + 0.12 * np.cos(2 * np.pi * (np.arange(days) % 7) / 7)
    capped = rng.random(count) < world.capped_share
    ceiling = np.where(capped, rng.uniform(0.5, 1.0, count), rng.uniform(1.5, 6.0, count)) * budget
    created = np.where(rng.random(count) < world.new_share, world.past_days - rng.integers(1, 12, count), 0)
    account = SimulatedAccount(
        world=world,
        target_cpa=30.0 * world.target_factor,
        base_budget=budget,
        base_rate=budget / cpa,
        elasticity=np.clip(rng.normal(world.elasticity, world.elasticity_spread, count), 0.15, 0.98),
        efficiency=np.exp(walk - walk[:, [world.past_days // 2]]) * weekday,
        demand=ceiling[:, None] * rng.lognormal(0.0, 0.05, (count, days)),
        click_cost=cpa * rng.lognormal(np.log(0.03), 0.35, count),
        created=created,
        budgets=_past_budgets(budget, world, days, rng),
        active=np.arange(days)[None, :] >= created[:, None],
        spend=np.zeros((count, days)),
        reported_by=np.zeros((count, days, 30), dtype=np.int64),
    )
    account.simulate_days(0, world.past_days, rng)
    return account


def worlds(seeds: range) -> list[AccountSettings]:
    """One world per seed; what each assumes is drawn widely, so no single configuration can be tuned to it."""
    return [_drawn(seed) for seed in seeds]


def _drawn(seed: int) -> AccountSettings:
    rng = np.random.default_rng(seed + 7_000)
    curves: tuple[Curve, ...] = ("power", "hill", "exponential")
    return replace(
        AccountSettings(seed=seed),
        campaigns=int(rng.choice([30, 60, 120, 200])),
        elasticity=float(rng.uniform(0.4, 0.9)),
        elasticity_spread=float(rng.uniform(0.03, 0.18)),
        cpa_spread=float(rng.uniform(0.25, 0.7)),
        dispersion=float(rng.uniform(1.0, 3.0)),
        fast_share=float(rng.uniform(0.25, 0.6)),
        delay_days=float(rng.uniform(1.2, 4.0)),
        drift=float(rng.uniform(0.0, 0.03)),
        target_factor=float(rng.choice([0.6, 0.9, 1.2, 1.6, 2.2])),
        edits=float(rng.choice([0.0, 0.1, 0.3])),
        curve=curves[int(rng.integers(3))],
    )


def _past_budgets(budget: np.ndarray, world: AccountSettings, days: int, rng: np.random.Generator) -> np.ndarray:
    edited = rng.random((budget.size, days)) < world.edits / WEEK
    edited[:, world.past_days :] = False
    steps = np.where(edited, np.log(rng.choice([0.7, 0.8, 1.2, 1.3], edited.shape)), 0.0)
    path = np.cumsum(steps, axis=1)
    return budget[:, None] * np.exp(path - path[:, [-1]] * 0.5)


def _delays(world: AccountSettings, longest: int) -> np.ndarray:
    """Share of a day's conversions by whole days of delay; clicks fall evenly over their day."""
    hours = (np.arange(24) + 0.5) / 24
    by_day = np.arange(1, longest + 1)[:, None] - hours[None, :]
    reported = world.fast_share + (1 - world.fast_share) * (1 - np.exp(-np.maximum(by_day, 0) / world.delay_days))
    cumulative = reported.mean(axis=1)
    cumulative[-1] = 1.0
    return np.diff(cumulative, prepend=0.0)


def _response(ratio: np.ndarray, elasticity: np.ndarray, curve: Curve) -> np.ndarray:
    """Conversions over those at the base budget; the local elasticity at a ratio of 1 is `elasticity`."""
    if curve == "power":
        return ratio**elasticity
    if curve == "hill":  # r (1 + k) / (r + k): elasticity at 1 is k / (1 + k)
        half = elasticity / (1 - elasticity)
        return ratio * (1 + half) / (ratio + half)
    depth = _depth(elasticity)
    return (1 - np.exp(-ratio * depth)) / (1 - np.exp(-depth))


def _depth(elasticity: np.ndarray) -> np.ndarray:
    """The k with k / (e^k − 1) = elasticity, by bisection."""
    low, high = np.full_like(elasticity, 1e-6), np.full_like(elasticity, 20.0)
    for _ in range(50):
        middle = (low + high) / 2
        above = middle / np.expm1(middle) > elasticity
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return (low + high) / 2
