"""The contract of the port Reviews, for the fake of the tests and for PostgreSQL."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from fbads_pipeline.adapters.postgres.recommendations.reviews import PostgresReviews
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.recommendations.new_suggestions import SuggestionChanges
from fbads_pipeline.domain.recommendations.suggestion_messages import compose_suggestions
from fbads_pipeline_tests.support.fakes import NOW, FakeReviews, a_breach, a_suggestion, high_cpa, low_ctr
from fbads_pipeline_tests.support.sample_marts import SampleMarts

YESTERDAY = date(2026, 11, 22)
TO = [Recipient("slack", "C1"), Recipient("dry_run", "stderr")]
NOTHING = SuggestionChanges()


@pytest.fixture(params=["fake", "postgres"])
def reviews(request):
    if request.param == "fake":
        return FakeReviews()
    marts = SampleMarts(request.getfixturevalue("migrated_engine"))
    marts.account("1")
    marts.account("2")
    return PostgresReviews(marts.engine)


def save(reviews, *breaches, accounts=("1",), version=3):
    days = dict.fromkeys(accounts, YESTERDAY)
    return reviews.save_breaches(breaches, reviewed=days, marts_version=version, found_at=NOW)


def announce(reviews, now=NOW, recipients=TO):
    return reviews.announce(compose=compose_suggestions, recipients=recipients, now=now)


def test_breaches_are_those_of_each_accounts_last_review(reviews):
    first, second = a_breach(low_ctr()), a_breach(high_cpa("8", "2"), "cpa_above")
    assert save(reviews, first, second, accounts=("1", "2")) == 2
    assert save(reviews, first, second, accounts=("1", "2")) == 0
    assert reviews.current_breaches() == [first, second]
    assert save(reviews, second, accounts=("1", "2")) == 1
    assert reviews.current_breaches() == [second]


def test_the_target_that_a_limit_follows_from_is_kept_and_renewed(reviews):
    of_cpa = replace(a_breach(high_cpa(), "cpa_above"), target_cpa=Decimal(50))
    of_roas = replace(of_cpa, target_roas=Decimal("1.5"))
    assert [save(reviews, one) for one in (of_cpa, of_roas, of_roas)] == [1, 1, 0]
    assert reviews.current_breaches() == [of_roas]


def test_an_account_that_is_not_reviewed_any_more_is_forgotten(reviews):
    save(reviews, a_breach(low_ctr()), a_breach(low_ctr("8", "2")), accounts=("1", "2"))
    save(reviews, a_breach(low_ctr()))
    assert [one.window.account_id for one in reviews.current_breaches()] == ["1"]


def test_a_review_of_older_marts_overwrites_nothing(reviews):
    save(reviews, a_breach(low_ctr()), version=4)
    assert save(reviews, a_breach(low_ctr("8")), version=3) == 0
    assert [one.window.campaign_id for one in reviews.current_breaches()] == ["7"]


def test_suggestions_open_once_are_renewed_by_new_evidence_and_expire_without_it(reviews):
    first = a_suggestion("7")
    assert reviews.open_suggestions([first], now=NOW) == SuggestionChanges(opened=1)
    assert reviews.open_suggestions([first], now=NOW) == NOTHING
    assert reviews.open_suggestions([replace(first, marts_version=4)], now=NOW) == NOTHING
    assert reviews.open_suggestions([a_suggestion("7", clicks=61)], now=NOW) == SuggestionChanges(renewed=1)
    assert reviews.open_suggestions([a_suggestion("8")], now=NOW) == SuggestionChanges(opened=1, expired=1)


def test_a_rule_that_gave_no_answer_expires_nothing(reviews):
    reviews.open_suggestions([a_suggestion("7")], now=NOW)
    assert reviews.open_suggestions([], now=NOW, answered=["posterior"]) == NOTHING
    assert reviews.open_suggestions([], now=NOW) == SuggestionChanges(expired=1)


def test_one_alert_is_written_per_account_and_day(reviews):
    reviews.open_suggestions([a_suggestion("7"), a_suggestion("8"), a_suggestion("9", "2")], now=NOW)
    assert (reviews.unannounced(now=NOW), announce(reviews)) == (2, 2)
    assert (reviews.unannounced(now=NOW), announce(reviews)) == (0, 0)


def test_a_suggestion_that_opens_after_the_alert_of_the_day_is_announced_on_the_next(reviews):
    reviews.open_suggestions([a_suggestion("7")], now=NOW)
    announce(reviews)
    reviews.open_suggestions([a_suggestion("7"), a_suggestion("8")], now=NOW)
    assert (reviews.unannounced(now=NOW), announce(reviews)) == (0, 0)
    tomorrow = NOW + timedelta(days=1)
    assert (reviews.unannounced(now=tomorrow), announce(reviews, tomorrow)) == (1, 1)


def test_without_recipients_suggestions_wait(reviews):
    reviews.open_suggestions([a_suggestion("7")], now=NOW)
    assert announce(reviews, recipients=[]) == 0
    assert announce(reviews) == 1
