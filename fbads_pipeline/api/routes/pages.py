"""The pages: server-rendered, in two languages, every form works without JavaScript."""

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.passwords import is_password
from fbads_pipeline.adapters.render.formats import Formats
from fbads_pipeline.api.auth import COOKIE, IdentityDep, identify
from fbads_pipeline.api.deps import CampaignsDep, ChatDep, ClockDep, DeskDep, PagesDep, PressDep, SuggestionsDep
from fbads_pipeline.api.errors import ApiError
from fbads_pipeline.api.limits import LOGIN_PER_MINUTE, at_most
from fbads_pipeline.api.page_view import (
    anomaly_items,
    drawn,
    figure_cards,
    score_card,
    suggestion_items,
    table_rows,
)
from fbads_pipeline.api.page_words import WORDS
from fbads_pipeline.api.rendering import LANGUAGE_COOKIE, language_of, render
from fbads_pipeline.api.routes.auth import set_session
from fbads_pipeline.domain.chat.values import cell, group
from fbads_pipeline.domain.decisions import Action, Conflict, Decision, NotThere, NotUsable
from fbads_pipeline.domain.identity import Principal, Scope
from fbads_pipeline.domain.report_tables import BRIEF, campaign_table, charts, figures
from fbads_pipeline.domain.reports import KINDS, Chart, Period
from fbads_pipeline.domain.words import Language, plain_line, plain_name
from fbads_pipeline.services.answer_question import ChatUser, answer
from fbads_pipeline.services.build_report import METRICS
from fbads_pipeline.services.decide_suggestion import decide
from fbads_pipeline.services.log_in import log_in

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_DAYS = 28
_MOST_ROWS = 40
_FIGURES = ("spend", "impressions", "clicks", "conversions", "ctr", "cpa", "roas")
_SNOOZE = timedelta(days=1)
_STATUSES = ("PENDING", "ACCEPTED", "REJECTED", "APPLIED", "FAILED", "EXPIRED")
Digits = Annotated[str | None, Query(pattern=r"^[0-9]{1,32}$")]


class PageProblem(Exception):
    """A page that cannot be shown to whoever asks. status 401 leads to the login."""

    def __init__(self, status: int) -> None:
        self.status = status


class Visitor:
    """A dependency: whoever looks at a page, with the scope that the page needs (None: any). Raises PageProblem.

    It reads a form's own token before the session is believed.
    """

    def __init__(self, scope: Scope | None = None) -> None:
        self.page_scope = scope

    async def __call__(self, request: Request, identity: IdentityDep, clock: ClockDep) -> Principal:
        from starlette.concurrency import run_in_threadpool

        if request.method == "POST":
            form = await request.form(max_files=0, max_fields=20)
            request.state.form_csrf = str(form.get("csrf", ""))
        try:
            found = await run_in_threadpool(identify, request, identity, clock)
        except ApiError as refused:
            raise PageProblem(refused.status) from None
        if found is None:
            raise PageProblem(401)
        if self.page_scope is not None and not found.may(self.page_scope):
            raise PageProblem(403)
        request.state.visitor = found
        return found


@router.get("/login")
def login_page(
    request: Request, identity: IdentityDep, clock: ClockDep, link: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """The form; with a link of `fbads users link` the session itself."""
    if link:
        user_id = identity.use_link(link, now=clock.now())
        if user_id is not None:
            secret, _ = identity.open_session(user_id, now=clock.now(), details={"how": "link"})
            answer = RedirectResponse("/", 303)
            set_session(request, answer, secret)
            return answer
    return render(request, "login.html.j2", None, "login", next=_own_path(request.query_params.get("next", "/")))


@router.post("/login", dependencies=[Depends(at_most("login", LOGIN_PER_MINUTE))])
def log_in_here(
    request: Request,
    identity: IdentityDep,
    clock: ClockDep,
    email: Annotated[str, Form(max_length=254)],
    password: Annotated[str, Form(max_length=1024)],
    next: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Open a session; a wrong address and a wrong password read the same."""
    found = log_in(identity, is_password, email, password, now=clock.now())
    if found is None:
        words = WORDS[language_of(request, None)]
        shown = {"next": _own_path(next), "notice": words["wrong_login"]}
        return render(request, "login.html.j2", None, "login", status=401, **shown)
    answer = RedirectResponse(_own_path(next), 303)
    set_session(request, answer, found[1])
    return answer


@router.post("/logout")
def log_out(
    request: Request, identity: IdentityDep, clock: ClockDep, who: Annotated[Principal, Depends(Visitor())]
) -> Response:
    """End the session."""
    if who.session is not None:
        identity.end_session(who.session, now=clock.now())
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE, path="/")
    answer.delete_cookie(f"__Host-{COOKIE}", path="/", secure=True)
    return answer


@router.get("/language/{language}")
def choose_language(language: Annotated[str, Path(pattern="^(pt|en)$")], back: str = "/") -> Response:
    """Kept by the browser."""
    answer = RedirectResponse(_own_path(back), 303)
    answer.set_cookie(LANGUAGE_COOKIE, language, max_age=365 * 86400, samesite="lax", httponly=True)
    return answer


@router.get("/")
def today(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("marts:read"))],
    pages: PagesDep,
    press: PressDep,
    clock: ClockDep,
    account: Digits = None,
) -> Response:
    """The last seven complete days of one account, what is open, what waits."""
    language = language_of(request, who)
    words = WORDS[language]
    rows = pages.accounts(who.accounts)
    chosen = next((one for one in rows if one["account_id"] == account), rows[0] if rows else None)
    if chosen is None or (account is not None and chosen["account_id"] != account):
        return render(request, "problem.html.j2", who, "today", status=404 if rows else 200,
                      message=words["not_found"] if rows else words["no_accounts"])  # fmt: skip
    maker = press.maker
    (known,) = maker.facts.accounts([chosen["account_id"]], now=clock.now())
    period = Period(known.today - timedelta(days=7), known.today - timedelta(days=1))
    now = maker.facts.figures(known.account_id, period, METRICS)
    before = maker.facts.figures(known.account_id, period.before, METRICS)
    shown = figures(now, before, maker.about, known.currency, language) if now.campaigns else []
    table = campaign_table(now, before, maker.about, known.currency, language, BRIEF)
    waiting = pages.waiting(who.accounts, known.account_id, clock.now())
    read_at = chosen["read_at"]
    return render(
        request,
        "today.html.j2",
        who,
        "today",
        accounts=rows,
        account=chosen,
        period=_period(period, language),
        fresh=f"{words['read_until']} {read_at:%Y-%m-%d %H:%M} UTC" if read_at else words["never_read"],
        figures=figure_cards(shown, now, language),
        waiting=words["waiting"][min(waiting, 2)].format(n=waiting),
        anomalies=anomaly_items(pages.open_anomalies(who.accounts, known.account_id), language),
        charts=drawn(charts(now, before, period, known.currency, language) if now.campaigns else [], language),
        table=table if now.campaigns else None,
        rows=table_rows(table, [one.campaign_id for one in now.campaigns][:_MOST_ROWS], language),
        notes=[],
    )


@router.get("/suggestions")
def inbox(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("suggestions:read"))],
    suggestions: SuggestionsDep,
    pages: PagesDep,
    clock: ClockDep,
    status: Annotated[str, Query(pattern=r"^[A-Z]{1,12}$")] = "PENDING",
    account: Digits = None,
    done: Annotated[str, Query(pattern=r"^[a-z]{0,10}$")] = "",
    why: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """What waits for a decision, or was decided."""
    language = language_of(request, who)
    words = WORDS[language]
    shown = status if status in _STATUSES else "PENDING"
    rows = suggestions.suggestions(status=shown, account_id=account, accounts=who.accounts, after=None, limit=100)
    names = pages.names([row["campaign_id"] for row in rows])
    notice = words["done"].get(done) or (words["not_done"].format(why=plain_line(why)) if why else None)
    query = urlencode({"status": shown, **({"account": account} if account else {})})
    return render(
        request,
        "suggestions.html.j2",
        who,
        "suggestions",
        suggestions=suggestion_items(rows, names, language, clock.now(), may=who.may("suggestions:decide")),
        filters=[(one, words["statuses"][one]) for one in _STATUSES],
        chosen=shown,
        account_id=account,
        back=f"/suggestions?{query}",
        notice=notice,
    )


@router.post("/suggestions/{suggestion_id}")
def decide_here(
    suggestion_id: Annotated[str, Path(pattern=r"^[0-9a-zA-Z_-]{1,64}$")],
    who: Annotated[Principal, Depends(Visitor("suggestions:decide"))],
    desk: DeskDep,
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
        decide(desk, who, made, key=None, now=clock.now())
        told = {"done": action}
    except (NotThere, NotUsable, Conflict) as wrong:
        told = {"why": str(wrong)[:300]}
    path = _own_path(back)
    return RedirectResponse(f"{path}{'&' if '?' in path else '?'}{urlencode(told)}", 303)


@router.get("/chat")
def chat_page(request: Request, who: Annotated[Principal, Depends(Visitor("chat:use"))]) -> Response:
    """An empty conversation."""
    return _chat(request, who, session=secrets.token_hex(8))


@router.post("/chat", dependencies=[Depends(at_most("chat", 60))])
def ask_here(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("chat:use"))],
    chat: ChatDep,
    clock: ClockDep,
    question: Annotated[str, Form(max_length=500)],
    session: Annotated[str, Form(pattern=r"^[0-9a-f]{16}$")],
) -> Response:
    """The answer, with the rows and the query of every number."""
    user = ChatUser(who.user_id, None if who.accounts is None else tuple(sorted(who.accounts)))
    made = answer(chat, question, user=user, session_id=session, now=clock.now())
    tables = [
        {
            "columns": [_heading(column, made.language, chat) for column in _told(table.query.columns)],
            "rows": [_cells(_told(table.query.columns), row, made.language, chat) for row in table.rows[:50]],
        }
        for table in made.tables
    ]
    citations = [{"facts": _facts(vars(one)), "sql": one.sql} for one in made.citations]
    shown = {"text": made.text, "tables": tables, "citations": citations}
    return _chat(request, who, session=session, question=plain_line(question), answer=shown)


@router.get("/reports")
def reports_page(
    request: Request, who: Annotated[Principal, Depends(Visitor("reports:read"))], pages: PagesDep, press: PressDep
) -> Response:
    """What was made, newest first, and a form to make one now."""
    language = language_of(request, who)
    words = WORDS[language]
    accounts = pages.accounts(who.accounts)
    names = {one["account_id"]: one["name"] or one["account_id"] for one in accounts}
    visible = None if who.accounts is None else sorted(who.accounts)
    made = [
        {
            "id": one.report_id,
            "kind": words["report_kinds"][one.kind],
            "account": names.get(one.account_id, words["all_accounts"]),
            "period": _period(Period(one.first_day, one.last_day), language),
            "files": [file for file in one.files if file.language == language],
        }
        for one in press.reports.newest(50, visible)
    ]
    kinds = [(one, words["report_kinds"][one]) for one in KINDS]
    return render(request, "reports.html.j2", who, "reports", accounts=accounts, made=made, kinds=kinds)


@router.post("/reports")
def make_here(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("reports:read"))],
    press: PressDep,
    clock: ClockDep,
    kind: Annotated[str, Form(pattern="^(daily|weekly|executive)$")],
    account: Annotated[str, Form(pattern=r"^[0-9]{1,32}$")],
    format: Annotated[str, Form(pattern="^(pdf|xlsx|html|csv)$")],
) -> Response:
    """Make one now, and hand it over."""
    named = next(one for one in KINDS if one == kind)
    visible = None if who.accounts is None else sorted(who.accounts)
    accounts = press.accounts(named, account, visible) if who.sees(account) else []
    if not accounts:
        raise PageProblem(404)
    are_chosen = named == "executive" and visible is not None
    (path,) = press.write(named, accounts, language_of(request, who), [format], None, are_chosen=are_chosen)
    return FileResponse(path, filename=path.rpartition("/")[2])


@router.get("/reports/{report_id}/{name}")
def download(
    report_id: Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")],
    name: Annotated[str, Path(pattern=r"^[a-z0-9_-]{1,120}\.(pdf|xlsx|html|csv)$")],
    who: Annotated[Principal, Depends(Visitor("reports:read"))],
    press: PressDep,
) -> Response:
    """A file of a report of the caller's accounts: by the name that its row has, and no other."""
    visible = None if who.accounts is None else sorted(who.accounts)
    for one in press.reports.newest(500, visible):
        if one.report_id == report_id and name in {file.name for file in one.files}:
            path = press.files.path(name)
            if path.is_file():
                return FileResponse(path, filename=name)
    raise PageProblem(404)


@router.get("/campaigns/{campaign_id}")
def campaign_page(
    request: Request,
    campaign_id: Annotated[str, Path(pattern=r"^[0-9]{1,32}$")],
    who: Annotated[Principal, Depends(Visitor("marts:read"))],
    campaigns: CampaignsDep,
    pages: PagesDep,
    press: PressDep,
    clock: ClockDep,
) -> Response:
    """Four weeks of one campaign: charts, days with what happened on them, score, changes."""
    language = language_of(request, who)
    words = WORDS[language]
    found = campaigns.campaign(campaign_id, who.accounts)
    if found is None:
        raise PageProblem(404)
    known = press.maker.facts.accounts([found["account_id"]], now=clock.now())
    if not known:
        raise PageProblem(404)
    last = known[0].today - timedelta(days=1)
    period = Period(last - timedelta(days=_DAYS - 1), last)
    rows = pages.days(found["account_id"], campaign_id, period.first, period.last)
    marks = _marks(pages, press, who, found, period, language)
    about = [found["account_id"], found["objective"], found["effective_status"], _period(period, language)]
    return render(
        request,
        "campaign.html.j2",
        who,
        "campaigns",
        name=plain_name(found["name"], campaign_id),
        about=" · ".join(str(one) for one in about if one),
        charts=drawn(_charts(rows, period, found["currency"], press, language), language),
        columns=[words["day"], *(_label(press, name, language) for name in _FIGURES)],
        days=_day_rows(rows, marks, found["currency"], language),
        score=score_card(pages.score(who.accounts, campaign_id), language),
        history=_history(pages.history(who.accounts, campaign_id), found["currency"], language),
    )


@router.get("/privacy")
def privacy(request: Request, who: Annotated[Principal, Depends(Visitor())]) -> Response:
    """What is kept, and for how long."""
    return render(request, "privacy.html.j2", who, "privacy")


def _chat(request: Request, who: Principal, **shown: Any) -> Response:
    words = WORDS[language_of(request, who)]
    blank: dict[str, Any] = {"question": None, "answer": None}
    return render(request, "chat.html.j2", who, "chat", examples=words["questions"], **{**blank, **shown})


def _told(columns: Any) -> list[Any]:
    """Without the columns that only name what another one shows."""
    return [one for one in columns if one.role != "label"]


def _heading(column: Any, language: Language, chat: ChatDep) -> str:
    """A metric as the catalogue calls it; a group by its own name."""
    if column.metric is None or column.metric not in chat.catalogue.metrics:
        return str(column.name).replace("_", " ")
    label = chat.catalogue.metrics[column.metric].labels[language]
    before = {"pt": " (antes)", "en": " (before)"}[language]
    change = {"pt": " (variação)", "en": " (change)"}[language]
    return str(label) + {"before": before, "change": change, "change_ratio": change + " %"}.get(column.role, "")


def _cells(columns: Any, row: Mapping[str, Any], language: Language, chat: ChatDep) -> list[str]:
    """Figures as the answer writes them, groups as they are called."""
    return [
        cell(column, row, language, chat.catalogue)
        if column.metric
        else group(column.dimension, row, language)
        if column.dimension
        else plain_line(str(row.get(column.name, "")))
        for column in columns
    ]


def _own_path(path: str) -> str:
    """A path of these pages; anything else is the first page."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if plain else "/"


def _period(period: Period, language: Language) -> str:
    formats = Formats(language)
    return f"{formats.day(period.first)} – {formats.day(period.last)}"


def _facts(citation: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a citation says, but for the query itself."""
    return [
        (name, ", ".join(map(str, value)) if isinstance(value, tuple) else plain_line(str(value)))
        for name, value in citation.items()
        if name not in ("sql", "parameters") and value not in (None, (), {}, "")
    ]


def _charts(rows: list[Any], period: Period, currency: str | None, press: PressDep, language: Language) -> list[Chart]:
    """Spend, conversions and CPA by day; nothing where no day has figures."""
    if not rows:
        return []
    days = [period.first + timedelta(days=n) for n in range(period.days)]
    by_day = {row["day"]: row for row in rows}
    blank = [None] * len(days)
    made = []
    for name, unit in (("spend", "money"), ("conversions", "count"), ("cpa", "money")):
        values = [by_day[day][name] if day in by_day else None for day in days]
        provisional = [name != "spend" and day in by_day and bool(by_day[day]["is_provisional"]) for day in days]
        if any(value is not None for value in values):
            made.append(Chart(_label(press, name, language), unit, days, values, blank, provisional, currency))  # type: ignore[arg-type]
    return made


def _label(press: PressDep, metric: str, language: Language) -> str:
    """The metric as the catalogue calls it."""
    about = press.maker.about[metric]
    return about.label_pt if language == "pt" else about.label_en


def _marks(
    pages: PagesDep, press: PressDep, who: Principal, found: Mapping[str, Any], period: Period, language: Language
) -> dict[date, list[str]]:
    """Day → what happened on it: anomalies, changes, days of the calendar."""
    marks: dict[date, list[str]] = {}
    for row in pages.anomalies_of(who.accounts, found["campaign_id"], period.first):
        marks.setdefault(row["day"], []).append(plain_line(row[f"message_{language}"]))
    for row in pages.history(who.accounts, found["campaign_id"])[:-1]:
        budget = "" if row["daily_budget"] is None else f", {row['daily_budget']:f}"
        marks.setdefault(row["at_local"].date(), []).append(f"{row['effective_status']}{budget}")
    calendar = press.maker.calendar
    if calendar is not None:
        for event in calendar.between(found["account_id"], period.first, period.last):
            name = event.title_pt if language == "pt" else event.title_en
            for n in range(min((event.ends_on - event.starts_on).days + 1, 31)):
                marks.setdefault(event.starts_on + timedelta(days=n), []).append(plain_name(name, event.kind))
    return marks


def _day_rows(
    rows: list[Any], marks: Mapping[date, list[str]], currency: str | None, language: Language
) -> list[dict[str, Any]]:
    formats = Formats(language)
    units = (("spend", "money"), ("impressions", "count"), ("clicks", "count"), ("conversions", "count"),
             ("ctr", "ratio"), ("cpa", "money"), ("roas", "factor"))  # fmt: skip
    return [
        {
            "cells": [formats.day(row["day"]), *(formats.show(row[name], unit, currency) for name, unit in units)],  # type: ignore[arg-type]
            "marks": marks.get(row["day"], []),
        }
        for row in reversed(rows)
    ]


def _history(rows: list[Any], currency: str | None, language: Language) -> list[str]:
    formats = Formats(language)
    said = []
    for row in rows:
        budget = formats.show(row["daily_budget"], "money", currency)
        at = f"{formats.day(row['at_local'].date())} {row['at_local']:%H:%M}"
        said.append(f"{at}: {row['effective_status'] or row['status']} · {budget} · {plain_name(row['name'], '')}")
    return said
