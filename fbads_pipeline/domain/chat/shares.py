"""What part of a whole each row is."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from fbads_pipeline.domain.chat.plan import MOST_ROWS, Dimension, Plan
from fbads_pipeline.domain.chat.result import Result, ResultColumn


def shared_parts(plan: Plan, metric: str) -> Plan:
    """The plan of the parts of one metric: a row per object where objects are named, else per group or part of a
    breakdown, else per campaign."""
    below = [one.level for one in plan.objects if one.level != "account"]
    parts: tuple[Dimension, ...] = tuple(dict.fromkeys(one.dimension for one in plan.segments))
    dimensions = plan.dimensions or parts or ((below[-1],) if below else ("campaign",))
    rank = replace(plan.rank, metric=metric) if plan.rank is not None and plan.rank.metric == metric else None
    limit = plan.limit if rank is not None else MOST_ROWS
    return replace(plan, metrics=(metric,), dimensions=dimensions, rank=rank, limit=limit)


def shared_whole(parts: Plan) -> Plan:
    """The plan of what the parts are parts of: the accounts named, without what limits the parts."""
    accounts = tuple(one for one in parts.objects if one.level == "account")
    return replace(
        parts,
        dimensions=(),
        objects=accounts,
        segments=(),
        thresholds=(),
        rank=None,
        limit=MOST_ROWS,
        status=None,
        objective=None,
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
