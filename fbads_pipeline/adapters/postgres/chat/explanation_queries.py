"""What a change is made of, and what was edited while it came about."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fbads_pipeline.adapters.postgres.chat.figure_queries import grouped, mart_of
from fbads_pipeline.adapters.postgres.chat.list_queries import only
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.plan import LEVELS, Dimension, Plan
from fbads_pipeline.domain.chat.result import ChatAccount, Column, Query
from fbads_pipeline.domain.metrics.registry import Metric


def compile_contributions(
    plan: Plan, dimension: Dimension, catalogue: Catalogue, accounts: Sequence[ChatAccount]
) -> Query:
    """How much each group contributed to a metric's change; the contributions of a currency add up to the change.

    Of a ratio N/D with the earlier value R: (n − R·d)/D of the later stretch minus that of the earlier one, whose sum
    is zero; so a group counts by what it does and by its weight.
    """
    metric = catalogue[plan.metrics[0]]
    parts = metric.parts or (metric.expression, "sum(0) + 1")
    parameters: dict[str, Any] = {"rows": plan.limit}
    sides = {
        side: grouped(
            plan,
            (dimension,),
            accounts,
            period,
            side,
            parameters,
            [f"{parts[0]} as n", f"{parts[1]} as d"],
            by_currency=catalogue.is_of_money(metric.name),
        )
        for side, period in (("now", plan.period), ("before", plan.compare))
    }
    sql = _weighed(metric, dimension, sides)
    columns = [Column("currency", "key"), Column(dimension, "key", dimension=dimension)]
    columns += [Column(f"{dimension}_name", "label", dimension=dimension)] if dimension in LEVELS else []
    columns += [
        Column(metric.name, "value", metric.name, metric.unit),
        Column(f"{metric.name}_before", "before", metric.name, metric.unit),
        Column("contribution", "change", metric.name, metric.unit),
        Column("share", "change_ratio", metric.name, "ratio"),
    ]
    return Query(sql, parameters, tuple(columns), f"marts.{mart_of(plan, (dimension,))}")


def compile_edits(plan: Plan, accounts: Sequence[ChatAccount], first: date, last: date) -> Query:
    """Changes of budget and status that readings found in these local days, the latest first."""
    parameters: dict[str, Any] = {
        "account_ids": [one.account_id for one in accounts],
        "rows": 5,
        "first": first,
        "last": last,
    }
    for one in plan.objects:
        parameters[f"{one.level}_ids"] = list(one.ids)
    sql = f"""
with states as (
    select history.*, accounts.timezone_name,
        lag(history.daily_budget) over state as budget_before,
        lag(history.effective_status) over state as status_before,
        row_number() over state as place
    from marts.campaign_history as history
    join marts.accounts as accounts on accounts.account_id = history.account_id
    where history.account_id = any(cast(:account_ids as text[])){only(plan, "history")}
    window state as (partition by history.account_id, history.campaign_id order by history.valid_from)
)
select currency, campaign_id, name as campaign_name, (valid_from at time zone timezone_name)::date as day,
    budget_before, daily_budget as budget, status_before, effective_status as status, count(*) over () as groups
from states
where place > 1 and (valid_from at time zone timezone_name)::date between :first and :last
    and (budget_before is distinct from daily_budget or status_before is distinct from effective_status)
order by valid_from desc, campaign_id
limit :rows"""
    columns = (
        Column("currency", "key"),
        Column("campaign_id", "key", dimension="campaign"),
        Column("campaign_name", "label", dimension="campaign"),
        Column("day", "key", dimension="day"),
        Column("budget_before", "other", unit="money"),
        Column("budget", "other", unit="money"),
        Column("status_before", "other"),
        Column("status", "other"),
    )
    return Query(sql.strip(), parameters, columns, "marts.campaign_history")


def _weighed(metric: Metric, dimension: Dimension, sides: Mapping[str, str]) -> str:
    """The select over both stretches: each group's contribution, and its share of the change of its currency."""
    name = (
        f", coalesce(now.{dimension}_name, before.{dimension}_name) as {dimension}_name" if dimension in LEVELS else ""
    )
    change = (
        "(n1 - before_ratio * d1) / nullif(all_d1, 0) - (n0 - before_ratio * d0) / nullif(all_d0, 0)"
        if metric.parts
        else "n1 - n0"
    )
    whole = "all_n1 / nullif(all_d1, 0) - all_n0 / nullif(all_d0, 0)" if metric.parts else "all_n1 - all_n0"
    value, before_value = ("n1 / nullif(d1, 0)", "n0 / nullif(d0, 0)") if metric.parts else ("n1", "n0")
    return (
        f"with joined as (\nselect currency, {dimension}{name},\n"
        "coalesce(now.n, 0) as n1, coalesce(now.d, 0) as d1, coalesce(before.n, 0) as n0, coalesce(before.d, 0) as "
        "d0,\n"
        "coalesce(now.is_provisional, false) or coalesce(before.is_provisional, false) as is_provisional,\n"
        "greatest(now.as_of, before.as_of) as as_of,\n"
        "coalesce(now.source_rows, 0) + coalesce(before.source_rows, 0) as source_rows\n"
        f"from (\n{sides['now']}\n) as now\nfull join (\n{sides['before']}\n) as before using (currency, "
        f"{dimension})\n),\n"
        "summed as (\nselect *, sum(n1) over whole as all_n1, sum(d1) over whole as all_d1, sum(n0) over whole as "
        "all_n0,\n"
        "sum(d0) over whole as all_d0, sum(n0) over whole / nullif(sum(d0) over whole, 0) as before_ratio\n"
        "from joined window whole as (partition by currency)\n),\n"
        f"weighed as (\nselect *, {change} as contribution, {whole} as whole_change from summed\n)\n"
        f"select currency, {dimension}{f', {dimension}_name' if name else ''}, {value} as {metric.name}, "
        f"{before_value} as"
        f" {metric.name}_before, contribution, contribution / nullif(whole_change, 0) as share,\n"
        "is_provisional, as_of, source_rows, count(*) over () as groups\nfrom weighed\n"
        f"where contribution <> 0\norder by abs(contribution) desc, {dimension}\nlimit :rows"
    )
