"""What deciding costs for a large account: `python -m benchmarks.decisions`.

10,000 campaigns: one half-hour reading through all detectors, then `score` and `suggest` over 90 days of each, in
memory, in one process and on one core. Medians of `--runs`; seconds of CPU beside those of the clock, which other
programs of the machine lengthen.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pandas as pd
import psutil

from evaluation.anomalies.one_reading import seconds_of_a_reading
from fbads_pipeline.domain.recommendations.suggestions import suggest
from fbads_pipeline.domain.scoring.scores import score

TODAY = date(2026, 3, 2)
TARGET_CPA = 40.0
_EDITED, _LEAVES_BUDGET = 0.3, 0.3


def main() -> None:
    """Print the table; every figure was measured in this run."""
    arguments = _arguments()
    account = f"{arguments.campaigns:,} campaigns"
    reading, _ = seconds_of_a_reading(arguments.campaigns)
    _row(f"one reading of {account} through the detectors: seconds", f"{reading:.2f}")
    history = made_history(arguments.campaigns, arguments.days)
    days = f"{account} × {arguments.days} days"
    asked: dict[str, Callable[[], object]] = {
        "scores": lambda: score(history, today=TODAY, target_cpa=TARGET_CPA),
        "verdicts": lambda: suggest(history, today=TODAY, target_cpa=TARGET_CPA),
    }
    for name, ask in asked.items():
        clock, cpu = _seconds(arguments.runs, ask)
        _row(f"{name} of {days}: seconds, of CPU", f"{clock:.2f}, {cpu:.2f}")
    _row("the process at its largest: MiB", f"{_peak():.0f}")


def made_history(campaigns: int, days: int, seed: int = 7) -> pd.DataFrame:
    """A history as `suggest` takes it: a third of the campaigns edited once, a third short of their budget."""
    rng = np.random.default_rng(seed)
    shape = (campaigns, days)
    budget = np.repeat(rng.lognormal(4, 1, (campaigns, 1)), days, axis=1)
    edited_on, factor = rng.integers(0, days, (campaigns, 1)), rng.choice([0.8, 1.2], (campaigns, 1))
    edited = (rng.random((campaigns, 1)) < _EDITED) & (np.arange(days) >= edited_on)
    budget *= np.where(edited, factor, 1.0)
    pacing = np.where(rng.random((campaigns, 1)) < _LEAVES_BUDGET, rng.uniform(0.4, 0.9, (campaigns, 1)), 1.0)
    spend = budget * pacing * np.exp(rng.normal(0, 0.08, shape))
    reported = np.minimum(1.0, 0.5 + 0.1 * np.arange(days)[::-1])
    impressions = rng.poisson(spend * 100)
    first = TODAY - timedelta(days=days)
    return pd.DataFrame(
        {
            "campaign_id": np.repeat([str(120_000_000_000 + one) for one in range(campaigns)], days),
            "date": np.tile(pd.date_range(first, periods=days).to_numpy(), campaigns),
            "impressions": impressions.ravel(),
            "clicks": rng.binomial(impressions, 0.01).ravel(),
            "spend": spend.round(2).ravel(),
            "conversions": rng.poisson(spend / rng.lognormal(3.7, 0.5, (campaigns, 1)) * reported).ravel(),
            "daily_budget": budget.round(2).ravel(),
            "status": "ACTIVE",
        }
    )


def _seconds(runs: int, ask: Callable[[], object]) -> tuple[float, float]:
    """Median seconds by the clock and of CPU."""
    clock, cpu = [], []
    for _ in range(runs):
        begun, spent = time.perf_counter(), time.process_time()
        ask()
        clock.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - spent)
    return statistics.median(clock), statistics.median(cpu)


def _peak() -> float:
    """Peak resident size of this process in MiB; the present one where the system does not tell the peak."""
    try:
        import resource
    except ImportError:
        return float(psutil.Process().memory_info().rss) / 2**20
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _row(name: str, value: str) -> None:
    print(f"{name:<75} {value}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="decisions", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each; the median is printed")
    parser.add_argument("--campaigns", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=90)
    return parser.parse_args()


if __name__ == "__main__":
    main()
