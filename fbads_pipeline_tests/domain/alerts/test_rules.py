"""When a user's own rule matches, and its alert."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from fbads_pipeline.domain.alerts.rule_messages import compose_rule
from fbads_pipeline.domain.alerts.rules import RuleReading, UserRule, is_crossed, obstacle
from fbads_pipeline_tests.support.fakes import HOSTILE_NAMES
from fbads_pipeline_tests.support.rendering import body_of, title_of

HIGH = UserRule("CPA alto", "cpa", "above", Decimal(60), currency="BRL", guard={"spend": Decimal(200)})
READING = RuleReading(
    *("1", "Loja 1", "7", "Verão", "BRL", date(2026, 11, 20), date(2026, 11, 22)),
    *(Decimal("61.5"), Decimal(30), {"spend": Decimal(300), "conversions": Decimal(5)}),
)


@pytest.mark.parametrize(
    ("rule", "reading", "crossed"),
    [
        ({}, {}, True),
        ({}, {"value": Decimal(60)}, False),
        ({}, {"value": None}, False),
        ({}, {"currency": "USD"}, False),
        ({}, {"sums": {"spend": Decimal(199)}}, False),
        ({}, {"sums": {"spend": None}}, False),
        ({}, {"unread_days": 1}, False),
        ({}, {"is_unreported": True}, False),
        ({"comparison": "below", "threshold": Decimal(99)}, {"unread_days": 1}, False),
        ({"guard": {"conversions": Decimal(0)}}, {"sums": {"conversions": None}}, False),
        ({"accounts": frozenset({"2"})}, {}, False),
        ({"comparison": "below"}, {"value": Decimal(59)}, True),
        ({"comparison": "below"}, {}, False),
        ({"comparison": "rises_by", "threshold": Decimal("1.05")}, {}, True),
        ({"comparison": "rises_by", "threshold": Decimal("1.06")}, {}, False),
        ({"comparison": "rises_by", "threshold": Decimal("0.1")}, {"before": None}, False),
        ({"comparison": "rises_by", "threshold": Decimal("0.1")}, {"before": Decimal(0)}, False),
        ({"comparison": "falls_by", "threshold": Decimal("0.5")}, {"value": Decimal(15)}, True),
        ({"comparison": "falls_by", "threshold": Decimal("0.5")}, {"value": Decimal(16)}, False),
    ],
)
def test_a_threshold_is_crossed_only_where_the_figure_is_defined_meant_and_guarded(rule, reading, crossed):
    assert is_crossed(replace(HIGH, **rule), replace(READING, **reading)) is crossed


@pytest.mark.parametrize(
    ("rule", "reading", "reason"),
    [
        ({}, {}, None),
        ({}, {"unread_days": 2, "is_unreported": True}, "not_read"),
        ({}, {"is_unreported": True}, "not_reported"),
        ({}, {"sums": {"spend": None}}, "not_reported"),
        ({"guard": {}}, {"sums": {"spend": None}}, None),
        ({"accounts": frozenset({"2"})}, {"unread_days": 2}, None),
        ({"currency": "USD"}, {"unread_days": 2}, None),
    ],
)
def test_what_keeps_a_rule_from_being_evaluated(rule, reading, reason):
    assert obstacle(replace(HIGH, **rule), replace(READING, **reading)) == reason


def test_the_alert_names_the_rule_the_days_and_each_figure():
    alert = compose_rule(HIGH, [READING], "money")
    assert title_of(alert) == "Loja 1: CPA alto, 1 campanha"
    assert body_of(alert) == "Regra sua: CPA acima de R$ 60,00, de 20/11 a 22/11/2026.\n\n1. Verão\nCPA: R$ 61,50"
    assert body_of(alert, "en").startswith("Your rule: CPA above R$60.00, from 20 Nov to 22 Nov 2026.")
    assert (alert.rule, alert.severity, alert.window_start) == ("rule.cpa-alto", "warning", date(2026, 11, 22))


def test_a_change_shows_what_was_before_and_roas_is_a_factor():
    rule = UserRule("ROAS", "roas", "falls_by", Decimal("0.3"), level="adset")
    alert = compose_rule(rule, [replace(READING, value=Decimal("1.5"), before=Decimal("3"))], "ratio")
    assert "queda de ao menos 30%" in body_of(alert) and "ROAS: 1,5 (antes 3)" in body_of(alert)
    assert title_of(alert) == "Loja 1: ROAS, 1 conjunto"


@pytest.mark.parametrize(
    ("metric", "unit", "value", "shown"),
    [
        ("roas_with_tax", "ratio", "2.5", "ROAS com imposto: 2,5"),
        ("ctr", "ratio", "0.025", "CTR: 2,5%"),
        ("cost_per_contact", "money", "12", "Custo por contato: R$ 12,00"),
        ("reach", "people", "1200", "Alcance: 1.200"),
    ],
)
def test_every_metric_is_called_as_on_the_pages_and_written_in_its_unit(metric, unit, value, shown):
    rule = UserRule("Minha regra", metric, "above", Decimal(1), level="campaign")
    alert = compose_rule(rule, [replace(READING, value=Decimal(value))], unit)
    assert body_of(alert).splitlines()[-1] == shown


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_stay_on_their_line(name):
    found = [replace(READING, object_id=str(n), object_name=name, account_name=name) for n in range(20)]
    alert = compose_rule(replace(HIGH, name=name or "x"), found, "money")
    json.dumps(alert.facts)
    assert len(title_of(alert).splitlines()) == 1
    assert len(body_of(alert).splitlines()) == 2 + 15 * 2 + 1
    assert all(line.isprintable() for line in (title_of(alert), *body_of(alert).splitlines()))
