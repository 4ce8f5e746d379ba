"""The first steps of a home, as forms: token, accounts, the first days, a target, a message that arrives."""

from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.translation.deliveries import due_delivery
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import ClockDep, CollectRequestsDep, DatabaseDep, PagesDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.collection.start_view import account_choices, channel_rows, progress_rows, token_rows
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.visitor import Administrator, Visitor
from fbads_pipeline.bootstrap import alerts, collection
from fbads_pipeline.domain.alerts.alerts import Alert, DueDelivery
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.collection.meta_errors import MetaError
from fbads_pipeline.domain.collection.tokens import ENVIRONMENT, NamedToken, TokenNotUsable, is_token_name
from fbads_pipeline.domain.core.days import DayRange, local_day
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.domain.identity.users import Principal, may_set_up
from fbads_pipeline.services.alerts.send_test_message import send_test_message
from fbads_pipeline.services.collection.add_token import add_token
from fbads_pipeline.settings import Settings, SettingsError

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

# The half-hourly reading goes on from there; ninety days are what a new account is read back by itself.
OFFERED_DAYS = (7, 28, 90)
_MOST_CHOSEN = 500
AdminDep = Annotated[Principal, Depends(Administrator())]
Secret = Annotated[str, Form(max_length=1024)]


@router.get("/start")
def start_page(
    request: Request,
    who: Annotated[Principal, Depends(Visitor())],
    requests: CollectRequestsDep,
    database: DatabaseDep,
    pages: PagesDep,
    done: Annotated[str, Query(pattern=r"^[a-z]{0,10}$")] = "",
    why: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """Which steps are done and the form of the next ones; for whoever may not take them, who can."""
    t, settings = page_localizer(request, who), _settings(request)
    if not may_set_up(who):
        return render(request, "start.html.j2", who, "start", is_admin=False)
    tokens = token_rows(_has_environment(settings), collection.token_store(settings, database).entries(), t)
    progress = progress_rows(requests.progress(), t)
    accounts = _modelled(pages, who)
    answer = render(
        request,
        "start.html.j2",
        who,
        "start",
        is_admin=True,
        tokens=tokens,
        progress=progress,
        accounts=accounts,
        channels=channel_rows(alerts.configured_recipients(settings), t),
        missing_channels=[(name, needed.split(" and ")) for name, needed in sorted(alerts.CHANNEL_SETTINGS.items())],
        notice=t("pages.start.not_done", why=plain_line(why)) if why else _done(done, t),
    )
    if progress and not all(one["is_done"] for one in progress):
        answer.headers["Refresh"] = "10; url=/start"
    return answer


@router.post("/start/token")
def keep_token(
    request: Request,
    who: AdminDep,
    database: DatabaseDep,
    clock: ClockDep,
    token: Secret,
    name: Annotated[str, Form(max_length=63)] = "principal",
    app_id: Annotated[str, Form(pattern=r"^[0-9]{0,32}$")] = "",
    app_secret: Secret = "",
) -> Response:
    """Ask Meta of it, store it encrypted, and go on to the accounts; what is wrong is said, and nothing is stored."""
    settings = collection.keeping_tokens(_settings(request))
    request.app.state.settings = settings
    try:
        given = _named(name.strip(), token.strip(), app_id, app_secret.strip())
        add_token(given, collection.token_inspector(settings), collection.token_store(settings, database), clock)
    except TokenNotUsable as wrong:
        return _back(why=page_localizer(request, who).render(wrong.message))
    return RedirectResponse("/start/accounts", 303)


@router.get("/start/accounts")
def accounts_page(request: Request, who: AdminDep, database: DatabaseDep) -> Response:
    """The accounts that the tokens see now, to choose from."""
    t, settings = page_localizer(request, who), _settings(request)
    try:
        found = collection.ads_api(settings, database).accounts()
    except (MetaError, SettingsError) as wrong:
        return _back(why=str(wrong))
    return render(
        request,
        "start_accounts.html.j2",
        who,
        "start",
        accounts=account_choices(found, settings.account_ids, t),
        days=[(number, t("pages.start.days", count=number)) for number in OFFERED_DAYS],
    )


@router.post("/start/collect")
def collect_first(
    request: Request,
    who: AdminDep,
    database: DatabaseDep,
    requests: CollectRequestsDep,
    clock: ClockDep,
    days: Annotated[int, Form()],
    account: Annotated[list[str], Form(max_length=_MOST_CHOSEN)] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Ask for the chosen accounts' last days; a run reads them, newest first."""
    t, settings = page_localizer(request, who), _settings(request)
    try:
        seen = {one.account_id: one for one in collection.ads_api(settings, database).accounts()}
    except (MetaError, SettingsError) as wrong:
        return _back(why=str(wrong))
    chosen = [seen[one] for one in dict.fromkeys(account) if one in seen]
    if not chosen or days not in OFFERED_DAYS:
        return _back(why=t("pages.start.none_chosen"))
    now = clock.now()
    for one in chosen:
        today = local_day(now, one.timezone_name or "UTC")
        asked = DayRange(today - timedelta(days=days - 1), today)
        requests.ask_for_days(who.user_id, one.account_id, asked, now=now)
    return _back(done="collect")


@router.post("/start/message")
def send_test(request: Request, who: AdminDep, clock: ClockDep) -> Response:
    """A test message to everybody whom the settings name, and what became of it."""
    t, settings, now = page_localizer(request, who), _settings(request), clock.now()

    def deliver(alert: Alert, to: Recipient) -> DueDelivery:
        return due_delivery(
            alert,
            delivery_id=0,
            channel=to.channel,
            recipient=to.address,
            attempts=1,
            is_repeat=False,
            announced_at=now,
            language=to.language,
        )

    try:
        sent = send_test_message(alerts.configured_recipients(settings), alerts.channels(settings), deliver, now)
    except SettingsError as wrong:
        return _back(why=str(wrong))
    failed = [one for one in sent if one.attempt.outcome != "sent"]
    if failed:
        reasons = "; ".join(f"{one.channel}: {one.attempt.error or '–'}" for one in failed)
        return _back(why=t("pages.start.message_failed", reasons=reasons))
    return _back(done="message")


def _named(name: str, token: str, app_id: str, app_secret: str) -> NamedToken:
    if not is_token_name(name):
        raise TokenNotUsable(message("pages.start.token_name", name=name, taken=ENVIRONMENT))
    for one in (token, app_secret or "x"):
        if not one or not one.isascii() or not one.isprintable() or " " in one:
            raise TokenNotUsable(message("pages.start.token_form"))
    return NamedToken(name, token, app_id or None, app_secret or None)


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _has_environment(settings: Settings) -> bool:
    return settings.access_token is not None


def _modelled(pages: Any, who: Principal) -> list[Any]:
    """Accounts with figures; none before the first build."""
    try:
        return list(pages.accounts(who.accounts))
    except sa.exc.ProgrammingError:
        return []


def _done(done: str, t: Localizer) -> str | None:
    return t(f"pages.start.done.{done}") if done in ("collect", "message") else None


def _back(**result: str) -> Response:
    return RedirectResponse(f"/start?{urlencode({name: text[:300] for name, text in result.items()})}", 303)
