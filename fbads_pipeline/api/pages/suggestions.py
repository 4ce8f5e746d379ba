"""The inbox of suggestions: evidence, effect, decision, undo."""

from datetime import timedelta
from typing import Annotated, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.api.dependencies import (
    ClockDep,
    DecisionStoreDep,
    FeedbackDep,
    MetricsDep,
    PagesDep,
    SuggestionsDep,
)
from fbads_pipeline.api.errors import reason_of
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.recommendations.feedback import precision_text
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.suggestion_view import hit_rate_text, observation_items, suggestion_items
from fbads_pipeline.api.pages.visitor import Digits, PageProblem, Visitor, own_path
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.recommendations.decisions import (
    OPEN,
    Action,
    Decision,
    DecisionConflict,
    DecisionNotUsable,
    SuggestionNotFound,
)
from fbads_pipeline.services.recommendations.decide_suggestion import decide

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_SNOOZE = timedelta(days=1)
_MOST_OBSERVED = 100
_STATUSES = ("PENDING", "WAITING", "ACCEPTED", "REJECTED", "APPLIED", "FAILED", "EXPIRED")


@router.get("/suggestions")
def inbox(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("suggestions:read"))],
    suggestions: SuggestionsDep,
    pages: PagesDep,
    metrics: MetricsDep,
    feedback: FeedbackDep,
    clock: ClockDep,
    status: Annotated[str, Query(pattern=r"^[A-Z]{1,12}$")] = "PENDING",
    account: Digits = None,
    done: Annotated[str, Query(pattern=r"^[a-z]{0,10}$")] = "",
    why: Annotated[str, Query(max_length=300)] = "",
    marked: Annotated[str, Query(pattern="^(yes|no)?$")] = "",
) -> Response:
    """What waits for a decision, or was decided."""
    if account is not None and not (who.sees(account) and pages.is_account(account)):
        raise PageProblem(404)
    t = page_localizer(request, who)
    shown = status if status in _STATUSES else "PENDING"
    rows = suggestions.suggestions(
        status=shown, account_id=account, accounts=who.accounts, after=None, limit=100, by_rank=shown in OPEN
    )
    observed = []
    if shown == "PENDING":
        observed = suggestions.observations(account_id=account, accounts=who.accounts, after=None, limit=_MOST_OBSERVED)
    names = pages.names([row["campaign_id"] for row in (*rows, *observed)])
    notice = t("pages.suggestions.not_done", why=plain_line(why)) if why else None
    if done in get_args(Action):
        notice = t(f"pages.suggestions.done.{done}")
    if marked:
        notice = t(f"pages.feedback.kept.{marked}")
    may = who.may("suggestions:decide")
    query = urlencode({"status": shown, **({"account": account} if account else {})})
    held_back = suggestions.held_back(who.accounts, account) if shown == "PENDING" else 0
    return render(
        request,
        "suggestions.html.j2",
        who,
        "suggestions",
        suggestions=suggestion_items(rows, names, metrics, t, clock.now(), may=may),
        observations=observation_items(observed, names, metrics, t),
        held_back=t("pages.suggestions.held_back", count=held_back) if held_back else "",
        marks=feedback.own_marks(who, "suggestion", [row["suggestion_id"] for row in rows]),
        precision=precision_text(feedback.precision(who.accounts, account), t),
        hit_rate=hit_rate_text(*suggestions.hit_rate(who.accounts, account), t),
        filters=[(one, t(f"pages.suggestions.status.{one.lower()}")) for one in _STATUSES],
        chosen=shown,
        account_id=account,
        back=f"/suggestions?{query}",
        notice=notice,
    )


@router.post("/suggestions/{suggestion_id}")
def decide_here(
    request: Request,
    suggestion_id: Annotated[str, Path(pattern=r"^[0-9a-zA-Z_-]{1,64}$")],
    who: Annotated[Principal, Depends(Visitor("suggestions:decide"))],
    decision_store: DecisionStoreDep,
    clock: ClockDep,
    action: Annotated[str, Form(pattern="^(accept|reject|snooze|undo)$")],
    version: Annotated[int, Form(ge=1, le=2**31 - 1)],
    reason: Annotated[str, Form(max_length=500)] = "",
    back: Annotated[str, Form(max_length=500)] = "/suggestions",
) -> Response:
    """Decide, and go back to the list."""
    named: dict[str, Action] = {one: one for one in get_args(Action)}
    until = clock.now() + _SNOOZE if action == "snooze" else None
    made = Decision(suggestion_id, version, named[action], reason or None, until)
    try:
        decide(decision_store, who, made, key=None, now=clock.now())
        result = {"done": action}
    except (SuggestionNotFound, DecisionNotUsable, DecisionConflict) as wrong:
        result = {"why": page_localizer(request, who).render(reason_of(wrong))[:300]}
    path = own_path(back)
    return RedirectResponse(f"{path}{'&' if '?' in path else '?'}{urlencode(result)}", 303)
