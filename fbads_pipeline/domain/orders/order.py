"""An order of a shop, as far as it is kept: what, when, how much, and where the buyer came from; never who.

States, in the order in which an order goes through them: `pending` (a boleto that nobody has paid yet), `cancelled`
(also declined and expired), `paid`, `partly_refunded`, `refunded` (the whole of it; also a chargeback). Parts of an
order that are paid back are refunds of their own; of a partly refunded order without one, nobody knows what is left.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Literal, get_args

from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.domain.orders.errors import UnusableOrder

OrderStatus = Literal["pending", "cancelled", "paid", "partly_refunded", "refunded"]
STATUSES: tuple[OrderStatus, ...] = get_args(OrderStatus)
LONGEST_ID = 100
LONGEST_TEXT = 300
# Beyond what any shop sells one order for; a value in cents that was taken for a value in units stays far below.
_LARGEST = Decimal(10) ** 12
_OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
_CURRENCY = re.compile(r"[A-Z]{3}")
_FBCLID = re.compile(r"[?&]fbclid=([^&#\s]+)")
# Buyers' addresses reach UTM parameters through badly made links.
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")


@dataclass(frozen=True)
class Origin:
    """Where the buyer came from: the UTM parameters of the link, and a hash of Meta's click id."""

    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    utm_content: str | None = None
    utm_term: str | None = None
    utm_id: str | None = None
    fbclid_hash: str | None = None


UTM = tuple(one.name for one in fields(Origin) if one.name.startswith("utm_"))


@dataclass(frozen=True)
class OrderRefund:
    """A part of an order that was paid back. is_total: all that was paid back of the order so far, as spreadsheets have
    it, not one payment of several."""

    refund_id: str
    order_id: str
    amount: Decimal
    currency: str
    refunded_at: datetime
    is_total: bool = False


@dataclass(frozen=True)
class ShopOrder:
    """One order as a shop reports it. value: in major units of `currency`, before refunds.

    changed_at: when the shop last changed it, None where the shop does not say. refunds: all parts that the shop lists
    with the order.
    """

    order_id: str
    placed_at: datetime
    status: OrderStatus
    value: Decimal
    currency: str
    origin: Origin = Origin()
    changed_at: datetime | None = None
    refunds: tuple[OrderRefund, ...] = ()


def supersedes(new: ShopOrder, old_status: OrderStatus, old_changed_at: datetime | None) -> bool:
    """Whether a report of an order replaces what is kept, whatever the order in which reports arrive.

    Where both say when the shop changed the order, the later one holds; at the same instant, or where one of them does
    not say it, an order only moves on: a repeated report of a payment does not undo its refund.
    """
    if new.changed_at is not None and old_changed_at is not None and new.changed_at != old_changed_at:
        return new.changed_at > old_changed_at
    return STATUSES.index(new.status) >= STATUSES.index(old_status)


def read_order_id(text: object) -> str:
    """The shop's id of an order or a refund; raises UnusableOrder."""
    made = plain_line(str(text)) if isinstance(text, str | int) and not isinstance(text, bool) else ""
    if not made or len(made) > LONGEST_ID or _ADDRESS.search(made):
        raise UnusableOrder(message("orders.wrong.id", text=made[:40]))
    return made


def read_amount(text: object, *, in_minor_units: bool = False, decimals: int = 2) -> Decimal:
    """An amount in major units, 0 included; raises UnusableOrder for one that is none, negative or endless."""
    try:
        made = Decimal(str(text).strip()) if not isinstance(text, bool) else Decimal("NaN")
    except InvalidOperation:
        made = Decimal("NaN")
    if not made.is_finite() or made < 0 or made > _LARGEST or made != round(made, 6):
        raise UnusableOrder(message("orders.wrong.value", text=plain_line(str(text))[:40]))
    return made.scaleb(-decimals) if in_minor_units else made


def read_currency(text: object) -> str:
    """An ISO 4217 code; raises UnusableOrder."""
    made = str(text or "").strip().upper()
    if not _CURRENCY.fullmatch(made):
        raise UnusableOrder(message("orders.wrong.currency", text=plain_line(made)[:20]))
    return made


def read_moment(instant: datetime, *, now: datetime) -> datetime:
    """An instant at which an order can have been placed; raises UnusableOrder for the future and the distant past."""
    if instant < _OLDEST or (instant - now).total_seconds() > 86_400:
        raise UnusableOrder(message("orders.wrong.time", text=f"{instant:%Y-%m-%d %H:%M}"))
    return instant


def read_origin(texts: Mapping[str, object], address: object = None) -> Origin:
    """UTM parameters, cut to a length; one that holds an e-mail address is not kept. address: of the page that the
    buyer landed on, of which only a click id is read."""
    made: dict[str, str | None] = {name: _parameter(texts.get(name)) for name in UTM}
    fbclid = str(texts.get("fbclid") or "").strip()
    if not fbclid and isinstance(address, str):
        found = _FBCLID.search(address)
        fbclid = found[1] if found else ""
    return Origin(**made, fbclid_hash=hashlib.sha256(fbclid.encode()).hexdigest() if fbclid else None)


def _parameter(value: object) -> str | None:
    text = plain_line(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return None if not text or _ADDRESS.search(text) else text[:LONGEST_TEXT]
