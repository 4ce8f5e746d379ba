"""Who decides about budgets in the simulator: the product, plain rules, and an oracle that knows the curves."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from evaluation.decisions.simulator import FIRST_DAY, WEEK, AccountSettings, SimulatedAccount, simulate
from fbads_pipeline.domain.recommendations.model.assessability import QUIET_DAYS
from fbads_pipeline.domain.recommendations.model.elasticity import ELASTICITIES
from fbads_pipeline.domain.recommendations.model.fitting import fit_model
from fbads_pipeline.domain.recommendations.model.maturity import MaturityCurve
from fbads_pipeline.domain.recommendations.new_suggestions import EVEN_CHANCE
from fbads_pipeline.domain.recommendations.suggestions import suggest
from fbads_pipeline.domain.recommendations.verdicts import Verdict

FIRST_ID = 120_000
OPTIONS = np.array([1.0, 1.2, 0.8, 0.0])
CAUSES = (
    *("missed BUDGET_UP", "missed BUDGET_DOWN", "missed PAUSE", "cut instead of paused", "other wrong action"),
    "in learning or edited lately",
)


@dataclass(frozen=True)
class Advice:
    campaign_id: str
    action: str
    factor: float
    effect: tuple[float, float]
    p_better: float
    contradicts: bool = False
    divides: bool = True


@dataclass(frozen=True)
class EvaluatedAdvice:
    """An advice beside its true effect on the week's expected profit."""

    advice: Advice
    truth: float

    @property
    def is_harmful(self) -> bool:
        return self.truth < 0

    @property
    def is_covered(self) -> bool:
        return self.advice.effect[0] <= self.truth <= self.advice.effect[1]


@dataclass(frozen=True)
class Run:
    """What a policy earned, its advices, and where it lost: cause → money against the best option of the same week and
    budgets. What is missing to the oracle's profit beyond that, earlier weeks cost: other budgets stand since."""

    profit: float
    evaluated: list[EvaluatedAdvice]
    lost: dict[str, float]


# The simulated account, and the day of the decision by its number.
Policy = Callable[[SimulatedAccount, int], list[Advice]]


def posterior(account: SimulatedAccount, today: int) -> list[Advice]:
    """The product."""
    found = suggest(account.history(today), today=_day(today), target_cpa=account.target_cpa)
    return [_advice(one) for one in found]


def knowing_the_account(account: SimulatedAccount, today: int) -> list[Advice]:
    """The product, if it knew how the account's conversions arrive and how its elasticities are spread, though
    not which campaign has which: what no learning from an account can surpass."""
    history, world = account.history(today), account.world
    weights = np.exp(-0.5 * ((ELASTICITIES - world.elasticity) / max(world.elasticity_spread, 0.03)) ** 2)
    known = replace(
        fit_model(history, today=_day(today)),
        elasticity_weights=tuple(float(one) for one in weights / weights.sum()),
        maturity=MaturityCurve(world.fast_share, world.delay_days),
    )
    found = suggest(history, today=_day(today), target_cpa=account.target_cpa, model=known)
    return [_advice(one) for one in found]


def _advice(one: Verdict) -> Advice:
    """contradicts: whether its own estimate speaks against it; divides: whether its spend over its conversions is the
    CPA that it shows."""
    spend, conversions, cpa = (one.evidence[name] for name in ("spend", "conversions", "cpa"))
    divides = (
        cpa is None if not conversions else abs(float(str(cpa)) - float(str(spend)) / float(str(conversions))) < 0.006
    )
    contradicts = one.p_better < EVEN_CHANCE or one.expected < 0
    return Advice(one.campaign_id, one.action, one.factor, one.effect, one.p_better, contradicts, divides)


def plain_thresholds(account: SimulatedAccount, today: int) -> list[Advice]:
    """Pause what has a CTR below 1 % on 1,000 impressions, or a raw CPA of 7 days above the target."""
    week, target_cpa = _week(account.history(today), _day(today)), account.target_cpa
    low_ctr = (week["impressions"] >= 1_000) & (week["clicks"] < 0.01 * week["impressions"])
    high_cpa = (week["spend"] > 0) & (week["spend"] > target_cpa * week["conversions"])
    return [Advice(name, "PAUSE", 0.0, (0.0, 0.0), 1.0) for name in week.index[low_ctr | high_cpa]]


def cpa_with_minimum_spend(account: SimulatedAccount, today: int) -> list[Advice]:
    """Raw CPA of 7 days, spend of at least 3 targets: half as dear is raised, dear is cut, twice as dear is paused."""
    week, target_cpa = _week(account.history(today), _day(today)), account.target_cpa
    week = week[week["spend"] >= 3 * target_cpa]
    ratio = week["spend"] / target_cpa / week["conversions"].clip(lower=0.5)
    kinds = [
        ("PAUSE", 0.0, ratio > 1.5),
        ("BUDGET_DOWN", 0.8, (ratio > 0.8) & (ratio <= 1.5)),
        ("BUDGET_UP", 1.2, ratio < 0.5),
    ]
    return [
        Advice(name, action, factor, (0.0, 0.0), 1.0) for action, factor, which in kinds for name in week.index[which]
    ]


POLICIES: dict[str, Policy] = {
    "plain thresholds": plain_thresholds,
    "CPA with minimum spend": cpa_with_minimum_spend,
    "posterior, knowing the account's response": knowing_the_account,
    "posterior": posterior,
}


def run(world: AccountSettings, policy: Policy | None) -> Run:
    """True profit over the world's weeks, deciding each Monday; None does nothing. Every advice is followed."""
    account = simulate(world)
    random = np.random.default_rng(world.seed + 1)
    total, evaluated, lost = 0.0, [], dict.fromkeys(CAUSES, 0.0)
    for week in range(world.weeks):
        today = world.past_days + WEEK * week
        factors = np.ones(world.campaigns)
        if policy is not None:
            found = _evaluated(account, today, policy)
            for one in found:
                factors[_row(one.advice)] = one.advice.factor
            evaluated += found
        for cause, money in _lost(account, today, factors).items():
            lost[cause] += money
        total += _simulate_week(account, today, factors, random)
    return Run(total, evaluated, lost)


def _lost(account: SimulatedAccount, today: int, factors: np.ndarray) -> dict[str, float]:
    """Cause → money that the week loses against the best option of each campaign."""
    budgets = account.budgets[:, today]
    profits = np.stack([account.profit(budgets * one, today) for one in OPTIONS]) * account.active[:, today]
    best = OPTIONS[profits.argmax(axis=0)]
    chosen = profits[(OPTIONS[:, None] == factors[None, :]).argmax(axis=0), np.arange(factors.size)]
    missing = profits.max(axis=0) - chosen
    waits = np.array([today - one < QUIET_DAYS for one in account.created])
    waits |= np.abs(np.diff(account.budgets[:, today - QUIET_DAYS : today], axis=1)).sum(axis=1) > 0
    stays = factors == 1.0
    by_cause = {
        "in learning or edited lately": stays & waits,
        "missed PAUSE": stays & ~waits & (best == 0.0),
        "missed BUDGET_DOWN": stays & ~waits & (best == 0.8),
        "missed BUDGET_UP": stays & ~waits & (best == 1.2),
        "cut instead of paused": (factors == 0.8) & (best == 0.0),
        "other wrong action": ~stays & (factors != best) & ~((factors == 0.8) & (best == 0.0)),
    }
    return {cause: float(missing[which].sum()) for cause, which in by_cause.items()}


def best_profit(world: AccountSettings) -> float:
    """What an oracle earns that picks, each week and campaign, the best of ×1, ×1.2, ×0.8 and a pause."""
    account = simulate(world)
    random = np.random.default_rng(world.seed + 1)
    total = 0.0
    for week in range(world.weeks):
        today = world.past_days + WEEK * week
        budgets = account.budgets[:, today]
        gains = np.stack([account.profit(budgets * factor, today) for factor in OPTIONS])
        total += _simulate_week(account, today, OPTIONS[gains.argmax(axis=0)], random)
    return total


def _evaluated(account: SimulatedAccount, today: int, policy: Policy) -> list[EvaluatedAdvice]:
    budgets = account.budgets[:, today]
    before = account.profit(budgets, today)
    found = []
    for one in policy(account, today):
        row = _row(one)
        if account.active[row, today]:
            found.append(EvaluatedAdvice(one, float(account.profit(budgets * one.factor, today)[row] - before[row])))
    return found


def _simulate_week(account: SimulatedAccount, today: int, factors: np.ndarray, random: np.random.Generator) -> float:
    account.decide(today, factors)
    account.simulate_days(today, today + WEEK, random)
    return float((account.profit(account.budgets[:, today], today) * account.active[:, today]).sum())


def _day(today: int) -> date:
    return FIRST_DAY + timedelta(days=today)


def _row(advice: Advice) -> int:
    return int(advice.campaign_id) - FIRST_ID


def _week(history: pd.DataFrame, today: date) -> pd.DataFrame:
    last = history[history["date"] >= today - timedelta(days=WEEK)]
    return last.groupby("campaign_id")[["impressions", "clicks", "spend", "conversions"]].sum()
