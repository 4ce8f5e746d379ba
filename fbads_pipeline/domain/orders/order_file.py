"""Rows of a spreadsheet as orders: all of them or none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
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

REQUIRED = ("id", "time", "value", "currency")
COLUMNS = (*REQUIRED, "status", "refunded", *UTM, "fbclid")
# What exports of Brazilian shops call them, in lower case.
STATUS_NAMES: Mapping[str, OrderStatus] = {
    **dict.fromkeys(("", "paid", "pago", "paga", "aprovado", "aprovada", "completo", "completa", "approved"), "paid"),
    **dict.fromkeys(("complete", "completed", "concluído", "concluida", "concluída", "concluido"), "paid"),
    **dict.fromkeys(("pending", "pendente", "aguardando pagamento", "aguardando"), "pending"),
    **dict.fromkeys(("cancelled", "canceled", "cancelado", "cancelada", "recusado", "recusada"), "cancelled"),
    **dict.fromkeys(("expired", "expirado", "expirada", "failed", "refused"), "cancelled"),
    **dict.fromkeys(("partly_refunded", "partially_refunded", "parcialmente reembolsado"), "partly_refunded"),
    **dict.fromkeys(("refunded", "reembolsado", "reembolsada", "estornado", "estornada"), "refunded"),
    **dict.fromkeys(("chargeback", "chargedback", "contestado", "contestada"), "refunded"),
}


@dataclass(frozen=True)
class OrderRow:
    """A row's line in the file, and its order."""

    line: int
    order: ShopOrder


def read_row(cells: Mapping[str, str], *, timezone_name: str, now: datetime) -> ShopOrder:
    """The order of one row. cells: numbers with a decimal point, `time` in ISO 8601, in the source's zone where it has
    no offset. Raises UnusableOrder."""
    order_id, currency = read_order_id(cells["id"]), read_currency(cells["currency"])
    status = STATUS_NAMES.get(cells.get("status", "").strip().lower())
    if status is None:
        raise UnusableOrder(message("orders.wrong.row_status", text=cells["status"][:40]))
    try:
        placed = datetime.fromisoformat(cells["time"])
    except ValueError:
        raise UnusableOrder(message("orders.wrong.time", text=cells["time"][:40])) from None
    placed = read_moment(placed if placed.tzinfo else placed.replace(tzinfo=ZoneInfo(timezone_name)), now=now)
    value, back = read_amount(cells["value"]), cells.get("refunded", "").strip()
    refunded = read_amount(back) if back else None
    if refunded is not None and refunded > value:
        raise UnusableOrder(message("orders.wrong.refund_above", refunded=f"{refunded:f}", value=f"{value:f}"))
    refunds = (OrderRefund("total", order_id, refunded, currency, placed, is_total=True),) if refunded else ()
    return ShopOrder(order_id, placed, status, value, currency, read_origin(cells), None, refunds)


def without_repeats(rows: Iterable[OrderRow]) -> list[ShopOrder]:
    """Each order once; a row that repeats another is one with it. Raises UnusableOrder where two rows say different
    things of one order."""
    found: dict[str, OrderRow] = {}
    for row in rows:
        other = found.setdefault(row.order.order_id, row)
        if other.order != row.order:
            raise UnusableOrder(
                message("orders.wrong.twice", id=row.order.order_id, first=str(other.line), second=str(row.line))
            )
    return [row.order for row in found.values()]
