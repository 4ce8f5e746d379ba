"""The file of automation rules, and its errors with their lines."""

from datetime import timedelta
from decimal import Decimal

import pytest

from fbads_pipeline.adapters.rules_file import parse_rules, read_rules
from fbads_pipeline.bootstrap.metrics import metric_units
from fbads_pipeline.domain.alerts.rules import UserRule
from fbads_pipeline.settings import SettingsError

UNITS = metric_units()
RULES = """\
rules:
  - name: CPA alto
    metric: cpa
    above: 60
    currency: BRL
    window: 3d
    guard: {spend: 200, conversions: 2}
    severity: critical
    channel: email
    cooldown: 12h
    accounts: act_12
  - name: CTR em queda
    metric: ctr
    falls_by: 30%
"""


def test_every_key_is_read():
    high, falling = parse_rules(RULES, "r.yml", UNITS)
    assert high == UserRule(
        *("CPA alto", "cpa", "above", Decimal(60), "campaign", 3, "BRL"),
        {"spend": Decimal(200), "conversions": Decimal(2)},
        *("critical", "email", timedelta(hours=12), frozenset({"12"})),
    )
    assert high.key == "rule.cpa-alto"
    assert (falling.threshold, falling.days, falling.cooldown) == (Decimal("0.3"), 7, timedelta(hours=24))


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("metric: cpa", "metric: cpx", "line 3: metric: 'cpx' is none of impressions"),
        ("above: 60", "above: lots", "line 4: above: 'lots' is not a number such as 60 or 1.5"),
        ("above: 60", "above: 60%", "line 4: above: '60%' is not a number"),
        ("above: 60", "level: campaign", "line 2: a rule has one of above, below, rises_by, falls_by"),
        ("window: 3d", "below: 3", "line 2: a rule has one of above"),
        ("    currency: BRL\n", "", "line 2: cpa is money: say in which currency"),
        ("currency: BRL", "currency: reais", "line 5: currency: 'reais' is no currency such as BRL"),
        ("window: 3d", "window: 40d", "line 6: window: '40d' is none of today, 1d … 28d"),
        ("{spend: 200, conversions: 2}", "{reach: 2}", "line 7: guard: 'reach' is none of impressions, clicks"),
        ("{spend: 200, conversions: 2}", "200", "line 7: guard: a guard is a list such as"),
        ("severity: critical", "severity: loud", "line 8: severity: 'loud' is none of"),
        ("channel: email", "channel: fax", "line 9: channel: 'fax' is none of slack"),
        ("cooldown: 12h", "cooldown: now", "line 10: cooldown: 'now' is no time such as 30m"),
        ("act_12", "loja", "line 11: accounts: 'loja' is not an ad account id"),
        ("CTR em queda", "cpa ALTO", "line 12: line 2 has that name already"),
        ("falls_by: 30%", "falls_by: much", "line 14: falls_by: 'much' is not a number, or one with %"),
        ("metric: ctr", "metric: reach", "line 12: people overlap from day to day"),
        ("name: CTR em queda", "name: 7", "line 12: name: a name has 1 to 60 characters"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(before, after, says):
    assert before in RULES
    with pytest.raises(SettingsError) as wrong:
        parse_rules(RULES.replace(before, after, 1), "r.yml", UNITS)
    assert f"r.yml {says}" in str(wrong.value)


def test_a_file_that_is_not_there_names_its_setting(tmp_path):
    with pytest.raises(SettingsError, match="FBADS_RULES: .* cannot be read: No such file"):
        read_rules(tmp_path / "gone.yml", UNITS)
