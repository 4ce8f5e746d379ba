"""What part of a whole each row is."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from fbads_pipeline.domain.chat.plan import MOST_ROWS, Dimension, Plan
from fbads_pipeline.domain.chat.result import Result, ResultColumn


def shared_parts(plan: Plan) -> Plan:
    """The plan of the parts: one row per object where objects are named, else per group, else per campaign."""
    below = [one.level for one in plan.objects if one.level != "account"]
    parts: tuple[Dimension, ...] = tuple(dict.fromkeys(one.dimension for one in plan.segments))
    dimensions = plan.dimensions or parts or ((below[-1],) if below else ("campaign",))
    return replace(
        plan, metrics=plan.metrics[:1], dimensions=dimensions, segments=(), compare=None, rank=None, limit=MOST_ROWS
    )


def with_shares(parts: Result, whole: Result, plan: Plan) -> Result:
    """The rows, each with its part of the whole of its currency; null where either is not known."""
    metric = plan.metrics[0]
    totals = {row["currency"]: row[metric] for row in whole.rows}
    column = ResultColumn(f"{metric}_share", "share", metric, "ratio")
    rows = tuple({**row, column.name: _part(row[metric], totals.get(row["currency"]))} for row in parts.rows)
    return replace(parts, query=replace(parts.query, columns=(*parts.query.columns, column)), rows=rows)


def _part(part: Any, whole: Any) -> Decimal | None:
    return None if part is None or not whole else Decimal(str(part)) / Decimal(str(whole))
