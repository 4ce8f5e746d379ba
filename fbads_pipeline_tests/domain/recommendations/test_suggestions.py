"""From breaches to proposals: one per campaign, in a manager's words, with every number behind them."""

import json
import re
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fbads_pipeline.domain.recommendations.breaches import breaches
from fbads_pipeline.domain.recommendations.new_suggestions import from_breaches
from fbads_pipeline_tests.support.fakes import PlainLimits, a_breach, a_window, high_cpa, low_ctr
from fbads_pipeline_tests.support.rendering import reads

BOTH = {"clicks": 62, "spend": "1628", "conversions": "20"}


def suggest(*windows):
    return from_breaches(breaches(windows, PlainLimits()))


def test_both_rules_make_one_pause_of_low_confidence():
    (one,) = suggest(a_window(**BOTH))
    assert (one.kind, one.confidence, one.rules) == ("PAUSE", "low", ("ctr_below", "cpa_above"))
    assert (one.account_id, one.campaign_id, str(one.day), one.marts_version) == ("1", "7", "2026-11-22", 3)


def test_the_reason_is_in_a_managers_words_in_both_languages():
    (one,) = suggest(a_window(**BOTH))
    assert reads(one.reason, "pt") == (
        "De 16/11 a 22/11/2026 gastou R$ 1.628,00: CTR de 0,62% (62 cliques em 10.000 impressões), abaixo do limite"
        " de 1%; CPA de R$ 81,40 com 20 conversões, acima do limite de R$ 50,00."
    )
    assert reads(one.reason, "en") == (
        "From 16 Nov to 22 Nov 2026 it spent R$1,628.00: CTR of 0.62% (62 clicks on 10,000 impressions), below the"
        " limit of 1%; CPA of R$81.40 with 20 conversions, above the limit of R$50.00."
    )


def test_no_conversion_is_said_in_words():
    (one,) = suggest(a_window(spend="180", conversions="0"))
    assert reads(one.reason, "pt").endswith("gastou R$ 180,00: nenhuma conversão, com limite de CPA de R$ 50,00.")
    assert reads(one.reason, "en").endswith("it spent R$180.00: no conversion at all, with a CPA limit of R$50.00.")


def test_one_click_and_one_conversion_are_singular():
    (one,) = suggest(a_window(clicks=1, spend="200", conversions="1"))
    assert "(1 clique em" in reads(one.reason, "pt")
    assert "com 1 conversão," in reads(one.reason, "pt")
    assert "(1 click on" in reads(one.reason, "en")


def test_yen_have_no_cents():
    (one,) = suggest(a_window(spend="18000.4", conversions="2", currency="JPY"))
    assert "it spent ¥18,000: CPA of ¥9,000 with 2 conversions, above the limit of ¥5,000." in reads(one.reason, "en")


def test_the_evidence_is_plain_json_and_names_its_source():
    (one,) = suggest(a_window(**BOTH))
    assert json.loads(json.dumps(one.evidence)) == {
        "mart": "marts.campaign_daily",
        "marts_version": 3,
        "first_day": "2026-11-16",
        "last_day": "2026-11-22",
        "currency": "BRL",
        "impressions": 10000,
        "clicks": 62,
        "spend": "1628",
        "conversions": "20",
        "ctr": "0.0062",
        "cpa": "81.4",
        "limits": {"ctr_below": "0.01", "cpa_above": "50"},
    }


def test_the_same_figures_make_the_same_evidence_whatever_their_trailing_zeros():
    window = a_window(**BOTH)
    same = replace(window, spend=Decimal("1628.000"), conversions=Decimal("2E+1"), ctr=Decimal("0.006200"))
    assert suggest(window) == suggest(same)


def test_one_campaign_in_two_accounts_is_two_campaigns():
    found = from_breaches([a_breach(low_ctr("7", "2")), a_breach(high_cpa("7", "1"), "cpa_above")])
    assert [(one.account_id, one.rules) for one in found] == [("1", ("cpa_above",)), ("2", ("ctr_below",))]


@given(
    impressions=st.integers(1000, 10**9),
    clicks=st.integers(0, 50),
    spend=st.decimals(150, 10**12, places=2),
    conversions=st.decimals(0, 500, places=2),
)
def test_every_number_of_the_words_is_in_the_evidence(impressions, clicks, spend, conversions):
    window = a_window(impressions=impressions, clicks=clicks, spend=str(spend), conversions=str(conversions))
    for one in suggest(window):
        known = [Decimal(str(value)) for value in _numbers(one.evidence)]
        text = re.sub(r"From .*? it spent", "", reads(one.reason, "en"))
        for said in re.findall(r"\d[\d,]*(?:\.\d+)?", text):
            number = Decimal(said.replace(",", ""))
            unit = Decimal(1).scaleb(number.as_tuple().exponent)
            assert any(abs(value - number) <= unit / 2 for value in known), (said, reads(one.reason, "en"), known)


def _numbers(evidence):
    figures = [
        evidence[key] for key in ("impressions", "clicks", "spend", "conversions", "cpa") if evidence[key] is not None
    ]
    shares = [evidence["ctr"], evidence["limits"].get("ctr_below")]
    return [
        *figures,
        *(Decimal(one) * 100 for one in shares if one is not None),
        evidence["limits"].get("cpa_above", 0),
    ]
