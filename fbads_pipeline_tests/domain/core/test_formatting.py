"""Numbers, days and names as people read them."""

from datetime import date
from decimal import Decimal

import pytest

from fbads_pipeline.domain.core import formatting as words
from fbads_pipeline_tests.support.fakes import HOSTILE_NAMES


@pytest.mark.parametrize(
    ("amount", "currency", "pt", "en"),
    [
        ("1234.56", "BRL", "R$ 1.234,56", "BRL 1,234.56"),
        ("0.005", "BRL", "R$ 0,01", "BRL 0.01"),
        ("1234567.8", "JPY", "JPY 1.234.568", "JPY 1,234,568"),
        ("-3", "USD", "-US$ 3,00", "-USD 3.00"),
        ("1000000000000.005", "EUR", "€ 1.000.000.000.000,01", "EUR 1,000,000,000,000.01"),
        ("0", "BRL", "R$ 0,00", "BRL 0.00"),
    ],
)
def test_money_has_its_currency_and_its_decimals(amount, currency, pt, en):
    assert words.money(Decimal(amount), currency, "pt") == pt
    assert words.money(Decimal(amount), currency, "en") == en


@pytest.mark.parametrize(
    ("fraction", "pt", "en"), [("0.012", "1,2 %", "1.2 %"), ("0.01", "1 %", "1 %"), ("0", "0 %", "0 %")]
)
def test_a_fraction_is_read_in_percent(fraction, pt, en):
    assert (words.percent(Decimal(fraction), "pt"), words.percent(Decimal(fraction), "en")) == (pt, en)


def test_what_differs_reads_differently():
    limit = Decimal("0.01")
    assert words.percent(Decimal("0.0099996"), "en", apart_from=limit) == "0.99996 %"
    assert words.percent(limit, "en", apart_from=limit) == "1 %"
    assert words.money(Decimal("50.001"), "BRL", "en", apart_from=Decimal(50)) == "BRL 50.001"
    assert words.money(Decimal("5000.2"), "JPY", "en", apart_from=Decimal(5000)) == "JPY 5,000.2"


def test_days_are_read_as_days():
    first, last = date(2026, 11, 9), date(2026, 11, 22)
    assert words.days(first, last, "pt") == "de 09/11 a 22/11/2026"
    assert words.days(first, last, "en") == "from 9 Nov to 22 Nov 2026"
    assert words.days(last, last, "en") == "on 22 Nov 2026"
    assert words.days(date(2026, 12, 30), date(2027, 1, 5), "pt") == "de 30/12/2026 a 05/01/2027"


def test_counts_are_grouped():
    assert words.count(45210, "pt") == "45.210"
    assert words.count(Decimal("20.50"), "en") == "20.5"
    assert words.count(Decimal("1E+3"), "en") == "1,000"


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_strangers_name_is_one_short_line_without_commands(name):
    shown = words.plain_name(name, "instead")
    assert 0 < len(shown) <= 80
    assert shown.isprintable()
    assert not set(shown) & set("\u202e\u2066\u2069\x1b\0")


def test_names_in_any_script_stay_as_they_are():
    for name in ("Promoção de Verão", "夏のセール", "👩\u200d💻 dev", "می\u200cخواهم", "חורף"):
        assert words.plain_name(name, "") == name


def test_a_name_without_anything_to_see_is_replaced():
    assert words.plain_name("\u202e\0 \t", "campaign 7") == "campaign 7"
    assert words.plain_name(None, "campaign 7") == "campaign 7"
