"""Orders as shops report them: what is read of a payload, what replaces what, and what is refused."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from pathlib import Path

import pytest

from fbads_pipeline.adapters.orders.mappings import FOLDER, mapping_names, read_mapping
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.orders.errors import UnusableOrder
from fbads_pipeline.domain.orders.mapping import read_payload
from fbads_pipeline.domain.orders.order import OrderRefund, Origin, ShopOrder, supersedes
from fbads_pipeline.domain.orders.order_file import OrderRow, read_row, without_repeats
from fbads_pipeline.domain.orders.sources import covered_days

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
BUYER = {
    "email": "ana.buyer@mail.example",
    "first_name": "Ana Buyer",
    "phone": "+55 11 91234-5678",
    "cpf": "123.456.789-09",
}
CLICK = hashlib.sha256(b"IwAR42").hexdigest()
PAYLOADS = {
    "shopify": {
        "id": 5555000111,
        "created_at": "2026-11-20T10:00:00-03:00",
        "updated_at": "2026-11-21T09:00:00-03:00",
        "total_price": "199.90",
        "currency": "BRL",
        "financial_status": "partially_refunded",
        "email": BUYER["email"],
        "customer": BUYER,
        "landing_site": "/p?utm_source=fb&utm_campaign=Black&utm_content=Ad%7C120000000007&fbclid=IwAR42",
        "refunds": [
            {
                "id": 7,
                "created_at": "2026-11-21T09:00:00-03:00",
                "transactions": [
                    {"amount": "19.90", "kind": "refund", "status": "success"},
                    {"amount": "80.00", "kind": "refund", "status": "failure"},
                ],
            }
        ],
    },
    "woocommerce": {
        "id": 727,
        "date_created_gmt": "2026-11-20T13:00:00",
        "date_modified_gmt": "2026-11-21T12:00:00",
        "total": "199.90",
        "currency": "BRL",
        "status": "completed",
        "billing": BUYER,
        "meta_data": [
            {"id": 1, "key": "_wc_order_attribution_utm_source", "value": "fb"},
            {"id": 2, "key": "_wc_order_attribution_utm_campaign", "value": "Black"},
            {"id": 3, "key": "_wc_order_attribution_utm_content", "value": "Ad|120000000007"},
            {"id": 4, "key": "_wc_order_attribution_session_entry", "value": "https://shop.example/?fbclid=IwAR42"},
        ],
        "refunds": [{"id": 728, "reason": "", "total": "-19.90"}],
    },
    "kiwify": {
        "order": {
            "order_id": "6f1c7f1a",
            "order_status": "paid",
            "created_at": "2026-11-20 10:00",
            "updated_at": "2026-11-21 09:00",
            "Customer": BUYER,
            "Commissions": {"charge_amount": 19990, "currency": "BRL"},
            "TrackingParameters": {"utm_source": "fb", "utm_campaign": "Black", "utm_content": "Ad|120000000007"},
        }
    },
    "hotmart": {
        "event": "PURCHASE_APPROVED",
        "creation_date": 1795262400000,
        "data": {
            "buyer": BUYER,
            "purchase": {
                "transaction": "HP17315091",
                "order_date": 1795179600000,
                "status": "APPROVED",
                "price": {"value": 199.9, "currency_value": "BRL"},
                "origin": {"utm_source": "fb", "utm_campaign": "Black", "sck": "Ad|120000000007"},
            },
        },
    },
    "generic": {
        "id": "A-1",
        "time": "2026-11-20T13:00:00Z",
        "changed_at": "2026-11-21T12:00:00Z",
        "value": "199.90",
        "currency": "brl",
        "status": "paid",
        "customer": BUYER,
        "landing_page": "https://shop.example/?utm_source=fb&utm_campaign=Black&utm_content=Ad%7C120000000007&fbclid=IwAR42",
    },
}


def mapping(name, home=Path("/nowhere")):
    return read_mapping(name, home)


@pytest.mark.parametrize("shop", sorted(PAYLOADS))
def test_each_recipe_reads_what_was_sold_and_whence_and_nothing_of_who(shop):
    order = read_payload(PAYLOADS[shop], mapping(shop), now=NOW)
    assert isinstance(order, ShopOrder)
    assert (order.placed_at, order.changed_at) == (
        datetime(2026, 11, 20, 13, tzinfo=UTC),
        datetime(2026, 11, 21, 12, tzinfo=UTC),
    )
    assert (order.value, order.currency) == (D("199.9"), "BRL")
    assert order.status == ("partly_refunded" if shop == "shopify" else "paid")
    with_page = shop in ("shopify", "woocommerce", "generic")
    assert order.origin == Origin(
        utm_source="fb",
        utm_campaign="Black",
        utm_content="Ad|120000000007",
        fbclid_hash=CLICK if with_page else None,
    )
    refunded = [(one.order_id, one.amount) for one in order.refunds]
    assert refunded == ([(order.order_id, D("19.90"))] if shop in ("shopify", "woocommerce") else [])
    kept = repr(order)
    assert "IwAR42" not in kept and not any(text in kept for text in BUYER.values())


def test_the_recipes_are_those_that_are_tested():
    assert mapping_names(Path("/nowhere")) == sorted(PAYLOADS)


def test_a_refund_alone_names_its_order_and_what_is_about_no_order_is_nothing():
    payload = {
        "id": 8,
        "order_id": 5555000111,
        "refund_line_items": [],
        "created_at": "2026-11-22T10:00:00Z",
        "transactions": [{"amount": "20.00", "kind": "refund", "status": "success", "currency": "BRL"}],
    }
    at = datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert read_payload(payload, mapping("shopify"), now=NOW) == OrderRefund("8", "5555000111", D("20.00"), "BRL", at)
    without_money = {**payload, "transactions": []}
    assert read_payload(without_money, mapping("shopify"), now=NOW) is None
    cart = {"event": "PURCHASE_OUT_OF_SHOPPING_CART", "data": {"buyer": BUYER}}
    assert read_payload(cart, mapping("hotmart"), now=NOW) is None


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"id": None}, "missing"),
        ({"id": BUYER["email"]}, "id"),
        ({"id": "x" * 101}, "id"),
        ({"value": "-1"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"value": "1e400"}, "value"),
        ({"value": True}, "value"),
        ({"currency": "R$"}, "currency"),
        ({"time": "yesterday"}, "time"),
        ({"time": "2031-01-01T00:00:00Z"}, "time"),
        ({"time": 10**30}, "time"),
        ({"status": "dispute"}, "status"),
        ({"status": None}, "status"),
    ],
)
def test_what_cannot_be_told_is_refused_and_said(change, key):
    with pytest.raises(UnusableOrder) as refused:
        read_payload({**PAYLOADS["generic"], **change}, mapping("generic"), now=NOW)
    assert refused.value.message.key == f"orders.wrong.{key}"


def test_a_parameter_that_holds_an_address_is_not_kept():
    payload = {**PAYLOADS["generic"], "utm_term": f"lista-{BUYER['email']}", "utm_content": "a\u202eb" + "x" * 900}
    origin = read_payload(payload, mapping("generic"), now=NOW).origin
    assert origin.utm_term is None and len(origin.utm_content) == 300 and "\u202e" not in origin.utm_content


def test_yen_have_no_parts():
    payload = json.loads(json.dumps(PAYLOADS["kiwify"]))
    payload["order"]["Commissions"] = {"charge_amount": 19990, "currency": "JPY"}
    assert read_payload(payload, mapping("kiwify"), now=NOW).value == 19990


def an_order(status="paid", changed_at=None):
    return ShopOrder("1", NOW, status, D(10), "BRL", changed_at=changed_at)


@pytest.mark.parametrize(
    ("new", "old", "is_newer"),
    [
        (("paid", None), ("pending", None), True),
        (("paid", None), ("refunded", None), False),
        (("paid", NOW), ("refunded", NOW - timedelta(1)), True),
        (("refunded", NOW - timedelta(1)), ("paid", NOW), False),
        (("paid", NOW), ("refunded", NOW), False),
        (("refunded", NOW), ("paid", NOW), True),
        (("paid", None), ("cancelled", None), True),
        (("pending", NOW), ("paid", None), False),
    ],
)
def test_a_repeated_report_does_not_undo_a_later_one(new, old, is_newer):
    assert supersedes(an_order(*new), *old) is is_newer


def a_row(**cells):
    given = {"id": "1", "time": "2026-11-20 10:00:00", "value": "10.00", "currency": "BRL", "status": "Pago", **cells}
    return read_row(given, timezone_name="America/Sao_Paulo", now=NOW)


def test_rows_of_a_spreadsheet_are_orders():
    order = a_row(refunded="4", utm_campaign="Black", fbclid="IwAR42")
    assert (order.placed_at, order.status) == (datetime(2026, 11, 20, 13, tzinfo=UTC), "paid")
    assert order.refunds == (OrderRefund("total", "1", D(4), "BRL", order.placed_at, is_total=True),)
    assert order.origin == Origin(utm_campaign="Black", fbclid_hash=CLICK)
    for cells, key in (({"refunded": "11"}, "refund_above"), ({"status": "?"}, "row_status"), ({"time": ""}, "time")):
        with pytest.raises(UnusableOrder) as refused:
            a_row(**cells)
        assert refused.value.message.key == f"orders.wrong.{key}"


def test_an_order_twice_is_one_and_two_different_ones_are_refused():
    assert without_repeats([OrderRow(2, a_row()), OrderRow(3, a_row())]) == [a_row()]
    with pytest.raises(UnusableOrder) as refused:
        without_repeats([OrderRow(2, a_row()), OrderRow(3, a_row(value="11"))])
    assert refused.value.message.values == {"id": "1", "first": "2", "second": "3"}


def test_a_file_says_nothing_about_a_day_that_is_not_over():
    today = NOW.date()
    assert covered_days(today - timedelta(3), today, today) == (today - timedelta(3), today - timedelta(1))
    assert covered_days(today, today, today) is None


def test_a_mapping_of_the_home_comes_first_and_a_wrong_one_names_its_line(tmp_path):
    folder = tmp_path / FOLDER
    folder.mkdir()
    text = """mapping:
  - signature: {kind: token, name: X-Key}
    order_id: code
    placed_at: at
    value: total
    currency: money
    status: state
    statuses: {paid: [ok]}
"""
    (folder / "loja.yml").write_text(text)
    order = read_payload(
        {"code": 1, "at": 1795179600, "total": 5, "money": "BRL", "state": "OK"}, mapping("loja", tmp_path), now=NOW
    )
    assert (order.order_id, order.placed_at.hour, order.value) == ("1", 13, 5)
    assert mapping_names(tmp_path) == sorted([*PAYLOADS, "loja"])
    for before, after, said in (
        ("{paid: [ok]}", "{bought: [ok]}", "loja.yml line 8: statuses: 'bought' is none of"),
        ("value: total", "value: 'total..x'", "loja.yml line 5: value: 'total..x' is no path"),
        ("    status: state\n", "", "loja.yml line 2: status is missing"),
        ("    status: state\n", "    buyer: state\n", "'buyer' is none of"),
    ):
        (folder / "loja.yml").write_text(text.replace(before, after))
        with pytest.raises(WrongUse) as refused:
            mapping("loja", tmp_path)
        assert said in str(refused.value)
    with pytest.raises(WrongUse, match="'lojb' is no mapping: use generic, hotmart"):
        mapping("lojb", tmp_path)
