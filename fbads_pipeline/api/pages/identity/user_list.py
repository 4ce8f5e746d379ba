"""Everybody who may log in, and forms to give, change and end logins: for administrators."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.identity.passwords import WeakPassword, hash_password
from fbads_pipeline.adapters.postgres.identity.users import LastAdmin, UserExists
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import ClockDep, IdentityDep, SecondFactorsDep
from fbads_pipeline.api.errors import reason_of
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.frame.frame_view import account_name
from fbads_pipeline.api.pages.frame.page_frame import frame_of
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.visitor import Administrator, PageProblem
from fbads_pipeline.domain.core.accounts import parse_account_id, split_account_ids
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.core.formatting import plain_line, plain_name
from fbads_pipeline.domain.identity.users import ROLES, Principal, Role, User, plain_email

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
AdminDep = Annotated[Principal, Depends(Administrator())]
UserId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
_DONE = ("added", "password", "ended", "again", "factor", "changed")


@router.get("/users")
def users_page(
    request: Request,
    who: AdminDep,
    identity: IdentityDep,
    done: Annotated[str, Query(max_length=10)] = "",
    why: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """By address, with the form of a new one."""
    t, frame = page_localizer(request, who), frame_of(request, who)
    names = {one["account_id"]: account_name(one) for one in frame.accounts}
    return render(
        request,
        "users.html.j2",
        who,
        "users",
        users=[_row(one, names, who, t) for one in identity.users()],
        roles=[(role, t(f"pages.users.role.{role}")) for role in ROLES],
        accounts=[(one, name) for one, name in sorted(names.items(), key=lambda pair: pair[1].casefold())],
        notice=t("pages.users.not_done", why=plain_line(why)) if why else _notice(done, t),
    )


@router.post("/users")
def add_user_here(
    request: Request,
    who: AdminDep,
    identity: IdentityDep,
    clock: ClockDep,
    email: Annotated[str, Form(max_length=254)],
    role: Annotated[Role, Form()],
    password: Annotated[str, Form(max_length=1024)],
    name: Annotated[str, Form(max_length=120)] = "",
    accounts: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Give somebody a login. accounts: their ids, or `*` for all of them."""
    try:
        address, hashed = plain_email(email), hash_password(password)
        identity.add_user(
            address,
            role,
            password_hash=hashed,
            accounts=_accounts(accounts),
            actor=who.user_id,
            now=clock.now(),
            name=name.strip() or None,
        )
    except (WeakPassword, UserExists, WrongUse, ValueError) as wrong:
        return _back(why=page_localizer(request, who).render(reason_of(wrong)))
    return _back(done="added")


@router.post("/users/{user_id}")
def change_user_here(
    request: Request,
    user_id: UserId,
    who: AdminDep,
    identity: IdentityDep,
    clock: ClockDep,
    role: Annotated[Role, Form()],
    accounts: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Another role, other accounts: every session of theirs ends where that changes anything."""
    try:
        given = _accounts(accounts)
        is_known = identity.change_user(
            user_id, role=role, accounts=given, sees_all=given is None, actor=who.user_id, now=clock.now()
        )
    except (LastAdmin, WrongUse, ValueError) as wrong:
        return _back(why=page_localizer(request, who).render(reason_of(wrong)))
    return _of_known(is_known, "changed")


@router.post("/users/{user_id}/login")
def end_login_here(
    request: Request,
    user_id: UserId,
    who: AdminDep,
    identity: IdentityDep,
    clock: ClockDep,
    disabled: Annotated[bool, Form()],
) -> Response:
    """End somebody's login with every session, token and key of theirs, or give it back."""
    try:
        is_known = identity.change_user(user_id, disabled=disabled, actor=who.user_id, now=clock.now())
    except LastAdmin as wrong:
        return _back(why=page_localizer(request, who).render(reason_of(wrong)))
    return _of_known(is_known, "ended" if disabled else "again")


@router.post("/users/{user_id}/password")
def reset_password_here(
    request: Request,
    user_id: UserId,
    who: AdminDep,
    identity: IdentityDep,
    clock: ClockDep,
    password: Annotated[str, Form(max_length=1024)],
) -> Response:
    """A new password; they are logged out everywhere."""
    try:
        is_known = identity.set_password(user_id, hash_password(password), actor=who.user_id, now=clock.now())
    except WeakPassword as wrong:
        return _back(why=page_localizer(request, who).render(reason_of(wrong)))
    return _of_known(is_known, "password")


@router.post("/users/{user_id}/second-factor")
def second_factor_off_here(
    user_id: UserId, who: AdminDep, identity: IdentityDep, factors: SecondFactorsDep, clock: ClockDep
) -> Response:
    """Take the second factor away, where the telephone and the recovery codes are lost."""
    if identity.user(user_id) is None:
        raise PageProblem(404)
    factors.remove(user_id, actor=who.user_id, now=clock.now())
    return _back(done="factor")


def _accounts(text: str) -> list[str] | None:
    """Ids, with or without act_; None for all of them, none for an empty field. Raises ValueError."""
    return None if text.strip() == "*" else [parse_account_id(part) for part in split_account_ids(text)]


def _row(one: User, names: dict[str, str], who: Principal, t: Localizer) -> dict[str, Any]:
    own = sorted(one.accounts or ())
    return {
        "user_id": one.user_id,
        "email": plain_line(one.email),
        "name": plain_name(one.name, ""),
        "role": one.role,
        "role_label": t(f"pages.users.role.{one.role}"),
        "accounts": t("pages.users.all_accounts")
        if one.accounts is None
        else ", ".join(names.get(account_id, account_id) for account_id in own) or t("pages.users.no_accounts"),
        "given": "*" if one.accounts is None else ", ".join(own),
        "is_ended": one.is_disabled,
        "is_self": one.user_id == who.user_id,
    }


def _notice(done: str, t: Localizer) -> str | None:
    return t(f"pages.users.done.{done}") if done in _DONE else None


def _of_known(is_known: bool, done: str) -> Response:
    if not is_known:
        raise PageProblem(404)
    return _back(done=done)


def _back(**result: str) -> Response:
    return RedirectResponse(f"/users?{urlencode({name: text[:300] for name, text in result.items()})}", 303)
