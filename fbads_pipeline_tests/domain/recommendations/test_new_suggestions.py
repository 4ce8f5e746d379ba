"""How long suggestions live, when they come again, and how sure they are."""

from datetime import UTC, datetime, timedelta

import pytest

from fbads_pipeline.domain.recommendations.applying import applied_since, approved_since
from fbads_pipeline.domain.recommendations.new_suggestions import confidence_of, decided_since, expires_at

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)


def test_a_suggestion_lives_seven_days_and_a_decided_one_rests_as_long():
    assert expires_at(NOW) == NOW + timedelta(days=7)
    assert decided_since(NOW) == NOW - timedelta(days=7)


def test_an_acceptance_is_applied_within_a_day_and_changes_count_for_a_day():
    assert approved_since(NOW) == NOW - timedelta(hours=24) == applied_since(NOW)


@pytest.mark.parametrize(
    ("probability", "confidence"),
    [(0.0, "low"), (0.879, "low"), (0.88, "medium"), (0.949, "medium"), (0.95, "high"), (1.0, "high")],
)
def test_confidence_follows_the_probability(probability, confidence):
    assert confidence_of(probability) == confidence
