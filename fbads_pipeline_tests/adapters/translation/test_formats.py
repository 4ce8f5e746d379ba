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
        (Percent(Decimal("0.012")), "1,2 %", "1.2 %"),
        (Percent(Decimal("0.0099999"), Decimal("0.01")), "0,99999 %", "0.99999 %"),
        (Percent(Decimal("12.5")), "1.250 %", "1,250 %"),
        (Money(Decimal("1234.56"), "BRL"), "R$ 1.234,56", "BRL 1,234.56"),
        (Money(Decimal("-3"), "BRL"), "-R$ 3,00", "-BRL 3.00"),
        (Money(Decimal("1234.6"), "JPY"), "JP¥ 1.235", "JPY 1,235"),
        (Money(Decimal("50.004"), "USD", Decimal(50)), "US$ 50,004", "USD 50.004"),
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
