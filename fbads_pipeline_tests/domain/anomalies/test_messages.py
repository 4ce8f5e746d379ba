"""The messages about anomalies: the dearest first, an end as a reply, what was held back in one digest."""

from dataclasses import replace
from datetime import date

from fbads_pipeline.domain.anomalies.messages import (
    AnomalyPart,
    UnannouncedAnomalies,
    compose_anomalies,
    compose_digest,
)
from fbads_pipeline.domain.core.messages import LegacyText
from fbads_pipeline_tests.support.fakes import HOSTILE_NAMES
from fbads_pipeline_tests.support.rendering import body_of, title_of

STOP = AnomalyPart(
    *("a1", "7", "Verão", "delivery_stop", "critical", 480.0, False, False),
    LegacyText({"pt": "A veiculação parou: 0 em 3 horas.", "en": "Delivery has stopped: 0 in 3 hours."}),
)
OVER = replace(STOP, severity="info", is_recovery=True, announced_alert_id="first")
NEWS = UnannouncedAnomalies("1", "Loja 1", "BRL", date(2026, 11, 23), (STOP,))


def told(*parts, **changes):
    """The one alert about them."""
    (alert,) = compose_anomalies(replace(NEWS, parts=parts or (STOP,), **changes), link="https://ads.example/")
    return alert


def test_one_anomaly_is_one_message_with_its_money():
    alert = told()
    assert (title_of(alert), alert.severity, alert.window_start) == (
        "Loja 1: veiculação parou, R$ 480/dia em jogo",
        "critical",
        NEWS.day,
    )
    assert body_of(alert).startswith("Em jogo: R$ 480,00 por dia.\n\n1. Verão\nA veiculação parou: 0 em 3 horas.")
    assert body_of(alert).endswith("\nVer: https://ads.example/")
    assert title_of(alert, "en") == "Loja 1: delivery stopped, R$480/day at stake"
    assert "At stake: R$480.00 a day." in body_of(alert, "en")


def test_the_critical_and_dear_come_first():
    cheap = replace(STOP, anomaly_id="a2", campaign_id="8", campaign_name="B", severity="warning", at_stake=900.0)
    dear = replace(STOP, anomaly_id="a3", campaign_id="9", campaign_name="C", at_stake=500.0)
    alert = told(cheap, STOP, dear)
    assert [line[3:] for line in body_of(alert).splitlines() if line[:1].isdigit()] == ["C", "Verão", "B"]
    assert body_of(alert).startswith("Em jogo: R$ 1.880,00 por dia.")
    assert title_of(alert) == "Loja 1: 3 anomalias, R$ 1.880/dia em jogo"


def test_the_figures_last_days_are_drawn():
    assert "\n6 dias: ██▇█▁▁\n" in body_of(told(replace(STOP, last_days=(9, 9, 7.8, 9, 0, 0.1))))


def test_a_day_that_was_not_reported_is_drawn_as_a_gap_and_not_as_zero():
    assert "\n6 dias: ██·█▁▁\n" in body_of(told(replace(STOP, last_days=(9, 9, None, 9, 0, 0.1))))
    assert "dias:" not in body_of(told(replace(STOP, last_days=(9, 9, None, None, 0, 0.1))))


def test_an_end_replies_to_the_message_that_told_and_asks_for_nothing():
    alert = told(OVER)
    assert (title_of(alert), alert.severity) == ("Loja 1: 1 campanha de volta ao usual", "info")
    assert "O que fazer" not in body_of(alert) and "Em jogo" not in body_of(alert)
    assert (alert.rule, alert.replies_to) == ("anomalies.over", "first")


def test_what_is_new_and_the_ends_of_two_messages_are_three():
    other = replace(OVER, anomaly_id="a2", announced_alert_id="second")
    alerts = compose_anomalies(replace(NEWS, parts=(OVER, STOP, other)))
    assert [(one.rule, one.replies_to) for one in alerts] == [
        ("anomalies", None),
        ("anomalies.over", "first"),
        ("anomalies.over", "second"),
    ]


def test_the_key_is_of_what_is_told_alone():
    keys = {told(STOP).dedupe_key, told(OVER).dedupe_key, told(STOP, replace(STOP, anomaly_id="a2")).dedupe_key}
    assert len(keys) == 3
    assert told(replace(STOP, text="Outro texto."), account_name="Outra").dedupe_key in keys


def test_an_account_that_moves_as_one_is_called_so():
    parts = tuple(replace(STOP, anomaly_id=f"a{n}", campaign_id=str(n), is_account_wide=True) for n in range(5))
    assert title_of(told(*parts)) == "Loja 1: a conta inteira, 5 campanhas, R$ 2.400/dia em jogo"


def test_hostile_names_stay_on_their_line():
    parts = tuple(replace(STOP, campaign_id=f"{n:02}", campaign_name=name) for n, name in enumerate(HOSTILE_NAMES))
    alert = told(*parts, account_name=HOSTILE_NAMES[13])
    assert len(title_of(alert).splitlines()) == 1
    assert len(body_of(alert).splitlines()) == 2 + 2 * 10 + 1 + 3
    assert body_of(alert).splitlines()[-4] == f"… e mais {len(HOSTILE_NAMES) - 10}."


def test_a_digest_holds_every_one_of_a_thousand_on_a_line_of_its_own():
    parts = tuple(replace(STOP, anomaly_id=f"a{n}", campaign_id=str(n), campaign_name=f"C {n}") for n in range(1000))
    alert = compose_digest(replace(NEWS, parts=parts), link="https://ads.example/")
    assert (alert.rule, alert.severity, title_of(alert)) == (
        "digest",
        "info",
        "Loja 1: resumo 23/11, 1.000 anomalias",
    )
    lines = [line for line in body_of(alert).splitlines() if line[:1].isdigit()]
    assert {line.partition(". ")[2].partition(":")[0] for line in lines} == {f"C {n}" for n in range(1000)}
    assert title_of(alert, "en") == "Loja 1: digest 23 Nov, 1,000 anomalies"


def test_a_digest_marks_what_is_over():
    alert = compose_digest(replace(NEWS, parts=(replace(OVER, announced_alert_id=None), STOP)))
    first, second = (line for line in body_of(alert).splitlines() if line[:1].isdigit())
    assert "já voltou ao usual" in second and "já voltou" not in first
    assert "(back to usual)" in body_of(alert, "en")
    assert "resumo 23/11, 2 anomalias, 1 ainda em aberto" in title_of(alert)
    assert "digest 23 Nov, 2 anomalies, 1 still open" in title_of(alert, "en")
