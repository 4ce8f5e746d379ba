"""The sum of a list that a bound cuts: "quanto gastei em campanhas sem venda" asks for it, and for its rows."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.plan import LEVELS, MOST_ROWS, Plan
from fbads_pipeline.domain.chat.result import Result

_FEWEST = 2


def has_total(plan: Plan, catalogue: Catalogue) -> bool:
    """Whether the rows are objects of one level that a bound leaves, none of them ranked away, whose figure adds up."""
    is_list = len(plan.dimensions) == 1 and plan.dimensions[0] in LEVELS
    if not is_list or not plan.thresholds or plan.rank is not None or plan.compare is not None or plan.per_day:
        return False
    metrics = summed_metrics(plan)
    return bool(metrics) and all(one in catalogue and "objects" in catalogue[one].additive for one in metrics)


def summed_metrics(plan: Plan) -> tuple[str, ...]:
    """The metrics of the plan without those of which its rows have none, by their bound."""
    none = {one.metric for one in plan.thresholds if one.comparison == "at_most" and one.value == 0}
    return tuple(one for one in plan.metrics if one not in none)


def listed_whole(plan: Plan) -> Plan:
    """The plan with as many rows as an answer can have."""
    return replace(plan, limit=MOST_ROWS)


def with_total(listed: Result, plan: Plan) -> Result | None:
    """One row per currency with the sums of its rows; None where rows are cut off or a figure is not reported."""
    metrics = summed_metrics(plan)
    if listed.is_truncated or listed.left_out or len(listed.rows) < _FEWEST:
        return None
    if any(row.get(metric) is None for row in listed.rows for metric in metrics):
        return None
    values = [column for column in listed.of("value") if column.metric in metrics]
    is_money = any(column.unit == "money" for column in values)
    sums: dict[Any, dict[str, Decimal]] = {}
    for row in listed.rows:
        of_currency = sums.setdefault(row.get("currency") if is_money else None, dict.fromkeys(metrics, Decimal(0)))
        for metric in metrics:
            of_currency[metric] += Decimal(str(row[metric]))
    columns = [one for one in listed.query.columns if one.name == "currency"] + values
    rows: list[Mapping[str, Any]] = [{"currency": one, **sums[one]} for one in sorted(sums, key=str)]
    return replace(listed, query=replace(listed.query, columns=tuple(columns)), rows=tuple(rows), groups=len(rows))
