"""The privacy notice and the terms, for everybody; with a login also one's own record, and what one may refuse."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from fbads_pipeline.adapters.postgres.identity.consents import PostgresConsents
from fbads_pipeline.adapters.postgres.identity.users import PostgresIdentity
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.authentication import identify
from fbads_pipeline.api.dependencies import ClockDep, ConsentsDep, IdentityDep
from fbads_pipeline.api.errors import ApiError
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.visitor import Visitor
from fbads_pipeline.domain.identity.privacy_notice import NOTICE_VERSION, PURPOSES
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.settings import Settings

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
WhoDep = Annotated[Principal, Depends(Visitor("me"))]


async def _anybody(request: Request, identity: IdentityDep, clock: ClockDep) -> Principal | None:
    """Whoever looks; None for somebody without a login, or with one that has ended."""
    try:
        found = await run_in_threadpool(identify, request, identity, clock)
    except ApiError:
        return None
    request.state.visitor = found
    return found


AnybodyDep = Annotated[Principal | None, Depends(_anybody)]


@router.get("/privacy")
def privacy(request: Request, who: AnybodyDep, consents: ConsentsDep, identity: IdentityDep) -> Response:
    """What is kept of people, why, on which legal basis, for how long, and whom to ask."""
    settings: Settings = request.app.state.settings
    t = page_localizer(request, who)
    own = {} if who is None or not who.email else _record(who, consents, identity, t)
    shown = {"version": NOTICE_VERSION, "purposes": PURPOSES, "contact": settings.dpo_contact, **own}
    return render(request, "privacy.html.j2", who, "privacy", **shown)


@router.post("/privacy")
def state(
    who: WhoDep, consents: ConsentsDep, clock: ClockDep, state: Annotated[Literal["refused", "allowed"], Form()]
) -> Response:
    """Refuse that one's own questions are kept, or allow it again."""
    consents.state(who.user_id, "chat_history", state, via="page", now=clock.now())
    return RedirectResponse("/privacy", 303)


def _record(who: Principal, consents: PostgresConsents, identity: PostgresIdentity, t: Localizer) -> dict[str, Any]:
    user = identity.user(who.user_id)
    zone = user.timezone if user is not None else "UTC"
    newest = {one.document: one for one in consents.newest(who.user_id)}
    notice, history = newest.get("privacy_notice"), newest.get("chat_history")
    is_refused = history is not None and history.state == "refused"
    at = "" if history is None else t.formats.instant(history.at, zone)
    return {
        "record": None
        if notice is None
        else t(f"privacy.{notice.state}", version=notice.version, at=t.formats.instant(notice.at, zone)),
        "is_refused": is_refused,
        "history": t("privacy.history_refused", at=at) if is_refused else t("privacy.history_allowed"),
    }
