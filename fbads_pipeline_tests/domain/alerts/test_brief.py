"""What is under the title: three lines, the most money first, the rest counted."""

from dataclasses import replace
from decimal import Decimal

import pytest

from fbads_pipeline.adapters.translation.deliveries import rendered_alert
from fbads_pipeline.domain.alerts.brief import Brief, BriefLine, brief_json, stored_brief
from fbads_pipeline.domain.anomalies.messages import AnomalyPart, UnannouncedAnomalies, compose_anomalies
from fbads_pipeline.domain.core.messages import Instant, Money, Percent, message, sentences
from fbads_pipeline_tests.support.fakes import NOW, an_alert


def finding(campaign, at_stake, **changes):
    """A CTR that collapsed, as it is stored."""
    found = message(
        "anomalies.finding",
        what=message("anomalies.kind.ctr_collapse"),
        window=message("anomalies.hours", count=24),
        since=Instant(NOW, "America/Sao_Paulo"),
        observed=Percent(Decimal(0)),
        **{name: Percent(Decimal(0)) for name in ("expected", "low", "high")},
    )
    text = sentences(found, message("anomalies.finding_at_stake", stake=Money(Decimal(1), "BRL")))
    values = ("a" + campaign, campaign, campaign, "ctr_collapse", "warning", at_stake, False, False, text)
    return replace(AnomalyPart(*values), **changes)


def brief_of_anomalies(*parts, language="pt"):
    (alert,) = compose_anomalies(UnannouncedAnomalies("1", "Loja Ipê", "BRL", NOW.date(), parts))
    return rendered_alert(alert, language).brief


def test_three_lines_by_money_and_the_rest_is_counted():
    parts = [finding(name, stake) for name, stake in (("A", 10.0), ("B", 900.4), ("C", 2100.49), ("D", 0.0))]
    parts += [finding(f"E{n}", 1.0, severity="critical") for n in range(3)]
    brief = brief_of_anomalies(*parts)
    assert brief.text.splitlines() == [
        "C: CTR despencou: 0% em 24 horas (esperado 0%); R$ 2.100/dia em jogo",
        "B: CTR despencou: 0% em 24 horas (esperado 0%); R$ 900/dia em jogo",
        "A: CTR despencou: 0% em 24 horas (esperado 0%); R$ 10,00/dia em jogo",
        "e mais 4",
    ]
    assert [one.subject for one in brief.lines] == [{"anomaly_id": f"a{name}"} for name in "CBA"]


def test_a_line_has_its_figures_whole_however_long_the_name_is():
    (line,) = brief_of_anomalies(finding("x" * 400, 2100.49), language="en").lines
    assert line.text.startswith("x" * 39 + "…: CTR collapsed: 0% in 24 hours")
    assert line.text.endswith("; R$2,100/day at stake")


def test_what_is_stored_is_read_as_it_was():
    brief = an_alert().brief
    assert stored_brief(brief_json(brief)) == brief and stored_brief(None) is None
    with pytest.raises(ValueError, match="a brief has 3 lines"):
        Brief((BriefLine("", ""),) * 4)
