"""The inbox of suggestions: evidence, effect, decision, undo."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, Row
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import (
    ClockDep,
    DecisionStoreDep,
    FeedbackDep,
    MetaRecommendationsDep,
    MetricsDep,
    PagesDep,
    SuggestionsDep,
    at_once,
)
from fbads_pipeline.api.errors import reason_of
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.frame.frame_view import account_name
from fbads_pipeline.api.pages.frame.page_frame import PageFrame, frame_of
from fbads_pipeline.api.pages.metrics.grid_view import pager
from fbads_pipeline.api.pages.recommendations.feedback import precision_text
from fbads_pipeline.api.pages.recommendations.meta import of_campaign
from fbads_pipeline.api.pages.recommendations.panel import panel_of
from fbads_pipeline.api.pages.recommendations.suggestion_pages import list_pages
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.suggestion_view import (
    hit_rate_text,
    last_time_text,
    observation_items,
    suggestion_items,
)
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
_MOST_AT_ONCE = 20
# What a key does in the list is in fbads.js; a decision only for whoever may decide.
_KEYS, _DECIDING_KEYS = ("j", "k", "e"), ("a", "r", "s", "x", "u")
_STATUSES = ("PENDING", "WAITING", "ACCEPTED", "REJECTED", "APPLIED", "FAILED", "EXPIRED")


class InboxReaders:
    """A dependency: what the list and the pages of suggestions are read from."""

    def __init__(
        self,
        suggestions: SuggestionsDep,
        pages: PagesDep,
        metrics: MetricsDep,
        feedback: FeedbackDep,
        meta: MetaRecommendationsDep,
        clock: ClockDep,
    ) -> None:
        self.suggestions, self.pages, self.metrics, self.feedback = suggestions, pages, metrics, feedback
        self.meta, self.now = meta, clock.now()


InboxDep = Annotated[InboxReaders, Depends(at_once(InboxReaders))]


@router.get("/suggestions")
def inbox(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("suggestions:read"))],
    readers: InboxDep,
    status: Annotated[str, Query(pattern=r"^[A-Z]{1,12}$")] = "PENDING",
    account: Digits = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    show: Annotated[str, Query(pattern=r"^[0-9a-zA-Z_-]{0,64}$")] = "",
    done: Annotated[str, Query(pattern=r"^[a-z]{0,10}$")] = "",
    why: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """What waits for a decision, or was decided, client by client."""
    if account is not None and not (who.sees(account) and readers.pages.is_account(account)):
        raise PageProblem(404)
    t, frame = page_localizer(request, who), frame_of(request, who)
    accounts = frame.ids if frame.client is not None else who.accounts
    shown = status if status in _STATUSES else "PENDING"
    found = list_pages(
        _clients(readers.suggestions.by_account(status=shown, account_id=account, accounts=accounts), frame)
    )
    here = found[min(page, len(found)) - 1]
    rows = readers.suggestions.suggestions(
        status=shown,
        account_id=account,
        accounts=here.accounts,
        after=None,
        limit=here.cards,
        skipped=here.skipped,
        by_rank=shown in OPEN,
        has_texts=False,
    )
    notice, undo = decision_notice(request, who, done, why, t)
    may = who.may("suggestions:decide")
    counts = readers.suggestions.counts(accounts, account)
    items = _items(readers, rows, t, may=may)
    groups = _groups(items, frame, t)
    address = {"status": shown, **_choice(frame)}
    here_link = f"/suggestions?{urlencode({**address, **({'page': page} if page > 1 else {})})}"
    return render(
        request,
        "suggestions.html.j2",
        who,
        "suggestions",
        groups=groups,
        reasons=_reasons(t),
        keys=(*_KEYS, *(_DECIDING_KEYS if may else ())),
        pager=pager(
            len(found),
            min(page, len(found)),
            lambda number: f"/suggestions?{urlencode({**address, 'page': number})}",
            t,
        ),
        may_several=may and sum(one["can_decide"] for one in items) > 1,
        undo=undo,
        precision=precision_text(readers.feedback.precision(who.accounts, account), t),
        hit_rate=hit_rate_text(*readers.suggestions.hit_rate(who.accounts, account), t),
        filters=[
            {
                "name": t(f"pages.suggestions.status.{one.lower()}"),
                "count": counts.get(one, 0),
                "link": f"/suggestions?{urlencode({'status': one, **_choice(frame)})}",
                "is_here": one == shown,
            }
            for one in _STATUSES
        ],
        back=here_link,
        panel_link=here_link,
        panel=panel_of(_in_order(groups), show, readers, who, t),
        notice=notice,
        **_banner(request, t),
        **_beside(readers, frame, account, accounts, t, is_open=shown == "PENDING" and here is found[0]),
    )


@router.get("/suggestions/{suggestion_id}")
def one_suggestion(
    request: Request,
    suggestion_id: Annotated[str, Path(pattern=r"^[0-9a-zA-Z_-]{1,64}$")],
    who: Annotated[Principal, Depends(Visitor("suggestions:read"))],
    readers: InboxDep,
    done: Annotated[str, Query(pattern=r"^[a-z]{0,10}$")] = "",
    why: Annotated[str, Query(max_length=300)] = "",
    marked: Annotated[str, Query(pattern="^(yes|no)?$")] = "",
) -> Response:
    """One suggestion with all that it rests on."""
    t, frame = page_localizer(request, who), frame_of(request, who)
    rows = readers.suggestions.suggestions(
        status=None,
        account_id=None,
        accounts=who.accounts,
        after=None,
        limit=1,
        suggestion_id=suggestion_id,
        has_texts=False,
    )
    if not rows:
        raise PageProblem(404)
    (item,) = _items(readers, rows, t, may=who.may("suggestions:decide"))
    notice, undo = decision_notice(request, who, done, why, t)
    known = next((one for one in frame.accounts if one["account_id"] == item["account_id"]), None)
    return render(
        request,
        "suggestion.html.j2",
        who,
        "suggestions",
        heading=f"{item['kind']}: {item['name']}",
        one=item,
        account=account_name(known) if known is not None else item["account_id"],
        reasons=_reasons(t),
        marks=readers.feedback.own_marks(who, "suggestion", [suggestion_id]),
        last_time=last_time_text(readers.suggestions.decided_before(suggestion_id), t),
        meta=of_campaign(readers.meta, item["account_id"], item["campaign_id"], t),
        list_link=f"/suggestions?{urlencode({'status': rows[0]['status'], 'account': item['account_id']})}",
        back=f"/suggestions/{suggestion_id}",
        undo=undo,
        notice=t(f"pages.feedback.kept.{marked}") if marked else notice,
        **_banner(request, t),
    )


def _items(readers: InboxReaders, rows: list[Row], t: Localizer, *, may: bool) -> list[dict[str, Any]]:
    names = readers.pages.names([row["campaign_id"] for row in rows])
    return suggestion_items(rows, names, readers.metrics, t, readers.now, may=may)


def _beside(
    readers: InboxReaders, frame: PageFrame, account: str | None, accounts: Accounts, t: Localizer, *, is_open: bool
) -> dict[str, Any]:
    """What waits its turn and what is only observed: under the first page of what is open."""
    held_back, observed = 0, []
    if is_open:
        held_back = readers.suggestions.held_back(accounts, account)
        observed = readers.suggestions.observations(
            account_id=account, accounts=accounts, after=None, limit=_MOST_OBSERVED
        )
    names = readers.pages.names([row["campaign_id"] for row in observed])
    return {
        "observations": observation_items(observed, names, t),
        "held_back": t("pages.suggestions.held_back", count=held_back) if held_back else "",
        "waiting_link": f"/suggestions?{urlencode({'status': 'WAITING', **_choice(frame)})}",
    }


def _banner(request: Request, t: Localizer) -> dict[str, Any]:
    applied = request.app.state.settings.apply_decisions
    return {
        "banner": t("pages.suggestions.applied_on" if applied else "pages.suggestions.applied_off"),
        "is_applied": applied,
    }


def _reasons(t: Localizer) -> list[str]:
    return [t(f"pages.suggestions.ready.{one}") for one in _READY_REASONS]


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


def _client_of(account_id: str, frame: PageFrame) -> tuple[str, str]:
    """Name and id of the account's client, else of the account."""
    account = next((one for one in frame.accounts if one["account_id"] == account_id), None)
    if account is None:
        return account_id, account_id
    if account["client_id"] is None:
        return account_name(account), account_id
    return plain_name(account["client_name"], "–"), f"client {account['client_id']}"


def _order(key: tuple[str, str]) -> tuple[str, str]:
    return key[0].casefold(), key[1]


def _clients(counts: Mapping[str, int], frame: PageFrame) -> list[tuple[frozenset[str], int]]:
    """Clients by name, each with its accounts and how many suggestions they have."""
    found: dict[tuple[str, str], list[str]] = {}
    for account_id in counts:
        found.setdefault(_client_of(account_id, frame), []).append(account_id)
    return [(frozenset(found[key]), sum(counts[one] for one in found[key])) for key in sorted(found, key=_order)]


def _in_order(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for group in groups for one in group["suggestions"]]


def _groups(items: list[dict[str, Any]], frame: PageFrame, t: Localizer) -> list[dict[str, Any]]:
    """Suggestions by client (or account without one), the order within each as it was."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for item in items:
        groups.setdefault(_client_of(item["account_id"], frame), []).append(item)
    return [
        {"name": key[0], "count": t("pages.suggestions.count", count=len(groups[key])), "suggestions": groups[key]}
        for key in sorted(groups, key=_order)
    ]
