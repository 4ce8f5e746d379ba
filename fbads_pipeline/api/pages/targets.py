"""Targets of the visitor's accounts, and a form to set one."""

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.dbt.goals import require_goal
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import ClockDep, PagesDep, TargetsDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor
from fbads_pipeline.domain.clients.targets import Target, UnusableTarget, parse_amount, parse_margin
from fbads_pipeline.domain.core.days import local_day
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import Count, Day, Message, Money, Percent, Value, message
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.domain.metrics.registry import Events

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Text = Annotated[str, Form(max_length=200)]
# Families under the names of the metrics that count them.
_GOALS = {
    one.source.family: message(f"metrics.{name}")
    for name, one in METRICS.items()
    if isinstance(one.source, Events) and one.source.family not in ("", "goal") and one.source.measure == "count"
}


@router.get("/targets")
def targets_page(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("suggestions:read"))],
    pages: PagesDep,
    targets: TargetsDep,
    clock: ClockDep,
    done: Annotated[str, Query(pattern="^(set)?$")] = "",
    why: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """What holds today per account and scope, the history below, and the form."""
    t = page_localizer(request, who)
    accounts = pages.accounts(who.accounts)
    names = {one["account_id"]: one["name"] or one["account_id"] for one in accounts}
    stored = targets.all(who.accounts)
    rows = [_row(one.target, names, t) | {"by": one.set_by, "at": t.render(Day(one.set_at.date()))} for one in stored]
    today = clock.now().date()
    conflicts = [
        t("clients.conflict", campaign=found.campaign_id, patterns=", ".join(found.patterns), wins=found.wins)
        for conflicting in targets.conflicts(who.accounts, today).values()
        for found in conflicting
    ]
    notice = t("clients.not_set", why=plain_line(why)) if why else t("clients.set") if done else None
    return render(
        request,
        "targets.html.j2",
        who,
        "targets",
        accounts=accounts,
        goals=sorted(((name, t.render(label)) for name, label in _GOALS.items()), key=lambda one: one[1]),
        rows=rows[::-1],
        conflicts=conflicts,
        may=who.may("suggestions:decide"),
        notice=notice,
    )


@router.post("/targets")
def set_here(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("suggestions:decide"))],
    pages: PagesDep,
    targets: TargetsDep,
    clock: ClockDep,
    account: Annotated[str, Form(pattern=r"^[0-9]{1,32}$")],
    campaign: Text = "",
    pattern: Text = "",
    goal: Text = "",
    cpa: Text = "",
    roas: Text = "",
    margin: Text = "",
    budget: Text = "",
    since: Text = "",
    until: Text = "",
) -> Response:
    """Set it, and go back to the list; what is wrong is said there."""
    found = next((one for one in pages.accounts(who.accounts) if one["account_id"] == account), None)
    if found is None:
        raise PageProblem(404)
    today = local_day(clock.now(), found["timezone_name"])
    try:
        made = Target(
            account,
            found["currency"],
            _day(since) or today,
            _day(until),
            campaign_id=campaign.strip() or None,
            name_pattern=pattern.strip() or None,
            goal_family=require_goal(goal) if goal else None,
            cpa=parse_amount(cpa) if cpa.strip() else None,
            roas=parse_amount(roas) if roas.strip() else None,
            monthly_budget=parse_amount(budget) if budget.strip() else None,
            margin=parse_margin(margin) if margin.strip() else None,
        )
        targets.set([made], actor=who.user_id, now=clock.now())
        result = {"done": "set"}
    except UnusableTarget as wrong:
        result = {"why": page_localizer(request, who).render(wrong.message)[:300]}
    return RedirectResponse(f"/targets?{urlencode(result)}", 303)


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UnusableTarget(message("clients.target.no_day", text=text[:20])) from None


def _row(target: Target, names: dict[str, str], t: Localizer) -> dict[str, str]:
    values: list[Value] = [
        Message(f"clients.value.{name}", {"value": value})
        for name, value in (
            ("goal", None if target.goal_family is None else _GOALS.get(target.goal_family, target.goal_family)),
            ("cpa", None if target.cpa is None else Money(target.cpa, target.currency)),
            ("roas", None if target.roas is None else Count(target.roas)),
            ("margin", None if target.margin is None else Percent(target.margin)),
            ("budget", None if target.monthly_budget is None else Money(target.monthly_budget, target.currency)),
        )
        if value is not None
    ] or [message("clients.value.ended")]
    kind, text = target.scope
    scope = t(f"clients.scope.{kind}", text=target.name_pattern or text)
    return {
        "account": names.get(target.account_id, target.account_id),
        "scope": scope,
        "values": "; ".join(map(t.render, values)),
        "since": t.render(Day(target.valid_from)),
        "until": t.render(Day(target.valid_until)) if target.valid_until else "",
    }
