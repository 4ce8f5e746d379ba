"""What n8n calls: start a collecting run, read suggestions. Standard Webhooks (https://www.standardwebhooks.com)."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fbads_pipeline.adapters.channels.n8n import is_signed
from fbads_pipeline.api.dependencies import ClockDep, CollectRequestsDep, PagesDep, ReceiptsDep, SuggestionsDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.parameters import AccountDigits
from fbads_pipeline.api.rate_limits import WEBHOOKS_PER_MINUTE, at_most
from fbads_pipeline.api.schemas.resources import Suggestion
from fbads_pipeline.settings import Settings

router = APIRouter(
    prefix="/api/v1/webhooks/n8n", tags=["webhooks"], dependencies=[Depends(at_most("n8n", WEBHOOKS_PER_MINUTE))]
)


class N8nRequest(BaseModel):
    """What n8n may say. account_ids: none for all."""

    model_config = ConfigDict(extra="forbid")

    account_ids: list[AccountDigits] = Field(default_factory=list, max_length=500)
    limit: int = Field(50, ge=1, le=500)


class Requested(BaseModel):
    """The collecting run starts within half a minute."""

    request_id: int


class Waiting(BaseModel):
    """Suggestions that wait for a person."""

    data: list[Suggestion]


async def _body(request: Request) -> bytes:
    return await request.body()


def signed(
    request: Request, body: Annotated[bytes, Depends(_body)], receipts: ReceiptsDep, clock: ClockDep
) -> N8nRequest:
    """What a signed, fresh and first request says; raises ApiError for any other."""
    settings: Settings = request.app.state.settings
    if settings.n8n_secret is None:
        raise ApiError(404, "not_found", "not_found")
    now, headers = clock.now(), request.headers
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    secrets = [one.get_secret_value() for one in (settings.n8n_secret, settings.n8n_secret_before) if one is not None]
    if not is_signed(secrets, message_id, stamp, headers.get("webhook-signature", ""), body, now=now.timestamp()):
        raise ApiError(401, "unauthenticated", "signature.n8n")
    if not receipts.is_new("n8n", message_id[:200], now=now):
        raise ApiError(409, "received", "webhook_received")
    return _asked(body)


AskedDep = Annotated[N8nRequest, Depends(signed)]


@router.post("/collect", status_code=202, responses=documented(404, 409, 422, 429))
def collect(asked: AskedDep, requests: CollectRequestsDep, clock: ClockDep) -> Requested:
    """Ask for a collecting run now; several requests before it starts are one run."""
    return Requested(request_id=requests.ask("n8n", now=clock.now()))


@router.post("/suggestions", responses=documented(404, 409, 422, 429))
def suggestions(asked: AskedDep, reader: SuggestionsDep, pages: PagesDep) -> Waiting:
    """Suggestions that wait, the newest first; 404 for an account that is not there."""
    for account_id in asked.account_ids:
        if not pages.is_account(account_id):
            raise ApiError(404, "not_found", "unknown_account", id=account_id)
    accounts = frozenset(asked.account_ids) or None
    rows = reader.suggestions(status="PENDING", account_id=None, accounts=accounts, after=None, limit=asked.limit)
    return Waiting(data=[Suggestion(**row) for row in rows])


def _asked(body: bytes) -> N8nRequest:
    try:
        said: Any = orjson.loads(body or b"{}")
        return N8nRequest.model_validate(said)
    except (ValueError, ValidationError):
        raise ApiError(422, "unusable_parameter", "no_n8n_body") from None
