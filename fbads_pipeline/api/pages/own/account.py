"""One's own password, second factor, sessions and keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.postgres.identity.second_factors import PostgresSecondFactors
from fbads_pipeline.adapters.postgres.identity.users import PostgresIdentity
from fbads_pipeline.api.dependencies import ClockDep, IdentityDep, SecondFactorsDep
from fbads_pipeline.api.errors import ApiError
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor
from fbads_pipeline.api.rate_limits import LOGIN_PER_MINUTE, at_most
from fbads_pipeline.api.routes.own.account import change_own_password, end_own_session, open_sessions
from fbads_pipeline.api.routes.own.second_factor import SecondFactorSetup, begun, confirmed, removed
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.ports.core import Clock

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_STRICT = [Depends(at_most("login", LOGIN_PER_MINUTE))]

WhoDep = Annotated[Principal, Depends(Visitor("me"))]
ShortId = Annotated[str, Form(pattern=r"^[0-9a-f]{16}$")]


@dataclass(frozen=True)
class AccountStores:
    """What the page is made of."""

    identity: PostgresIdentity
    factors: PostgresSecondFactors
    clock: Clock


async def _stores(identity: IdentityDep, factors: SecondFactorsDep, clock: ClockDep) -> AccountStores:
    return AccountStores(identity, factors, clock)


StoresDep = Annotated[AccountStores, Depends(_stores)]


@router.get("/account")
def account(request: Request, who: WhoDep, stores: StoresDep) -> Response:
    """Forms for the password and the second factor, the open sessions, the keys."""
    return _page(request, who, stores)


@router.post("/account/password", dependencies=_STRICT)
def change_here(
    request: Request,
    who: WhoDep,
    stores: StoresDep,
    current: Annotated[str, Form(max_length=1024)],
    new: Annotated[str, Form(max_length=1024)],
) -> Response:
    """Change it; the page says whether that was done."""
    t = page_localizer(request, who)
    try:
        change_own_password(request, who, stores.identity, current, new, stores.clock.now())
    except ApiError as refused:
        return _page(request, who, stores, notice=t.render(refused.message), status=refused.status)
    return _page(request, who, stores, notice=t("pages.account.changed"))


@router.post("/account/second-factor", dependencies=_STRICT)
def second_factor_here(
    request: Request,
    who: WhoDep,
    stores: StoresDep,
    step: Annotated[str, Form(pattern="^(begin|confirm|remove)$")],
    code: Annotated[str, Form(max_length=32)] = "",
    secret: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Begin with a secret, confirm it with a code, or take it away with one."""
    settings, now, t = request.app.state.settings, stores.clock.now(), page_localizer(request, who)
    try:
        if step == "begin":
            return _page(request, who, stores, setup=begun(who, settings))
        if step == "confirm":
            codes = confirmed(who, settings, stores.factors, secret, code, now)
            return _page(request, who, stores, notice=t("pages.account.factor_on"), codes=codes)
        removed(request, who, settings, stores.factors, code, now)
    except ApiError as refused:
        return _page(request, who, stores, notice=t.render(refused.message), status=refused.status)
    return _page(request, who, stores, notice=t("pages.account.factor_off"))


@router.post("/account/sessions")
def end_session_here(who: WhoDep, stores: StoresDep, session_id: ShortId) -> Response:
    """End one of one's own sessions."""
    if not end_own_session(session_id, who, stores.identity, stores.clock.now()):
        raise PageProblem(404)
    return RedirectResponse("/account", 303)


@router.post("/account/keys")
def end_key_here(who: WhoDep, stores: StoresDep, key_id: ShortId) -> Response:
    """End one of one's own keys."""
    if not stores.identity.end_key(who.user_id, key_id, actor=who.user_id, now=stores.clock.now()):
        raise PageProblem(404)
    return RedirectResponse("/account", 303)


def _page(
    request: Request,
    who: Principal,
    stores: AccountStores,
    *,
    notice: str | None = None,
    status: int = 200,
    setup: SecondFactorSetup | None = None,
    codes: Sequence[str] = (),
) -> Response:
    shown: dict[str, Any] = {"sessions": [], "keys": [], "has_factor": False}
    if who.via == "session":
        shown = _own(request, who, stores)
    return render(
        request,
        "account.html.j2",
        who,
        "account",
        status=status,
        notice=notice,
        setup=setup,
        codes=codes,
        has_login=who.via == "session",
        **shown,
    )


def _own(request: Request, who: Principal, stores: AccountStores) -> dict[str, Any]:
    now, t = stores.clock.now(), page_localizer(request, who)
    user = stores.identity.user(who.user_id)
    zone = user.timezone if user is not None else "UTC"
    sessions = [
        {"id": one.session_id, "begun": t.formats.instant(one.created_at, zone), "is_this": one.is_this}
        for one in open_sessions(who, stores.identity, now)
    ]
    keys = [
        {"id": row["key_id"], "name": row["name"], "ends": t.formats.instant(row["expires_at"], zone)}
        for row in stores.identity.keys(who.user_id)
        if row["revoked_at"] is None and row["expires_at"] > now
    ]
    return {"sessions": sessions, "keys": keys, "has_factor": stores.factors.secret(who.user_id) is not None}
