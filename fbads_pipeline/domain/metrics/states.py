"""What is known of a figure: measured, zero included; not reported by Meta; not read; or without a denominator."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal

from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.domain.metrics.registry import COUNTS_A_GOAL, Metric, Ratio, Taxed

# incomplete: read before the day was over, and not since; undefined: a ratio whose denominator is measured and zero;
# no_tax_rate: what is paid is not known, since nobody knows the rate of the account's country; several_goals: the
# campaigns count different things, which are not added.
FigureState = Literal["measured", "not_reported", "not_read", "incomplete", "undefined", "no_tax_rate", "several_goals"]
# Why a day has no value, where that is not because nothing was delivered.
GapKind = Literal["not_read", "not_reported"]
Known = tuple[Decimal | None, FigureState]
_NOTHING: Known = (None, "not_read")
# What is paid → what was spent.
_TAXED = {name: one.source.of for name, one in METRICS.items() if isinstance(one.source, Taxed)}


def with_parts(names: Iterable[str], metrics: Mapping[str, Metric]) -> list[str]:
    """The metrics, and of ratios their numerators and denominators, each once: what `known_figure` needs of a row."""
    wanted: dict[str, None] = {}
    for name in names:
        wanted[name] = None
        source = metrics[name].source
        if isinstance(source, Ratio):
            wanted |= dict.fromkeys((source.numerator, source.denominator))
    for name in tuple(wanted):
        source = metrics[name].source
        if isinstance(source, Taxed):
            wanted[source.of] = None
    return list(wanted)


def known_figure(
    metric: Metric, row: Mapping[str, Decimal | None] | None, *, is_read: bool, has_several_goals: bool = False
) -> Known:
    """The figure's value and its state.

    row: the figures of one or several object-days, strict sums, with the parts of a ratio; None where the marts have no
    row: nothing was delivered, if the days were read, which is zero. is_read: whether (one of) the days was read.
    has_several_goals: whether the row is of campaigns that have several.
    """
    if row is None:
        return _of_no_delivery(metric) if is_read else _NOTHING
    value = row[metric.name]
    if value is not None:
        return value if isinstance(value, Decimal) else Decimal(value), "measured"
    source = metric.source
    if isinstance(source, Ratio) and None not in (row[source.numerator], row[source.denominator]):
        return None, "undefined"
    if has_several_goals and not COUNTS_A_GOAL.isdisjoint(metric.columns):
        return None, "several_goals"
    return None, "no_tax_rate" if _lacks_rate(metric, row) else "not_reported"


def _lacks_rate(metric: Metric, row: Mapping[str, Decimal | None]) -> bool:
    """Whether a cost is not there, although what was spent is."""
    costs = [name for name in metric.columns if name in _TAXED]
    return any(row.get(name) is None and row.get(_TAXED[name]) is not None for name in costs)


def _of_no_delivery(metric: Metric) -> Known:
    return (None, "undefined") if metric.is_ratio or metric.needs_one_row else (Decimal(0), "measured")
