"""Figures that Meta did not report, and days that were not read, as reports show them: never as zero."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.core.messages import Count, Message, Money, Percent, Value, message
from fbads_pipeline.domain.metrics.coverage import Coverage
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.domain.metrics.registry import Ratio
from fbads_pipeline.domain.reports.facts import Below, Figures, LevelBelow
from fbads_pipeline.domain.reports.report import Cell, Unit

# Metric → the sums that it is made of; None in one of them makes it unknown, not undefined.
PARTS: Mapping[str, tuple[str, ...]] = {
    name: (one.source.numerator, one.source.denominator)
    for name, one in METRICS.items()
    if isinstance(one.source, Ratio)
}
# Where a figure is looked for that campaigns lack, the first that has it.
LEVELS_BELOW: tuple[LevelBelow, ...] = ("ad", "adset")
# Meta rounds each row: a level that has the whole spends the same to a thousandth.
_ROUNDED = Decimal("0.001")


def is_unreported(metric: str, figures: Figures) -> bool:
    """Whether figures of delivered days lack that metric because Meta left it, or a part of it, out. A metric that was
    not asked for is not among them."""
    if metric not in figures or figures[metric] is not None or figures.get("spend") is None:
        return False
    return any(part in figures and figures[part] is None for part in PARTS.get(metric, (metric,)))


def shown_cell(metric: str, unit: Unit, currency: str, figures: Figures, below: Below | None = None) -> Cell:
    """The figure; where it was not reported the sentence that says so, with what a lower level has of it; None where it
    is undefined."""
    value = figures.get(metric)
    if value is not None or not is_unreported(metric, figures):
        return value
    return unreported_text(metric, unit, currency, below or {})


def unreported_text(metric: str, unit: Unit, currency: str, below: Below) -> Message:
    """ "não informado pela Meta neste nível: 80 nos anúncios"."""
    found = below.get(metric)
    if found is None:
        return message("coverage.not_reported")
    figure: Value = Count(found.value)
    if unit == "money":
        figure = Money(found.value, currency)
    elif unit == "ratio":
        figure = Percent(found.value)
    return message("coverage.not_reported_but_below", figure=figure, level=message(f"coverage.in_{found.level}s"))


def is_same_spend(below: Decimal | None, here: Decimal | None) -> bool:
    """Whether a lower level holds all that was delivered here, judged by its spend."""
    return below is not None and here is not None and abs(below - here) <= _ROUNDED * max(here, Decimal(1))


def together(coverages: Sequence[Coverage]) -> Coverage:
    """The coverage of several accounts."""
    left_out = next((one.not_collected for one in coverages if one.not_collected), "")
    missing = tuple(gap for one in coverages for gap in one.missing)
    return Coverage(sum(one.asked for one in coverages), missing, left_out)


def coverage_warnings(now: Coverage, before: Coverage) -> list[Value]:
    """What to know before any figure: which days were not read, that nothing is compared for it, and the command that
    reads them, unless the level is not collected. Empty where both periods were read in full."""
    note, earlier = now.note(), before.note()
    if note is None and earlier is None:
        return []
    if note is not None and now.not_collected and not now.read:
        return [note]
    found: list[Value] = [note] if note is not None else []
    found.append(message("coverage.no_comparison"))
    if earlier is not None:
        found.append(message("reports.note.before_not_read", coverage=earlier))
    gaps = [gap for gap in (now.gap, before.gap) if gap is not None]
    if not gaps:  # the level is not collected: no command reads it
        return found
    missing = DayRange(min(one.since for one in gaps), max(one.until for one in gaps))
    command = f"fbads backfill --from {missing.since} --to {missing.until}"
    return [*found, message("coverage.backfill", command=command)]


def unread_days(coverage: Coverage) -> set[date]:
    """The days that some account lacks."""
    return {day for _, ranges in coverage.missing for one in ranges for day in one}


def is_wholly_unread(coverage: Coverage) -> bool:
    """Whether no day of the period was read at all."""
    return coverage.asked > 0 and coverage.read == 0
