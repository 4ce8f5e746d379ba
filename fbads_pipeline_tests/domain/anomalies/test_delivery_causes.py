"""A stop names the empty balance, the full cap or the rejection behind it; nothing else is explained so."""

from datetime import UTC, datetime

import pytest

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.anomalies.delivery_causes import KnownProblem, may_be_explained, with_delivery
from fbads_pipeline_tests.support.fake_anomalies import an_anomaly

EMPTY, CAP = KnownProblem("balance_empty", None), KnownProblem("account_cap_reached", None)


def explained(kind, *problems):
    (after,) = with_delivery([an_anomaly(kind=kind)], problems)
    return after, translator().render(after.message, "pt")


@pytest.mark.parametrize(
    ("problem", "says"),
    [
        (EMPTY, "Causa conhecida: o saldo pré-pago da conta acabou."),
        (CAP, "Causa conhecida: a conta atingiu o seu limite de gastos."),
        (
            KnownProblem("ad_rejected", an_anomaly().campaign_id),
            "Causa conhecida: anúncios da campanha foram reprovados.",
        ),
    ],
)
def test_a_stop_names_its_cause_and_stays_an_alert(problem, says):
    after, text = explained("delivery_stop", problem)
    assert text.endswith(says) and after.is_alert
    assert after.causes[-1] == {"name": "delivery", "problem": problem.kind}


def test_other_campaigns_and_other_kinds_are_not_explained():
    before = an_anomaly(kind="delivery_stop")
    assert explained("delivery_stop", KnownProblem("ad_rejected", "no other"))[0].causes == before.causes
    assert explained("cpa_jump", EMPTY)[0].causes == an_anomaly(kind="cpa_jump").causes
    assert not may_be_explained([an_anomaly(kind="spend_spike")]) and may_be_explained([before])


SILENT = KnownProblem(
    "pixel_silent", None, datetime(2026, 11, 10, 17, tzinfo=UTC),
    {"event": "Purchase", "clicks": 312, "timezone_name": "America/Sao_Paulo"},
)  # fmt: skip


@pytest.mark.parametrize("kind", ["tracking_break", "cpa_jump"])
def test_a_fall_of_conversions_names_the_pixel_that_is_silent(kind):
    assert may_be_explained([an_anomaly(kind=kind)])
    after, text = explained(kind, SILENT, EMPTY)
    assert "o pixel não recebe nenhum Purchase desde" in text and "14:00" in text and "312 cliques" in text
    assert "saldo" not in text, "an empty balance explains no missing conversions"
    assert after.causes[-1] == {"name": "delivery", "problem": "pixel_silent"}
    assert explained("delivery_stop", SILENT)[0].causes == an_anomaly(kind="delivery_stop").causes
