"""The contract of the port Performance, for the fake of the tests and for PostgreSQL."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from fbads_pipeline.adapters.postgres.scoring.performance import PostgresPerformance
from fbads_pipeline.domain.recommendations.model.fitting import fit_model
from fbads_pipeline.domain.recommendations.new_suggestions import REALLOCATE, WHOLE_ACCOUNT
from fbads_pipeline.domain.scoring.account_performance import FittedModel
from fbads_pipeline.services.scoring.score_campaigns import score_account
from fbads_pipeline_tests.support.fake_performance import TODAY, FakePerformance, a_performance, same_target

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
LONG_AGO = date(2026, 1, 1)


@pytest.fixture(params=["fake", "postgres"])
def performance(request):
    return (
        FakePerformance()
        if request.param == "fake"
        else PostgresPerformance(request.getfixturevalue("migrated_engine"))
    )


@pytest.fixture(scope="module")
def scores():
    seen = a_performance()
    return score_account(seen, same_target(seen), fit_model(seen.history, today=seen.today), {"7"})


def test_nothing_is_known_of_a_new_account(performance):
    assert performance.model("1") is None
    assert (performance.current_verdicts(), performance.hit_rates()) == ([], [])
    assert performance.current_scores(["1"], since=LONG_AGO) == []


def test_scores_are_read_as_they_were_saved_and_the_same_figures_write_nothing(performance, scores):
    assert performance.save(scores, now=NOW) == 3
    assert performance.save(scores, now=NOW + timedelta(hours=1)) == 0
    stored = performance.current_scores(["1"], since=LONG_AGO)
    assert [one.campaign_id for one in stored] == ["7", "8", "9"]
    for one, score in zip(stored, scores.scores, strict=True):
        assert float(one.total) == score.total
        assert {name: float(points) for name, points in one.points.items()} == score.points


def test_verdicts_are_those_of_the_last_review(performance, scores):
    assert scores.reallocation is not None
    performance.save(scores, now=NOW)
    assert {(one.campaign_id, one.kind, one.is_proposed) for one in performance.current_verdicts()} == {
        (WHOLE_ACCOUNT, REALLOCATE, True),
        *((one.campaign_id, one.action, True) for one in scores.proposals),
        *((one.campaign_id, one.action, False) for one in scores.for_breaches),
    }
    performance.save(replace(scores, proposals=[], for_breaches=[], reallocation=None), now=NOW)
    assert performance.current_verdicts() == []


def test_the_model_in_use_is_the_last_current_one_and_others_are_found_by_version(performance):
    history = a_performance().history
    first = fit_model(history, today=TODAY)
    later = fit_model(history[history["date"].dt.date < TODAY - timedelta(days=3)], today=TODAY - timedelta(days=3))
    performance.save_model(FittedModel("1", first, is_current=True, reason="first"), now=NOW)
    performance.save_model(FittedModel("1", later, is_current=False, reason="worse"), now=NOW)
    assert performance.model("1") == first
    assert performance.model("1", later.version) == later
    performance.save_model(FittedModel("1", later, is_current=True, reason="better"), now=NOW)
    assert performance.model("1") == later
