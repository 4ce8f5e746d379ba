"""What shops call when an order is placed, paid or paid back: signed, and idempotent by source and order."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel

from fbads_pipeline.adapters.orders.signatures import is_from_shop
from fbads_pipeline.api.dependencies import ClockDep, OrdersDep, SettingsDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.parameters import json_object
from fbads_pipeline.api.rate_limits import at_most
from fbads_pipeline.bootstrap.clients import order_mapping
from fbads_pipeline.domain.orders.errors import UnusableOrder
from fbads_pipeline.domain.orders.mapping import read_payload

log = structlog.get_logger(__name__)
# A shop on its best day, and its repeats.
_PER_MINUTE = 1200
router = APIRouter(
    prefix="/api/v1/webhooks/orders", tags=["webhooks"], dependencies=[Depends(at_most("orders", _PER_MINUTE))]
)
SourceName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]


class OrderReceipt(BaseModel):
    """Whether a report changed anything: not one that was here already, or is about no order."""

    is_new: bool = False
    is_changed: bool = False
    refunds: int = 0


async def _body(request: Request) -> bytes:
    return await request.body()


@router.post("/{source}", responses=documented(404, 422, 429))
def receive_order(
    source: SourceName,
    request: Request,
    body: Annotated[bytes, Depends(_body)],
    orders: OrdersDep,
    settings: SettingsDep,
    clock: ClockDep,
) -> OrderReceipt:
    """An order or a refund, as the source's mapping reads it. Of the payload only the mapped fields are looked at and
    nothing else is kept. The same report a second time is answered 200 and changes nothing."""
    found, now = orders.sources(source=source), clock.now()
    if not found or not found[0].source.has_secret:
        raise ApiError(404, "not_found", "not_found")
    mapping = order_mapping(settings, found[0].source.mapping)
    rule, secrets = mapping.signature, orders.secrets(source)
    if not is_from_shop(rule, secrets, request.headers, request.query_params, body, now=now.timestamp()):
        raise ApiError(401, "unauthenticated", "signature.orders")
    try:
        report = read_payload(json_object(body), mapping, now=now)
        if report is None:
            return OrderReceipt()
        kept = orders.keep(source, [report], now=now)
    except UnusableOrder as wrong:
        log.warning("an order was refused", source=source, reason=wrong.message.key)
        raise ApiError.of(422, "unusable_order", wrong) from None
    return OrderReceipt(is_new=kept.new > 0, is_changed=kept.changed > 0, refunds=kept.refunds)
