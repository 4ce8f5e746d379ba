"""The agency's own benchmark: percentiles over its accounts by objective, country and currency, naming nobody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

# Fewer accounts would tell what single ones do.
LEAST_ACCOUNTS = 10
METRICS = ("ctr", "cpm", "cpa", "roas")
PERCENTILES = (10, 25, 50, 75, 90)
# Less of these is better.
_COSTS = frozenset({"cpm", "cpa"})
Quarter = Literal["best", "middle", "worst"]


@dataclass(frozen=True)
class BenchmarkedAccount:
    """One account's figures for one objective over the period; None where one is not known or has no denominator."""

    account_id: str
    objective: str
    country: str
    currency: str
    values: Mapping[str, Decimal | None]


@dataclass(frozen=True)
class Benchmark:
    """accounts: how many have the figure; percentiles: 10, 25, 50, 75, 90 → value; own: account id → its value, of the
    reader's accounts alone."""

    metric: str
    objective: str
    country: str
    currency: str
    accounts: int
    percentiles: Mapping[int, Decimal]
    own: Mapping[str, Decimal]


def quarter_of(one: Benchmark, account_id: str) -> Quarter:
    """Whether an own account is in the best or the worst quarter of the accounts; `middle` on their borders."""
    value, low, high = one.own[account_id], one.percentiles[25], one.percentiles[75]
    if low <= value <= high:
        return "middle"
    return "best" if (value < low) == (one.metric in _COSTS) else "worst"


def benchmarks(figures: Iterable[BenchmarkedAccount], visible: frozenset[str] | None) -> list[Benchmark]:
    """For each group and metric that at least LEAST_ACCOUNTS accounts have. visible: the reader's, None for all."""
    groups: dict[tuple[str, str, str, str], list[tuple[str, Decimal]]] = {}
    for one in figures:
        for metric in METRICS:
            value = one.values.get(metric)
            if value is not None:
                key = (one.objective, one.country, one.currency, metric)
                groups.setdefault(key, []).append((one.account_id, value))
    return [_benchmark(key, found, visible) for key, found in sorted(groups.items()) if len(found) >= LEAST_ACCOUNTS]


def percentile(ordered: Sequence[Decimal], percent: int) -> Decimal:
    """Linear between the two nearest ranks, as PostgreSQL's percentile_cont and numpy have it."""
    place = Decimal(percent) * (len(ordered) - 1) / 100
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _benchmark(
    key: tuple[str, str, str, str], found: Sequence[tuple[str, Decimal]], visible: frozenset[str] | None
) -> Benchmark:
    objective, country, currency, metric = key
    ordered = sorted(value for _, value in found)
    own = {account_id: value for account_id, value in found if visible is None or account_id in visible}
    shown = {one: percentile(ordered, one) for one in PERCENTILES}
    return Benchmark(metric, objective, country, currency, len(found), shown, own)
