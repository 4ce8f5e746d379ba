"""LGPD and Meta's rules: a person's data handed out, or erased."""

import hashlib
from datetime import datetime
from secrets import token_hex
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, Path, Request
from pydantic import BaseModel

from fbads_pipeline.adapters.postgres.identity.users import LastAdmin
from fbads_pipeline.adapters.request_signatures import signed_request
from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import ClockDep, DatabaseDep, PersonalDataDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.languages import problem_localizer
from fbads_pipeline.api.rate_limits import WEBHOOKS_PER_MINUTE, at_most
from fbads_pipeline.domain.identity.privacy_notice import NOTICE_VERSION, PURPOSES
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.settings import Settings

router = APIRouter(prefix="/api/v1", tags=["privacy"])

UserId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
MeDep = Annotated[Principal, Depends(Needs("me"))]
ExporterDep = Annotated[Principal, Depends(Needs("users:export"))]
EraserDep = Annotated[Principal, Depends(Needs("users:erase"))]
Code = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
_ASK = """
insert into ops.deletion_requests (code, subject_hash, found, asked_at) values (:code, :subject, 0, :now)
on conflict (subject_hash) do update set asked_at = excluded.asked_at
returning code
"""


class Erased(BaseModel):
    """Asked again, the same answer comes. rewritten_files: in which the person was replaced; deleted_files: reports
    that named them; ended_links: links to such reports."""

    request_id: str
    user_id: str
    rewritten_files: int
    deleted_files: int
    ended_links: int


class DeletionTaken(BaseModel):
    """What Meta wants to show its user."""

    url: str
    confirmation_code: str


class DeletionState(BaseModel):
    """found: things that were kept of that user. Nothing of Facebook's users is kept here but this request."""

    confirmation_code: str
    asked_at: datetime
    found: int


@router.get("/me/export", responses=documented(409))
def export_mine(request: Request, who: MeDep, personal: PersonalDataDep, clock: ClockDep) -> dict[str, Any]:
    """Everything about oneself, but secrets."""
    found = personal.export(who.user_id, actor=who.user_id, now=clock.now())
    if found is None:
        raise ApiError(409, "no_user", "no_personal_data")
    return found | _notice(request)


@router.get("/users/{user_id}/export", responses=documented(404))
def export_user(
    request: Request, user_id: UserId, who: ExporterDep, personal: PersonalDataDep, clock: ClockDep
) -> dict[str, Any]:
    """Everything about a user, but secrets; that it was handed out stands in the audit log."""
    found = personal.export(user_id, actor=who.user_id, now=clock.now())
    if found is None:
        raise ApiError(404, "not_found", "no_user", id=user_id)
    return found | _notice(request)


@router.delete("/users/{user_id}/data", status_code=202, responses=documented(404, 409))
def erase_user(user_id: UserId, who: EraserDep, personal: PersonalDataDep, clock: ClockDep) -> Erased:
    """Erase a person: what is only theirs goes; who decided what stays, under an id that names nobody any more."""
    try:
        done = personal.erase(user_id, actor=who.user_id, now=clock.now())
    except LastAdmin as wrong:
        raise ApiError.of(409, "last_admin", wrong) from None
    if done is None:
        raise ApiError(404, "not_found", "no_user", id=user_id)
    return Erased(
        request_id=hashlib.sha256(f"erase|{user_id}".encode()).hexdigest()[:16],
        user_id=user_id,
        rewritten_files=done.rewritten_files,
        deleted_files=done.deleted_files,
        ended_links=done.ended_links,
    )


@router.post(
    "/webhooks/meta/data-deletion",
    responses=documented(404, 422, 429),
    dependencies=[Depends(at_most("data-deletion", WEBHOOKS_PER_MINUTE))],
)
def delete_for_meta(
    request: Request,
    database: DatabaseDep,
    clock: ClockDep,
    signed: Annotated[str, Form(alias="signed_request", max_length=4000)],
) -> DeletionTaken:
    """Meta's data deletion callback: a person took this app from their Facebook account."""
    settings: Settings = request.app.state.settings
    if settings.app_secret is None:
        raise ApiError(404, "not_found", "not_found")
    said = signed_request(settings.app_secret.get_secret_value(), signed)
    if said is None or not str(said.get("user_id", "")).strip():
        raise ApiError(401, "unauthenticated", "signature.meta")
    subject = hashlib.sha256(str(said["user_id"]).encode()).hexdigest()
    with database.owner.begin() as connection:
        named = {"code": token_hex(8), "subject": subject, "now": clock.now()}
        code = connection.execute(sa.text(_ASK), named).scalar_one()
    base = (settings.public_url or str(request.base_url)).rstrip("/")
    return DeletionTaken(url=f"{base}/api/v1/webhooks/meta/data-deletion/{code}", confirmation_code=code)


@router.get("/webhooks/meta/data-deletion/{code}", responses=documented(404, is_open=True))
def deletion_state(code: Code, database: DatabaseDep) -> DeletionState:
    """What became of it, for whoever has the code."""
    query = "select code as confirmation_code, asked_at, found from ops.deletion_requests where code = :code"
    with database.owner.connect() as connection:
        row = connection.execute(sa.text(query), {"code": code}).mappings().first()
    if row is None:
        raise ApiError(404, "not_found", "no_request", id=code)
    return DeletionState(**row)


def _notice(request: Request) -> dict[str, Any]:
    """Why things are kept, on which basis, for how long, and whom to ask, in the reader's language."""
    t, settings = problem_localizer(request), request.app.state.settings
    facts = ("what", "why", "basis", "kept")
    purposes = {name: {one: t(f"privacy.{name}.{one}") for one in facts} for name in PURPOSES}
    return {"notice_version": NOTICE_VERSION, "contact": settings.dpo_contact, "purposes": purposes}
