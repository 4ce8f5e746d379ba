"""Breaches and verdicts in one inbox."""

from dataclasses import replace

from fbads_pipeline.domain.recommendations.proposals import proposals
from fbads_pipeline.services.scoring.score_campaigns import score_account
from fbads_pipeline_tests.support.fake_performance import a_performance, stored
from fbads_pipeline_tests.support.fakes import a_breach, low_ctr
from fbads_pipeline_tests.support.rendering import reads


def verdicts(in_breach=()):
    from fbads_pipeline.domain.recommendations.model.fitting import fit_model

    seen = a_performance()
    found = score_account(seen, 50.0, fit_model(seen.history, today=seen.today), in_breach)
    return [stored(found, one) for one in found.proposals] + [
        stored(found, one, is_proposed=False) for one in found.for_breaches
    ]


def test_a_verdict_promises_an_effect_in_the_accounts_currency():
    up, pause = proposals([], verdicts())
    assert [(one.campaign_id, one.kind, one.rules) for one in (up, pause)] == [
        ("7", "BUDGET_UP", ("posterior",)),
        ("9", "PAUSE", ("posterior",)),
    ]
    assert (up.promise.factor, pause.promise.factor) == (1.2, 0.0)
    assert 0 < up.promise.effect_low < up.promise.effect_expected < up.promise.effect_high
    assert "R$ 14.000,00" in reads(up.reason, "pt")
    assert "BRL 14,000.00" in reads(up.reason, "en")
    assert reads(up.note, "pt").startswith("Outra conclusão")
    assert (up.evidence["first_day"], up.evidence["last_day"], up.evidence["currency"]) == (
        "2026-10-26",
        "2026-11-22",
        "BRL",
    )


def test_a_pause_that_both_want_is_one_and_names_both():
    _, pause = proposals([a_breach(low_ctr("9"))], verdicts())
    assert pause.rules == ("posterior", "ctr_below")
    assert pause.confidence == "high"


def test_a_breach_alone_stays_of_low_confidence_with_the_opinion_beside():
    pause, up, _ = sorted(
        proposals([a_breach(low_ctr("7"))], verdicts({"7"})),
        key=lambda one: one.kind != "PAUSE" or one.campaign_id != "7",
    )
    assert (pause.kind, pause.confidence, pause.rules) == ("PAUSE", "low", ("ctr_below",))
    assert pause.promise.effect_high < 0
    assert reads(pause.note, "pt").startswith("Pelas conversões, pausar mudaria")
    assert "posterior" in up.rules


def test_a_breach_that_the_posterior_may_not_judge_has_no_promise():
    (pause,) = proposals([a_breach(low_ctr("6"))], [])
    assert (pause.promise, pause.note) == (None, None)


def test_what_is_only_beside_proposes_nothing():
    assert proposals([], [replace_proposed(one) for one in verdicts()]) == []


def replace_proposed(one):
    return one._replace(is_proposed=False)


def test_they_are_ordered_whatever_the_order_given():
    breaches = [replace(a_breach(low_ctr(one)), observed=None) for one in ("5", "6")]
    assert proposals(breaches, verdicts()) == proposals(breaches[::-1], verdicts()[::-1])
