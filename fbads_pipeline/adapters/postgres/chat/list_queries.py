"""Lists that a question can ask for, besides figures: the statements of `lists.sql` with their parameters."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.pixels import PIXEL_EVENTS
from fbads_pipeline.domain.chat.plan import (
    LEVELS,
    MOST_ROWS,
    NEGATED,
    STATUSES,
    Intent,
    Level,
    Plan,
    objectives_of,
)
from fbads_pipeline.domain.chat.result import ChatAccount, Query, ResultColumn

_SQL = Statements(__package__, "lists.sql")
_PIXELS = Statements(__package__, "pixels.sql")
_EDITS = 5
_CAMPAIGN = (
    ResultColumn("campaign", "key", dimension="campaign"),
    ResultColumn("campaign_name", "label", dimension="campaign"),
)
_BUDGETS: tuple[str, ...] = (
    "daily_budget",
    "spent_today",
    "planned_today",
    "projected_today",
    "spent_month",
    "planned_month",
)
_BUDGETS += ("left_month", "projected_month")
_LISTS: dict[Intent, tuple[str, tuple[ResultColumn, ...]]] = {
    "pacing": (
        "marts.budget_pacing",
        (
            ResultColumn("currency", "key"),
            ResultColumn("name", "label"),
            *(ResultColumn(name, "other", unit="money") for name in _BUDGETS),
            ResultColumn("pacing_today", "other", unit="ratio"),
            ResultColumn("pacing_month", "other", unit="ratio"),
            ResultColumn("why_no_pace", "other"),
        ),
    ),
    "anomalies": (
        "analysis.anomalies",
        (
            *_CAMPAIGN,
            ResultColumn("severity", "other"),
            ResultColumn("status", "other"),
            ResultColumn("message", "message"),
            ResultColumn("money_at_stake_per_day", "other", unit="money"),
        ),
    ),
    "suggestions": (
        "ops.suggestions",
        (
            *_CAMPAIGN,
            *(ResultColumn(name, "other") for name in ("suggestion_id", "kind", "confidence", "day")),
            ResultColumn("reason", "message"),
        ),
    ),
    "scores": (
        "analysis.scores",
        (
            *_CAMPAIGN,
            *(ResultColumn(name, "other", unit="count") for name in ("score", "low", "high")),
            ResultColumn("why_not", "other"),
            ResultColumn("day", "other"),
        ),
    ),
    "targets": (
        "analysis.scores",
        (
            ResultColumn("currency", "key"),
            *_CAMPAIGN,
            *(ResultColumn(name, "other", unit="money") for name in ("target_cpa", "cpa", "spend")),
            ResultColumn("conversions", "other", unit="count"),
            *(ResultColumn(name, "other") for name in ("state", "first_day", "day")),
        ),
    ),
    "freshness": (
        "marts.account_daily",
        (
            ResultColumn("account", "key", dimension="account"),
            ResultColumn("account_name", "label", dimension="account"),
            *(ResultColumn(name, "other") for name in ("last_day", "as_of", "timezone_name")),
        ),
    ),
}
_OBJECTS: dict[Level, str] = {"account": "accounts", "campaign": "campaigns", "adset": "adsets", "ad": "ads"}


def compile_list(plan: Plan, accounts: Sequence[ChatAccount]) -> Query:
    """The query of a plan that asks for no metric; always limited to the user's accounts."""
    parameters = _named_objects(plan, accounts) | {"rows": plan.limit}
    if plan.intent == "objects":
        return _objects(plan, parameters)
    if plan.intent == "facts":
        return _facts(plan, parameters)
    if plan.intent == "pixels":
        return _pixels(plan, accounts)
    if plan.intent == "pacing":
        parameters["only_overruns"] = not plan.objects
    elif plan.intent == "scores":
        parameters |= {"only_active": plan.status == "ACTIVE", "best_first": plan.rank is None or plan.rank.descending}
    elif plan.intent == "anomalies":
        first, last = resolve(plan.period, max(one.today for one in accounts)) if plan.period else (None, None)
        parameters |= {"first": first, "last": last}
    source, columns = _LISTS[plan.intent]
    return _query(plan.intent, parameters, columns, source)


def compile_edits(plan: Plan, accounts: Sequence[ChatAccount], first: date, last: date) -> Query:
    """Changes of budget and status that readings found in these local days, the latest first."""
    columns = (
        ResultColumn("currency", "key"),
        ResultColumn("campaign_id", "key", dimension="campaign"),
        ResultColumn("campaign_name", "label", dimension="campaign"),
        ResultColumn("day", "key", dimension="day"),
        ResultColumn("budget_before", "other", unit="money"),
        ResultColumn("budget", "other", unit="money"),
        ResultColumn("status_before", "other"),
        ResultColumn("status", "other"),
    )
    parameters = _named_objects(plan, accounts) | {"rows": _EDITS, "first": first, "last": last}
    return _query("edits", parameters, columns, "marts.campaign_history")


def compile_actors(plan: Plan, accounts: Sequence[ChatAccount], first: date, last: date) -> Query:
    """By what kind of actor and with which tool campaigns were changed in these local days, the latest first."""
    columns = (
        ResultColumn("campaign_id", "key", dimension="campaign"),
        ResultColumn("campaign_name", "label", dimension="campaign"),
        ResultColumn("day", "key", dimension="day"),
        *(ResultColumn(name, "other") for name in ("event_type", "actor_kind", "tool")),
    )
    parameters = _named_objects(plan, accounts) | {"rows": _EDITS, "first": first, "last": last}
    parameters["campaign_ids"] = parameters["campaign_ids"] or []
    return _query("actors", parameters, columns, "raw.activities")


def _objects(plan: Plan, parameters: dict[str, Any]) -> Query:
    level: Level = plan.dimensions[0]  # type: ignore[assignment]
    named = list(STATUSES[plan.status.removeprefix(NEGATED)]) if plan.status else None
    is_left_out = plan.status is not None and plan.status.startswith(NEGATED)
    parameters |= {"statuses": None if is_left_out else named, "statuses_left_out": named if is_left_out else None}
    parameters["objectives"] = list(objectives_of(plan.objective)) if plan.objective else None
    campaigns = [i for one in plan.excluded if one.level == "campaign" for i in one.ids]
    parameters["campaign_ids_left_out"] = campaigns or None
    columns = (
        ResultColumn(level, "key", dimension=level),
        ResultColumn(f"{level}_name", "label", dimension=level),
        ResultColumn("status", "other"),
    )
    return _query(_OBJECTS[level], parameters, columns, f"marts.{_OBJECTS[level]}")


def _pixels(plan: Plan, accounts: Sequence[ChatAccount]) -> Query:
    """The pixels of the accounts with the events of the plan's days; of the metrics named, if any, alone."""
    assert plan.period is not None
    days = [resolve(plan.period, one.today) for one in accounts]
    events = [event for name in plan.metrics for event in PIXEL_EVENTS[name]]
    parameters = {
        "account_ids": _named_objects(plan, accounts)["account_ids"],
        "first": min(first for first, _ in days),
        "last": max(last for _, last in days),
        "events": events or None,
        "rows": MOST_ROWS,
    }
    names = ("pixel_id", "timezone_name", "last_fired_at", "events_known_since", "events_known_until", "events_refused")
    columns = (
        ResultColumn("account", "key", dimension="account"),
        ResultColumn("pixel_name", "label"),
        *(ResultColumn(one, "other") for one in (*names, "event", "last_hour_at")),
        ResultColumn("events", "other", unit="count"),
    )
    return Query(_PIXELS.texts["pixels"], parameters, columns, "marts.pixels")


def _facts(plan: Plan, parameters: dict[str, Any]) -> Query:
    """What the named objects of the lowest level are."""
    level = max((one.level for one in plan.objects), key=LEVELS.index)
    columns = (
        ResultColumn(level, "key", dimension=level),
        ResultColumn(f"{level}_name", "label", dimension=level),
        *(ResultColumn(name, "other") for name in ("object_id", "status", "objective", "currency", "timezone_name")),
        *(ResultColumn(name, "other", unit="money") for name in ("daily_budget", "lifetime_budget")),
        *(ResultColumn(name, "other") for name in ("start_at", "stop_at", "since", "is_since_known")),
        *(ResultColumn(name, "other") for name in ("owner_id", "owner_name")),
    )
    return _query(f"facts_{level}", parameters, columns, f"marts.{_OBJECTS[level]}")


def _named_objects(plan: Plan, accounts: Sequence[ChatAccount]) -> dict[str, Any]:
    """The ids of each level that the plan is limited to; of accounts all that the user sees where it names none."""
    named = {one.level: list(one.ids) for one in plan.objects}
    seen = [one.account_id for one in accounts]
    without = {i for one in plan.excluded if one.level == "account" for i in one.ids}
    within = [one for one in seen if one in named.get("account", seen) and one not in without]
    return {"account_ids": within} | {f"{level}_ids": named.get(level) for level in LEVELS if level != "account"}


def _query(name: str, parameters: dict[str, Any], columns: tuple[ResultColumn, ...], source: str) -> Query:
    """The statement with those of the parameters that it has."""
    sql = _SQL.texts[name]
    used = _SQL[name].compile().params
    return Query(sql, {key: value for key, value in parameters.items() if key in used}, columns, source)
