"""One formatter: what a number, an amount and a day look like in each language."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.core.messages import Count, Day, Days, Instant, Money, Percent

FIRST, LAST = date(2026, 11, 16), date(2026, 11, 22)


@pytest.mark.parametrize(
    ("value", "pt", "en"),
    [
        (Count(Decimal("1234.5")), "1.234,5", "1,234.5"),
        (Count(1000000), "1.000.000", "1,000,000"),
        (Count(Decimal(10) ** 38), "100" + ".000" * 12, "100" + ",000" * 12),
        (Count(Decimal("2.005")), "2,01", "2.01"),
        (Percent(Decimal("0.012")), "1,2%", "1.2%"),
        (Percent(Decimal("0.0099999"), Decimal("0.01")), "0,99999%", "0.99999%"),
        (Percent(Decimal("12.5")), "1.250%", "1,250%"),
        (Money(Decimal("1234.56"), "BRL"), "R$ 1.234,56", "R$1,234.56"),
        (Money(Decimal("-3"), "BRL"), "-R$ 3,00", "-R$3.00"),
        (Money(Decimal("1234.6"), "JPY"), "JP¥ 1.235", "¥1,235"),
        (Money(Decimal("50.004"), "USD", Decimal(50)), "US$ 50,004", "$50.004"),
        (Day(LAST), "22/11/2026", "22 Nov 2026"),
        (Days(FIRST, LAST), "de 16/11 a 22/11/2026", "from 16 Nov to 22 Nov 2026"),
        (Days(LAST, LAST), "em 22/11/2026", "on 22 Nov 2026"),
        (Days(date(2025, 12, 30), LAST), "de 30/12/2025 a 22/11/2026", "from 30 Dec 2025 to 22 Nov 2026"),
        (Instant(datetime(2026, 11, 22, 2, 30, tzinfo=UTC), "America/Sao_Paulo"), "21/11/2026 23:30",
         "21 Nov 2026, 23:30"),
    ],
)  # fmt: skip
def test_a_value_is_written_as_its_language_writes_it(value, pt, en):
    assert (translator().render(value, "pt"), translator().render(value, "en")) == (pt, en)


def shown(value, language):
    return translator().render(value, language)


@pytest.mark.parametrize(
    ("amount", "currency", "pt", "en"),
    [
        ("1234.56", "BRL", "R$ 1.234,56", "R$1,234.56"),
        ("0.005", "BRL", "R$ 0,01", "R$0.01"),
        ("1234567.8", "JPY", "JP¥ 1.234.568", "¥1,234,568"),
        ("-3", "USD", "-US$ 3,00", "-$3.00"),
        ("1000000000000.005", "EUR", "€ 1.000.000.000.000,01", "€1,000,000,000,000.01"),
        ("0", "BRL", "R$ 0,00", "R$0.00"),
    ],
)
def test_money_has_its_currency_and_its_decimals(amount, currency, pt, en):
    assert shown(Money(Decimal(amount), currency), "pt") == pt
    assert shown(Money(Decimal(amount), currency), "en") == en


@pytest.mark.parametrize(("fraction", "pt", "en"), [("0.012", "1,2%", "1.2%"), ("0.01", "1%", "1%"), ("0", "0%", "0%")])
def test_a_fraction_is_read_in_percent(fraction, pt, en):
    assert (shown(Percent(Decimal(fraction)), "pt"), shown(Percent(Decimal(fraction)), "en")) == (pt, en)


def test_what_differs_reads_differently():
    limit = Decimal("0.01")
    assert shown(Percent(Decimal("0.0099996"), limit), "en") == "0.99996%"
    assert shown(Percent(limit, limit), "en") == "1%"
    assert shown(Money(Decimal("50.001"), "BRL", Decimal(50)), "en") == "R$50.001"
    assert shown(Money(Decimal("5000.2"), "JPY", Decimal(5000)), "en") == "¥5,000.2"


def test_days_are_read_as_days():
    first, last = date(2026, 11, 9), date(2026, 11, 22)
    assert shown(Days(first, last), "pt") == "de 09/11 a 22/11/2026"
    assert shown(Days(first, last), "en") == "from 9 Nov to 22 Nov 2026"
    assert shown(Days(last, last), "en") == "on 22 Nov 2026"
    assert shown(Days(date(2026, 12, 30), date(2027, 1, 5)), "pt") == "de 30/12/2026 a 05/01/2027"


def test_counts_are_grouped():
    assert shown(Count(45210), "pt") == "45.210"
    assert shown(Count(Decimal("20.50")), "en") == "20.5"
    assert shown(Count(Decimal("1E+3")), "en") == "1,000"
