"""The day's verdict reads in both languages whatever it is."""

from decimal import Decimal

import pytest

from fbads_pipeline.adapters.translation.translator import localizer
from fbads_pipeline.api.pages.clients.morning import _no_anomaly
from fbads_pipeline.api.pages.clients.overview_view import verdict_view
from fbads_pipeline.domain.anomalies.learning import AccountLearning
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


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ([(14, 5)], "Nenhuma anomalia aberta nos dias lidos."),
        ([(14, 5), (60, 0)], "Nenhuma anomalia encontrada até agora. 1 conta ainda em aprendizado."),
        ([(14, 5), (3, 0)], "Aprendendo: 1 conta ainda não tem histórico para comparar."),
    ],
)
def test_no_anomaly_is_an_all_clear_only_where_every_detector_watches_every_account(known, said):
    learning = [AccountLearning(str(number), *days) for number, days in enumerate(known)]
    assert _no_anomaly(learning, localizer("pt")) == said
