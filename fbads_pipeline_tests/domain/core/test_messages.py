"""Messages are stored whole and come back the same."""

from datetime import UTC, date, datetime
from decimal import Decimal

import orjson
import pytest

from fbads_pipeline.domain.core.messages import (
    Count,
    Day,
    Days,
    Instant,
    LegacyText,
    Money,
    Name,
    Percent,
    from_json,
    lines,
    message,
    to_json,
)

VALUES = [
    "plain",
    Count(3),
    Count(Decimal("2.50")),
    Percent(Decimal("0.012")),
    Money(Decimal("1.10"), "BRL", Decimal("1.1")),
    Day(date(2026, 11, 22)),
    Days(date(2026, 11, 1), date(2026, 11, 22)),
    Instant(datetime(2026, 11, 22, 3, tzinfo=UTC), "America/Sao_Paulo"),
    Name(None, message("core.campaign", id="12")),
    Name("=HYPERLINK()", "12"),
    message("core.title", count=2, spend=Money(Decimal("3"), "USD"), what=message("core.inner")),
    lines("", message("core.inner"), lines("a", Count(1))),
    LegacyText({"pt": "O gasto caiu.", "en": "Spend has fallen."}),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_what_is_stored_comes_back_the_same(value):
    assert from_json(orjson.loads(orjson.dumps(to_json(value)))) == value


@pytest.mark.parametrize("stored", [{}, {"kind": "sum"}, {"kind": "money", "amount": "x", "currency": "BRL"}, 7, None])
def test_what_is_no_message_is_refused(stored):
    with pytest.raises(ValueError, match="no stored message"):
        from_json(stored)
