"""Questions about other things than figures: objects, budgets, anomalies, suggestions, scores, edits, freshness."""

from collections.abc import Sequence
from typing import Any

from fbads_pipeline.domain.chat.plan import LEVELS, Level, Plan
from fbads_pipeline.domain.chat.result import ChatAccount, Column, Query

_OBJECTS: dict[Level, tuple[str, str, str]] = {
    "account": ("accounts", "account_id", "status"),
    "campaign": ("campaigns", "campaign_id", "effective_status"),
    "adset": ("adsets", "adset_id", "effective_status"),
    "ad": ("ads", "ad_id", "effective_status"),
}
_PAUSED = "('PAUSED', 'CAMPAIGN_PAUSED', 'ADSET_PAUSED')"


def compile_list(plan: Plan, accounts: Sequence[ChatAccount]) -> Query:
    """The query of a plan that asks for no metric; always limited to the user's accounts."""
    parameters: dict[str, Any] = {"account_ids": [one.account_id for one in accounts], "rows": plan.limit}
    for one in plan.objects:
        parameters[f"{one.level}_ids"] = list(one.ids)
    return {
        "objects": _objects,
        "pacing": _pacing,
        "anomalies": _anomalies,
        "suggestions": _suggestions,
        "scores": _scores,
        "freshness": _freshness,
    }[plan.intent](plan, parameters)


def only(plan: Plan, table: str, levels: Sequence[Level] = ("account", "campaign")) -> str:
    return "".join(
        f" and {table}.{one.level}_id = any(cast(:{one.level}_ids as text[]))"
        for one in plan.objects
        if one.level in levels
    )


def _objects(plan: Plan, parameters: dict[str, Any]) -> Query:
    level: Level = plan.dimensions[0]  # type: ignore[assignment]
    table, key, status = _OBJECTS[level]
    parents = LEVELS[: LEVELS.index(level) + 1]
    where = f"objects.account_id = any(cast(:account_ids as text[])){only(plan, 'objects', parents)}"
    if plan.status:
        where += (
            f" and objects.{status} = 'ACTIVE'" if plan.status == "ACTIVE" else f" and objects.{status} in {_PAUSED}"
        )
    sql = (
        f"select {key} as {level}, name as {level}_name, {status} as status, collected_at as as_of,"
        " count(*) over () as groups\n"
        f"from marts.{table} as objects\nwhere {where}\norder by name, {key}\nlimit :rows"
    )
    columns = (
        Column(level, "key", dimension=level),
        Column(f"{level}_name", "label", dimension=level),
        Column("status", "other"),
    )
    return Query(sql, parameters, columns, f"marts.{table}")


def _pacing(plan: Plan, parameters: dict[str, Any]) -> Query:
    """One row per currency in which name is null: the sum of those with a plan; then the budgets that run over."""
    bound = "" if plan.objects else " where pacing_month > 1"
    within = only(plan, "pacing", ("account", "campaign", "adset"))
    sql = f"""
with budgets as (
    select * from marts.budget_pacing as pacing
    where account_id = any(cast(:account_ids as text[])) and effective_status = 'ACTIVE'{within}
),
everything as (
    select currency, null::text as name, sum(daily_budget) as daily_budget,
        sum(spent_today) as spent_today, sum(planned_today) as planned_today, sum(projected_today) as projected_today,
        sum(projected_today) / nullif(sum(planned_today), 0) as pacing_today,
        sum(spent_month) as spent_month, sum(planned_month) as planned_month, sum(projected_month) as projected_month,
        sum(projected_month) / nullif(sum(planned_month), 0) as pacing_month, max(read_at) as as_of
    from budgets group by currency
    union all
    select currency, name, daily_budget, spent_today, planned_today, projected_today, pacing_today, spent_month,
        planned_month, projected_month, pacing_month, read_at
    from budgets{bound}
)
select *, planned_month - spent_month as left_month, count(*) over () as groups
from everything
order by name is not null, currency, pacing_month desc nulls last, name
limit :rows"""
    money = (
        "daily_budget",
        "spent_today",
        "planned_today",
        "projected_today",
        "spent_month",
        "planned_month",
        "left_month",
    )
    columns = (
        Column("currency", "key"),
        Column("name", "label"),
        *(Column(name, "other", unit="money") for name in (*money, "projected_month")),
        Column("pacing_today", "other", unit="ratio"),
        Column("pacing_month", "other", unit="ratio"),
    )
    return Query(sql.strip(), parameters, columns, "marts.budget_pacing")


def _anomalies(plan: Plan, parameters: dict[str, Any]) -> Query:
    where = "anomalies.status = 'OPEN'"
    if plan.period is not None:
        parameters |= {"first": None, "last": None}
        where = (
            "(anomalies.since at time zone accounts.timezone_name)::date <= :last"
            " and coalesce((anomalies.closed_at at time zone accounts.timezone_name)::date, :last) >= :first"
        )
    sql = (
        "select anomalies.anomaly_id, anomalies.campaign_id as campaign, campaigns.name as campaign_name,\n"
        "    anomalies.metric, anomalies.severity,\n"
        "    anomalies.status, anomalies.message, anomalies.currency,\n"
        "    anomalies.money_at_stake_per_day, anomalies.detected_at as as_of, count(*) over () as groups\n"
        "from analysis.anomalies as anomalies\n"
        "join marts.accounts as accounts on accounts.account_id = anomalies.account_id\n"
        "left join marts.campaigns as campaigns\n"
        "    on campaigns.account_id = anomalies.account_id and campaigns.campaign_id = anomalies.campaign_id\n"
        f"where anomalies.account_id = any(cast(:account_ids as text[])) and {where}{only(plan, 'anomalies')}\n"
        "order by case anomalies.severity when 'critical' then 0 when 'warning' then 1 else 2 end,\n"
        "    anomalies.money_at_stake_per_day desc, anomalies.anomaly_id\nlimit :rows"
    )
    columns = (
        Column("campaign", "key", dimension="campaign"),
        Column("campaign_name", "label", dimension="campaign"),
        Column("severity", "other"),
        Column("status", "other"),
        Column("message", "other"),
        Column("money_at_stake_per_day", "other", unit="money"),
    )
    return Query(sql, parameters, columns, "analysis.anomalies")


def _suggestions(plan: Plan, parameters: dict[str, Any]) -> Query:
    sql = (
        "select suggestions.suggestion_id, suggestions.campaign_id as campaign, campaigns.name as campaign_name,\n"
        "    suggestions.kind, suggestions.confidence, suggestions.reason_pt, suggestions.reason_en, suggestions.day,\n"
        "    suggestions.updated_at as as_of, count(*) over () as groups\n"
        "from ops.suggestions as suggestions\n"
        "left join marts.campaigns as campaigns\n"
        "    on campaigns.account_id = suggestions.account_id and campaigns.campaign_id = suggestions.campaign_id\n"
        "where suggestions.account_id = any(cast(:account_ids as text[])) and suggestions.status = 'PENDING'"
        f"{only(plan, 'suggestions')}\n"
        "order by suggestions.created_at desc, suggestions.suggestion_id\nlimit :rows"
    )
    columns = (
        Column("campaign", "key", dimension="campaign"),
        Column("campaign_name", "label", dimension="campaign"),
        Column("suggestion_id", "other"),
        Column("kind", "other"),
        Column("confidence", "other"),
        Column("reason_pt", "other"),
        Column("reason_en", "other"),
        Column("day", "other"),
    )
    return Query(sql, parameters, columns, "ops.suggestions")


def _scores(plan: Plan, parameters: dict[str, Any]) -> Query:
    """The last score of each campaign; those without one say why."""
    order = "desc" if plan.rank is None or plan.rank.descending else "asc"
    active = " and campaigns.effective_status = 'ACTIVE'" if plan.status == "ACTIVE" else ""
    sql = (
        "select * from (\n"
        "    select distinct on (scores.account_id, scores.campaign_id) scores.campaign_id as campaign,\n"
        "        campaigns.name as campaign_name, scores.day, scores.total as score, scores.low, scores.high,\n"
        "        scores.why_not, scores.scored_at as as_of, count(*) over () as groups\n"
        "    from analysis.scores as scores\n"
        "    join marts.campaigns as campaigns\n"
        "        on campaigns.account_id = scores.account_id and campaigns.campaign_id = scores.campaign_id\n"
        f"    where scores.account_id = any(cast(:account_ids as text[])){only(plan, 'scores')}{active}\n"
        "    order by scores.account_id, scores.campaign_id, scores.day desc\n"
        f") as latest\norder by score {order} nulls last, campaign\nlimit :rows"
    )
    columns = (
        Column("campaign", "key", dimension="campaign"),
        Column("campaign_name", "label", dimension="campaign"),
        Column("score", "other", unit="count"),
        Column("low", "other", unit="count"),
        Column("high", "other", unit="count"),
        Column("why_not", "other"),
        Column("day", "other"),
    )
    return Query(sql, parameters, columns, "analysis.scores")


def _freshness(plan: Plan, parameters: dict[str, Any]) -> Query:
    sql = (
        "select accounts.account_id as account, accounts.name as account_name, accounts.timezone_name,\n"
        "    max(daily.day) as last_day, max(daily.collected_at) as as_of, count(*) over () as groups\n"
        "from marts.accounts as accounts\n"
        "left join marts.account_daily as daily on daily.account_id = accounts.account_id\n"
        f"where accounts.account_id = any(cast(:account_ids as text[])){only(plan, 'accounts', ('account',))}\n"
        "group by accounts.account_id, accounts.name, accounts.timezone_name\n"
        "order by accounts.name, accounts.account_id\nlimit :rows"
    )
    columns = (
        Column("account", "key", dimension="account"),
        Column("account_name", "label", dimension="account"),
        Column("last_day", "other"),
        Column("as_of", "other"),
        Column("timezone_name", "other"),
    )
    return Query(sql, parameters, columns, "marts.account_daily")
