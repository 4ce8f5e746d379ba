"""Cost with tax beside spend, in every daily mart: at the rate of the account's day, null where none is known."""

from decimal import Decimal as D

import pytest

from fbads_pipeline.adapters.clients.tax_rates_file import read_tax_rates
from fbads_pipeline.adapters.postgres.clients.taxes import PostgresTaxes
from fbads_pipeline_tests.support.model_warehouse import DAILY_MARTS, Warehouse


@pytest.fixture
def taxed(warehouse: Warehouse) -> Warehouse:
    """Account 1 is of Brazil; of account 2 nobody knows the country."""
    warehouse.run("update raw.accounts set country = 'BR' where account_id = '1'")
    PostgresTaxes(warehouse.engine, read_tax_rates(None)).refresh()
    return warehouse


def test_every_mart_has_the_cost_beside_the_spend_and_none_where_no_rate_is_known(taxed: Warehouse) -> None:
    for mart in DAILY_MARTS:
        rows = taxed.rows(f"select account_id, spend, cost, tax, conversions, cpa_with_tax from marts.{mart}")
        assert {one[0] for one in rows} == {"1", "2"}
        for account_id, spend, cost, tax, conversions, cpa in rows:
            if account_id == "2":
                assert (cost, tax, cpa) == (None, None, None), "a cost is never the spend because nobody knows the rate"
                continue
            assert round(cost, 8) == round(spend / D("0.8785"), 8) and round(cost - tax - spend, 8) == 0
            assert round(cpa, 8) == round(cost / conversions, 8)


def test_days_add_up_to_the_cost_of_the_months_spend_to_the_cent(taxed: Warehouse) -> None:
    sums = "select round(sum(cost), 2), round(sum(spend) / 0.8785, 2) from marts.campaign_daily where account_id = '1'"
    assert len(set(taxed.rows(sums)[0])) == 1


def test_the_rate_of_the_day_counts(taxed: Warehouse) -> None:
    first, second = (one for (one,) in taxed.rows("select distinct day from marts.account_daily order by 1 limit 2"))
    taxed.run("delete from ops.tax_periods where account_id = '1'")
    for since, until, rate in (("0001-01-01", second, "0"), (second, "9999-12-31", "0.5")):
        taxed.run(
            "insert into ops.tax_periods values ('1', :since, :until, :rate, 'BR', 'country')",
            since=since,
            until=until,
            rate=rate,
        )
    (early,), (late,) = taxed.rows(
        "select cost / spend from marts.account_daily where account_id = '1' and day in (:a, :b) order by day",
        a=first,
        b=second,
    )
    assert (early, late) == (1, 2)
    taxed.run("update ops.tax_periods set until_day = first_day + 1 where account_id = '1' and rate = 0")
    taxed.run("update ops.tax_periods set first_day = '9000-01-01' where account_id = '1' and rate = 0.5")
    found = taxed.rows("select distinct cost from marts.account_daily where account_id = '1'")
    assert found == [(None,)], "a day between two periods has no rate: neither that of before nor that of after"
