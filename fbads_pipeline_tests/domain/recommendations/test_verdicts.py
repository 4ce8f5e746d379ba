"""What the posterior proposes, when it stays silent, and that nothing in a history makes it stumble."""

import json
import math
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fbads_pipeline.domain.recommendations.reasons import would_change
from fbads_pipeline.domain.recommendations.suggestions import breaches, suggest
from fbads_pipeline_tests.support.fakes import PlainLimits
from fbads_pipeline_tests.support.histories import COLUMNS, TODAY, a_campaign, an_account
from fbads_pipeline_tests.support.rendering import reads

TARGET = 30.0


def verdicts(history, **options):
    return {one.campaign_id: one for one in suggest(history, today=TODAY, target_cpa=TARGET, **options)}


def changed(history, **columns):
    return history.assign(**columns)


def test_the_dear_campaign_is_paused_and_the_cheap_one_raised():
    found = verdicts(an_account())
    assert (found["dear"].action, found["dear"].factor) == ("PAUSE", 0.0)
    assert (found["cheap"].action, found["cheap"].factor) == ("BUDGET_UP", 1.2)
    assert found["dear"].effect[0] > 0 and found["dear"].p_better > 0.95


def test_a_pauses_effect_is_what_it_would_have_lost():
    dear = verdicts(an_account())["dear"]
    # 100 a day for about .4 conversions worth 30 each: 7 × (100 − 12), shrunk a little to the account.
    assert dear.effect[0] < 616 and dear.effect[1] > 560 and dear.effect[1] < 650


@pytest.mark.parametrize(
    "silenced",
    [
        pytest.param({"days": 6}, id="learning"),
        pytest.param({"status": "PAUSED"}, id="paused"),
        pytest.param({"spend": 0.0, "conversions": 0.0}, id="no delivery"),
        pytest.param({"until": TODAY - timedelta(days=3)}, id="gone"),
    ],
)
def test_silence(silenced):
    loud = an_account(one=a_campaign("x", conversions=0.4))
    quiet = an_account(one=a_campaign("x", **({"conversions": 0.4} | silenced)))
    assert "x" in verdicts(loud)
    assert "x" not in verdicts(quiet)


@pytest.mark.parametrize(("days_ago", "speaks"), [(6, False), (7, True)])
def test_a_budget_edit_is_given_seven_days(days_ago, speaks):
    one = a_campaign("x", conversions=0.4)
    old = pd.to_datetime(one["date"]) < pd.Timestamp(TODAY - timedelta(days=days_ago))
    one.loc[old, "daily_budget"] = 110.0
    assert ("x" in verdicts(an_account(one=one))) is speaks


def test_an_open_anomaly_withholds_the_verdict():
    assert "dear" not in verdicts(an_account(), withheld={"dear"})


def test_a_campaign_that_leaves_money_over_is_not_given_more():
    assert "cheap" not in verdicts(changed(an_account(), daily_budget=120.0))


def test_reasons_are_told_in_both_languages_with_numbers_of_the_evidence():
    dear = verdicts(an_account())["dear"]
    assert "target 30" in reads(dear.reason, "en") and "meta de 30" in reads(dear.reason, "pt")
    assert json.loads(json.dumps(dear.evidence))["target_cpa"] == TARGET
    texts = [reads(one, code) for one in (dear.reason, dear.would_change) for code in ("pt", "en")]
    assert "nan" not in " ".join(texts).lower()


def test_immature_days_are_not_read_as_a_fall():
    steady = an_account()
    late = steady.copy()
    fresh = pd.to_datetime(late["date"]) >= pd.Timestamp(TODAY - timedelta(days=2))
    late.loc[fresh, "conversions"] *= 0.5
    middle = [suggest(one, today=TODAY, target_cpa=TARGET)[0].evidence["projected"]["cpa"][1] for one in (steady, late)]
    assert middle[1] == pytest.approx(middle[0], rel=0.08)


def test_no_other_campaigns_rows_nor_their_order_matter_to_the_draws():
    history = an_account()
    shuffled = history.sample(frac=1.0, random_state=3).reset_index(drop=True)
    assert suggest(history, today=TODAY, target_cpa=TARGET) == suggest(shuffled, today=TODAY, target_cpa=TARGET)


def test_numbers_as_text_decimals_or_integers_read_the_same():
    history = an_account()
    texts = changed(history, spend=history["spend"].map(str), conversions=history["conversions"].map(str))
    exact = changed(history, spend=history["spend"].map(lambda one: Decimal(str(one))), date=history["date"].map(str))
    assert verdicts(history) == verdicts(texts) == verdicts(exact)


def test_identities_are_text():
    history = pd.concat([a_campaign(1, conversions=0.4), *[a_campaign(one) for one in range(2, 9)]])
    assert {type(one.campaign_id) for one in suggest(history, today=TODAY, target_cpa=TARGET)} == {str}
    assert "1" in verdicts(history)


def test_what_is_missing_is_said_in_one_sentence():
    with pytest.raises(ValueError, match=r"^The history lacks the columns spend, status\.$"):
        suggest(an_account().drop(columns=["spend", "status"]), today=TODAY, target_cpa=TARGET)
    with pytest.raises(ValueError, match="not a date"):
        suggest(changed(an_account(), date="soon"), today=TODAY, target_cpa=TARGET)
    with pytest.raises(ValueError, match="positive"):
        suggest(an_account(), today=TODAY, target_cpa=0)


def test_an_empty_history_has_no_verdicts():
    assert suggest(pd.DataFrame(columns=COLUMNS), today=TODAY, target_cpa=TARGET) == []


def test_null_conversions_are_not_zero():
    unknown = a_campaign("x").assign(conversions=None)
    assert "x" not in verdicts(an_account(one=unknown))


FIGURE = st.one_of(
    st.none(),
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-5, 10**13),
    st.decimals(0, 1000, places=2),
    st.sampled_from(["", "12.5", "x"]),
)
ROW = st.tuples(
    st.sampled_from(["a", "b", 3]),
    st.integers(-3, 40),
    *[FIGURE] * 5,
    st.sampled_from(["ACTIVE", "PAUSED", None, math.nan]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROW, max_size=25))
def test_whatever_a_history_holds_every_verdict_is_finite(rows):
    dated = [(one[0], TODAY - timedelta(days=one[1]), *one[2:]) for one in rows]
    history = pd.concat([an_account(), pd.DataFrame(dated, columns=COLUMNS).astype(object)])
    for one in suggest(history, today=TODAY, target_cpa=TARGET):
        assert np.isfinite([*one.effect, one.expected, one.p_better]).all()
        assert one.effect[0] <= one.effect[1] and 0 <= one.p_better <= 1
        assert "nan" not in reads(one.reason, "en").lower()


@pytest.mark.parametrize(
    "figures", [{"spend": 1e11, "budget": 1e11}, {"days": 1}, {"conversions": 1e9}, {"spend": 1e-6}]
)
def test_extremes_are_borne(figures):
    for one in suggest(a_campaign(**figures), today=TODAY, target_cpa=TARGET):
        assert np.isfinite(one.effect).all()


def test_plain_thresholds_are_listed_apart():
    found = breaches(an_account(), today=TODAY, limits=PlainLimits())
    assert [(one.window.campaign_id, one.rule) for one in found if one.rule == "cpa_above"] == [("dear", "cpa_above")]
    assert found[0].window.first_day == TODAY - timedelta(days=7)


def test_the_module_stays_light_for_those_who_only_load_it():
    module = "fbads_pipeline.domain.recommendations.new_suggestions"
    code = f"import sys, {module}; print({{'pandas', 'numpy', 'scipy'}} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("action", "cpa", "begins"),
    [
        ("BUDGET_DOWN", 25.0, "On average it is below the target"),
        ("BUDGET_DOWN", 35.0, "What would change it: conversions still to arrive"),
        ("PAUSE", 35.0, "What would change it: conversions still to arrive"),
    ],
)
def test_what_would_change_a_verdict_does_not_ask_for_what_is_so_already(action, cpa, begins):
    evidence = {"target_cpa": 30.0, "projected": {"cpa": [cpa - 5, cpa, cpa + 5]}}
    assert reads(would_change(action, evidence), "en").startswith(begins)
