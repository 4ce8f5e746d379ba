"""Figures shaped like the seeds of a public dbt package for the same job, over HTTP: conversions on days without
delivery, and purchases from two sources that exclude each other. None may be lost, none counted twice."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from fbads_pipeline.adapters.dbt.runner import Dbt
from fbads_pipeline.adapters.meta_ads.client import GraphAds
from fbads_pipeline.adapters.meta_ads.transport import GraphAccess, Transport
from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.domain.collection.levels import Grain
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline_tests.support.graph_server import Answer, graph_server
from fbads_pipeline_tests.support.model_warehouse import Warehouse

DAYS = DayRange(date(2025, 12, 1), date(2025, 12, 14))
PIXEL, SHOP, LEAD = (
    "offsite_conversion.fb_pixel_purchase",
    "onsite_conversion.purchase",
    "offsite_conversion.fb_pixel_lead",
)
# Day of the month: impressions, link clicks, spend.
DELIVERY = {2: (12000, 40, "200.00"), 4: (9275, 33, "143.63"), 8: (8000, 40, "150.00"), 10: (8000, 36, "150.00")}
COUNTS = {
    2: {LEAD: 2},
    3: {LEAD: 3},
    4: {"lead": 2},
    5: {LEAD: 3},
    6: {LEAD: 2},
    10: {LEAD: 2},
    13: {LEAD: 4},
    14: {LEAD: 3},
}
VALUES = {3: {PIXEL: "29324.84", "add_to_cart": "29324.84"}, 5: {"view_content": "4194.29"}, 13: {SHOP: "29324.84"}}


def rows() -> Iterator[dict[str, Any]]:
    for day in sorted({*DELIVERY, *COUNTS, *VALUES}):
        shown = DELIVERY.get(day)
        figures = ("impressions", "inline_link_clicks", "spend")
        yield {
            "account_id": "1",
            "campaign_id": "71",
            "adset_id": "72",
            "ad_id": "73",
            "account_currency": "BRL",
            **dict.fromkeys(("date_start", "date_stop"), f"2025-12-{day:02}"),
            **(dict(zip(figures, map(str, shown), strict=True)) if shown else {}),
            "actions": [{"action_type": one, "value": str(count)} for one, count in COUNTS.get(day, {}).items()],
            "action_values": [{"action_type": one, "value": value} for one, value in VALUES.get(day, {}).items()],
        }


@pytest.fixture
def collected(warehouse: Warehouse) -> Warehouse:
    grain, store = Grain("ad"), PostgresRawStore(warehouse.engine)
    with graph_server(lambda asked, before: Answer({"data": list(rows())})) as server:
        pages = GraphAds(Transport(GraphAccess(server.url, "v26.0", "token"))).insights("1", grain, DAYS)
        store.apply_insights("1", grain, DAYS, pages, run_id="r", read_at=datetime(2026, 1, 20, tzinfo=UTC))
    return warehouse


@pytest.mark.parametrize(
    ("goal", "conversions", "value"),
    [("purchase", 0, Decimal("58649.68")), (LEAD, 19, 0), ("lead", 21, 0)],
)
def test_no_conversion_is_lost_and_none_is_counted_twice(
    collected: Warehouse, goal: str, conversions: int, value: Decimal | int
) -> None:
    outcome = Dbt(collected.url, goal_family=goal).build()
    assert outcome.succeeded, outcome.error
    sums = (
        "sum(impressions), sum(link_clicks), sum(spend), sum(conversions), sum(conversion_value), sum(purchase_value)"
    )
    assert collected.rows(f"select {sums} from marts.ad_daily where ad_id = '73'") == [
        (37275, 149, Decimal("643.63"), conversions, value, Decimal("58649.68"))
    ]
