"""Numbers are written as Babel writes them, in languages that group and sign in other ways too."""

import random
from decimal import Decimal

import pytest
from babel.numbers import format_currency, format_decimal, format_percent

from fbads_pipeline.adapters.translation.numbers import NumberWriter

CHANCE = random.Random(11)  # noqa: S311 - a seed, not a secret
NUMBERS = [
    *map(Decimal, ("0", "-0", "0.005", "0.015", "-0.004", "999.995", "1E+3", "1E+20", "1E-30")),
    *(Decimal(CHANCE.randrange(-(10**15), 10**15)).scaleb(-CHANCE.randrange(18)) for _ in range(300)),
]
PATTERNS = {
    "amount": (lambda number, locale: format_currency(number, "BRL", locale=locale), 0),
    "yen": (lambda number, locale: format_currency(number, "JPY", "¤ #,##0.00", locale=locale), 0),
    "percent": (lambda number, locale: format_percent(number, "#,##0.0#%", locale=locale), 2),
    "change": (lambda number, locale: format_percent(number, "+#,##0%;(#,##0%)", locale=locale), 2),
    "count": (lambda number, locale: format_decimal(number, "#,##0.###", locale=locale), 0),
    "plain": (lambda number, locale: format_decimal(number, "0.00", locale=locale), 0),
}


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("locale", ["pt_BR", "en", "de_CH", "fr", "hi_IN", "ar_EG", "es"])
def test_a_number_is_written_as_babel_writes_it(locale, pattern):
    asked, scale = PATTERNS[pattern]
    write = NumberWriter(lambda number: asked(number, locale), scale=scale)
    assert [write(one) for one in NUMBERS] == [asked(one, locale) for one in NUMBERS]


@pytest.mark.parametrize(("locale", "is_own"), [("pt_BR", True), ("en", True), ("hi_IN", False)])
def test_the_languages_of_the_catalogues_ask_babel_no_more(locale, is_own):
    asked, _ = PATTERNS["amount"]
    assert NumberWriter(lambda number: asked(number, locale)).is_own is is_own
