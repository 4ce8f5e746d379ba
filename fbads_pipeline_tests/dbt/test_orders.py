"""Orders of shops beside Meta's figures: attributed by id or by an exact name, added to nothing else, totals agree."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from fbads_pipeline.domain.clients.naming import NamingRule
from fbads_pipeline_tests.support.model_warehouse import DAY, Warehouse, warehouse_of

# Ids as Meta's parameters write them; the furnished objects have others.
CAMPAIGN, ADSET, AD = "23850000000001", "23850000000002", "23850000000003"
OTHER, TWIN = "23850000000011", "23850000000012"


@pytest.fixture(scope="module")
def sold(postgres, built):
    """One shop of account 1 with an order for each way to be attributed or not, read once."""
    with warehouse_of(postgres, built) as warehouse:
        add_shop(warehouse)
        yield warehouse


def add_shop(warehouse: Warehouse) -> None:
    ids = {"account_id": "1", "collected_at": "2026-10-05T12:00:00Z", "status": "ACTIVE"}
    for campaign, name in ((CAMPAIGN, "Black | Friday"), (OTHER, "Igual"), (TWIN, " igual")):
        warehouse.add("campaigns", **ids, campaign_id=campaign, name=name)
    warehouse.add("adsets", **ids, campaign_id=CAMPAIGN, adset_id=ADSET, name="Público")
    warehouse.add("ads", **ids, campaign_id=CAMPAIGN, adset_id=ADSET, ad_id=AD, name="Vídeo")
    warehouse.insight("campaign", CAMPAIGN, DAY, spend="100", impressions=10)
    warehouse.insight("ad", AD, DAY, spend="100", impressions=10, adset_id=ADSET, campaign_id=CAMPAIGN)
    warehouse.run(
        "update raw.insights set campaign_id = :c, adset_id = case when level = 'ad' then :s end"
        " where object_id in (:c, :a)",
        c=CAMPAIGN,
        s=ADSET,
        a=AD,
    )
    warehouse.changed("1", DAY)
    warehouse.run(
        "insert into ops.order_sources values ('loja', 'generic', 'America/Sao_Paulo', null, null, 't', now())"
    )
    warehouse.run("insert into ops.order_source_accounts values ('loja', '1')")
    warehouse.run("insert into ops.order_coverage values ('loja', :first, :last)", first=DAY, last=DAY + timedelta(1))
    for order in ORDERS:
        row = {"status": "paid", "value": "50", "currency": "BRL", "placed_at": f"{DAY}T12:00:00-03:00", **order}
        names = ", ".join(row)
        marks = ", ".join(f":{name}" for name in row)
        warehouse.run(f"insert into ops.orders (source, {names}, received_at) values ('loja', {marks}, now())", **row)
    rule = NamingRule("{product} | {stage}")
    warehouse.run(
        "insert into ops.naming_rules values ('account', '1', :p, :r, :d, '{}', 't', now())",
        p=rule.pattern,
        r=rule.regex,
        d=list(rule.dimensions),
    )
    for order_id, refund_id, amount, currency, is_total in REFUNDS:
        warehouse.run(
            "insert into ops.order_refunds values ('loja', :o, :r, :a, :c, :t, now(), now())",
            o=order_id,
            r=refund_id,
            a=amount,
            c=currency,
            t=is_total,
        )
    warehouse.built()


ORDERS = (
    {"order_id": "by ad", "utm_content": f"Vídeo|{AD}", "utm_source": "google"},
    {"order_id": "by campaign id", "utm_campaign": f"Renamed|{CAMPAIGN}", "utm_content": "vídeo"},
    {"order_id": "by name", "utm_campaign": "black | friday", "utm_source": "FB"},
    {"order_id": "refunded", "utm_id": AD, "status": "refunded"},
    {"order_id": "in part", "utm_id": AD, "status": "partly_refunded", "value": "80"},
    {"order_id": "unpaid", "utm_id": AD, "status": "pending"},
    {"order_id": "late", "utm_id": AD, "placed_at": f"{DAY + timedelta(1)}T23:30:00-03:00"},
    {"order_id": "ambiguous", "utm_campaign": "Igual"},
    {"order_id": "unknown", "utm_campaign": "Verão"},
    {"order_id": "direct"},
    {"order_id": "google", "utm_campaign": "black | friday", "utm_source": "google"},
    {"order_id": "torn", "utm_campaign": CAMPAIGN, "utm_content": OTHER},
    {"order_id": "dollars", "utm_id": AD, "currency": "USD"},
)
REFUNDS = (
    ("in part", "r1", "20", "BRL", False),
    ("in part", "r2", "10", "BRL", False),
    ("in part", "total", "25", "BRL", True),
    ("by ad", "r3", "5", "USD", False),
    ("nobody", "r4", "7", "BRL", False),
)


def test_each_order_is_attributed_once_or_says_why_not(sold: Warehouse) -> None:
    found = {one[0]: one[1:] for one in sold.rows(
        "select order_id, campaign_id, ad_id, attributed_by, unattributed_reason from marts.orders"
    )}  # fmt: skip
    assert found == {
        "by ad": (CAMPAIGN, AD, "id", None),
        "by campaign id": (CAMPAIGN, AD, "id", None),
        "by name": (CAMPAIGN, None, "name", None),
        **dict.fromkeys(("refunded", "in part", "unpaid", "late"), (CAMPAIGN, AD, "id", None)),
        "ambiguous": (None, None, None, "ambiguous_name"),
        "unknown": (None, None, None, "unknown_name"),
        "direct": (None, None, None, "no_parameters"),
        "google": (None, None, None, "other_origin"),
        "torn": (None, None, None, "contradiction"),
        "dollars": (None, None, None, "other_currency"),
    }


def test_refunds_are_subtracted_once_from_their_own_order_and_currency(sold: Warehouse) -> None:
    rows = {one[0]: one[1:] for one in sold.rows("select order_id, purchases, value, refunded from marts.orders")}
    assert rows["in part"] == (1, 50, 30) and rows["by ad"] == (1, 50, 0)
    assert rows["refunded"] == (0, 0, 0) and rows["unpaid"][:2] == (0, 0)


def test_totals_agree_and_amounts_of_two_currencies_are_never_added(sold: Warehouse) -> None:
    by_day = sold.rows(
        "select currency, sum(orders), sum(real_purchases), sum(real_purchase_value) from marts.orders_daily"
        " group by currency order by currency"
    )
    assert by_day == [("BRL", 12, 10, 500), ("USD", 1, 1, 50)]
    assert by_day == sold.rows(
        "select currency, count(*), sum(purchases), sum(value) from marts.orders group by currency order by currency"
    )
    attributed = "select sum(purchases), sum(value) from marts.orders where campaign_id is not null"
    assert sold.rows(attributed) == [(5, 250)]
    for mart in ("account_sales_daily", "campaign_sales_daily"):
        total = f"select sum(real_purchases), sum(real_purchase_value) from marts.{mart} where account_id = '1'"
        assert sold.rows(total) == [(5, 250)], mart


def test_real_figures_stand_beside_metas_and_days_that_are_not_known_are_null(sold: Warehouse) -> None:
    rows = sold.rows(
        "select day, spend, real_purchases, real_purchase_value, real_roas, real_cpa from marts.campaign_sales_daily"
        f" where campaign_id = '{CAMPAIGN}' order by day"
    )
    assert rows == [
        (DAY, 100, 4, 200, 2, 25),
        # Meta answered no row on the day of the late order, and nobody read the day: nothing is known of its spend.
        (DAY + timedelta(1), None, 1, 50, None, None),
    ]
    known = sold.rows(
        "select distinct day, real_purchases is null from marts.account_sales_daily where account_id = '1'"
    )
    assert sorted(known) == [(DAY + timedelta(n), n > 1) for n in range(4)]
    assert sold.rows(
        "select count(*) from marts.account_sales_daily where account_id = '2' and real_roas is not null"
    ) == [(0,)]
    meta = "select sum(spend), sum(impressions), count(*) from marts.{} where account_id = '2'"
    assert sold.rows(meta.format("ad_sales_daily")) == sold.rows(meta.format("ad_daily"))


def test_an_ads_orders_are_not_known_where_one_of_its_campaign_names_no_ad(sold: Warehouse) -> None:
    rows = (
        f"select day, real_purchases, real_purchase_value from marts.ad_sales_daily where ad_id = '{AD}' order by day"
    )
    assert sold.rows(rows) == [(DAY, None, None), (DAY + timedelta(1), 1, D(50))]


def test_a_partly_refunded_order_without_its_refund_has_no_value(sold: Warehouse) -> None:
    with sold.engine.connect() as connection:
        connection.exec_driver_sql("delete from ops.order_refunds where order_id = 'in part'")
        (row,) = connection.exec_driver_sql(
            f"select real_purchases, real_purchase_value, real_roas from marts.campaign_sales_daily"
            f" where campaign_id = '{CAMPAIGN}' and day = '{DAY}'"
        )
        connection.rollback()
    assert tuple(row) == (4, None, None)


def test_names_that_fit_the_pattern_are_dimensions_and_others_are_none(sold: Warehouse) -> None:
    names = "select campaign_id, fits, product, audience, stage from marts.campaign_names where account_id = '1'"
    found = {one[0]: one[1:] for one in sold.rows(names)}
    assert found[CAMPAIGN] == (True, "Black", None, "Friday")
    assert found[OTHER] == (False, None, None, None)
    assert {one[0] for one in sold.rows("select fits from marts.campaign_names where account_id = '2'")} == {False}
