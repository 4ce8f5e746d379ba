"""Plan → one select over the marts with bound parameters. Nothing that a person wrote becomes SQL.

Every identifier comes from the catalogue or from the tables below; every query is joined to the accounts that the
user may see and to the days that each of them has by its own calendar.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, cast

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import LEVELS, TIMES, Dimension, Level, Period, Plan
from fbads_pipeline.domain.chat.result import ChatAccount, Column, Query
from fbads_pipeline.domain.chat.validator import breakdown_of

_MARTS: dict[Level, str] = {
    "account": "account_daily",
    "campaign": "campaign_daily",
    "adset": "adset_daily",
    "ad": "ad_daily",
}
_OBJECTS: dict[Level, str] = {"account": "accounts", "campaign": "campaigns", "adset": "adsets", "ad": "ads"}
_GROUPS: dict[Dimension, str] = {
    "account": "facts.account_id",
    "campaign": "facts.campaign_id",
    "adset": "facts.adset_id",
    "ad": "facts.ad_id",
    "day": "facts.day",
    "week": "date_trunc('week', facts.day)::date",
    "month": "date_trunc('month', facts.day)::date",
    "weekday": "extract(isodow from facts.day)::integer",
    "objective": "regexp_replace(campaign.objective, '^OUTCOME_', '')",
    "age": "facts.age",
    "gender": "facts.gender",
    "country": "facts.country",
    "platform": "facts.publisher_platform",
    "placement": "concat_ws(' · ', facts.publisher_platform, facts.platform_position)",
}
_PAUSED = "'PAUSED', 'CAMPAIGN_PAUSED', 'ADSET_PAUSED'"
_COMPARISONS = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}
_OBJECTIVES = {
    "SALES": ("OUTCOME_SALES", "CONVERSIONS", "PRODUCT_CATALOG_SALES"),
    "LEADS": ("OUTCOME_LEADS", "LEAD_GENERATION"),
    "TRAFFIC": ("OUTCOME_TRAFFIC", "LINK_CLICKS"),
    "AWARENESS": ("OUTCOME_AWARENESS", "BRAND_AWARENESS", "REACH"),
    "ENGAGEMENT": ("OUTCOME_ENGAGEMENT", "POST_ENGAGEMENT", "MESSAGES"),
    "APP_PROMOTION": ("OUTCOME_APP_PROMOTION", "APP_INSTALLS"),
}


def compile_figures(plan: Plan, catalogue: Catalogue, accounts: Sequence[ChatAccount]) -> Query:
    """The query of a validated plan: one row per currency and group, ordered, limited."""
    parameters: dict[str, Any] = {"rows": plan.limit}
    now = _aggregate(plan, catalogue, accounts, plan.period, "now", parameters)
    keys = ["currency", *plan.dimensions]
    labels = [f"{one}_name" for one in plan.dimensions if one in LEVELS]
    columns = [Column("currency", "key"), *(Column(one, "key", dimension=one) for one in plan.dimensions)]
    columns += [Column(f"{one}_name", "label", dimension=one) for one in plan.dimensions if one in LEVELS]
    columns += [Column(name, "value", name, catalogue[name].unit) for name in plan.metrics]
    if plan.compare is None:
        chosen = [f"now.{one}" for one in (*keys, *labels, *plan.metrics)]
        source = f"(\n{now}\n) as now"
        meta = ["now.is_provisional", "now.as_of", "now.source_rows"]
    else:
        before = _aggregate(plan, catalogue, accounts, plan.compare, "before", parameters)
        # Bounds and ranks hold for the days asked about: what is not among them does not join from before.
        join = "left" if plan.thresholds or (plan.rank and not plan.rank.of_change) else "full"
        source = f"(\n{now}\n) as now\n{join} join (\n{before}\n) as before using ({', '.join(keys)})"
        chosen = [*keys, *(f"coalesce(now.{one}, before.{one}) as {one}" for one in labels)]
        for name in plan.metrics:
            chosen += _compared(name, is_sum="days" in catalogue[name].additive)
            columns += [
                Column(f"{name}_before", "before", name, catalogue[name].unit),
                Column(f"{name}_change", "change", name, catalogue[name].unit),
                Column(f"{name}_change_ratio", "change_ratio", name, "ratio"),
            ]
        meta = [
            "coalesce(now.is_provisional, false) or coalesce(before.is_provisional, false) as is_provisional",
            "greatest(now.as_of, before.as_of) as as_of",
            "coalesce(now.source_rows, 0) + coalesce(before.source_rows, 0) as source_rows",
        ]
    sql = _limited(plan, catalogue, f"select {', '.join((*chosen, *meta))}", f"from {source}")
    return Query(sql, parameters, tuple(columns), f"marts.{mart_of(plan)}")


def _compared(name: str, *, is_sum: bool) -> list[str]:
    """Now, before, difference and relative difference; of sums a missing side is 0, of ratios it is unknown."""
    now, before = (f"coalesce({side}.{name}, 0)" if is_sum else f"{side}.{name}" for side in ("now", "before"))
    change = f"{now} - {before}"
    return [
        f"{now} as {name}",
        f"{before} as {name}_before",
        f"{change} as {name}_change",
        f"({change})::numeric / nullif(abs({before}), 0) as {name}_change_ratio",
    ]


def _aggregate(
    plan: Plan,
    catalogue: Catalogue,
    accounts: Sequence[ChatAccount],
    period: Period | None,
    side: str,
    parameters: dict[str, Any],
) -> str:
    values = []
    for name in plan.metrics:
        expression = catalogue[name].expression
        if plan.per_day and "days" in catalogue[name].additive:
            expression = f"({expression})::numeric / max(scope.last_day - scope.first_day + 1)"
        values.append(f"{expression} as {name}")
    having = []
    for number, threshold in enumerate(plan.thresholds):
        key = f"bound_{number}"
        parameters[key] = threshold.value
        expression = catalogue[threshold.metric].expression
        if "days" in catalogue[threshold.metric].additive:
            expression = f"coalesce({expression}, 0)"
        having.append(f"{expression} {_COMPARISONS[threshold.comparison]} cast(:{key} as numeric)")
        if threshold.currency:
            parameters[f"{key}_currency"] = threshold.currency
            having.append(f"facts.currency = :{key}_currency")
    # The bounds hold for the days asked about; what they are compared with is only shown.
    bounds = having if side == "now" else []
    used = (*plan.metrics, *(one.metric for one in plan.thresholds))
    by_currency = any(catalogue.is_of_money(name) for name in used)
    return grouped(plan, plan.dimensions, accounts, period, side, parameters, values, bounds, by_currency=by_currency)


def grouped(
    plan: Plan,
    dimensions: Sequence[Dimension],
    accounts: Sequence[ChatAccount],
    period: Period | None,
    side: str,
    parameters: dict[str, Any],
    values: Sequence[str],
    having: Sequence[str] = (),
    *,
    by_currency: bool,
) -> str:
    """Counts of two currencies add up, amounts do not: `by_currency` keeps them apart."""
    scope = _scope(accounts, period, side, parameters)
    joins, where = _filters(plan, dimensions, parameters)
    groups = [*(["facts.currency"] if by_currency else []), *(_GROUPS[one] for one in dimensions)]
    chosen = [
        "facts.currency as currency" if by_currency else "'' as currency",
        *(f"{_GROUPS[one]} as {one}" for one in dimensions),
    ]
    for one in dimensions:
        if one in LEVELS:
            joins[cast(Level, one)] = cast(Level, one)
            chosen.append(f"max({one}.name) as {one}_name")
    chosen += [*values, "bool_or(facts.is_provisional) as is_provisional", "max(facts.collected_at) as as_of"]
    lines = [
        f"select {', '.join((*chosen, 'count(*) as source_rows'))}",
        f"from marts.{mart_of(plan, dimensions)} as facts",
        scope,
        *(_join(level) for level in joins),
        f"where {' and '.join(where)}" if where else "",
        f"group by {', '.join(groups)}" if groups else "",
        f"having {' and '.join(('count(*) > 0', *having))}",
    ]
    return "\n".join(line for line in lines if line)


def _scope(accounts: Sequence[ChatAccount], period: Period | None, side: str, parameters: dict[str, Any]) -> str:
    """The user's accounts, each with the days that its own calendar gives the period."""
    if period is None:
        raise ValueError("figures need a period")
    days: list[tuple[date, date]] = [resolve(period, one.today) for one in accounts]
    parameters["account_ids"] = [one.account_id for one in accounts]
    parameters[f"{side}_first_days"] = [first for first, _ in days]
    parameters[f"{side}_last_days"] = [last for _, last in days]
    parameters[f"{side}_first"] = min((first for first, _ in days), default=date.max)
    parameters[f"{side}_last"] = max((last for _, last in days), default=date.min)
    # The bounds of all accounts say the same once more: from them the database knows how few rows there are.
    return (
        f"join unnest(cast(:account_ids as text[]), cast(:{side}_first_days as date[]),"
        f" cast(:{side}_last_days as date[])) as scope (account_id, first_day, last_day)\n"
        "    on facts.account_id = scope.account_id and facts.day between scope.first_day and scope.last_day\n"
        f"    and facts.day between cast(:{side}_first as date) and cast(:{side}_last as date)"
    )


def _join(level: Level) -> str:
    key = f"{level}_id"
    both = f"{level}.account_id = facts.account_id"
    return f"join marts.{_OBJECTS[level]} as {level} on {both}" + (
        f" and {level}.{key} = facts.{key}" if level != "account" else ""
    )


def _filters(
    plan: Plan, dimensions: Sequence[Dimension], parameters: dict[str, Any]
) -> tuple[dict[Level, Level], list[str]]:
    joins: dict[Level, Level] = {}
    where: list[str] = []
    for one in plan.objects:
        parameters[f"{one.level}_ids"] = list(one.ids)
        where.append(f"facts.{one.level}_id = any(cast(:{one.level}_ids as text[]))")
    if plan.status:
        level = _status_level(plan, dimensions)
        joins[level] = level
        active = f"{level}.effective_status = 'ACTIVE'"
        where.append(active if plan.status == "ACTIVE" else f"{level}.effective_status in ({_PAUSED})")
    if plan.objective or "objective" in dimensions:
        joins["campaign"] = "campaign"
    if plan.objective:
        parameters["objectives"] = list(_OBJECTIVES[plan.objective])
        where.append("campaign.objective = any(cast(:objectives as text[]))")
    breakdown = _breakdown(plan, dimensions)
    if breakdown:
        parameters["breakdown"] = breakdown
        where.append("facts.breakdown = :breakdown")
    for segment in plan.segments:
        parameters[f"segment_{segment.dimension}"] = segment.value
        where.append(f"{_GROUPS[segment.dimension]} = :segment_{segment.dimension}")
    return joins, where


def _status_level(plan: Plan, dimensions: Sequence[Dimension]) -> Level:
    if "ad" in dimensions:
        return "ad"
    return "adset" if "adset" in dimensions else "campaign"


def _breakdown(plan: Plan, dimensions: Sequence[Dimension]) -> str | None:
    return breakdown_of(replace(plan, dimensions=tuple(dimensions)))


def mart_of(plan: Plan, dimensions: Sequence[Dimension] | None = None) -> str:
    shown = plan.dimensions if dimensions is None else dimensions
    if _breakdown(plan, shown):
        return "campaign_breakdown_daily"
    wanted: list[Level] = [one for one in shown if one in LEVELS]  # type: ignore[misc]
    wanted += [one.level for one in plan.objects]
    if plan.status or plan.objective or "objective" in shown:
        wanted.append("campaign")
    return _MARTS[max(wanted, key=LEVELS.index, default="account")]


def _limited(plan: Plan, catalogue: Catalogue, select: str, source: str) -> str:
    """Ordered and cut. Money of two currencies has no common order: the best of each currency, then."""
    if plan.rank is None:
        return f"{select}, count(*) over () as groups\n{source}\norder by {_order(plan, catalogue)}\nlimit :rows"
    rank = plan.rank
    found = f"{source}\nwhere {_ranked_by(plan, catalogue)} is not null"
    if catalogue[rank.metric].unit != "money":
        return f"{select}, count(*) over () as groups\n{found}\norder by {_order(plan, catalogue)}\nlimit :rows"
    return (
        f"select * from (\n{select}, count(*) over () as groups,\n"
        f"row_number() over (partition by currency order by {_order(plan, catalogue)}) as place\n{found}\n) as ranked\n"
        "where place <= :rows\norder by currency, place"
    )


def _order(plan: Plan, catalogue: Catalogue) -> str:
    """By rank; times in their own order; else the first metric, the largest first. Keys make it the same each time."""
    times = [one for one in plan.dimensions if one in TIMES]
    if plan.rank:
        first = f"{_ranked_by(plan, catalogue)} {'desc' if plan.rank.descending else 'asc'}"
    elif times:
        first = ", ".join(("currency", *times))
    else:
        first = f"currency, now.{plan.metrics[0]} desc nulls last"
    return ", ".join(dict.fromkeys((first, *plan.dimensions, "currency")))


def _ranked_by(plan: Plan, catalogue: Catalogue) -> str:
    rank = plan.rank
    assert rank is not None
    if not rank.of_change or plan.compare is None:
        return f"now.{rank.metric}"
    if "days" in catalogue[rank.metric].additive:
        return f"coalesce(now.{rank.metric}, 0) - coalesce(before.{rank.metric}, 0)"
    return f"now.{rank.metric} - before.{rank.metric}"
