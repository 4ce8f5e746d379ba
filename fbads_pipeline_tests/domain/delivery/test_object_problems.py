"""Statuses become problems with their gravity, and end as fixed or unsaid."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.delivery.facts import DeliveryFacts, evaluate_delivery
from fbads_pipeline.domain.delivery.messages import ads_manager_link, compose, describe, grouped
from fbads_pipeline.domain.delivery.object_problems import ObjectFact
from fbads_pipeline.domain.delivery.problems import StoredProblem
from fbads_pipeline.domain.delivery.reasons import reasons_of

NOW = datetime(2026, 11, 10, 15, tzinfo=UTC)
FEEDBACK = json.dumps({"global": {"PERSONAL_HEALTH": "Ads must not <script>alert(1)</script>"}})


def fact(status="DISAPPROVED", **given):
    made = {"since": NOW, "campaign_name": "Promo", "currency": "BRL", "other_active_ads": 3, "name": "Ad 1"}
    made |= {"kind": "ad", "object_id": "7", "account_id": "1", "campaign_id": "5"}
    return ObjectFact(effective_status=status, **{**made, **given})


def evaluated(one, open_kinds=()):
    keys = {(kind, f"{one.kind}:{one.object_id}") for kind in open_kinds}
    changes = evaluate_delivery(DeliveryFacts([], [one], keys), now=NOW)
    return changes.opened(keys), {kind: how.how for (kind, _), how in changes.ended(keys).items()}


def stored(problem, number=1, **given):
    return StoredProblem(f"p{number}", problem, "open", NOW, "Loja Ipê", "BRL", "America/Sao_Paulo", **given)


def texts(announcement, language):
    alert = compose(announcement)
    return alert, *(translator().render(one, language) for one in (alert.title, alert.body))


def test_the_last_active_ad_is_critical_and_one_among_many_a_warning():
    for others, severity in ((3, "warning"), (0, "critical")):
        ((problem,), _) = evaluated(fact(other_active_ads=others))
        assert (problem.kind, problem.severity) == ("ad_rejected", severity)


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (fact("WITH_ISSUES"), "with_issues"),
        (fact("WITH_ISSUES", kind="campaign", other_active_ads=None), "with_issues"),
        (fact("PENDING_BILLING_INFO"), "billing_missing"),
        (fact("PENDING_REVIEW", since=NOW - timedelta(hours=25)), "in_review"),
        (fact("ACTIVE", kind="adset", learning_status="FAIL", other_active_ads=None), "learning_limited"),
    ],
)
def test_each_status_is_a_problem_of_its_kind(one, kind):
    assert [found.kind for found in evaluated(one)[0]] == [kind]
    assert evaluated(one, [kind]) == ([], {}), "told once"


@pytest.mark.parametrize(
    "one",
    [
        fact("ACTIVE"),
        fact("PENDING_REVIEW", since=NOW - timedelta(hours=3)),
        fact(is_wanted=False),
        fact("CAMPAIGN_PAUSED"),
        fact("ACTIVE", kind="adset", learning_status="LEARNING"),
        fact("PAUSED", kind="adset", learning_status="FAIL"),
    ],
)
def test_what_nobody_wants_to_deliver_or_what_is_usual_is_no_problem(one):
    assert evaluated(one)[0] == []


@pytest.mark.parametrize(
    ("one", "how"),
    [
        (fact("ACTIVE"), {"ad_rejected": "fixed"}),
        (fact("PENDING_REVIEW"), {}),
        (fact("ARCHIVED"), {"ad_rejected": "gone"}),
        (fact("DELETED"), {"ad_rejected": "gone"}),
        (fact(is_wanted=False), {"ad_rejected": "gone"}),
        (fact("WITH_ISSUES"), {"ad_rejected": "gone"}),
    ],
)
def test_how_a_rejection_ends(one, how):
    assert evaluated(one, ["ad_rejected"])[1] == how


def test_a_rejection_is_told_with_reason_money_campaign_and_link_in_the_readers_language():
    ((problem,), _) = evaluated(fact(feedback=FEEDBACK, per_day=80.0, other_active_ads=0))
    (announcement,) = grouped([stored(problem)])
    alert, title, body = texts(announcement, "pt")
    assert title == "Loja Ipê: 1 anúncio reprovado, R$ 80,00/dia parados"
    assert "Ad 1 (campanha Promo): reprovado pela Meta. Motivo: saúde pessoal (Meta: “Ads must not" in body
    assert "Era o último anúncio ativo da campanha." in body
    assert "Gasto habitual que parou: R$ 80,00 por dia." in body
    assert "https://adsmanager.facebook.com/adsmanager/manage/ads?act=1&selected_ad_ids=7" in body
    assert (alert.severity, alert.rule) == ("critical", "delivery.ad_rejected")
    _, title, body = texts(announcement, "en")
    assert (
        title == "Loja Ipê: 1 ad rejected, R$80.00/day stopped, since 12:00"
        and "Reason: personal health (Meta:" in body
    )


def test_many_of_an_account_are_one_alert_that_lists_ten():
    problems = [evaluated(fact(object_id=str(n)))[0][0] for n in range(12)]
    (announcement,) = grouped([stored(one, n) for n, one in enumerate(problems)])
    alert, title, body = texts(announcement, "pt")
    assert title == "Loja Ipê: 12 anúncios reprovados, desde 12:00" and "… e mais 2." in body
    assert len(alert.facts["parts"]) == 10 and len(alert.facts["problems"]) == 12
    lines = body.splitlines()
    for part in alert.facts["parts"]:
        assert "reprovado pela Meta" in lines[part["line"]] and lines[part["line"] + 1].startswith("https://")


def test_a_fix_replies_to_the_alert_that_told_the_problem():
    ((problem,), _) = evaluated(fact())
    (announcement,) = grouped([stored(problem, ended_at=NOW + timedelta(hours=1), alert_id="a1")])
    alert, title, _ = texts(announcement, "en")
    assert title == "Loja Ipê: 1 rejected ad delivers again"
    assert (alert.replies_to, alert.severity) == ("a1", "info")


@pytest.mark.parametrize(
    "odd", [None, "", "no json", "[]", "7", '{"global": 3}', '{"global": {"X": null}}', '[null, "x"]']
)
def test_feedback_of_any_form_is_read_without_fault(odd):
    for reason in reasons_of(odd, odd):
        assert reason.name or reason.text or reason.key is None


def test_metas_words_are_one_line_and_short_and_an_unknown_policy_keeps_its_name():
    long = json.dumps({"global": {"SOMETHING_NEW": "a\n\u202eb" + "c" * 900}})
    (reason,) = reasons_of(long, None)
    assert (reason.key, reason.name) == (None, "SOMETHING NEW")
    assert "\n" not in reason.text and "\u202e" not in reason.text and len(reason.text) <= 300
    ((problem,), _) = evaluated(fact(feedback=long))
    assert "SOMETHING NEW" in translator().render(describe(problem), "pt")
    assert ads_manager_link(problem).startswith("https://adsmanager.facebook.com/")
