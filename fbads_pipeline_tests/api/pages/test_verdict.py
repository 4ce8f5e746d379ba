"""The day's verdict reads in both languages whatever it is."""

from decimal import Decimal

import pytest

from fbads_pipeline.adapters.translation.translator import localizer
from fbads_pipeline.api.pages.clients.overview_view import verdict_view
from fbads_pipeline.domain.clients.overview import DayVerdict


@pytest.mark.parametrize("language", ["pt", "en"])
@pytest.mark.parametrize(
    "found",
    [
        DayVerdict("green"),
        DayVerdict("amber"),
        DayVerdict("amber", warnings=2),
        DayVerdict("amber", unlearned=3),
        DayVerdict("learning", unlearned=1),
        DayVerdict("red", critical=1, warnings=4, at_stake={"BRL": Decimal(480), "USD": Decimal(7)}, unlearned=2),
    ],
    ids=lambda one: f"{one.color}-{one.critical}-{one.warnings}-{one.unlearned}",
)
def test_a_verdict_is_a_sentence(found, language):
    shown = verdict_view(found, localizer(language))
    assert shown["text"] and "{" not in shown["text"] and shown["color"] == found.color
    assert ("480" in shown["stake"] and "7" in shown["stake"]) == bool(found.at_stake)


def test_late_readings_alone_are_said_to_be_late_and_no_client_is_blamed():
    assert "atrasadas" in verdict_view(DayVerdict("amber"), localizer("pt"))["text"]
    assert "atrasadas" in verdict_view(DayVerdict("amber", unlearned=3), localizer("pt"))["text"]
