"""Breaches and verdicts reconciled: at most one suggestion per campaign, and none that its estimate speaks against."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fbads_pipeline.domain.recommendations.inbox.stored_verdicts import StoredVerdict
from fbads_pipeline.domain.recommendations.inbox.withheld import RULE_DECIDES, WithheldVerdict
from fbads_pipeline.domain.recommendations.model.fitting import fit_model
from fbads_pipeline.domain.recommendations.new_suggestions import NewSuggestion, Promise
from fbads_pipeline.domain.recommendations.proposals import proposals
from fbads_pipeline.services.scoring.score_campaigns import score_account
from fbads_pipeline_tests.support.fake_performance import a_performance, same_target, stored
from fbads_pipeline_tests.support.fakes import a_breach, a_window, high_cpa, low_ctr
from fbads_pipeline_tests.support.rendering import reads

DAY = date(2026, 11, 22)
TARGET = Decimal(50)


def verdicts(in_breach=()):
    seen = a_performance()
    found = score_account(seen, same_target(seen), fit_model(seen.history, today=seen.today), in_breach)
    return [stored(found, one) for one in found.proposals] + [
        stored(found, one, is_proposed=False) for one in found.for_breaches
    ]


def a_verdict(campaign_id="7", kind="PAUSE", *, p_better=0.9, expected=100.0, low=10.0, is_proposed=False):
    factor = {"PAUSE": 0.0, "BUDGET_UP": 1.2, "BUDGET_DOWN": 0.8}[kind]
    evidence = {
        "window_days": 28,
        "spend": 1000.0,
        "conversions": 30.0,
        "cpa": 33.33,
        "projected": {"conversions": 31.0, "cpa": [28.0, 32.0, 37.0]},
        "target_cpa": 50.0,
        "effect": [low, expected],
        "p_better": p_better,
    }
    return StoredVerdict(
        *("1", campaign_id, kind, factor, low, expected, expected + 50, p_better, "low", evidence),
        *(is_proposed, DAY, "BRL", "m1", 3),
    )


def withheld(reason, campaign_id="7"):
    return WithheldVerdict("1", campaign_id, reason, DAY, 3)


def ctr(campaign_id="7", **figures):
    return replace(a_breach(low_ctr(campaign_id, **figures)), target_cpa=TARGET)


def cpa(campaign_id="7", **figures):
    return replace(a_breach(high_cpa(campaign_id, **figures), "cpa_above"), target_cpa=TARGET)


def test_a_verdict_promises_an_effect_in_the_accounts_currency():
    up, pause = proposals([], verdicts()).suggestions
    assert [(one.campaign_id, one.kind, one.rules) for one in (up, pause)] == [
        ("7", "BUDGET_UP", ("posterior",)),
        ("9", "PAUSE", ("posterior",)),
    ]
    assert (up.promise.factor, pause.promise.factor) == (1.2, 0.0)
    assert 0 < up.promise.effect_low < up.promise.effect_expected < up.promise.effect_high
    assert "R$ 14.000,00" in reads(up.reason, "pt")
    assert "R$14,000.00" in reads(up.reason, "en")
    assert reads(up.note, "pt").startswith("Outra conclusão")
    assert (up.evidence["first_day"], up.evidence["last_day"], up.evidence["currency"]) == (
        "2026-10-26",
        "2026-11-22",
        "BRL",
    )


def test_what_is_reported_divides_and_what_is_projected_says_so():
    _, pause = proposals([], verdicts()).suggestions
    seen = pause.evidence
    assert seen["cpa"] == round(seen["spend"] / seen["conversions"], 2)
    assert seen["projected"]["conversions"] > seen["conversions"]
    said = reads(pause.reason, "pt")
    spend, conversions, cpa_said = re.search(
        r"gastou R\$\s([\d.,]+) e teve (\d+) convers\w+: CPA de R\$\s([\d.,]+)\.", said
    ).groups()
    assert _number(cpa_said) == round(_number(spend) / int(conversions), 2)
    assert (
        "Projetado para os próximos 7 dias, sobretudo pelos dias recentes e com as conversões que ainda chegam" in said
    )


def test_a_target_that_was_set_as_a_roas_says_so():
    """Each campaign has a CPA of its own then, which nobody has set and nobody would know."""
    one = a_verdict(is_proposed=True)
    one = one._replace(evidence={**one.evidence, "target_roas": 1.5})
    (pause,) = proposals([], [one]).suggestions
    assert "(o que uma conversão desta campanha pode custar com ROAS de 1,5)." in reads(pause.reason, "pt")
    assert "ROAS" not in reads(proposals([], [a_verdict(is_proposed=True)]).suggestions[0].reason, "pt")


def _number(text):
    return float(text.replace(".", "").replace(",", "."))


def test_without_a_conversion_no_cpa_is_said():
    one = a_verdict(is_proposed=True)
    one = one._replace(evidence={**one.evidence, "conversions": 0.0, "cpa": None})
    (pause,) = proposals([], [one]).suggestions
    assert "gastou R$ 1.000,00 sem nenhuma conversão." in reads(pause.reason, "pt")


def test_a_pause_that_both_want_is_one_and_names_both():
    _, pause = proposals([ctr("9")], verdicts()).suggestions
    assert pause.rules == ("posterior", "ctr_below")
    assert pause.confidence == "high"


def test_an_estimate_that_agrees_strengthens_a_limit():
    found = proposals([cpa()], [a_verdict(p_better=0.7, expected=40.0, low=-60.0)])
    (pause,) = found.suggestions
    assert (pause.kind, pause.basis, pause.confidence, pause.rules) == ("PAUSE", "estimate", "low", ("cpa_above",))
    assert (pause.promise.p_better, pause.promise.effect_expected) == (0.7, 40.0)
    assert reads(pause.note, "pt").startswith("Pelas conversões, pausar mudaria")
    assert found.observations == ()


@pytest.mark.parametrize(("p_better", "expected"), [(0.01, -900.0), (0.49, 10.0), (0.6, -0.01)])
def test_where_the_estimate_opposes_there_is_an_observation_and_nothing_to_accept(p_better, expected):
    found = proposals([ctr(spend="288", conversions="10")], [a_verdict(p_better=p_better, expected=expected)])
    assert found.suggestions == ()
    (seen,) = found.observations
    assert (seen.campaign_id, seen.rules, seen.against) == ("7", ("ctr_below",), "estimate")
    assert reads(seen.reason, "pt") == (
        "De 16/11 a 22/11/2026 gastou R$ 288,00: CTR de 0,62% (62 cliques em 10.000 impressões), abaixo do limite de"
        " 1%, mas CPA de R$ 28,80 com 10 conversões, dentro da meta de R$ 50,00: revise o criativo."
    )
    assert reads(seen.reason, "en").endswith(
        "but CPA of R$28.80 with 10 conversions, within the target of R$50.00: review the creative."
    )
    assert seen.evidence["pausing"]["p_better"] == p_better


def test_an_observation_of_a_cpa_above_its_target_says_what_pausing_would_lose():
    (seen,) = proposals([cpa()], [a_verdict(p_better=0.2, expected=-120.0)]).observations
    assert reads(seen.reason, "pt").endswith(
        "mas pela estimativa pausar mudaria o resultado da semana em -R$ 120,00, com probabilidade de ser melhor de"
        " 20%: acompanhe antes de decidir."
    )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (cpa(), "CPA de R$ 81,40 com 20 conversões, acima do limite de {}"),
        (cpa(conversions="0"), "nenhuma conversão, com limite de CPA de {}"),
        (ctr(spend="288", conversions="10"), "mas CPA de R$ 28,80 com 10 conversões, dentro da meta de {}"),
    ],
)
def test_a_limit_that_follows_from_a_roas_says_so_wherever_it_is_shown(found, said):
    observed = proposals([replace(found, target_roas=Decimal("1.5"))], [a_verdict(p_better=0.2)]).observations
    limit = "R$ 50,00 (o que uma conversão desta campanha pode custar com ROAS de 1,5)"
    assert said.format(limit) in reads(observed[0].reason, "pt")


def test_a_campaign_to_be_raised_is_only_observed_beside_its_limit():
    found = proposals([ctr("7")], verdicts({"7"}))
    assert [(one.campaign_id, one.kind) for one in found.suggestions] == [("7", "BUDGET_UP"), ("9", "PAUSE")]
    assert [(one.campaign_id, one.against) for one in found.observations] == [("7", "another suggestion")]


def test_a_cpa_above_the_target_strengthens_a_smaller_budget():
    found = proposals([cpa()], [a_verdict(kind="BUDGET_DOWN", is_proposed=True), a_verdict()])
    assert [(one.kind, one.rules) for one in found.suggestions] == [("BUDGET_DOWN", ("posterior", "cpa_above"))]
    assert found.observations == ()


@pytest.mark.parametrize("reason", [None, *sorted(RULE_DECIDES)])
def test_where_no_estimate_is_possible_a_limit_proposes_by_rule(reason):
    (pause,) = proposals([cpa()], [], [] if reason is None else [withheld(reason)]).suggestions
    assert (pause.kind, pause.basis, pause.confidence, pause.promise, pause.note) == (
        "PAUSE",
        "rule",
        "low",
        None,
        None,
    )


@pytest.mark.parametrize("reason", ["not reported", "anomaly", "learning", "recently edited", "not delivering"])
def test_what_stands_in_the_way_of_an_estimate_speaks_against_a_limit(reason):
    found = proposals([cpa()], [], [withheld(reason)])
    assert found.suggestions == ()
    (seen,) = found.observations
    assert seen.against == reason
    for language in ("pt", "en"):
        assert "recommendations." not in reads(seen.reason, language)


def test_a_rule_proposes_nothing_against_conversions_within_the_target_or_that_were_not_reported():
    within = proposals([ctr(spend="288", conversions="10")], [])
    unknown = proposals([ctr(conversions=None)], [], [withheld("not read")])
    assert (within.suggestions, unknown.suggestions) == ((), ())
    assert [one.against for one in (*within.observations, *unknown.observations)] == [
        "cpa within target",
        "not reported",
    ]


def test_what_is_only_beside_proposes_nothing():
    assert proposals([], [one._replace(is_proposed=False) for one in verdicts()]).suggestions == ()


def test_they_are_ordered_whatever_the_order_given():
    breaches = [replace(a_breach(low_ctr(one)), observed=None) for one in ("5", "6")]
    assert proposals(breaches, verdicts()) == proposals(breaches[::-1], verdicts()[::-1])


def test_a_suggestion_that_its_estimate_speaks_against_cannot_be_made():
    (pause,) = proposals([], [a_verdict(is_proposed=True)]).suggestions
    with pytest.raises(ValueError, match="speaks against PAUSE of campaign 7"):
        replace(pause, promise=replace(pause.promise, p_better=0.49))
    with pytest.raises(ValueError, match="speaks against PAUSE of campaign 7"):
        replace(pause, promise=replace(pause.promise, effect_expected=-0.01))
    assert not Promise(0.0, -1.0, float("nan"), 1.0, 0.9, "m").speaks_for_it
    assert not Promise(0.0, -1.0, 5.0, 1.0, float("nan"), "m").speaks_for_it


CAMPAIGNS = ("1", "2", "3")
VERDICT = st.builds(
    lambda campaign, kind, p, expected, spread, is_proposed: a_verdict(
        campaign, kind, p_better=p, expected=expected, low=expected - spread, is_proposed=is_proposed
    ),
    st.sampled_from(CAMPAIGNS),
    st.sampled_from(("PAUSE", "BUDGET_UP", "BUDGET_DOWN")),
    st.floats(0, 1),
    st.floats(-1000, 1000),
    st.floats(0, 500),
    st.booleans(),
)
WINDOW = st.builds(
    lambda campaign, clicks, spend, conversions: a_window(
        campaign, clicks=clicks, spend=str(spend), conversions=conversions
    ),
    st.sampled_from(CAMPAIGNS),
    st.integers(0, 200),
    st.integers(0, 3000),
    st.one_of(st.none(), st.integers(0, 60).map(str)),
)
BREACH = st.tuples(WINDOW, st.sampled_from(("ctr_below", "cpa_above"))).map(
    lambda one: replace(a_breach(*one), target_cpa=TARGET)
)
REASON = st.tuples(
    st.sampled_from(CAMPAIGNS),
    st.sampled_from(
        ("not read", "not reported", "anomaly", "learning", "recently edited", "not delivering", "another goal")
    ),
)


@settings(max_examples=1_000, deadline=None)
@given(st.lists(BREACH, max_size=4), st.lists(VERDICT, max_size=6), st.lists(REASON, max_size=2))
def test_whatever_is_estimated_and_breached_no_suggestion_contradicts_what_is_known(breaches, known, reasons):
    single = {one.window.campaign_id: one for one in breaches}
    verdict = {(one.campaign_id, one.kind): one for one in known}
    found = proposals(single.values(), verdict.values(), [withheld(reason, one) for one, reason in reasons])
    suggested = [one.campaign_id for one in found.suggestions]
    assert len(suggested) == len(set(suggested)), "one per campaign"
    for one in found.suggestions:
        estimate = verdict.get((one.campaign_id, one.kind))
        if estimate is not None:
            assert estimate.p_better >= 0.5 and estimate.effect_expected >= 0
            assert (one.promise.p_better, one.promise.effect_expected) == (estimate.p_better, estimate.effect_expected)
        else:
            assert (one.basis, one.kind, one.confidence) == ("rule", "PAUSE", "low")
            window = single[one.campaign_id].window
            assert window.conversions is not None and (window.cpa is None or window.cpa > TARGET)
    flagged = {*suggested, *(one.campaign_id for one in found.observations)}
    assert flagged >= single.keys(), "no flag is lost"
    assert all(not isinstance(one, NewSuggestion) for one in found.observations)
