"""What is known of a figure: measured, zero included; not reported by Meta; not read; or without a denominator."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal

from fbads_pipeline.domain.metrics.registry import Metric, Ratio

# incomplete: read before the day was over, and not since; undefined: a ratio whose denominator is measured and zero.
FigureState = Literal["measured", "not_reported", "not_read", "incomplete", "undefined"]
Known = tuple[Decimal | None, FigureState]
_NOTHING: Known = (None, "not_read")


def with_parts(names: Iterable[str], metrics: Mapping[str, Metric]) -> list[str]:
    """The metrics, and of ratios their numerators and denominators, each once: what `known_figure` needs of a row."""
    wanted: dict[str, None] = {}
    for name in names:
        wanted[name] = None
        source = metrics[name].source
        if isinstance(source, Ratio):
            wanted |= dict.fromkeys((source.numerator, source.denominator))
    return list(wanted)


def known_figure(metric: Metric, row: Mapping[str, Decimal | None] | None, *, is_read: bool) -> Known:
    """The figure's value and its state.

    row: the figures of one or several object-days, strict sums, with the parts of a ratio; None where the marts have no
    row: nothing was delivered, if the days were read, which is zero. is_read: whether (one of) the days was read.
    """
    if row is None:
        return _of_no_delivery(metric) if is_read else _NOTHING
    value = row[metric.name]
    if value is not None:
        return value if isinstance(value, Decimal) else Decimal(value), "measured"
    source = metric.source
    if isinstance(source, Ratio) and None not in (row[source.numerator], row[source.denominator]):
        return None, "undefined"
    return None, "not_reported"


def _of_no_delivery(metric: Metric) -> Known:
    return (None, "undefined") if metric.is_ratio or metric.needs_one_row else (Decimal(0), "measured")
