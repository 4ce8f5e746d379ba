"""Logging in and out, the language, and what is kept of whom."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.passwords import is_password
from fbads_pipeline.api.auth import COOKIE, IdentityDep
from fbads_pipeline.api.deps import ClockDep
from fbads_pipeline.api.limits import LOGIN_PER_MINUTE, at_most
from fbads_pipeline.api.page_words import WORDS
from fbads_pipeline.api.pages.visitor import Visitor, own_path
from fbads_pipeline.api.rendering import LANGUAGE_COOKIE, language_of, render
from fbads_pipeline.api.routes.auth import set_session
from fbads_pipeline.domain.identity import Principal
from fbads_pipeline.services.log_in import log_in

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
    return render(request, "login.html.j2", None, "login", next=own_path(request.query_params.get("next", "/")))


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
        shown = {"next": own_path(next), "notice": words["wrong_login"]}
        return render(request, "login.html.j2", None, "login", status=401, **shown)
    answer = RedirectResponse(own_path(next), 303)
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
    answer = RedirectResponse(own_path(back), 303)
    answer.set_cookie(LANGUAGE_COOKIE, language, max_age=365 * 86400, samesite="lax", httponly=True)
    return answer


@router.get("/privacy")
def privacy(request: Request, who: Annotated[Principal, Depends(Visitor())]) -> Response:
    """What is kept, and for how long."""
    return render(request, "privacy.html.j2", who, "privacy")
