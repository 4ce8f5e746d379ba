"""Orders by webhook: only signed ones, each once, nothing of the buyer; and what came of them, to whom it belongs."""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime

import orjson
import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.channels.n8n import sign
from fbads_pipeline.adapters.encryption import new_key
from fbads_pipeline.api.app import create_app
from fbads_pipeline.bootstrap.clients import order_store
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.domain.orders.test_orders import BUYER, PAYLOADS
from fbads_pipeline_tests.support.people import People

SECRET = "canary-secret-of-the-shop"
NOW = datetime.now(UTC)


@pytest.fixture
def shop(database, monkeypatch):
    """A sidecar with a source per recipe, all of account 42 with the same secret."""
    monkeypatch.setenv("FBADS_ENCRYPTION_KEYS", new_key())
    settings = load_settings()
    store = order_store(settings, database)
    for name in PAYLOADS:
        store.add_source(name, name, ["42"], timezone_name=None, actor="test", now=NOW)
        store.set_secret(name, SECRET, actor="test", now=NOW)
    client = Client(create_app(settings, database), **{"accept-language": "en"})
    client.store = store
    return client


def headers_of(name, body, *, secret=SECRET, age=0):
    def digest(kind, signed=body):
        return hmac.new(secret.encode(), signed, kind).digest()

    stamp = int(time.time()) - age
    return {
        "generic": {
            "webhook-id": "m1",
            "webhook-timestamp": str(stamp),
            "webhook-signature": sign(secret.encode(), "m1", stamp, body),
        },
        "shopify": {"x-shopify-hmac-sha256": base64.b64encode(digest(hashlib.sha256)).decode()},
        "woocommerce": {"x-wc-webhook-signature": base64.b64encode(digest(hashlib.sha256)).decode()},
        "hotmart": {"x-hotmart-hottok": secret},
        "kiwify": {},
    }[name]


def report(client, name, payload, **options):
    body = json.dumps(payload).encode()
    query = ""
    if name == "kiwify":
        inner = orjson.dumps(payload["order"])
        query = "?signature=" + hmac.new(options.get("secret", SECRET).encode(), inner, hashlib.sha1).hexdigest()
    headers = headers_of(name, body, **options)
    return client.send("POST", f"/api/v1/webhooks/orders/{name}{query}", content=body, headers=headers)


def stored(database, columns="source, order_id, status, value", table="orders"):
    with database.owner.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(f"select {columns} from ops.{table} order by 1, 2"))]


def test_each_shop_signs_in_its_way_and_its_order_is_kept_once(shop, database):
    for name, payload in PAYLOADS.items():
        answer = report(shop, name, payload)
        assert (answer.status_code, answer.json()["is_new"]) == (200, True), (name, answer.text)
        again = report(shop, name, payload).json()
        assert (again["is_new"], again["is_changed"], again["refunds"]) == (False, False, 0)
    assert [row[0] for row in stored(database)] == sorted(PAYLOADS)
    with database.owner.connect() as connection:
        text = " ".join(
            str(row)
            for table in ("orders", "order_refunds", "audit_log", "webhook_receipts")
            for row in connection.execute(sa.text(f"select * from ops.{table}"))
        )
        secret = connection.execute(sa.text("select secret from ops.order_sources limit 1")).scalar_one()
    assert not any(one in text for one in (*BUYER.values(), "IwAR42", SECRET)) and SECRET.encode() not in bytes(secret)


@pytest.mark.parametrize("name", sorted(PAYLOADS))
def test_what_the_shop_did_not_sign_is_refused(shop, database, name):
    assert report(shop, name, PAYLOADS[name], secret="canary-another-secret").status_code == 401
    assert shop.send("POST", f"/api/v1/webhooks/orders/{name}", content=b"{}").status_code == 401
    assert stored(database) == []


def test_an_old_signature_a_wrong_body_and_an_unknown_source_are_refused(shop, database):
    assert report(shop, "generic", PAYLOADS["generic"], age=330).status_code == 401
    for body in (b"[]", b"{", b"\xff"):
        headers = headers_of("generic", body)
        assert shop.send("POST", "/api/v1/webhooks/orders/generic", content=body, headers=headers).status_code == 422
    wrong = report(shop, "generic", {**PAYLOADS["generic"], "value": "-5"})
    assert wrong.status_code == 422 and "-5 is no amount" in wrong.text and BUYER["email"] not in wrong.text
    assert shop.send("POST", "/api/v1/webhooks/orders/unknown", content=b"{}").status_code == 404
    shop.store.add_source("silent", "generic", ["42"], timezone_name=None, actor="test", now=NOW)
    assert shop.send("POST", "/api/v1/webhooks/orders/silent", content=b"{}").status_code == 404
    assert stored(database) == []


def test_a_secret_is_changed_without_losing_an_order(shop):
    shop.store.set_secret("generic", "canary-the-next-secret", actor="test", now=NOW)
    assert report(shop, "generic", PAYLOADS["generic"]).status_code == 200
    assert report(shop, "generic", PAYLOADS["generic"], secret="canary-the-next-secret").status_code == 200
    shop.store.set_secret("generic", "canary-a-third-secret", actor="test", now=NOW)
    assert report(shop, "generic", PAYLOADS["generic"]).status_code == 401


def test_reports_in_any_order_end_in_the_same_state(shop, database):
    paid = PAYLOADS["generic"]
    refunded = {**paid, "status": "refunded", "changed_at": "2026-11-23T12:00:00Z"}
    for one in (refunded, paid, refunded):
        assert report(shop, "generic", one).status_code == 200
    assert [row[2] for row in stored(database)] == ["refunded"]


def test_refunds_are_kept_once_and_those_without_their_order_apart(shop, database):
    refund = {"refund_id": "r1", "order_id": "A-1", "amount": "50", "currency": "BRL", "time": "2026-11-23T12:00:00Z"}
    assert report(shop, "generic", refund).json()["refunds"] == 1
    (state,) = shop.store.sources(source="generic")
    assert (state.orders, state.orphan_refunds) == (0, 1)
    report(shop, "generic", PAYLOADS["generic"])
    assert report(shop, "generic", refund).json()["refunds"] == 0
    report(shop, "generic", {**refund, "refund_id": "r2", "currency": "USD"})
    (state,) = shop.store.sources(source="generic")
    assert (state.orders, state.orphan_refunds) == (1, 1)
    (apart,) = shop.store.orphan_refunds(["generic"])
    assert (apart["refund_id"], apart["order_currency"]) == ("r2", "BRL")
    assert stored(database, "refund_id, amount", "order_refunds") == [("r1", 50), ("r2", 50)]


SALES = """
create table marts.campaign_sales_daily (account_id text, campaign_id text, day date, currency text, spend numeric,
    purchases numeric, purchase_value numeric, real_purchases numeric, real_purchase_value numeric);
insert into marts.campaign_sales_daily select '42', c, day::date, 'BRL', 100, 5, 300, case when c = '101' then 4 end,
    case when c = '101' then 200 end from unnest(array['101', '102']) c,
    generate_series(date '2026-11-01', date '2026-11-09', '1 day') day;
create table marts.orders_daily (source text, account_id text, campaign_id text, day date, currency text,
    unattributed_reason text, orders bigint, real_purchases bigint, real_purchase_value numeric);
insert into marts.orders_daily values ('generic', null, null, '2026-11-09', 'BRL', 'ambiguous_name', 3, 2, 90),
    ('generic', null, null, '2026-11-09', 'USD', 'other_currency', 1, 1, 40),
    ('generic', '42', '101', '2026-11-09', 'BRL', null, 4, 4, 200);
"""


@pytest.fixture
def sold(shop, database, monkeypatch):
    monkeypatch.setenv("FBADS_NOW", "2026-11-10T12:00:00-03:00")
    with database.owner.begin() as connection:
        connection.execute(sa.text(SALES))
        connection.execute(sa.text("grant select on all tables in schema marts to fbads_analyst"))
    app = create_app(load_settings(), database)
    return People(app, database)


def test_real_sales_stand_beside_metas_and_what_is_not_known_is_not_zero(sold):
    answer = sold.with_key("viewer").get("/api/v1/orders/sales", account_id="act_42").json()
    first, second = answer["campaigns"]
    assert (answer["first"], answer["last"]) == ("2026-10-13", "2026-11-09")
    assert (first["campaign_id"], first["purchases"], first["real_purchases"]) == ("101", "45", "36")
    assert (float(first["roas"]), float(first["real_roas"])) == (3, 2)
    assert (second["real_purchases"], second["real_roas"], second["purchases"]) == (None, None, "45")
    assert [(one["reason"], one["currency"], one["orders"]) for one in answer["apart"]] == [
        ("ambiguous_name", "BRL", 3),
        ("other_currency", "USD", 1),
    ]


def test_shops_and_sales_of_others_are_not_shown(sold):
    own, other = sold.with_key("viewer", accounts=["42"]), sold.with_key("viewer", accounts=["43"])
    assert [one["name"] for one in own.get("/api/v1/orders/sources").json()] == sorted(PAYLOADS)
    assert other.get("/api/v1/orders/sources").json() == []
    assert other.get("/api/v1/orders/sales", account_id="42").status_code == 404
    assert own.get("/api/v1/orders/sales").status_code == 400
    assert SECRET not in own.get("/api/v1/orders/sources").text


def test_the_page_shows_both_and_says_what_is_not_known(sold):
    page = sold.logged_in("viewer", accounts=["42"]).get("/sales").text
    for text in ("Vendas reais", "não se sabe", "várias campanhas com esse nome", "US$", "ROAS real"):
        assert text in page, text
    assert "<script>" not in page
    assert "Nenhuma loja está ligada" in sold.logged_in("viewer", accounts=["43"]).get("/sales").text
