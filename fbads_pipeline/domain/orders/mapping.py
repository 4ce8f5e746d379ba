"""How the payload of a shop becomes an order: only the fields that a mapping names are looked at.

A path names a field of nested objects (`data.purchase.price.value`); `meta_data[key=utm].value` takes the first item of
a list of which a field has that text; `landing_site?utm_source` takes a parameter of the address in a field; several
paths are tried in order.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.domain.orders.errors import UnusableOrder
from fbads_pipeline.domain.orders.order import (
    UTM,
    OrderRefund,
    OrderStatus,
    ShopOrder,
    read_amount,
    read_currency,
    read_moment,
    read_order_id,
    read_origin,
)

Paths = tuple[str, ...]
_STEP = re.compile(r"([^.\[\]]+)(?:\[([^=\]]+)=([^\]]*)\])?(?:\.|$)")
_MILLISECONDS = 10**11
# Currencies whose amounts have no parts; of all others the minor unit is a hundredth.
_WHOLE = frozenset({"CLP", "COP", "CRC", "HUF", "ISK", "IDR", "JPY", "KRW", "PYG", "TWD", "VND"})


@dataclass(frozen=True)
class SignatureRule:
    """How a shop signs. kind: `standard` (Standard Webhooks), `hmac` (over the raw body), `token` (a fixed text in a
    header). name: of the header, or of the parameter of the address where `in_query`; over: the field of the body that
    is signed, written without blanks, instead of the whole."""

    kind: Literal["standard", "hmac", "token"]
    name: str = ""
    in_query: bool = False
    algorithm: Literal["sha1", "sha256"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    over: str = ""


@dataclass(frozen=True)
class RefundRule:
    """How a refund is written.

    parts: the list of its payments, of which those add up whose fields have one of the texts in `counts_if`; empty: the
    refund itself has the amount. is_negative: amounts are written with a minus.
    """

    id: Paths
    amount: Paths
    at: Paths
    parts: str = ""
    counts_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_negative: bool = False


@dataclass(frozen=True)
class RefundEvent:
    """Payloads that are about a refund alone: those that have the field `when`."""

    when: str
    order_id: Paths
    currency: Paths
    refund: RefundRule


@dataclass(frozen=True)
class OrderMapping:
    """A recipe for one kind of shop. statuses: the shop's text (in lower case) → status, or `ignored` for payloads that
    are about no order."""

    name: str
    signature: SignatureRule
    order_id: Paths
    placed_at: Paths
    value: Paths
    currency: Paths
    status: Paths
    statuses: Mapping[str, OrderStatus | Literal["ignored"]]
    changed_at: Paths = ()
    in_minor_units: bool = False
    default_currency: str | None = None
    timezone_name: str = "UTC"
    address: Paths = ()
    origin: Mapping[str, Paths] = field(default_factory=dict)
    refunds: str = ""
    refund: RefundRule | None = None
    refund_event: RefundEvent | None = None
    root: Paths = ()


def read_payload(payload: Mapping[str, Any], mapping: OrderMapping, *, now: datetime) -> ShopOrder | OrderRefund | None:
    """The order or the refund that a payload reports; None where it is about neither. Raises UnusableOrder."""
    root = first(payload, mapping.root)
    body: Mapping[str, Any] = root if isinstance(root, Mapping) else payload
    event = mapping.refund_event
    if event is not None and _at(body, event.when) is not None:
        order_id = read_order_id(_required(body, event.order_id))
        currency = first(body, event.currency) or mapping.default_currency
        return _refund(body, event.refund, mapping, (order_id, currency), now)
    return _order(body, mapping, now)


def _order(body: Mapping[str, Any], mapping: OrderMapping, now: datetime) -> ShopOrder | None:
    text = str(first(body, mapping.status) or "").strip().lower()
    status = mapping.statuses.get(text)
    if status is None:
        raise UnusableOrder(message("orders.wrong.status", text=text[:40], mapping=mapping.name))
    if status == "ignored":
        return None
    order_id = read_order_id(_required(body, mapping.order_id))
    currency = read_currency(first(body, mapping.currency) or mapping.default_currency)
    changed = first(body, mapping.changed_at)
    return ShopOrder(
        order_id=order_id,
        placed_at=read_moment(_moment(_required(body, mapping.placed_at), mapping), now=now),
        status=status,
        value=_amount(_required(body, mapping.value), mapping, currency),
        currency=currency,
        origin=read_origin({name: first(body, paths) for name, paths in mapping.origin.items()}, _page(body, mapping)),
        changed_at=None if changed in (None, "") else read_moment(_moment(changed, mapping), now=now),
        refunds=tuple(_refunds(body, mapping, (order_id, currency), now)),
    )


def first(payload: object, paths: Paths) -> Any:
    """The first field of these paths that is there and not empty."""
    for path in paths:
        place, _, parameter = path.partition("?")
        found = _at(payload, place)
        if parameter:
            found = next(iter(parse_qs(urlsplit(found).query).get(parameter, [])), None) if _is_text(found) else None
        if found not in (None, ""):
            return found
    return None


def is_path(text: str) -> bool:
    """Whether it reads as a path."""
    place = text.partition("?")[0]
    return bool(place) and "".join(one.group(0) for one in _STEP.finditer(place)) == place


def _at(payload: object, path: str) -> Any:
    found: Any = payload
    for step in _STEP.finditer(path):
        name, key, wanted = step.groups()
        found = found.get(name) if isinstance(found, Mapping) else None
        if key is not None:
            items = found if isinstance(found, list) else []
            found = next((one for one in items if isinstance(one, Mapping) and str(one.get(key)) == wanted), None)
    return found


def _required(body: object, paths: Paths) -> Any:
    found = first(body, paths)
    if found is None:
        raise UnusableOrder(message("orders.wrong.missing", field=paths[0]))
    return found


def _amount(value: object, mapping: OrderMapping, currency: str) -> Any:
    decimals = 0 if currency in _WHOLE else 2
    return read_amount(value, in_minor_units=mapping.in_minor_units, decimals=decimals)


def _moment(value: object, mapping: OrderMapping) -> datetime:
    """An instant from ISO 8601, or from seconds or milliseconds since 1970; without an offset in the mapping's zone."""
    try:
        if isinstance(value, int | float) or (isinstance(value, str) and value.isdigit()):
            number = float(value)
            return datetime.fromtimestamp(number / 1000 if number > _MILLISECONDS else number, UTC)
        made = datetime.fromisoformat(str(value).strip())
    except (ValueError, OverflowError, OSError):
        raise UnusableOrder(message("orders.wrong.time", text=str(value)[:40])) from None
    return made if made.tzinfo else made.replace(tzinfo=ZoneInfo(mapping.timezone_name))


def _page(body: object, mapping: OrderMapping) -> object:
    return first(body, mapping.address)


def _refunds(body: object, mapping: OrderMapping, order: tuple[str, object], now: datetime) -> Iterable[OrderRefund]:
    """Those that are listed with the order."""
    if mapping.refund is not None and mapping.refunds:
        for item in _list(_at(body, mapping.refunds)):
            made = _refund(item, mapping.refund, mapping, order, now)
            if made is not None:
                yield made


def _refund(
    item: object, rule: RefundRule, mapping: OrderMapping, order: tuple[str, object], now: datetime
) -> OrderRefund | None:
    """One refund of that order and currency; None where nothing was paid back (a return without money)."""
    order_id, said = order
    found = _list(_at(item, rule.parts)) if rule.parts else [item]
    parts = [one for one in found if all(_at(one, name) in wanted for name, wanted in rule.counts_if.items())]
    if not parts:
        return None
    currency = read_currency(said)
    amounts = [_amount(_unsigned(_required(one, rule.amount), rule), mapping, currency) for one in parts]
    if not sum(amounts):
        return None
    at = first(item, rule.at)
    refunded_at = now if at is None else read_moment(_moment(at, mapping), now=now)
    return OrderRefund(read_order_id(_required(item, rule.id)), order_id, sum(amounts), currency, refunded_at)


def _unsigned(value: object, rule: RefundRule) -> object:
    """WooCommerce lists what it paid back as negative amounts."""
    text = str(value).strip()
    return text[1:] if rule.is_negative and text.startswith("-") else value


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_text(value: object) -> Any:
    return isinstance(value, str)


KNOWN_ORIGINS = frozenset({*UTM, "fbclid"})
