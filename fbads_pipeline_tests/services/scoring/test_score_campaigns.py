"""Scoring: every account, one model each, and what stands in the way of a proposal."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from fbads_pipeline.domain.recommendations.targets import SettingsTargets
from fbads_pipeline.domain.scoring.account_performance import OpenAnomaly
from fbads_pipeline.services.scoring.score_campaigns import score_account, score_campaigns
from fbads_pipeline_tests.support.fake_performance import FakePerformance, a_performance, same_target
from fbads_pipeline_tests.support.fakes import (
    FakeMarts,
    FakeReviews,
    FixedClock,
    PlainLimits,
    a_breach,
    an_account,
    low_ctr,
)

SINCE = datetime(2026, 11, 23, 6, tzinfo=UTC)


def scored(performance, decisions=None, accounts=("1",)):
    marts = FakeMarts(accounts=[an_account(one) for one in accounts])
    return score_campaigns(marts, performance, decisions or FakeReviews(), FixedClock(), SettingsTargets(PlainLimits()))


def proposals(performance, **changes):
    report = scored(FakePerformance(replace(performance, **changes)))
    return {one.campaign_id: one.action for one in report.accounts[0].proposals}


def test_a_bargain_may_have_more_and_a_loss_less():
    performance = FakePerformance(a_performance())
    report = scored(performance)
    (account,) = report.accounts
    totals = {one.campaign_id: one.total for one in account.scores}
    assert totals["7"] > totals["8"] > totals["9"]
    assert {one.campaign_id: one.action for one in account.proposals} == {"7": "BUDGET_UP", "9": "PAUSE"}
    assert (report.rows_written, account.target_cpa) == (3, {"7": 50.0, "8": 50.0, "9": 50.0})
    assert account.day.isoformat() == "2026-11-22"


def test_the_first_look_learns_a_model_and_later_ones_name_it():
    performance = FakePerformance(a_performance())
    first, second = (scored(performance).accounts[0].model_version for _ in range(2))
    (kept,) = performance.models["1"]
    assert first == second == kept.model.version
    assert kept.is_current


def test_the_same_figures_again_write_nothing_and_say_the_same():
    performance = FakePerformance(a_performance())
    before = scored(performance).accounts
    again = scored(performance)
    assert again.rows_written == 0
    assert again.accounts == before


@pytest.mark.parametrize(
    "standing_in_the_way",
    [
        {"learning": frozenset({"9"})},
        {"anomalies": [OpenAnomaly("9", "ctr_collapse", "warning", SINCE)]},
        {"objectives": {"9": "OUTCOME_AWARENESS"}},
    ],
)
def test_what_learns_or_is_odd_or_wants_something_else_is_left_alone(standing_in_the_way):
    assert proposals(a_performance()) == {"7": "BUDGET_UP", "9": "PAUSE"}
    assert proposals(a_performance(), **standing_in_the_way) == {"7": "BUDGET_UP"}


def test_an_anomaly_costs_health_and_broken_tracking_the_whole_score():
    odd = OpenAnomaly("7", "ctr_collapse", "critical", SINCE)
    broken = OpenAnomaly("8", "tracking_break", "critical", SINCE)
    calm, troubled = (
        {one.campaign_id: one for one in scored(FakePerformance(a_performance(anomalies=found))).accounts[0].scores}
        for found in ((), (odd, broken))
    )
    assert troubled["7"].parts["health"] == pytest.approx(1 - 0.5 ** (6 / 48))
    assert troubled["7"].total < calm["7"].total
    assert (troubled["8"].total, troubled["8"].why_not) == (None, "tracking is broken")


def test_what_a_threshold_names_is_shown_what_the_posterior_thinks():
    decisions = FakeReviews()
    decisions.breaches = [a_breach(low_ctr("7")), a_breach(low_ctr("9")), a_breach(low_ctr("gone"))]
    (account,) = scored(FakePerformance(a_performance()), decisions).accounts
    (beside,) = account.for_breaches
    assert (beside.campaign_id, beside.action, beside.factor) == ("7", "PAUSE", 0.0)
    assert beside.p_better < 0.05, "a bargain is not to be paused, whatever its CTR"


def test_an_open_proposal_stays_until_it_is_clearly_no_longer_so():
    """At a target where it is better with a probability of 70 %: too little to open, enough to stay."""
    seen = a_performance()
    target = _target_at(seen, "BUDGET_UP", 0.7)
    alone, standing, other = (
        {
            one.campaign_id
            for one in score_account(replace(seen, pending=open_), same_target(seen, target), _model(seen)).proposals
        }
        for open_ in ({}, {"8": "BUDGET_UP"}, {"8": "PAUSE"})
    )
    assert ("8" in alone, "8" in standing, "8" in other) == (False, True, False)


class _OneIsSetAsRoas(SettingsTargets):
    """Campaign 9 is judged by a ROAS of 1.5, which comes to the same CPA."""

    def target_of(self, account, campaign_id, day):
        target = super().target_of(account, campaign_id, day)
        return target._replace(roas=Decimal("1.5")) if campaign_id == "9" else target


def test_a_target_that_was_set_as_a_roas_is_evidence_of_its_campaign_alone():
    marts = FakeMarts(accounts=[an_account("1")])
    targets = _OneIsSetAsRoas(PlainLimits())
    report = score_campaigns(marts, FakePerformance(a_performance()), FakeReviews(), FixedClock(), targets)
    seen = {one.campaign_id: one.evidence.get("target_roas") for one in report.accounts[0].proposals}
    assert seen == {"7": None, "9": 1.5}


def test_an_account_without_figures_stops_no_other():
    performance = FakePerformance(a_performance("2"))
    assert [one.account_id for one in scored(performance, accounts=("1", "2")).accounts] == ["2"]


def _model(seen):
    from fbads_pipeline.domain.recommendations.model.fitting import fit_model

    return fit_model(seen.history, today=seen.today)


def _chance(seen, kind, target=50.0):
    from fbads_pipeline.domain.recommendations.verdicts import assess

    judged = assess(seen.history, today=seen.today, target_cpa=target, model=_model(seen))
    return judged.of("8", kind).p_better


def _target_at(seen, kind, wanted):
    """The target CPA at which the proposal's probability is the wanted one."""
    low, high = 10.0, 200.0
    rises = kind == "BUDGET_UP"
    for _ in range(30):
        middle = (low + high) / 2
        is_above = _chance(seen, kind, middle) > wanted
        low, high = (low, middle) if is_above == rises else (middle, high)
    return (low + high) / 2
