"""Tax inside the invoice: dated rates per country, choices of clients and accounts, cost to the cent."""

from datetime import date, timedelta
from decimal import Decimal as D
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbads_pipeline.domain.clients.errors import UnusableClient
from fbads_pipeline.domain.clients.tax import (
    BEGINNING,
    END,
    TaxChoice,
    TaxPeriod,
    TaxRate,
    TaxSetting,
    TaxTable,
    cost_of,
    media_for,
    parse_percent,
    tax_periods,
)

NEW_YEAR = date(2026, 1, 1)
BRAZIL = TaxRate("BR", NEW_YEAR, D("0.1215"))
TABLE = TaxTable([BRAZIL])


def cents(amount):
    return amount.quantize(D("0.01"))


def rate_on(day, country="BR", client=None, *settings):
    (found,) = [one for one in tax_periods(TABLE, country, client, settings) if one.first_day <= day < one.until_day]
    return found.rate, found.origin


@pytest.mark.parametrize(
    ("spend", "cost"),
    [
        ("87.85", "100.00"),
        ("1000", "1138.30"),
        ("7000", "7968.13"),
        ("0", "0.00"),
        ("0.01", "0.01"),
        ("250.37", "285.00"),
    ],
)
def test_cost_is_spend_within_the_invoice_to_the_cent(spend, cost):
    assert cents(cost_of(D(spend), BRAZIL.rate)) == D(cost)


def test_a_prepaid_amount_buys_what_is_left_after_the_tax():
    assert media_for(D(100), BRAZIL.rate) == D("87.85")


@given(st.lists(st.decimals(0, 10**7, places=2), min_size=1, max_size=60), st.decimals(0, "0.6", places=4))
def test_the_cost_of_a_month_is_that_of_its_spend_and_its_days_add_up_to_it(spends, rate):
    """The days' unrounded costs add up to the month's to far below a cent: days, month and total agree."""
    total = sum((cost_of(one, rate) for one in spends), D(0))
    assert abs(total - cost_of(sum(spends, D(0)), rate)) < D("1e-12")


@given(st.decimals(0, 10**9, places=2), st.decimals(0, "0.9", places=4))
def test_cost_and_media_are_each_others_inverse(spend, rate):
    assert cents(media_for(cost_of(spend, rate), rate)) == cents(spend)


def test_the_rate_of_brazil_begins_with_2026():
    assert rate_on(NEW_YEAR - timedelta(1)) == (D(0), "country")
    assert rate_on(NEW_YEAR) == (D("0.1215"), "country")


@pytest.mark.parametrize("country", [None, "US"])
def test_a_country_without_a_rate_has_no_cost(country):
    assert rate_on(NEW_YEAR, country) == (None, "unknown")


def test_the_accounts_setting_goes_before_the_clients_and_that_before_the_country():
    off, own = TaxChoice("off"), TaxChoice("rate", D("0.05"))
    assert rate_on(NEW_YEAR, "BR", off) == (D(0), "client")
    assert rate_on(NEW_YEAR, "BR", off, TaxSetting(own)) == (D("0.05"), "account")
    assert rate_on(NEW_YEAR, "BR", off, TaxSetting(own, date(2026, 3, 1))) == (D(0), "client")
    assert rate_on(NEW_YEAR, "BR", None, TaxSetting(own), TaxSetting(off), TaxSetting(TaxChoice("inherit"))) == (
        D("0.1215"),
        "country",
    )
    assert rate_on(NEW_YEAR, None, None, TaxSetting(TaxChoice(country="BR"))) == (D("0.1215"), "account")


DAYS = st.dates(date(2025, 1, 1), date(2027, 1, 1))
CHOICES = st.sampled_from(
    [TaxChoice("inherit"), TaxChoice(), TaxChoice("off"), TaxChoice("rate", D("0.1")), TaxChoice(country="US")]
)


@given(st.lists(st.builds(TaxSetting, CHOICES, st.none() | DAYS), max_size=6), st.sampled_from([None, "BR", "US"]))
def test_periods_cover_every_day_once(settings, country):
    periods = tax_periods(TABLE, country, None, settings)
    assert periods[0].first_day == BEGINNING and periods[-1].until_day == END
    for one, following in pairwise(periods):
        assert one.until_day == following.first_day and vars(one) != vars(following)
        assert (one.rate, one.country, one.origin) != (following.rate, following.country, following.origin)
    assert all(isinstance(one, TaxPeriod) for one in periods)


@pytest.mark.parametrize(
    ("text", "rate"), [("12,15", "0.1215"), ("12.15 %", "0.1215"), ("0", "0"), ("99.99", "0.9999")]
)
def test_a_rate_is_read_as_people_type_it(text, rate):
    assert parse_percent(text) == D(rate)


@pytest.mark.parametrize("text", ["", "abc", "100", "-1", "1e2", "1.2.3", "٣", "NaN", "1" * 30])
def test_what_is_no_rate_is_refused(text):
    with pytest.raises(UnusableClient):
        parse_percent(text)


@pytest.mark.parametrize(
    "wrong", [{"mode": "rate"}, {"rate": D("0.1")}, {"country": "br"}, {"mode": "rate", "rate": D(1)}]
)
def test_a_choice_that_contradicts_itself_is_refused(wrong):
    with pytest.raises(UnusableClient):
        TaxChoice(**wrong)
