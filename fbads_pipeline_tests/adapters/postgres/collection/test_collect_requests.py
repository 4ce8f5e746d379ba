"""Requests for collecting runs: what is due is one run, days are a run per month, and the same days are asked once."""

from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pytest

from fbads_pipeline.adapters.postgres.collection.collect_requests import PostgresCollectRequests
from fbads_pipeline.defs.collect.jobs import RANGE_END, RANGE_START
from fbads_pipeline.defs.collect.sensors import collect_on_request
from fbads_pipeline.domain.collection.collect_requests import CollectRequest
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.settings import Settings
from fbads_pipeline_tests.support.fake_ads import FakeClock, FakeRaw
from fbads_pipeline_tests.support.fakes import an_account

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
DAYS = DayRange(date(2026, 10, 1), date(2026, 10, 9))


@pytest.fixture
def requests(migrated_engine):
    return PostgresCollectRequests(migrated_engine)


def test_what_is_due_is_one_run_and_comes_before_days(requests):
    requests.ask_for_days("u1", "42", DAYS, now=NOW)
    asked = [requests.ask("n8n", now=NOW) for _ in range(2)]
    assert requests.take() == CollectRequest(asked[1])
    taken = requests.take()
    assert (taken.days, taken.account_ids) == (DAYS, ("42",))
    assert requests.take() is None


def test_many_days_are_a_run_per_part_the_newest_first(requests):
    days = DayRange(date(2026, 8, 1), date(2026, 10, 9))
    assert requests.ask_for_days("u1", "42", days, now=NOW) == 3
    parts = [requests.take().days for _ in range(3)]
    assert [len(one) for one in parts] == [8, 31, 31]
    assert parts[0].until == days.until and parts[-1].since == days.since


def test_the_same_days_are_asked_for_once_an_hour(requests):
    assert requests.ask_for_days("u1", "42", DAYS, now=NOW) == 1
    assert requests.ask_for_days("u2", "42", DAYS, now=NOW + timedelta(minutes=59)) == 0
    assert requests.ask_for_days("u2", "43", DAYS, now=NOW) == 1, "another account is another thing"
    assert requests.ask_for_days("u2", "42", DAYS, now=NOW + timedelta(minutes=61)) == 1


def test_what_was_asked_is_seen_until_it_is_launched(requests):
    requests.ask_for_days("u1", "42", DAYS, now=NOW)
    seen = requests.newest_of("42", DayRange(DAYS.until, DAYS.until + timedelta(days=9)))
    assert (seen.asked_at, seen.taken_at) == (NOW, None)
    requests.take()
    assert requests.newest_of("42", DAYS).taken_at is not None
    assert requests.newest_of("43", DAYS) is None
    assert requests.newest_of("42", DayRange(date(2026, 10, 10), date(2026, 10, 11))) is None


def test_the_sensor_launches_a_run_over_the_days(requests):
    raw = FakeRaw()
    raw.save_accounts([an_account("42", "UTC")], NOW)
    given = {
        "collect_requests": requests,
        "raw": raw,
        "clock": FakeClock(NOW),
        "settings": Settings(levels="campaign", access_token="t"),  # noqa: S106 - opens nothing
    }
    requests.ask_for_days("u1", "42", DAYS, now=NOW)
    run = collect_on_request(**given)
    assert isinstance(run, dg.RunRequest)
    assert (run.tags[RANGE_START], run.tags[RANGE_END]) == ("2026-10-01", "2026-10-09")
    config = run.run_config["ops"]["collect"]["ops"]["plan_shards"]["config"]
    assert (config["accounts"], config["days"], config["only_due"]) == (["42"], ["2026-10-01", "2026-10-09"], False)
    assert isinstance(collect_on_request(**given), dg.SkipReason)
    requests.ask("n8n", now=NOW)
    due = collect_on_request(**given)
    assert due.run_config["ops"]["collect"]["ops"]["plan_shards"]["config"]["only_due"] is True
