"""Accounts of one currency taken together: sums add up, ratios are made anew from the sums."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from fbads_pipeline.domain.reports.facts import DayFigures, Figures, PeriodFigures

_SUMS = ("spend", "impressions", "clicks", "conversions", "purchase_value")
_RATIOS = {
    "ctr": ("clicks", "impressions", 1),
    "cpm": ("spend", "impressions", 1000),
    "cpa": ("spend", "conversions", 1),
    "roas": ("purchase_value", "spend", 1),
}


def added(accounts: Sequence[PeriodFigures], metrics: Sequence[str]) -> PeriodFigures:
    """The accounts' totals and days together, without their campaigns; of those metrics alone. What one of them does
    not report is not known of all together; an account without delivery adds nothing."""
    by_day: dict[date, list[DayFigures]] = {}
    for one in accounts:
        for day in one.days:
            by_day.setdefault(day.day, []).append(day)
    days = tuple(
        DayFigures(day, _added([one.figures for one in found], metrics), any(one.is_provisional for one in found))
        for day, found in sorted(by_day.items())
    )
    known = [one.as_of for one in accounts if one.as_of is not None]
    return PeriodFigures(
        _added([one.total for one in accounts if one.days], metrics), days, (), max(known, default=None)
    )


def without(period: PeriodFigures, metrics: Collection[str]) -> PeriodFigures:
    """The period without those metrics in its totals and days; its campaigns keep them."""

    def rest(figures: Figures) -> Figures:
        return {name: value for name, value in figures.items() if name not in metrics}

    days = tuple(replace(one, figures=rest(one.figures)) for one in period.days)
    return replace(period, total=rest(period.total), days=days)


def _added(figures: Sequence[Figures], metrics: Sequence[str]) -> dict[str, Decimal | None]:
    """A sum is None where somebody lacks that figure."""
    sums: dict[str, Decimal | None] = {}
    for name in _SUMS:
        known = [value for one in figures if (value := one.get(name)) is not None]
        sums[name] = sum(known, Decimal(0)) if known and len(known) == len(figures) else None
    ratios = {name: _ratio(sums[above], sums[below], times) for name, (above, below, times) in _RATIOS.items()}
    return {name: value for name, value in (sums | ratios).items() if name in metrics}


def _ratio(above: Decimal | None, below: Decimal | None, times: int) -> Decimal | None:
    return None if above is None or not below else times * above / below
