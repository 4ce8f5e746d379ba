"""The morning: what an agency asks first of all its clients, on one page without scrolling."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import BudgetsDep, ClockDep, DeliveryDep, PagesDep, SuggestionsDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.clients.budgets import budget_view
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.view import anomaly_items, stored_text
from fbads_pipeline.api.pages.visitor import Visitor
from fbads_pipeline.domain.clients.month_budgets import MonthBudget
from fbads_pipeline.domain.core.formatting import plain_line, plain_name
from fbads_pipeline.domain.core.messages import Instant, Money, Name
from fbads_pipeline.domain.delivery.funds import Fund, MoneyFacts, funds_of
from fbads_pipeline.domain.delivery.messages import describe, subject
from fbads_pipeline.domain.delivery.problems import StoredProblem
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_ROWS = 4
_OFF = ("over", "under", "not_read")
_OF_MONEY = frozenset(
    f"{kind}_{state}" for kind in ("balance", "account_cap", "campaign_cap") for state in ("low", "empty", "reached")
)


@router.get("/morning")
def morning_page(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("suggestions:read"))],
    budgets: BudgetsDep,
    pages: PagesDep,
    suggestions: SuggestionsDep,
    delivery: DeliveryDep,
    clock: ClockDep,
) -> Response:
    """A panel per question: whose money ends, what was rejected, who is off budget, what is wrong, what to do."""
    t, now = page_localizer(request, who), clock.now()
    off = [one for one in budgets.read(who.accounts, now) if one.state in _OFF]
    wrong = pages.open_anomalies(who.accounts, None)
    waiting = pages.waiting(who.accounts, None, now)
    first = suggestions.suggestions(
        status="PENDING", account_id=None, accounts=who.accounts, after=None, limit=_ROWS, by_rank=True
    )
    names = pages.names([one["campaign_id"] for one in first])
    ending = _ending(delivery.money(who.accounts, now=now), now)
    rejected = [one for one in delivery.listed(who.accounts, ended_since=now) if one.problem.kind not in _OF_MONEY]
    panels = [
        _panel("money_ends", "/delivery", [_fund(one, now, t) for one in ending[:_ROWS]], len(ending), t),
        _panel("rejected", "/delivery", [_problem(one, t) for one in rejected[:_ROWS]], len(rejected), t),
        _panel("off_budget", "/budgets", [_budget(one, t) for one in off], len(off), t),
        _panel("wrong", "/", [_anomaly(one) for one in anomaly_items(wrong[:_ROWS], t)], len(wrong), t),
        _panel("to_do", "/suggestions", [_suggestion(one, names, t) for one in first], waiting, t),
    ]
    return render(request, "morning.html.j2", who, "morning", panels=panels)


def _panel(name: str, link: str, rows: list[dict[str, str]], count: int, t: Localizer) -> dict[str, Any]:
    more = count - len(rows[:_ROWS])
    return {
        "title": t(f"clients.morning.{name}"),
        "link": link,
        "rows": rows[:_ROWS],
        "more": t("clients.morning.more", number=str(more)) if more > 0 else "",
        "none": t(f"clients.morning.no_{name}"),
    }


def _ending(money: Iterable[MoneyFacts], now: datetime) -> list[Fund]:
    """Balances and limits that are empty or low, what ends first first."""
    funds = [fund for facts in money for fund in funds_of(facts) if fund.state(now) in ("empty", "low")]
    return sorted(funds, key=lambda one: one.urgency(now))


def _fund(one: Fund, now: datetime, t: Localizer) -> dict[str, str]:
    state = one.state(now)
    ends = "" if one.ends_at is None or state == "empty" else t.render(Instant(one.ends_at, one.timezone_name))
    left = "" if one.left is None else t.render(Money(one.left, one.currency))
    return {
        "name": t.render(Name(one.account_name, one.account_id)),
        "about": " · ".join(text for text in (t(f"delivery.page.{one.kind}"), left, ends) if text),
        "tag": t(f"delivery.page.state.{state}"),
        "tone": "critical" if state == "empty" else "warning",
        "link": "/delivery",
    }


def _problem(one: StoredProblem, t: Localizer) -> dict[str, str]:
    return {
        "name": t.render(subject(one.problem)),
        "about": plain_line(t.render(describe(one.problem)))[:140],
        "tag": t(f"delivery.page.problem.{one.state}"),
        "tone": one.problem.severity,
        "link": "/delivery",
    }


def _budget(one: MonthBudget, t: Localizer) -> dict[str, str]:
    shown = budget_view(one, t)
    about = shown["coverage"] or f"{shown['landing']} / {shown['budget']}"
    state = f"{shown['state']} {shown['miss']}".strip()
    return {"name": shown["name"], "about": about, "tag": state, "tone": shown["tone"], "link": "/budgets"}


def _anomaly(one: dict[str, Any]) -> dict[str, str]:
    at_stake = one.get("at_stake") or one["since"]
    link = f"/campaigns/{one['campaign_id']}"
    return {"name": one["name"], "about": at_stake, "tag": one["severity_label"], "tone": one["severity"], "link": link}


def _suggestion(row: Any, names: dict[str, str | None], t: Localizer) -> dict[str, str]:
    return {
        "name": plain_name(names.get(row["campaign_id"]), row["campaign_id"]),
        "about": stored_text(row, "reason", t)[:140],
        "tag": t(f"clients.morning.{row['kind'].lower()}"),
        "tone": "",
        "link": f"/suggestions?account={row['account_id']}",
    }
