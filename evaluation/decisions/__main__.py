"""`python -m evaluation.decisions [first seed] [worlds] [median daily budget]`: regret, harm, coverage, AUC, Brier."""

import sys
import time
from dataclasses import replace
from datetime import timedelta

import numpy as np
from sklearn.metrics import brier_score_loss, roc_auc_score

from evaluation.decisions.policies import CAUSES, FIRST_ID, POLICIES, EvaluatedAdvice, best_profit, run
from evaluation.decisions.simulator import FIRST_DAY, WEEK, AccountSettings, simulate, worlds
from fbads_pipeline.domain.scoring.scores import score

FRESH_SEEDS = range(1_000, 1_030)
# One target for every account: this times the median CPA.
_ONE_TARGET = 1.3
# What must be reached: regret, harmful, least and most coverage in percent.
_BARS = {"one target for all": (12, 10, 76, 84), "a target per account": (15, 12, 76, 84)}


def main(seeds: range, budget: float) -> None:
    started = time.monotonic()
    drawn = [replace(one, budget=budget) for one in worlds(seeds)]
    count = sum(world.campaigns for world in drawn)
    print(f"Seeds {seeds.start} to {seeds.stop - 1}: {count} campaigns of about {budget:g} a day, 4 weeks each.\n")
    _print_decisions("one target for all", [replace(one, target_factor=_ONE_TARGET) for one in drawn])
    _print_decisions("a target per account", drawn)
    _print_scores(drawn)
    print(f"\n{time.monotonic() - started:.0f} s.")


def _print_decisions(title: str, drawn: list[AccountSettings]) -> None:
    bounds = [(best_profit(world), run(world, None).profit) for world in drawn]
    regret, harmful, least, most = _BARS[title]
    print(f"{title.capitalize()} (must: regret {regret}, harmful {harmful} %, coverage {least} to {most} %)\n")
    print("| who decides | regret mean | median (10–90 %) | pooled | suggestions | harmful | coverage of 80 % |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    evaluated: list[EvaluatedAdvice] = []
    causes: dict[str, float] = {}
    lost: list[float] = []
    for name, policy in POLICIES.items():
        runs = [run(world, policy) for world in drawn]
        lost = [100 * (best - one.profit) / (best - none) for (best, none), one in zip(bounds, runs, strict=True)]
        total = sum(best - one.profit for (best, _), one in zip(bounds, runs, strict=True))
        evaluated = [found for one in runs for found in one.evaluated]
        causes = {
            cause: np.mean(
                [100 * one.lost[cause] / (best - none) for (best, none), one in zip(bounds, runs, strict=True)]
            )
            for cause in CAUSES
        }
        print(_row(name, np.array(lost), 100 * total / sum(best - none for best, none in bounds), evaluated))
    for action in ("PAUSE", "BUDGET_UP", "BUDGET_DOWN"):
        print(
            f"| – {action} | | | | {_shares([one for one in evaluated if one.advice.action == action], 'posterior')} |"
        )
    print("\nRegret of the posterior by cause (points of the mean):")
    for cause, points in sorted(causes.items(), key=lambda one: -one[1]):
        print(f"- {cause}: {points:.1f}")
    print(f"- budgets that other decisions of earlier weeks left: {np.mean(lost) - sum(causes.values()):.1f}")
    contradicting = sum(one.advice.contradicts for one in evaluated)
    undivided = sum(not one.advice.divides for one in evaluated)
    print(f"\nSuggestions that contradict their estimate: {contradicting}; whose figures do not divide: {undivided}.\n")


def _row(name: str, regret: np.ndarray, pooled: float, evaluated: list[EvaluatedAdvice]) -> str:
    low, middle, high = np.quantile(regret, (0.1, 0.5, 0.9))
    spread = f"{middle:.1f} ({low:.0f}–{high:.0f})"
    return f"| {name} | {regret.mean():.1f} | {spread} | {pooled:.1f} | {_shares(evaluated, name)} |"


def _shares(evaluated: list[EvaluatedAdvice], name: str) -> str:
    if not evaluated:
        return "0 | – | –"
    harmful = 100 * np.mean([one.is_harmful for one in evaluated])
    covered = f"{100 * np.mean([one.is_covered for one in evaluated]):.1f} %" if name.startswith("posterior") else "–"
    return f"{len(evaluated)} | {harmful:.1f} % | {covered}"


def _print_scores(drawn: list[AccountSettings]) -> None:
    """For "true CPA of the week to come is below the target", over campaigns that have a score or a raw CPA."""
    rows = np.concatenate([_score_rows(world) for world in drawn])
    truth, chance, total, raw = rows.T
    print("| signal | AUC | Brier |")
    print("| --- | --- | --- |")
    scored = np.isfinite(total)
    print(f"| part E, all campaigns | {roc_auc_score(truth, chance):.3f} | {brier_score_loss(truth, chance):.3f} |")
    print(f"| total score, where given | {roc_auc_score(truth[scored], total[scored]):.3f} | – |")
    print(f"| raw 7-day CPA | {roc_auc_score(truth, -raw):.3f} | {brier_score_loss(truth, 1.0 * (raw <= 1)):.3f} |")


def _score_rows(world: AccountSettings) -> np.ndarray:
    account, today = simulate(world), world.past_days
    history = account.history(today)
    budgets = account.budgets[:, today]
    profits = account.profit(budgets, today)
    week = history[history["date"] >= FIRST_DAY + timedelta(days=today - WEEK)].groupby("campaign_id")
    sums = week[["spend", "conversions"]].sum()
    found = []
    for one in score(history, today=FIRST_DAY + timedelta(days=today), target_cpa=account.target_cpa):
        row = sums.loc[one.campaign_id]
        raw = row["spend"] / account.target_cpa / max(row["conversions"], 0.5)
        good = float(profits[int(one.campaign_id) - FIRST_ID] > 0)
        found.append((good, one.parts["efficiency"], np.nan if one.total is None else one.total, raw))
    return np.array(found)


if __name__ == "__main__":
    first = int(sys.argv[1]) if len(sys.argv) > 1 else FRESH_SEEDS.start
    count = int(sys.argv[2]) if len(sys.argv) > 2 else len(FRESH_SEEDS)
    main(range(first, first + count), float(sys.argv[3]) if len(sys.argv) > 3 else AccountSettings.budget)
