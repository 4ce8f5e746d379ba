"""The message about anomalies: the dearest first, both languages kept, no stranger's markup."""

from dataclasses import replace
from datetime import date

from fbads_pipeline.domain.anomaly_words import AnomalyNews, AnomalyPart, compose_anomalies
from fbads_pipeline_tests.fakes import HOSTILE_NAMES

STOP = AnomalyPart(
    *("a1", "7", "Verão", "delivery_stop", "critical", 480.0, False, False),
    *("A veiculação parou: 0 em 3 horas.", "Delivery has stopped: 0 in 3 hours."),
)
NEWS = AnomalyNews("1", "Loja 1", "BRL", date(2026, 11, 23), (STOP,))


def test_one_anomaly_is_one_message_with_its_money():
    alert = compose_anomalies(NEWS)
    assert (alert.title, alert.severity, alert.window_start) == ("1 anomalia: Loja 1", "critical", NEWS.day)
    assert alert.body.startswith("Em jogo: R$ 480,00 por dia.\n\n1. Verão\nA veiculação parou: 0 em 3 horas.")
    assert alert.facts["title_en"] == "1 anomaly: Loja 1"
    assert "At stake: BRL 480.00 a day." in alert.facts["body_en"]
    assert compose_anomalies(NEWS, "en").title == "1 anomaly: Loja 1"


def test_the_critical_and_dear_come_first_and_recoveries_last():
    cheap = replace(STOP, anomaly_id="a2", campaign_id="8", campaign_name="B", severity="warning", at_stake=900.0)
    dear = replace(STOP, anomaly_id="a3", campaign_id="9", campaign_name="C", at_stake=500.0)
    over = replace(STOP, anomaly_id="a4", campaign_id="6", campaign_name="A", severity="info", is_recovery=True)
    alert = compose_anomalies(replace(NEWS, parts=(over, cheap, STOP, dear)))
    assert [line[3:] for line in alert.body.splitlines() if line[:1].isdigit()] == ["C", "Verão", "B", "A"]
    assert alert.body.startswith("Em jogo: R$ 1.880,00 por dia.")
    assert alert.title == "3 anomalias: Loja 1"


def test_a_recovery_alone_says_so_and_asks_for_nothing():
    alert = compose_anomalies(replace(NEWS, parts=(replace(STOP, severity="info", is_recovery=True),)))
    assert (alert.title, alert.severity) == ("De volta ao usual: 1 campanha: Loja 1", "info")
    assert "O que fazer" not in alert.body and "Em jogo" not in alert.body


def test_the_key_is_of_what_is_told_alone():
    over = replace(STOP, is_recovery=True)
    keys = {compose_anomalies(replace(NEWS, parts=parts)).dedupe_key for parts in ((STOP,), (over,), (STOP, over))}
    assert len(keys) == 3
    renamed = replace(NEWS, account_name="Outra", parts=(replace(STOP, text_pt="Outro texto."),))
    assert compose_anomalies(renamed).dedupe_key in keys


def test_an_account_that_moves_as_one_is_called_so():
    parts = tuple(replace(STOP, anomaly_id=f"a{n}", campaign_id=str(n), is_account_wide=True) for n in range(5))
    assert compose_anomalies(replace(NEWS, parts=parts)).title == "A conta inteira mudou: Loja 1"


def test_hostile_names_stay_on_their_line():
    parts = tuple(replace(STOP, campaign_id=f"{n:02}", campaign_name=name) for n, name in enumerate(HOSTILE_NAMES))
    alert = compose_anomalies(replace(NEWS, account_name=HOSTILE_NAMES[13], parts=parts))
    assert len(alert.title.splitlines()) == 1
    assert len(alert.body.splitlines()) == 2 + 2 * 15 + 1 + 2
    assert alert.body.splitlines()[-3] == f"… e mais {len(HOSTILE_NAMES) - 15}."
