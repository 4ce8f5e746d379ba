"""What a decision makes of a suggestion, and what is in its way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fbads_pipeline.domain.recommendations.decisions import (
    LONGEST_SNOOZE,
    UNDO_WINDOW,
    DecidableSuggestion,
    Decision,
    DecisionConflict,
    DecisionNotUsable,
)
from fbads_pipeline_tests.support.rendering import reads

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
OPEN = DecidableSuggestion("PENDING", 3, NOW + timedelta(days=1))
ACCEPTED = replace(OPEN, status="ACCEPTED", decided_at=NOW - timedelta(minutes=10))


def conflict(suggestion, action, *, version=3, now=NOW):
    with pytest.raises(DecisionConflict) as wrong:
        suggestion.after(Decision("s1", version, action), now)
    return reads(wrong.value.message, "en")


@pytest.mark.parametrize(
    ("action", "status", "decided_at"),
    [("accept", "ACCEPTED", NOW), ("reject", "REJECTED", NOW), ("snooze", "PENDING", None)],
)
def test_an_open_suggestion_is_decided_and_gets_a_new_version(action, status, decided_at):
    after = OPEN.after(Decision("s1", 3, action), NOW)
    assert (after.status, after.version, after.decided_at) == (status, 4, decided_at)


def test_a_version_that_the_person_has_not_seen_is_in_the_way():
    assert conflict(OPEN, "accept", version=2) == "the suggestion is at version 3 by now, not at 2"


def test_what_is_decided_or_over_is_not_decided_again():
    assert conflict(ACCEPTED, "reject") == "the suggestion is ACCEPTED already"
    assert conflict(OPEN, "accept", now=OPEN.expires_at) == "the suggestion has expired"


def test_an_undone_decision_opens_the_suggestion_again():
    after = ACCEPTED.after(Decision("s1", 3, "undo"), NOW)
    assert (after.status, after.version, after.decided_at, after.is_undone) == ("PENDING", 4, None, False)


def test_an_undone_request_of_a_person_is_rejected():
    assert replace(ACCEPTED, is_requested=True).after(Decision("s1", 3, "undo"), NOW).status == "REJECTED"


def test_an_applied_suggestion_stays_applied_until_meta_is_written_back():
    applied = replace(ACCEPTED, status="APPLIED")
    after = applied.after(Decision("s1", 3, "undo"), NOW)
    assert (after.status, after.is_undone, after.decided_at) == ("APPLIED", True, applied.decided_at)
    assert "can be taken back" in conflict(replace(after, version=3), "undo")


@pytest.mark.parametrize("ago", [UNDO_WINDOW, UNDO_WINDOW + timedelta(seconds=1)])
def test_a_decision_can_be_undone_for_half_an_hour(ago):
    just_in_time = replace(ACCEPTED, decided_at=NOW - UNDO_WINDOW + timedelta(seconds=1))
    assert just_in_time.after(Decision("s1", 3, "undo"), NOW).status == "PENDING"
    assert conflict(replace(ACCEPTED, decided_at=NOW - ago), "undo") == (
        "the suggestion is ACCEPTED: only a decision of the last 30 minutes can be taken back"
    )


@pytest.mark.parametrize("status", ["PENDING", "EXPIRED", "FAILED"])
def test_only_a_decision_can_be_undone(status):
    assert conflict(replace(OPEN, status=status), "undo").startswith(f"the suggestion is {status}: ")


def test_a_rejection_needs_a_reason_and_a_snooze_an_end():
    for decision in (
        Decision("s1", 3, "reject", "  \u202e "),
        Decision("s1", 3, "snooze"),
        Decision("s1", 3, "snooze", until=NOW),
        Decision("s1", 3, "snooze", until=NOW + LONGEST_SNOOZE + timedelta(seconds=1)),
    ):
        with pytest.raises(DecisionNotUsable):
            decision.checked(NOW)
    assert Decision("s1", 3, "reject", " a\nb ").checked(NOW).reason == "a b"
