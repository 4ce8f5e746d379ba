"""The contract of the port Rules, for the fake of the tests and for PostgreSQL."""

from datetime import timedelta
from decimal import Decimal

import pytest

from fbads_pipeline.adapters.postgres.alerts.rules import PostgresRules
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.alerts.rules import RuleReading, UserRule
from fbads_pipeline_tests.support.fakes import NOW, FakeRules, an_alert
from fbads_pipeline_tests.support.sample_marts import EXPRESSIONS, SampleMarts

HIGH = UserRule("CPA alto", "cpa", "above", Decimal(60), days=3, currency="BRL")
TO = [Recipient("slack", "C1"), Recipient("email", "a@b.example")]
WINDOW = (NOW.date() - timedelta(days=3), NOW.date() - timedelta(days=1))
SUMS = {"impressions": Decimal(3000), "clicks": Decimal(150), "spend": Decimal(210), "conversions": Decimal(3)}
READING = RuleReading("1", "Loja 1", "7", "Verão", "BRL", *WINDOW, Decimal(70), None, SUMS)


@pytest.fixture(params=["fake", "postgres"])
def rules(request):
    """Campaign 7 of account 1 spends 70 per conversion, and so does campaign 8 of account 2."""
    if request.param == "fake":
        return FakeRules(READING, a_reading("8", "2"))
    marts = SampleMarts(request.getfixturevalue("migrated_engine"))
    for campaign, account in (("7", "1"), ("8", "2")):
        marts.account(account)
        marts.campaign(campaign, account)
        marts.read(account, *WINDOW)
        marts.days(campaign, WINDOW[1], account, count=3, spend="70")
    return PostgresRules(marts.engine, lambda: EXPRESSIONS)


def a_reading(campaign, account="1"):
    return RuleReading(account, f"Loja {account}", campaign, "Verão", "BRL", *WINDOW, Decimal(70), None, SUMS)


def compose(readings):
    key = "-".join(one.object_id for one in readings)
    return an_alert(alert_id=f"{key}-{readings[0].account_id}", dedupe_key=f"{key}-{readings[0].account_id}")


def announce(rules, *crossed, rule=HIGH, recipients=TO, now=NOW):
    return rules.announce(rule, crossed, compose=compose, recipients=recipients, now=now)


def test_readings_are_ordered_by_account_and_carry_the_sums_of_their_window(rules):
    assert rules.readings(HIGH, now=NOW) == [READING, a_reading("8", "2")]


def test_one_alert_is_written_per_account(rules):
    assert announce(rules, READING, a_reading("9"), a_reading("8", "2")) == 2


def test_an_object_is_announced_again_only_after_its_cool_down(rules):
    assert announce(rules, READING) == 1
    assert announce(rules, READING, now=NOW + timedelta(hours=23)) == 0
    assert announce(rules, a_reading("9"), now=NOW + timedelta(hours=23)) == 1


def test_rules_cool_down_separately(rules):
    announce(rules, READING)
    other = UserRule("CPA muito alto", "cpa", "above", Decimal(65))
    assert rules.announce(other, [READING], compose=_other, recipients=TO, now=NOW) == 1


def _other(readings):
    return an_alert(alert_id="other", dedupe_key="other")


def test_without_a_recipient_on_its_channel_a_match_waits(rules):
    mailed = UserRule(**{**vars(HIGH), "channel": "email"})
    assert announce(rules, READING, rule=mailed, recipients=TO[:1]) == 0
    assert announce(rules, READING, rule=mailed, recipients=[]) == 0
    assert announce(rules, READING, rule=mailed) == 1
