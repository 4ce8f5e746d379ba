"""Attributed orders are stored, and together with those that came since they are all orders, attributed anew."""

from typing import Any

import pytest
import sqlalchemy as sa

from fbads_pipeline_tests.dbt.test_orders import AD, CAMPAIGN, OTHER, add_shop
from fbads_pipeline_tests.support.model_warehouse import DAY, NAME, Warehouse, warehouse_of

STORED = "intermediate.int_order_attributions"
MARTS = ("orders", "orders_daily", "account_sales_daily", "campaign_sales_daily", "adset_sales_daily", "ad_sales_daily")
REPORT = (
    "insert into ops.orders (source, order_id, placed_at, status, value, currency, utm_id, utm_campaign, received_at)"
    f" values ('loja', :order_id, '{DAY}T23:30:00-03:00', 'paid', 70, 'BRL', :utm_id, :utm_campaign, now())"
    " on conflict (source, order_id) do update set utm_id = excluded.utm_id, utm_campaign = excluded.utm_campaign"
)
SHOP = "insert into ops.order_sources values ('outra', 'generic', 'Asia/Tokyo', null, null, 't', now())"


def report(order_id: str, utm_id: str | None = None, utm_campaign: str | None = None) -> tuple[str, dict[str, Any]]:
    return REPORT, {"order_id": order_id, "utm_id": utm_id, "utm_campaign": utm_campaign}


# What shops do is seen at once.
AT_ONCE = {
    "new orders": [
        report("n1", AD),
        report("n2", None, "igual"),
        report("n3"),
        report("n4", OTHER),
        report("n6", None, NAME),
    ],
    "corrected parameters": [report("unknown", None, "Black | Friday"), report("by ad", None, "Verão")],
    "a new order reported again": [report("n5", AD), report("n5", OTHER)],
    "a refund": ["insert into ops.order_refunds values ('loja', 'by name', 'r', 50, 'BRL', true, now(), now())"],
    "an order erased": ["delete from ops.orders where order_id in ('late', 'n1')"],
    "another shop": [
        SHOP,
        "insert into ops.order_source_accounts values ('outra', '1'), ('outra', '2')",
        f"insert into ops.order_coverage values ('outra', '{DAY}', null)",
        "insert into ops.orders (source, order_id, placed_at, status, value, currency, utm_campaign, received_at)"
        f" select 'outra', 'o' || n, '{DAY}T20:00:00Z', 'paid', 5, 'BRL', 'igual', now() from generate_series(1, 3) n",
    ],
}
# Some of them before a build, some after the next one.
BUILT_AFTER = ("corrected parameters", "an order erased", "another shop")
# What else decides is seen by the next build.
BY_THE_NEXT_BUILD = {
    "a campaign renamed": [f"update raw.campaigns set name = 'Verão' where campaign_id = '{OTHER}'"],
    "an ad renamed": [f"update raw.ads set name = 'Outro' where ad_id = '{AD}'"],
    "an account given to the shop": ["insert into ops.order_source_accounts values ('loja', '2')"],
    "an account's currency": ["update raw.accounts set currency = 'USD' where account_id = '1'"],
    "an account's time zone": ["update raw.accounts set timezone_name = 'Asia/Tokyo' where account_id = '1'"],
    "the shop's time zone": ["update ops.order_sources set timezone_name = 'Asia/Tokyo' where source = 'loja'"],
    "an account taken from the shop": ["delete from ops.order_source_accounts where source = 'loja'"],
    "an ad read": [
        "insert into ops.order_source_accounts values ('loja', '1')",
        f"update raw.ads set ad_id = '23850000000099', adset_id = '9' where ad_id = '{AD}'",
    ],
}


@pytest.fixture(scope="module")
def shop(postgres, built):
    with warehouse_of(postgres, built) as warehouse:
        add_shop(warehouse)
        yield warehouse


def rows(connection: sa.Connection) -> dict[str, list[str]]:
    return {
        mart: sorted(connection.execute(sa.text(f"select kept::text from marts.{mart} as kept")).scalars())
        for mart in MARTS
    }


def as_stored(warehouse: Warehouse) -> dict[str, list[str]]:
    with warehouse.engine.connect() as connection:
        return rows(connection)


def all_anew(warehouse: Warehouse) -> dict[str, list[str]]:
    """What the marts say where nothing is stored."""
    with warehouse.engine.connect() as connection:
        connection.execute(sa.text(f"delete from {STORED}"))
        connection.execute(sa.text("delete from intermediate.watermarks where model like 'int_order_attributions %'"))
        found = rows(connection)
        connection.rollback()
    return found


def new_ones(warehouse: Warehouse) -> int:
    return int(warehouse.value("select count(*) from intermediate.int_new_order_attributions"))


def sold_on_a_day_in_reais(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    """Currency, orders and their value of a day of the campaign that Meta reported in reais."""
    with warehouse.engine.connect() as connection:
        day = f"campaign_id = '{CAMPAIGN}' and day = '{DAY}'"
        connection.execute(sa.text(f"update intermediate.int_campaign_daily set currency = 'BRL' where {day}"))
        found = connection.execute(
            sa.text(f"select currency, real_purchases, real_purchase_value from marts.campaign_sales_daily where {day}")
        ).all()
        connection.rollback()
    return [tuple(row) for row in found]


def write(warehouse: Warehouse, statements: list[Any]) -> None:
    for one in statements:
        sql, values = one if isinstance(one, tuple) else (one, {})
        warehouse.run(sql, **values)


def test_stored_and_new_ones_are_all_orders_attributed_anew(shop: Warehouse) -> None:
    assert new_ones(shop) == 0 and as_stored(shop) == all_anew(shop)
    for change, statements in {**AT_ONCE, **BY_THE_NEXT_BUILD}.items():
        before = as_stored(shop)
        write(shop, statements)
        if change in AT_ONCE:
            assert before != as_stored(shop) == all_anew(shop), change
        else:
            assert all_anew(shop)["orders"] != before["orders"], f"{change}: decides nothing"
        if change in AT_ONCE and change not in BUILT_AFTER:
            continue
        shop.built(["int_order_attributions"])
        assert as_stored(shop) == all_anew(shop), change
        assert new_ones(shop) == 0, change
        assert shop.value(f"select count(*) from {STORED}") == shop.value("select count(*) from ops.orders"), change
        if change == "an account's currency":
            assert sold_on_a_day_in_reais(shop) == [("BRL", 1, None)], "dollars in a row of reais"


def test_a_report_waits_for_the_earlier_one_of_its_shop_so_that_none_is_overlooked(shop: Warehouse) -> None:
    sql, values = report("early", AD)
    with shop.engine.connect() as early, shop.engine.connect() as late:
        early.execute(sa.text(sql), values)
        late.execute(sa.text("set local lock_timeout = '200ms'"))
        with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
            late.execute(sa.text(sql), {**values, "order_id": "overtaking"})


def test_a_build_after_which_nothing_changed_writes_nothing_and_a_removed_shop_leaves_nothing(shop: Warehouse) -> None:
    def state() -> tuple[list[Any], list[Any]]:
        return (
            shop.rows(f"select ctid::text, xmin::text from {STORED} order by 1"),
            shop.rows("select * from intermediate.watermarks where model like 'int_order_attributions %' order by 1"),
        )

    write(shop, [report("last", AD)])
    shop.built(["int_order_attributions"])
    before = state()
    shop.built(["int_order_attributions"])
    assert state() == before and len(before[0]) > 5
    shop.run("delete from ops.order_sources")
    assert shop.rows("select * from marts.orders") == []
    shop.built(["int_order_attributions"])
    assert state() == ([], [])


def test_the_orders_of_some_days_are_found_by_an_index(shop: Warehouse) -> None:
    """Of ten thousand orders of a hundred days those of one day are read, whatever the mart."""
    shop.run("insert into ops.order_sources values ('loja', 'generic', 'America/Sao_Paulo', null, null, 't', now())")
    shop.run("insert into ops.order_source_accounts values ('loja', '1') on conflict do nothing")
    shop.run("update raw.accounts set currency = 'BRL' where account_id = '1'")
    shop.run(
        "insert into ops.orders (source, order_id, placed_at, status, value, currency, utm_id, received_at)"
        f" select 'loja', n::text, timestamptz '{DAY}T12:00:00Z' - n % 100 * interval '1 day',"
        " 'paid', 50, 'BRL', :c, now() from generate_series(1, 10000) as n",
        c=CAMPAIGN,
    )
    shop.built(["int_order_attributions"])
    for mart in ("orders", "orders_daily", "campaign_sales_daily", "ad_sales_daily"):
        with shop.engine.connect() as connection:
            (plan,) = connection.execute(
                sa.text(
                    f"explain (analyze, timing off, format json) select * from marts.{mart}"
                    " where account_id = '1' and day between :first and :first"
                ),
                {"first": DAY},
            ).scalars()
        read = sum(_read(plan[0]["Plan"]))
        assert 100 <= read < 1500, f"{mart}: {read} rows of orders were read"


def _read(node: dict[str, Any]) -> list[float]:
    """Rows of orders and of their attributions that a plan read."""
    own = [
        node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
        for name in [node.get("Relation Name")]
        if name in ("orders", "int_order_attributions")
    ]
    return own + [one for part in node.get("Plans", []) for one in _read(part)]
