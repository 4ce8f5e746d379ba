"""The sandbox's shop: orders that follow from its purchases, some unpaid, paid back, or from elsewhere."""

import csv
from collections import Counter
from io import StringIO

import requests

from fbads_pipeline.sandbox.orders import COLUMNS
from fbads_pipeline.sandbox.testing import SandboxServer

DAYS = {"account": "1015812345678901", "since": "2026-10-13", "until": "2026-11-09"}


def test_a_shops_orders_are_the_same_each_time_and_fewer_than_metas_purchases():
    with SandboxServer(campaigns=4, now="2026-11-10T15:00:00+00:00") as server:

        def asked(path, **params):
            return requests.get(f"{server.url}/__sandbox/{path}", params=params, timeout=30)

        text = asked("orders", **DAYS).text
        assert asked("orders", **DAYS).text == text
        purchases = sum(row["purchases"] for row in asked("truth", level="ad", **DAYS).json())
        assert asked("orders", **{**DAYS, "account": "99"}).status_code == 400
    rows = list(csv.DictReader(StringIO(text)))
    assert tuple(rows[0]) == COLUMNS and len({row["id"] for row in rows}) == len(rows)
    paid = [row for row in rows if row["utm_source"] != "google" and row["status"] == "paid"]
    assert 0.7 * purchases < len(paid) < purchases
    origins = Counter(row["utm_source"] for row in rows)
    assert set(origins) == {"facebook", "google", ""} and {row["status"] for row in rows} == {
        "paid",
        "pending",
        "refunded",
    }
