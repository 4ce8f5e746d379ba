"""Metrics that the registry does not declare and that two of its sums make: one divided by the other."""

from collections.abc import Mapping
from typing import Literal

from fbads_pipeline.domain.metrics.registry import REAL, Metric, Ratio, Unit, sum_reported

Kind = Literal["per", "rate"]
_JOINED: dict[Kind, str] = {"per": "_per_", "rate": "_rate_of_"}

KINDS: tuple[Kind, ...] = ("per", "rate")


def composed_name(numerator: str, denominator: str, kind: Kind = "per") -> str:
    """The name of a quotient: `spend_per_leads` reads as a figure, `purchases_rate_of_clicks` in percent."""
    return f"{numerator}{_JOINED[kind]}{denominator}"


def parts_of(name: str, metrics: Mapping[str, Metric]) -> tuple[str, str, Kind] | None:
    """Numerator, denominator and kind of a quotient of two sums; None of any other name."""
    for kind, joined in _JOINED.items():
        numerator, found, denominator = name.partition(joined)
        if found and numerator != denominator and all(_is_sum(metrics.get(one)) for one in (numerator, denominator)):
            return numerator, denominator, kind
    return None


def reads_orders(name: str) -> bool:
    """Whether a metric, or a part of a quotient, is one of orders of shops, which the sales marts alone have."""
    return name.startswith(REAL) or any(f"{joined}{REAL}" in name for joined in _JOINED.values())


def composed(name: str, metrics: Mapping[str, Metric]) -> Metric | None:
    """The quotient of that name, computed as sum over sum; null where a row does not report one of them."""
    found = parts_of(name, metrics)
    if found is None:
        return None
    numerator, denominator, kind = found
    above, below = metrics[numerator], metrics[denominator]
    return Metric(
        name=name,
        source=Ratio(numerator=numerator, denominator=denominator),
        labels={},
        synonyms={},
        description="",
        expression=f"({sum_reported(numerator)})::numeric / nullif({sum_reported(denominator)}, 0)",
        columns=(numerator, denominator),
        unit=_unit(above, below, kind),
        good="down" if numerator == "spend" else "up",
        additive=frozenset(),
    )


def _is_sum(metric: Metric | None) -> bool:
    return metric is not None and "days" in metric.additive


def _unit(above: Metric, below: Metric, kind: Kind) -> Unit:
    if above.unit == "money" and below.unit != "money":
        return "money"
    return "ratio" if kind == "rate" else "per_person"
