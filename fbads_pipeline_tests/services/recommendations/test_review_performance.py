"""The review over fakes, and once from end to end over PostgreSQL."""

from datetime import date, timedelta

from fbads_pipeline.adapters.postgres.metrics.marts import PostgresMarts
from fbads_pipeline.adapters.postgres.recommendations.reviews import PostgresReviews
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.recommendations.new_suggestions import SuggestionChanges
from fbads_pipeline.services.recommendations.review_performance import review_performance
from fbads_pipeline_tests.support.fake_performance import FakePerformance
from fbads_pipeline_tests.support.fakes import (
    FakeMarts,
    FakeReviews,
    FixedClock,
    PlainLimits,
    a_window,
    an_account,
    high_cpa,
    low_ctr,
)
from fbads_pipeline_tests.support.rendering import text_of, title_of
from fbads_pipeline_tests.support.sample_marts import EXPRESSIONS, SampleMarts

TO = [Recipient("dry_run", "stderr")]


def review(marts, decisions, clock=None, performance=None):
    known = performance or FakePerformance()
    return review_performance(marts, decisions, known, clock or FixedClock(), PlainLimits(), TO, days=7)


def test_breaches_become_suggestions_and_one_message():
    decisions = FakeReviews()
    report = review(FakeMarts(low_ctr("7", conversions="0"), high_cpa("8"), a_window("9")), decisions)
    assert [(one.window.campaign_id, one.rule) for one in report.found.breaches] == [
        ("7", "ctr_below"),
        ("8", "cpa_above"),
    ]
    assert (report.found.campaigns, report.found.marts_version) == (3, 3)
    assert (report.suggestions, report.announced) == (SuggestionChanges(opened=2), 1)
    (alert,) = decisions.alerts.values()
    assert title_of(alert) == "Loja 1: 2 campanhas fora dos limites, R$ 1.728 gastos"
    assert decisions.audited == ["PAUSE_SUGGESTED", "PAUSE_SUGGESTED"]


def test_what_is_only_observed_is_in_no_message_and_counted_nowhere():
    decisions = FakeReviews()
    report = review(FakeMarts(low_ctr("7", spend="288", conversions="10"), high_cpa("8")), decisions)
    assert report.suggestions == SuggestionChanges(opened=1, observed=1)
    (alert,) = decisions.alerts.values()
    assert title_of(alert) == "Loja 1: 1 campanha fora dos limites, R$ 1.628 gastos"
    assert [one["campaign_id"] for one in alert.facts["suggestions"]] == ["8"]
    (seen,) = decisions.current_observations()
    assert (seen.campaign_id, seen.against) == ("7", "cpa within target")
    assert decisions.audited == ["PAUSE_SUGGESTED", "CAMPAIGN_OBSERVED"]


def test_an_account_with_a_day_that_was_never_read_is_not_reviewed_and_loses_nothing():
    marts, decisions = FakeMarts(high_cpa("7"), high_cpa("8", "2")), FakeReviews()
    review(marts, decisions)
    marts.unread, marts.windows = {"2"}, []
    report = review(marts, decisions)
    assert (sorted(report.found.reviewed), report.found.unread) == (["1"], ("2",))
    assert report.suggestions == SuggestionChanges(expired=1)
    assert list(decisions.pending) == [("2", "8")]
    assert [one.window.account_id for one in decisions.current_breaches()] == []


def test_on_unread_days_nothing_is_breached_however_bad_what_is_known_looks():
    marts, decisions = FakeMarts(high_cpa("7")), FakeReviews()
    marts.unread = {"1"}
    report = review(marts, decisions)
    assert (report.found.breaches, report.suggestions, report.announced) == ((), SuggestionChanges(), 0)


def test_what_became_an_observation_closes_its_suggestion():
    marts, decisions = FakeMarts(low_ctr("7", conversions="0")), FakeReviews()
    review(marts, decisions)
    marts.windows = [low_ctr("7", spend="288", conversions="10")]
    assert review(marts, decisions).suggestions == SuggestionChanges(superseded=1, observed=1)
    assert decisions.pending == {}


def test_a_second_review_of_the_same_data_says_and_writes_nothing():
    marts = FakeMarts(low_ctr(conversions="0"), low_ctr("8"))
    decisions, clock = FakeReviews(), FixedClock()
    review(marts, decisions, clock)
    decisions.writes.clear()
    clock.advance(minutes=30)
    report = review(marts, decisions, clock)
    assert (report.found.rows_written, report.suggestions, report.announced) == (0, SuggestionChanges(), 0)
    assert decisions.writes == []


def test_every_account_is_reviewed_on_its_own_day():
    accounts = [an_account("1"), an_account("2", "JPY", "Asia/Tokyo")]
    decisions = FakeReviews()
    review(FakeMarts(accounts=accounts), decisions)
    assert decisions.reviewed == {"1": date(2026, 11, 22), "2": date(2026, 11, 23)}


def test_a_campaign_of_an_unknown_account_is_left_out():
    decisions = FakeReviews()
    report = review(FakeMarts(low_ctr(account_id="9"), accounts=[an_account("1")]), decisions)
    assert (report.found.campaigns, decisions.breaches) == (0, [])


def test_empty_marts_change_nothing():
    decisions = FakeReviews()
    review(FakeMarts(low_ctr(conversions="0")), decisions)
    before = dict(decisions.pending)
    review(FakeMarts(version=0), decisions)
    assert before and decisions.pending == before


def test_the_days_of_the_settings_are_asked_for():
    marts = FakeMarts(low_ctr())
    review_performance(marts, FakeReviews(), FakePerformance(), FixedClock(), PlainLimits(), TO, days=3)
    assert marts.asked == [3]


def test_from_marts_to_message_over_a_real_database(migrated_engine):
    world = SampleMarts(migrated_engine)
    world.account("1")
    world.campaign("7", name="<!channel> Verão")
    world.campaign("8", status="PAUSED")
    world.days("7", date(2026, 11, 23), count=8, clicks=5, spend="30", conversions="0")
    world.days("8", date(2026, 11, 23), count=8, clicks=0)
    world.publish()
    marts, decisions = PostgresMarts(migrated_engine, lambda: EXPRESSIONS), PostgresReviews(migrated_engine)
    clock = FixedClock()
    first = review(marts, decisions, clock)
    assert (first.found.rows_written, first.suggestions.opened, first.announced) == (2, 1, 1)
    body = text_of(world.rows("select body from ops.alerts")[0][0])
    assert "1. <!channel> Verão — pausar (por regra, confiança baixa)\nDe 16/11 a 22/11/2026" in body
    assert " gastou R$ 210,00: CTR de 0,5% (35 cliques em 7.000" in body
    assert "nenhuma conversão, com limite de CPA de R$ 50,00." in body
    world.publish()
    clock.advance(hours=1)
    again = review(marts, decisions, clock)
    assert (again.found.rows_written, again.suggestions, again.announced) == (0, SuggestionChanges(), 0)
    world.execute("update marts.campaigns set effective_status = 'PAUSED'")
    world.publish()
    paused = review(marts, decisions, clock)
    assert (paused.found.rows_written, paused.suggestions.expired, paused.announced) == (2, 1, 0)


def test_the_next_day_renews_the_evidence_without_a_second_message(migrated_engine):
    world = SampleMarts(migrated_engine)
    world.account("1")
    world.campaign("7")
    world.days("7", date(2026, 11, 30), count=30, clicks=5, conversions="0")
    world.publish()
    marts, decisions = PostgresMarts(migrated_engine, lambda: EXPRESSIONS), PostgresReviews(migrated_engine)
    clock = FixedClock()
    review(marts, decisions, clock)
    clock.instant += timedelta(days=1)
    tomorrow = review(marts, decisions, clock)
    assert (tomorrow.suggestions, tomorrow.announced) == (SuggestionChanges(renewed=1), 0)
    assert world.rows("select version, day from ops.suggestions") == [(2, date(2026, 11, 23))]
