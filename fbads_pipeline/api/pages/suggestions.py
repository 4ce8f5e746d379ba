"""The inbox of suggestions: evidence, effect, decision, undo."""

from datetime import timedelta
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.translation.translator import Localizer
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
from fbads_pipeline.api.pages.frame.frame_view import account_name
from fbads_pipeline.api.pages.frame.page_frame import PageFrame, frame_of
from fbads_pipeline.api.pages.recommendations.feedback import precision_text
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.suggestion_view import hit_rate_text, observation_items, suggestion_items
from fbads_pipeline.api.pages.visitor import Digits, PageProblem, Visitor, own_path
from fbads_pipeline.domain.core.formatting import plain_line, plain_name
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
_DECIDED, _UNDO_SECONDS = "fbads_decided", 1800
_MOST_OBSERVED = 100
_READY_REASONS = ("creative", "season", "stock", "own_plan", "wrong_figures", "too_early")
_MOST_AT_ONCE, _MOST_SHOWN = 20, 100
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
    t, frame = page_localizer(request, who), frame_of(request, who)
    accounts = frame.ids if frame.client is not None else who.accounts
    shown = status if status in _STATUSES else "PENDING"
    rows = suggestions.suggestions(
        status=shown, account_id=account, accounts=accounts, after=None, limit=_MOST_SHOWN, by_rank=shown in OPEN
    )
    observed = []
    if shown == "PENDING":
        observed = suggestions.observations(account_id=account, accounts=accounts, after=None, limit=_MOST_OBSERVED)
    names = pages.names([row["campaign_id"] for row in (*rows, *observed)])
    notice, undo = decision_notice(request, who, done, why, t)
    if marked:
        notice = t(f"pages.feedback.kept.{marked}")
    may = who.may("suggestions:decide")
    counts = suggestions.counts(accounts, account)
    held_back = suggestions.held_back(accounts, account) if shown == "PENDING" else 0
    items = suggestion_items(rows, names, metrics, t, clock.now(), may=may)
    applied = request.app.state.settings.apply_decisions
    return render(
        request,
        "suggestions.html.j2",
        who,
        "suggestions",
        groups=_groups(items, frame, t),
        banner=t("pages.suggestions.applied_on" if applied else "pages.suggestions.applied_off"),
        is_applied=applied,
        reasons=[t(f"pages.suggestions.ready.{one}") for one in _READY_REASONS],
        cut=t("pages.suggestions.first", shown=str(len(rows)), total=str(counts[shown]))
        if counts.get(shown, 0) > len(rows) and len(rows) == _MOST_SHOWN
        else "",
        may_several=may and sum(one["can_decide"] for one in items) > 1,
        undo=undo,
        observations=observation_items(observed, names, metrics, t),
        held_back=t("pages.suggestions.held_back", count=held_back) if held_back else "",
        marks=feedback.own_marks(who, "suggestion", [row["suggestion_id"] for row in rows]),
        precision=precision_text(feedback.precision(who.accounts, account), t),
        hit_rate=hit_rate_text(*suggestions.hit_rate(who.accounts, account), t),
        filters=[
            {
                "name": t(f"pages.suggestions.status.{one.lower()}"),
                "count": counts.get(one, 0),
                "link": f"/suggestions?{urlencode({'status': one, **_choice(frame)})}",
                "is_here": one == shown,
            }
            for one in _STATUSES
        ],
        waiting_link=f"/suggestions?{urlencode({'status': 'WAITING', **_choice(frame)})}",
        back=f"/suggestions?{urlencode({'status': shown, **_choice(frame)})}",
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
    ready: Annotated[str, Form(max_length=200)] = "",
    back: Annotated[str, Form(max_length=500)] = "/suggestions",
) -> Response:
    """Decide, and go back to the list. ready: a reason that was chosen; it counts where none was typed."""
    named: dict[str, Action] = {one: one for one in get_args(Action)}
    until = clock.now() + _SNOOZE if action == "snooze" else None
    made = Decision(suggestion_id, version, named[action], reason or ready or None, until)
    path = own_path(back)
    try:
        kept = decide(decision_store, who, made, key=None, now=clock.now())
    except (SuggestionNotFound, DecisionNotUsable, DecisionConflict) as wrong:
        why = page_localizer(request, who).render(reason_of(wrong))[:300]
        return RedirectResponse(_with(path, why=why), 303)
    answer = RedirectResponse(_with(path, done=action), 303)
    if action in ("accept", "reject"):
        answer.set_cookie(
            _DECIDED, f"{suggestion_id}:{kept.version}", max_age=_UNDO_SECONDS, httponly=True, samesite="lax"
        )
    else:
        answer.delete_cookie(_DECIDED)
    return answer


@router.post("/suggestions")
def decide_several(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("suggestions:decide"))],
    decision_store: DecisionStoreDep,
    clock: ClockDep,
    action: Annotated[Literal["accept_several", "snooze_several"], Form()],
    chosen: Annotated[list[str], Form(max_length=_MOST_AT_ONCE)],
    back: Annotated[str, Form(max_length=500)] = "/suggestions",
) -> Response:
    """Decide those that were ticked, each by itself: what is in the way of one keeps no other from it."""
    t, now = page_localizer(request, who), clock.now()
    each: Action = "accept" if action == "accept_several" else "snooze"
    until = now + _SNOOZE if each == "snooze" else None
    done, wrong = 0, ""
    for one in chosen:
        suggestion_id, _, version = one.partition(":")
        if not version.isascii() or not version.isdigit() or len(version) > 9:
            raise PageProblem(422)
        try:
            made = Decision(suggestion_id, int(version), each, None, until)
            decide(decision_store, who, made, key=None, now=now)
            done += 1
        except (SuggestionNotFound, DecisionNotUsable, DecisionConflict) as refused:
            wrong = t.render(reason_of(refused))
    if not wrong:
        return RedirectResponse(_with(own_path(back), done=each), 303)
    text = t("pages.suggestions.some_done", done=str(done), asked=str(len(chosen)), why=wrong)
    return RedirectResponse(_with(own_path(back), why=text[:300]), 303)


def decision_notice(
    request: Request, who: Principal, done: str, why: str, t: Localizer
) -> tuple[str | None, dict[str, str] | None]:
    """What the last decision led to, and which one a button takes back."""
    if why:
        return t("pages.suggestions.not_done", why=plain_line(why)), None
    if done not in get_args(Action):
        return None, None
    suggestion_id, _, version = request.cookies.get(_DECIDED, "").partition(":")
    is_whole = suggestion_id.replace("-", "").replace("_", "").isalnum() and version.isdigit()
    can_undo = done in ("accept", "reject") and is_whole and who.may("suggestions:decide")
    return t(f"pages.suggestions.done.{done}"), {"id": suggestion_id, "version": version} if can_undo else None


def _with(path: str, **result: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{urlencode(result)}"


def _choice(frame: PageFrame) -> dict[str, str]:
    """The account or client of the address."""
    return {name: value for name, value in frame.query().items() if name in ("account", "client")}


def _groups(items: list[dict[str, Any]], frame: PageFrame, t: Localizer) -> list[dict[str, Any]]:
    """Suggestions by client (or account without one), the order within each as it was."""
    known = {one["account_id"]: one for one in frame.accounts}
    groups: dict[tuple[Any, str], list[dict[str, Any]]] = {}
    for item in items:
        account = known.get(item["account_id"])
        client = None if account is None else account["client_id"]
        name = plain_name(account["client_name"], "–") if account is not None and client is not None else None
        key = (client or item["account_id"], name or (account_name(account) if account else item["account_id"]))
        groups.setdefault(key, []).append(item)
    return [
        {"name": name, "count": t("pages.suggestions.count", count=len(some)), "suggestions": some}
        for (_, name), some in sorted(groups.items(), key=lambda pair: pair[0][1].casefold())
    ]
