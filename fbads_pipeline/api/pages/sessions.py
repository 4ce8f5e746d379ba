"""Logging in and out, and the language."""

from secrets import token_hex
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.identity.oidc import OidcRefused, OidcUnreachable, OpenIdProvider, unpacked
from fbads_pipeline.adapters.identity.secret_files import LOCAL_PATH
from fbads_pipeline.api.authentication import COOKIE, LOCAL_COOKIE, LOCAL_NAMES, access_tokens, is_local_secret
from fbads_pipeline.api.dependencies import ClockDep, IdentityDep, SecondFactorsDep
from fbads_pipeline.api.errors import ApiError
from fbads_pipeline.api.languages import LANGUAGE_COOKIE, KnownLanguage, page_localizer
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor, own_path
from fbads_pipeline.api.rate_limits import LOGIN_PER_MINUTE, at_most, remember_device
from fbads_pipeline.api.routes.auth import checked_login, set_session
from fbads_pipeline.domain.identity.privacy_notice import NOTICE_VERSION
from fbads_pipeline.domain.identity.users import Principal, plain_email
from fbads_pipeline.settings import Settings

log = structlog.get_logger(__name__)
_OIDC = "fbads_oidc"

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


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
    return _form(request, request.query_params.get("next", "/"), is_first=not identity.any_user())


@router.post("/login", dependencies=[Depends(at_most("login", LOGIN_PER_MINUTE))])
def log_in_here(
    request: Request,
    identity: IdentityDep,
    clock: ClockDep,
    factors: SecondFactorsDep,
    email: Annotated[str, Form(max_length=254)],
    password: Annotated[str, Form(max_length=1024)],
    next: Annotated[str, Form(max_length=500)] = "/",
    code: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """Open a session; a wrong address and a wrong password read the same."""
    try:
        found = checked_login(request, identity, factors, email, password, code, clock.now())
    except ApiError as refused:
        raise PageProblem(refused.status) from None
    if found is None:
        return _form(request, next, "wrong")
    answer = RedirectResponse(own_path(next), 303)
    set_session(request, answer, found[1])
    remember_device(request, answer, found[0].email, token_hex(16))
    return answer


@router.get("/login/oidc", dependencies=[Depends(at_most("login", LOGIN_PER_MINUTE))])
def log_in_elsewhere(request: Request, clock: ClockDep, next: Annotated[str, Query(max_length=500)] = "/") -> Response:
    """To the provider, with what has to come back in a cookie of this browser."""
    provider = _provider(request)
    try:
        url, begun = provider.begin(own_path(next))
    except OidcUnreachable as away:
        log.warning("oidc", reason=str(away))
        return _form(request, next, "company_failed")
    answer = RedirectResponse(url, 303)
    is_secure = request.url.scheme == "https"
    kept = begun.packed(access_tokens(request).secret, clock.now().timestamp())
    answer.set_cookie(_OIDC, kept, path="/login/oidc", httponly=True, samesite="lax", secure=is_secure, max_age=600)
    return answer


@router.get("/login/oidc/callback", dependencies=[Depends(at_most("login", LOGIN_PER_MINUTE))])
def come_back(request: Request, identity: IdentityDep, clock: ClockDep) -> Response:
    """From the provider: a session for whoever has been given a login under the address that it verified."""
    provider, now = _provider(request), clock.now()
    try:
        begun = unpacked(request.cookies.get(_OIDC, ""), access_tokens(request).secret, now.timestamp())
        email = plain_email(provider.finish(str(request.url), begun))
    except (OidcRefused, OidcUnreachable, ValueError) as refused:
        log.warning("oidc", reason=str(refused))
        return _form(request, "/", "company_failed")
    user, _ = identity.with_password(email)
    if user is None:
        return _form(request, begun.next, "no_access")
    secret, _ = identity.open_session(user.user_id, now=now, details={"how": "oidc"})
    answer = RedirectResponse(own_path(begun.next), 303)
    set_session(request, answer, secret)
    answer.delete_cookie(_OIDC, path="/login/oidc")
    return answer


@router.get(LOCAL_PATH)
def open_locally(
    request: Request, identity: IdentityDep, secret: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """The address that the program prints as long as nobody has a login: it opens the first page in this browser."""
    if not is_local_secret(request, secret) or identity.any_user():
        raise PageProblem(401)
    answer = RedirectResponse("/", 303)
    answer.set_cookie(LOCAL_COOKIE, secret, path="/", httponly=True, samesite="lax")
    return answer


@router.get("/dagster")
def dagster_address(request: Request, who: Annotated[Principal, Depends(Visitor())]) -> Response:
    """To Dagster's UI; raises PageProblem 404 where this address does not say where it is."""
    settings: Settings = request.app.state.settings
    if settings.dagster_url is not None:
        return RedirectResponse(settings.dagster_url, 303)
    if request.url.hostname not in LOCAL_NAMES:
        raise PageProblem(404)
    return RedirectResponse(f"http://{request.url.hostname}:{settings.dagster_port}/", 303)


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
def choose_language(language: Annotated[KnownLanguage, Path()], back: str = "/") -> Response:
    """Kept by the browser."""
    answer = RedirectResponse(own_path(back), 303)
    answer.set_cookie(LANGUAGE_COOKIE, language, max_age=365 * 86400, samesite="lax", httponly=True)
    return answer


def _form(request: Request, next_page: str, notice: str | None = None, *, is_first: bool = False) -> Response:
    """The login's form; a notice is a refusal. is_first: nobody has a login yet."""
    settings = request.app.state.settings
    shown = {"next": own_path(next_page), "has_oidc": settings.oidc_issuer is not None, "is_first": is_first}
    shown["notice_version"] = NOTICE_VERSION
    if notice is not None:
        shown["notice"] = page_localizer(request)(f"pages.login.{notice}")
    return render(request, "login.html.j2", None, "login", status=200 if notice is None else 401, **shown)


def _provider(request: Request) -> OpenIdProvider:
    """Raises PageProblem where none is set up."""
    settings: Settings = request.app.state.settings
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        raise PageProblem(404)
    secret = settings.oidc_client_secret
    base = (settings.public_url or str(request.base_url)).rstrip("/")
    return OpenIdProvider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        None if secret is None else secret.get_secret_value(),
        f"{base}/login/oidc/callback",
    )
