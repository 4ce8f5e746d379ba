"""What a finding says in each language, and that it is stored as facts."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import orjson
import pytest

from fbads_pipeline.adapters.translation.translator import localizer, translator
from fbads_pipeline.domain.anomalies.detected import detected
from fbads_pipeline.domain.anomalies.finding_messages import finding_message, kind_message, recovery_message
from fbads_pipeline.domain.anomalies.findings import (
    METRIC_OF,
    THRESHOLD_MARKS,
    THRESHOLD_SHIFT,
    AccountPreferences,
    Cause,
    Finding,
    ThresholdShift,
    valued,
)
from fbads_pipeline.domain.clients.conversion_worth import ConversionWorth
from fbads_pipeline.domain.core.messages import from_json, to_json
from fbads_pipeline_tests.support.daily_figures import calm_days

ZONE = "America/Sao_Paulo"
DROP = Finding(
    campaign=0,
    at=datetime(2026, 11, 23, 14),
    kind="anomaly",
    what="spend_drop",
    severity="warning",
    since=datetime(2026, 11, 23, 11),
    hours=3.0,
    observed=12.5,
    expected=1234.0,
    low=900.0,
    high=1500.0,
    score=-6.0,
    stake=0.0,
)


def text(finding, language, currency="BRL"):
    stored = orjson.dumps(to_json(finding_message(finding, ZONE, currency)))
    return translator().render(from_json(orjson.loads(stored)), language)


def test_a_finding_names_what_since_when_and_the_expected_range():
    assert text(DROP, "pt") == (
        "O gasto caiu: R$ 12,50 em 3 horas, esperado R$ 1.234,00 (R$ 900,00 a R$ 1.500,00), desde 23/11/2026 11:00."
    )
    assert text(DROP, "en") == (
        "Spend has fallen: R$12.50 in 3 hours, R$1,234.00 expected (R$900.00 to R$1,500.00), since 23 Nov 2026, 11:00."
    )


def test_an_export_knows_no_currency_and_conversions_are_no_money():
    assert text(DROP, "pt", currency=None).startswith("O gasto caiu: 12,5 em 3 horas, esperado 1.234 (900 a 1.500)")
    lost = replace(DROP, what="tracking_break", observed=0.0, expected=12.0, low=8.0, high=17.0)
    assert "0 em 3 horas, esperado 12 (8 a 17)" in text(lost, "pt")
    assert "US$" in text(replace(DROP, what="cpa_jump"), "pt", currency="USD")


def test_a_rate_is_a_percentage_and_a_long_window_is_in_days():
    collapse = replace(DROP, what="ctr_collapse", observed=0.004, expected=0.012, low=0.01, high=0.014, hours=72.0)
    assert text(collapse, "pt").startswith("O CTR despencou: 0,4% em 3 dias, esperado 1,2% (1% a 1,4%)")


def test_money_at_stake_and_causes_follow_the_finding():
    causes = (Cause("budget_edit", {"days_ago": 1.0}), Cause("account_wide", {}), Cause("recently_resumed", {}))
    edited = replace(DROP, causes=(Cause("ads_edited", {"days_ago": 1.0}),))
    assert text(edited, "pt").endswith("Provável: os anúncios ou o público foram alterados há 1 dia.")
    assert text(replace(DROP, stake=480.0, causes=causes), "en").endswith(
        "At stake: R$480.00 a day, by the campaign's own usual. Likely: the budget was edited 1 day ago;"
        " the whole account moves the same way; the campaign was resumed lately."
    )


@pytest.mark.parametrize(
    ("lost", "worth", "stake", "says"),
    [
        ({}, None, 99.0, "Em jogo: R$ 99,00 por dia, pelo usual da campanha."),
        (
            {"lost_conversions": 2.346},
            ConversionWorth(Decimal(40)),
            94.0,
            "Em jogo: R$ 94,00 por dia: 2,35 conversões a menos, pela meta de CPA de R$ 40,00.",
        ),
        (
            {"lost_conversions": 2.0},
            ConversionWorth(Decimal(90), Decimal("4.5")),
            180.0,
            "Em jogo: R$ 180,00 por dia: 2 conversões a menos, de R$ 90,00 cada; meta de ROAS 4,5.",
        ),
        (
            {"lost_value": 700.0},
            ConversionWorth(Decimal(90), Decimal(4)),
            700.0,
            "Em jogo: R$ 700,00 por dia em valor de conversões; meta de ROAS 4.",
        ),
        ({"lost_conversions": 2.0}, ConversionWorth(None, Decimal(4)), 99.0, "por dia, pelo usual da campanha."),
        ({"lost_conversions": 0.004}, ConversionWorth(Decimal(40)), 99.0, "por dia, pelo usual da campanha."),
        ({"lost_value": 700.0}, ConversionWorth(Decimal(90)), 99.0, "por dia, pelo usual da campanha."),
    ],
)
def test_what_is_lost_is_valued_by_the_target_and_the_sentence_says_by_which(lost, worth, stake, says):
    found = valued(replace(DROP, stake=99.0, **lost), worth)
    assert found.stake == stake and text(found, "pt").endswith(says)


def test_what_people_have_marked_is_said_of_the_kinds_whose_threshold_it_moved():
    said = AccountPreferences(shifts={"spend_drop": ThresholdShift(0.3, 12), "cpm_rise": ThresholdShift(-0.1, 10)})
    assert text(said.applied_to(DROP, "7"), "pt").endswith("Limiar ajustado em +0,3 por 12 avaliações.")
    lowered = said.applied_to(replace(DROP, what="cpm_rise"), "7")
    assert text(lowered, "en").endswith("Threshold moved by −0.1 after 10 marks.")
    assert (lowered.used[THRESHOLD_SHIFT], lowered.used[THRESHOLD_MARKS]) == (-0.1, 10)
    for other in (replace(DROP, what="spend_spike"), replace(DROP, kind="resolved")):
        assert said.applied_to(other, "7") == other


def test_the_target_is_that_of_the_campaign_and_of_the_day_on_which_it_was_found():
    targets = {("7", date(2026, 11, 23)): ConversionWorth(Decimal(40))}
    said = AccountPreferences(lambda name, day: targets.get((name, day)))
    lost = replace(DROP, stake=9.0, lost_conversions=3.0)
    assert [said.applied_to(lost, name).stake for name in ("7", "8")] == [120.0, 9.0]
    assert said.applied_to(replace(lost, at=datetime(2026, 11, 22)), "7").stake == 9.0


def test_a_tracking_break_asks_to_check_the_pixel():
    clicks = (Cause("tracking", {"clicks": 55.0, "usual_clicks": 40.2}),)
    found = text(replace(DROP, what="tracking_break", causes=clicks), "pt")
    assert "Confira o pixel. Provável: 55 cliques em 12 horas, o usual são 40,2." in found


def test_a_budget_edit_explains_what_a_day_will_spend():
    edit = Cause("budget_edit", {"old": 100.0, "new": 200.0, "at": "2026-11-23 11:00"})
    found = replace(DROP, kind="explained", what="budget_edit", causes=(edit,), hours=48.0)
    assert text(found, "en") == (
        "Budget edited from R$100.00 to R$200.00 at 23 Nov 2026, 11:00: a day is expected to spend R$12.50"
        " instead of R$1,234.00;"
        " spend is not assessed for 48 hours."
    )


def test_an_end_is_back_to_usual_or_a_new_usual():
    over = replace(DROP, kind="resolved", used={"settled": 0.0})
    assert text(over, "pt") == "De volta ao usual: R$ 12,50, esperado R$ 1.234,00."
    assert text(replace(over, used={"settled": 1.0}), "pt") == "Uma semana em R$ 12,50: este é o novo usual."
    since, closed = datetime(2026, 11, 23, 14, tzinfo=UTC), datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
    assert translator().render(recovery_message("spend_drop", since, closed, ZONE), "pt") == (
        "O gasto caiu: de volta ao usual em 23/11/2026 14:30; durava desde 23/11/2026 11:00."
    )


@pytest.mark.parametrize("kind", METRIC_OF)
def test_every_kind_has_a_name_in_every_language(kind):
    assert all(translator().render(kind_message(kind), code) for code in translator().languages)


@pytest.mark.parametrize("stake", [140.915, 102.705, 91.205, 0.125])
def test_half_a_cent_at_stake_is_the_same_in_the_sentence_and_beside_it(stake):
    found = detected(replace(DROP, stake=stake), "c1", calm_days(), "1", is_alert=True)
    beside = localizer("pt").formats.cell(Decimal(repr(found.money_at_stake_per_day)), "money", "BRL")
    assert beside.split()[-1] + " por dia" in translator().render(found.message, "pt")
