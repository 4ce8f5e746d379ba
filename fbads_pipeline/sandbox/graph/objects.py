"""Accounts, campaigns, ad sets and ads as Meta shows them: field by field, only those asked."""

import re
from collections.abc import Callable
from typing import Any

from fbads_pipeline.sandbox.graph.account_money import MONEY_FIELDS
from fbads_pipeline.sandbox.graph.creatives import show_creative
from fbads_pipeline.sandbox.graph.errors import GraphError, invalid_parameter
from fbads_pipeline.sandbox.graph.insights_request import Params, read_json, read_list
from fbads_pipeline.sandbox.world.clock import meta_time
from fbads_pipeline.sandbox.world.recommendations import opportunity_score
from fbads_pipeline.sandbox.world.world import HIDDEN, KINDS, STATUSES, AdObject, ObjectKind, SandboxAccount

Shown = dict[str, Any]
GOALS = {
    "OUTCOME_SALES": "OFFSITE_CONVERSIONS",
    "OUTCOME_LEADS": "LEAD_GENERATION",
    "OUTCOME_TRAFFIC": "LANDING_PAGE_VIEWS",
}
# The country of whoever pays, by the currency of the account.
COUNTRIES = {"BRL": "BR", "EUR": "PT", "JPY": "JP"}

ACCOUNT_FIELDS: dict[str, Callable[[SandboxAccount], Any]] = {
    "id": lambda account: f"act_{account.id}",
    "account_id": lambda account: account.id,
    "name": lambda account: account.name,
    "currency": lambda account: account.currency,
    "timezone_name": lambda account: account.zone,
    "account_status": lambda account: 1,
    "disable_reason": lambda account: 0,
    "created_time": lambda account: meta_time(account.zone, account.created_at),
    "business_country_code": lambda account: COUNTRIES.get(account.currency, "US"),
    "opportunity_score": opportunity_score,
    "business": lambda account: {"id": "402211334455667", "name": "Sandbox Business"},
}


FEEDBACK = {
    "global": {
        "PERSONAL_HEALTH": "Ads must not contain content that implies or attempts to generate negative self-perception"
        " in order to promote diet, weight loss, or other health related products."
    }
}
ISSUES = [
    {
        "level": "AD",
        "error_code": 1815869,
        "error_summary": "Ad Set Without Pixel",
        "error_message": "The pixel of this ad set was deleted. <b>Choose another one</b>.",
        "error_type": "HARD_ERROR",
    }
]


def _shared(account: SandboxAccount, one: AdObject) -> Shown:
    created = meta_time(account.zone, one.created_at)
    return {
        "id": one.id,
        "account_id": account.id,
        "name": one.name,
        "status": one.status,
        "configured_status": one.status,
        "effective_status": account.effective_status(one),
        "issues_info": ISSUES if account.effective_status(one) == "WITH_ISSUES" else None,
        "created_time": created,
        "updated_time": meta_time(account.zone, one.updated_at),
    }


def _budgets(one: AdObject) -> Shown:
    """Text in minor units; Meta leaves out the budget that an object does not hold, or says "0"."""
    holder = one.daily_budget or one.lifetime_budget
    return {
        "daily_budget": None if one.daily_budget is None else str(one.daily_budget),
        "lifetime_budget": None if one.lifetime_budget is None else str(one.lifetime_budget),
        "budget_remaining": str(holder // 2) if holder else "0",
        "bid_strategy": "LOWEST_COST_WITHOUT_CAP" if holder else None,
    }


def _campaign(account: SandboxAccount, one: AdObject) -> Shown:
    ends = None if one.ends_at is None else meta_time(account.zone, one.ends_at)
    return {
        **_shared(account, one),
        **_budgets(one),
        "objective": one.objective,
        "buying_type": "AUCTION",
        "spend_cap": account.caps.get(one.id),
        "pacing_type": ["standard"],
        "special_ad_categories": [],
        "start_time": meta_time(account.zone, one.created_at),
        "stop_time": ends,
    }


def _adset(account: SandboxAccount, one: AdObject) -> Shown:
    campaign = account.parent(one, "campaign")
    ends = None if one.ends_at is None else meta_time(account.zone, one.ends_at)
    return {
        **_shared(account, one),
        **_budgets(one),
        "campaign_id": campaign.id,
        "optimization_goal": GOALS[campaign.objective],
        "billing_event": "IMPRESSIONS",
        "bid_amount": None,
        "start_time": meta_time(account.zone, one.created_at),
        "end_time": ends,
        "pacing_type": ["day_parting" if one.id in account.schedules else "standard"],
        "adset_schedule": account.schedules.get(one.id),
        "daily_spend_cap": None,
        "lifetime_spend_cap": account.caps.get(one.id),
        "daily_min_spend_target": None,
        "lifetime_min_spend_target": None,
        "attribution_spec": [
            {"event_type": "CLICK_THROUGH", "window_days": 7},
            {"event_type": "VIEW_THROUGH", "window_days": 1},
        ],
        "learning_stage_info": {
            "status": "SUCCESS" if one.index % 5 else "LEARNING",
            "conversions": 50 if one.index % 5 else 17,
            "last_sig_edit_ts": int(one.updated_at.timestamp()),
        },
    }


def _ad(account: SandboxAccount, one: AdObject) -> Shown:
    return {
        **_shared(account, one),
        "campaign_id": account.parent(one, "campaign").id,
        "adset_id": account.parent(one, "adset").id,
        "ad_review_feedback": FEEDBACK if account.effective_status(one) == "DISAPPROVED" else None,
        "creative": show_creative(account, one),
    }


SHOWN: dict[ObjectKind, Callable[[SandboxAccount, AdObject], Shown]] = {
    "campaign": _campaign,
    "adset": _adset,
    "ad": _ad,
}


def show_object(account: SandboxAccount, one: AdObject, params: Params) -> Shown:
    return _picked(SHOWN[one.kind](account, one), _asked(params), one.kind)


def show_account(account: SandboxAccount, params: Params, money: Callable[[], Shown], status: int = 1) -> Shown:
    """status: the number by which Meta says whether it may advertise; money: what it says of its money."""
    fields = _asked(params) or ["account_id"]
    of_money = money() if set(fields) & set(MONEY_FIELDS) else {}
    shown: Shown = {"id": f"act_{account.id}"}
    for field in fields:
        if field not in ACCOUNT_FIELDS and field not in of_money:
            raise _no_field(field, "AdAccount")
        shown[field] = of_money[field] if field in of_money else ACCOUNT_FIELDS[field](account)
    return shown | ({"account_status": status} if "account_status" in fields else {})


def edge_rows(
    account: SandboxAccount, kind: ObjectKind, params: Params, parent: AdObject | None = None
) -> list[AdObject]:
    """The objects an edge lists: archived ones only where named, deleted ones never."""
    statuses = frozenset(read_list(params, "effective_status"))
    ids: frozenset[str] | None = None
    for entry in read_json(params.get("filtering", "[]"), "filtering", list):
        asked = entry if isinstance(entry, dict) else {}
        name, values = str(asked.get("field", "")).removeprefix(f"{kind}."), asked.get("value")
        if not isinstance(values, list) or name not in ("effective_status", "id"):
            raise invalid_parameter(f"Filtering field {asked.get('field')} is not supported")
        if name == "id":
            ids = frozenset(map(str, values))
        else:
            statuses |= frozenset(map(str, values))
    if unknown := statuses - STATUSES[kind]:
        raise invalid_parameter(f"effective_status has an unknown value: {sorted(unknown)[0]}")
    return [
        one
        for one, status in zip(account.objects[kind], account.statuses(kind), strict=True)
        if status != "DELETED"
        and account.has(one)
        and (status in statuses if statuses else status not in HIDDEN)
        and (ids is None or one.id in ids)
        and (parent is None or account.parent(one, parent.kind) is parent)
    ]


def is_below(kind: ObjectKind, parent: AdObject) -> bool:
    return KINDS.index(kind) > KINDS.index(parent.kind)


def _asked(params: Params) -> list[str]:
    """The names of the fields asked, without what may stand in braces behind them."""
    return read_list({"fields": re.sub(r"\{[^{}]*\}", "", params.get("fields", ""))}, "fields")


def _picked(full: Shown, fields: list[str], node: str) -> Shown:
    for field in fields:
        if field not in full:
            raise _no_field(field, {"campaign": "Campaign", "adset": "AdSet", "ad": "Adgroup"}[node])
    return {name: full[name] for name in dict.fromkeys(["id", *fields]) if full[name] is not None}


def _no_field(field: str, node: str) -> GraphError:
    return invalid_parameter(f"Tried accessing nonexisting field ({field}) on node type ({node})")
