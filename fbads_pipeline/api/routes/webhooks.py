"""What Slack and WhatsApp call: signed, fresh, once. Their signature says who asks; nothing else does."""

import hmac
import re
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs

import orjson
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from fbads_pipeline.adapters.channels.slack_layout import ACKNOWLEDGE
from fbads_pipeline.adapters.request_signatures import is_from_meta, is_from_slack
from fbads_pipeline.adapters.translation.translator import Localizer, localizer
from fbads_pipeline.api.dependencies import ClockDep, DecisionStoreDep, DeliveryDep, FeedbackDep, ReceiptsDep
from fbads_pipeline.api.errors import ApiError, documented, reason_of
from fbads_pipeline.api.parameters import json_object
from fbads_pipeline.api.rate_limits import WEBHOOKS_PER_MINUTE, at_most
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.identity.users import SCOPES_OF, Principal
from fbads_pipeline.domain.recommendations.decisions import (
    Action,
    Decision,
    DecisionConflict,
    DecisionNotUsable,
    SuggestionNotFound,
)
from fbads_pipeline.domain.recommendations.inbox.feedback import FeedbackRefused, FeedbackSubject
from fbads_pipeline.services.recommendations.decide_suggestion import decide
from fbads_pipeline.settings import Settings

router = APIRouter(
    prefix="/api/v1/webhooks", tags=["webhooks"], dependencies=[Depends(at_most("webhook", WEBHOOKS_PER_MINUTE))]
)

_ACTIONS: dict[str, Action] = {
    "suggestion_accept": "accept",
    "suggestion_reject": "reject",
    "suggestion_snooze": "snooze",
}
_MARKS = {"feedback_useful": True, "feedback_not_useful": False}
_PLAIN: dict[str, Any] = {"content": {"text/plain": {}}, "description": "The challenge."}
_SNOOZE = timedelta(days=1)


class SlackReply(BaseModel):
    """What Slack shows to the person alone, beside the message."""

    response_type: Literal["ephemeral"] = "ephemeral"
    replace_original: bool = False
    text: str


class Received(BaseModel):
    """How many statuses of messages were kept."""

    kept: int


async def _body(request: Request) -> bytes:
    return await request.body()


BodyDep = Annotated[bytes, Depends(_body)]


@router.post("/slack", responses=documented(404, 409, 422, 429))
def slack(
    request: Request,
    body: BodyDep,
    decision_store: DecisionStoreDep,
    delivery: DeliveryDep,
    feedback: FeedbackDep,
    receipts: ReceiptsDep,
    clock: ClockDep,
) -> SlackReply:
    """A button of a message. Only Slack's signature and the ids of FBADS_SLACK_APPROVERS count."""
    settings: Settings = request.app.state.settings
    if settings.slack_signing_secret is None:
        raise ApiError(404, "not_found", "not_found")
    t = localizer(settings.language)
    secret, now = settings.slack_signing_secret.get_secret_value(), clock.now()
    stamp = request.headers.get("x-slack-request-timestamp", "")
    shown = request.headers.get("x-slack-signature", "")
    if not is_from_slack(secret, stamp, shown, body, now=now.timestamp()):
        raise ApiError(401, "unauthenticated", "signature.slack")
    user, action_id, value = _pressed(body)
    if user not in settings.slack_approvers:
        return SlackReply(text=t("api.slack.not_an_approver"))
    if not receipts.is_new("slack", shown, now=now):
        return SlackReply(text=t("api.slack.received"))
    if action_id == ACKNOWLEDGE:
        return _acknowledged(delivery, value, user, now, t)
    who = Principal(f"slack:{user}", "", "approver", SCOPES_OF["approver"], None, "session")
    if action_id in _MARKS:
        return _marked(feedback, who, value, _MARKS[action_id], clock, t)
    action, (suggestion_id, version) = _ACTIONS.get(action_id), _named(value)
    if action is None:
        raise ApiError(422, "unusable_parameter", "no_button")
    made = Decision(
        suggestion_id,
        version,
        action,
        "Slack" if action == "reject" else None,
        now + _SNOOZE if action == "snooze" else None,
    )
    try:
        decide(decision_store, who, made, key=None, now=now)
    except (SuggestionNotFound, DecisionNotUsable, DecisionConflict) as wrong:
        return SlackReply(text=t("api.slack.nothing_changed", why=plain_line(t.render(reason_of(wrong)))))
    return SlackReply(text=t(f"api.slack.{action}", who=f"<@{user}>"))


def _acknowledged(delivery: DeliveryDep, problem_id: str, user: str, now: datetime, t: Localizer) -> SlackReply:
    """Approvers of Slack see every account."""
    if not re.fullmatch(r"[0-9a-f]{32}", problem_id):
        raise ApiError(422, "unusable_parameter", "button_without_problem")
    if not delivery.acknowledge(problem_id, actor=f"slack:{user}", now=now):
        return SlackReply(text=t("api.slack.nothing_changed", why=t("api.problem_not_open", id=problem_id)))
    return SlackReply(text=t("api.slack.acknowledge", who=f"<@{user}>"))


def _marked(
    feedback: FeedbackDep, who: Principal, value: str, is_useful: bool, clock: ClockDep, t: Localizer
) -> SlackReply:
    """A mark: of a suggestion, whose button also names a version, of an anomaly, or of another alert (`alert:<id>`)."""
    first, _, rest = value.rpartition(":")
    subject: FeedbackSubject = "alert" if first == "alert" else "suggestion" if first and rest.isdigit() else "anomaly"
    subject_id = {"alert": rest, "suggestion": first, "anomaly": value}[subject]
    try:
        feedback.mark(who, subject, subject_id[:128], is_useful=is_useful, now=clock.now())
    except FeedbackRefused as wrong:
        return SlackReply(text=t("api.slack.nothing_changed", why=plain_line(t.render(wrong.message))))
    return SlackReply(text=t("api.slack.marked_useful" if is_useful else "api.slack.marked_not_useful"))


@router.get("/whatsapp", responses={**documented(404, 429), 200: _PLAIN}, response_model=None)
def whatsapp_challenge(
    request: Request,
    mode: Annotated[str, Query(alias="hub.mode", max_length=20)] = "",
    token: Annotated[str, Query(alias="hub.verify_token", max_length=200)] = "",
    challenge: Annotated[str, Query(alias="hub.challenge", pattern=r"^[0-9]{0,40}$")] = "",
) -> PlainTextResponse:
    """Meta asks once whether the address is ours."""
    settings: Settings = request.app.state.settings
    wanted = settings.whatsapp_verify_token
    if wanted is None:
        raise ApiError(404, "not_found", "not_found")
    if mode != "subscribe" or not hmac.compare_digest(token.encode(), wanted.get_secret_value().encode()):
        raise ApiError(403, "forbidden", "webhook_token")
    return PlainTextResponse(challenge)


@router.post("/whatsapp", responses=documented(404, 422, 429))
def whatsapp_status(request: Request, body: BodyDep, receipts: ReceiptsDep, clock: ClockDep) -> Received:
    """What became of messages: a delivery whose fate was unknown is settled by it."""
    settings: Settings = request.app.state.settings
    if settings.app_secret is None or settings.whatsapp_token is None:
        raise ApiError(404, "not_found", "not_found")
    shown = request.headers.get("x-hub-signature-256", "")
    if not is_from_meta(settings.app_secret.get_secret_value(), shown, body):
        raise ApiError(401, "unauthenticated", "signature.meta")
    kept = sum(receipts.settle_whatsapp(one, state) for one, state in _statuses(json_object(body)))
    return Received(kept=kept)


def _pressed(body: bytes) -> tuple[str, str, str]:
    """Slack id of whoever pressed, id of the button, its value; raises ApiError 422."""
    try:
        payload = orjson.loads(parse_qs(body.decode())["payload"][0])
        pressed = payload["actions"][0]
        return str(payload["user"]["id"]), str(pressed["action_id"]), str(pressed["value"])
    except (UnicodeDecodeError, ValueError, KeyError, IndexError, TypeError):
        raise ApiError(422, "unusable_parameter", "no_slack_payload") from None


def _named(value: str) -> tuple[str, int]:
    suggestion_id, _, version = value.rpartition(":")
    if not suggestion_id or len(suggestion_id) > 64 or not version.isascii() or not version.isdigit():
        raise ApiError(422, "unusable_parameter", "button_without_suggestion")
    if int(version) >= 2**31:
        raise ApiError(422, "unusable_parameter", "button_without_version")
    return suggestion_id, int(version)


def _statuses(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """Id of the message and its status, as far as the payload has any."""
    found = []
    for entry in _listed(payload.get("entry")):
        for change in _listed(entry.get("changes")):
            value = change.get("value")
            for status in _listed(value.get("statuses") if isinstance(value, dict) else None):
                found.append((str(status.get("id", ""))[:200], str(status.get("status", ""))[:40]))
    return found


def _listed(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
