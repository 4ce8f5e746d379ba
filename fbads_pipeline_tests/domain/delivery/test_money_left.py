"""The money left is read from Meta's text exactly, or not at all."""

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from babel.numbers import format_currency, get_currency_precision, list_currencies
from hypothesis import given, settings
from hypothesis import strategies as st

from fbads_pipeline.domain.delivery.money_left import read_money_left, shape_of

LOCALES = ("pt_BR", "pt_PT", "en_US", "en_GB", "en_IN", "es", "es_ES", "es_MX", "es_AR", "es_CL", "es_CO")


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("Saldo disponível (R$278,60 BRL)", "BRL", "278.60"),
        ("Saldo disponível (R$ 1.234,56 BRL)", "BRL", "1234.56"),
        ("Saldo disponível: R$ 1.234,56", "BRL", "1234.56"),
        ("Saldo disponível: R$\u00a01.234,56", "BRL", "1234.56"),
        ("Saldo disponível – R$ 5", "BRL", "5"),
        ("SALDO DISPONÍVEL (R$278,60)", "BRL", "278.60"),
        ("Saldo pré-pago (R$0,00 BRL)", "BRL", "0.00"),
        ("R$ 278,60 disponíveis", "BRL", "278.60"),
        ("Available balance (R$278.60 BRL)", "BRL", "278.60"),
        ("Available balance ($1,234.56 USD)", "USD", "1234.56"),
        ("Available balance (US$1,234.56)", "USD", "1234.56"),
        ("Available balance: 1,234.56 USD", "USD", "1234.56"),
        ("1,234.56 USD", "USD", "1234.56"),
        ("$1,234.56 USD available", "USD", "1234.56"),
        ("Available Balance: -$5.00", "USD", "-5.00"),
        ("Available balance (¥12,345 JPY)", "JPY", "12345"),
        ("Available funds: CHF 1'234.50", "CHF", "1234.50"),
        ("Prepaid balance (12,34,567.50 INR)", "INR", "1234567.50"),
        ("Saldo disponible ($1.234,56 MXN)", "MXN", "1234.56"),
        ("Saldo disponible (1.234,56 €)", "EUR", "1234.56"),
        ("Fondos disponibles: 1 234,56 €", "EUR", "1234.56"),
        ("Fondos disponibles: 1\u202f234,56\u00a0€", "EUR", "1234.56"),
        ("Saldo disponible (27.860 CLP)", "CLP", "27860"),
        ("Saldo disponible (USD 278.60)", "USD", "278.60"),
        ("Saldo disponible (S/ 1,234.50 PEN)", "PEN", "1234.50"),
        ("Saldo disponível (-R$12,30 BRL)", "BRL", "-12.30"),
        ("Saldo disponível (R$ -12,30 BRL)", "BRL", "-12.30"),
        ("Saldo disponível (\u2212R$12,30 BRL)", "BRL", "-12.30"),
    ],
)
def test_a_known_form_is_read_to_the_cent(text, currency, amount):
    assert read_money_left(text, currency) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("", "BRL"),
        ("Visa *1234", "BRL"),
        ("PayPal (maria@exemplo.com.br)", "BRL"),
        ("Saldo devedor (R$278,60 BRL)", "BRL"),
        ("Saldo não disponível (R$278,60 BRL)", "BRL"),
        ("Saldo no disponible (278,60 €)", "EUR"),
        ("Outstanding balance ($5.00 USD)", "USD"),
        ("Saldo disponível (US$278,60)", "BRL"),
        ("Saldo disponível ($278,60)", "BRL"),
        ("Saldo disponível (278,60)", "BRL"),
        ("Saldo disponível (R$278,60 USD)", "BRL"),
        ("Saldo disponível (R$ 1.234.56)", "BRL"),
        ("Saldo disponível (R$ 1,234,56)", "BRL"),
        ("Saldo disponível (R$ 1.2345)", "BRL"),
        ("Saldo disponível (R$ 0.500)", "BRL"),
        ("Saldo disponível (R$--5)", "BRL"),
        ("Saldo disponível (R$278,60 BRL) 2", "BRL"),
        ("Saldo disponível (R$278,60 de R$300,00)", "BRL"),
        ("Saldo disponível (R$\u0663)", "BRL"),
        ("Available balance (1.234 KWD)", "KWD"),
        ("利用可能残高 (¥1,234 JPY)", "JPY"),
        ("Saldo disponível (R$278,60 BRL)", ""),
        ("R$" + "1" * 300, "BRL"),
    ],
)
def test_what_is_of_no_known_form_is_unknown_and_never_zero(text, currency):
    assert read_money_left(text, currency) is None


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(LOCALES),
    st.sampled_from(sorted(list_currencies())),
    st.decimals(min_value=-(10**9), max_value=10**9, places=3, allow_nan=False),
    st.sampled_from(["{}", "Saldo disponível ({})", "Available balance: {}", "Saldo disponible ({} {code})"]),
)
def test_every_amount_that_babel_writes_is_read_exactly_or_not_at_all(locale, currency, amount, form):
    text = form.format(format_currency(amount, currency, locale=locale), code=currency)
    written = amount.quantize(Decimal(1).scaleb(-get_currency_precision(currency)), ROUND_HALF_EVEN)
    assert read_money_left(text, currency) in (None, written)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("currency", ["BRL", "USD", "EUR", "MXN", "ARS", "COP", "CLP", "JPY", "GBP"])
def test_the_currencies_of_most_accounts_are_always_read(locale, currency):
    for amount in (Decimal("0"), Decimal("278.6"), Decimal("1234567.89"), Decimal("-12.34")):
        text = f"Saldo disponível ({format_currency(amount, currency, locale=locale)})"
        written = amount.quantize(Decimal(1).scaleb(-get_currency_precision(currency)), ROUND_HALF_EVEN)
        assert read_money_left(text, currency) == written, text


def test_a_shape_holds_the_form_and_nobodys_data():
    assert shape_of("Saldo disponível (R$278,60 BRL)") == "Saldo disponível (R$999,99 BRL)"
    assert shape_of("Visa *4242") == "Visa *9999"
    assert "maria" not in shape_of("PayPal (maria@exemplo.com.br)").lower()
    assert len(shape_of("a" * 500)) == 80
