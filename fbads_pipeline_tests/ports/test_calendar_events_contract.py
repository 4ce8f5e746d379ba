"""The contract of the port CalendarEvents, for the fake of the tests and for PostgreSQL."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fbads_pipeline.adapters.calendar.holidays import country_of
from fbads_pipeline.adapters.postgres.calendar.events import PostgresCalendarEvents
from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.domain.calendar.events import CalendarChanges, CalendarReading
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline_tests.support.fakes import FakeCalendarEvents, an_account, an_event

NOW = datetime(2026, 11, 10, 15, tzinfo=UTC)
FIRST, LAST = date(2026, 1, 1), date(2027, 3, 1)
FRIDAY = date(2026, 11, 27)


@pytest.fixture(params=["fake", "postgres"])
def events(request):
    if request.param == "fake":
        return FakeCalendarEvents()
    engine = request.getfixturevalue("migrated_engine")
    PostgresRawStore(engine).save_accounts([an_account("1")], NOW)
    return PostgresCalendarEvents(engine, country_of)


def own(event_id="a", title="Live", day=FRIDAY, **other):
    return an_event(title, day, calendar="google:x", event_id=event_id, kind=other.pop("kind", "own"), **other)


def apply(events, *found, at=NOW, **reading):
    return events.apply(CalendarReading("google:x", FIRST, LAST, found, **reading), read_at=at)


def titles(events, first=FRIDAY, last=FRIDAY):
    return [one.title for one in events.between("1", first, last)]


def test_the_same_reading_again_writes_nothing(events):
    assert apply(events, own()) == CalendarChanges(1, 0)
    assert apply(events, own()) == CalendarChanges(0, 0)
    assert apply(events, own(title="Show")) == CalendarChanges(1, 0)
    assert titles(events) == ["Show"]


def test_a_whole_reading_removes_what_is_not_in_it(events):
    apply(events, own("a", "Live"), own("b", "Show"))
    assert apply(events, own("b", "Show")) == CalendarChanges(0, 1)
    assert titles(events) == ["Show"]


def test_a_reading_of_changes_removes_only_what_it_names(events):
    apply(events, own("a", "Live"), own("b", "Show"), sync_token="t1")
    changes = {"is_full": False, "sync_token": "t2"}
    assert apply(events, removed=["a"], **changes) == CalendarChanges(0, 1)
    assert apply(events, removed=["a", "unknown"], **changes) == CalendarChanges(0, 0)
    assert titles(events) == ["Show"]


def test_events_that_touch_the_days_are_found_the_most_explaining_kind_first(events):
    holiday = an_event("Feriado", FRIDAY, kind="holiday")
    events.apply(CalendarReading("holidays:BR", FIRST, LAST, [holiday]), read_at=NOW)
    apply(
        events, own(day=FRIDAY - timedelta(days=2), ends_on=FRIDAY), own("later", "Later", FRIDAY + timedelta(days=1))
    )
    assert titles(events) == ["Live", "Feriado"]


def test_private_events_are_left_out_and_a_title_comes_once(events):
    apply(events, own("a"), own("b"), own("c", "Private", kind="busy"))
    assert titles(events) == ["Live"]


def test_a_title_may_be_a_message(events):
    title = message("calendar.black_friday")
    apply(events, own(title=title))
    assert titles(events) == [title]


def test_changes_are_read_by_token_until_a_whole_reading_is_due(events):
    assert events.sync_token("google:x", last=LAST, now=NOW) is None
    apply(events, own(), sync_token="t1")
    assert events.sync_token("google:x", last=LAST, now=NOW) == "t1"
    apply(events, is_full=False, sync_token="t2", at=NOW + timedelta(days=6))
    assert events.sync_token("google:x", last=LAST, now=NOW + timedelta(days=6)) == "t2"
    assert events.sync_token("google:x", last=LAST, now=NOW + timedelta(days=8)) is None
    assert events.sync_token("google:x", last=LAST + timedelta(days=8), now=NOW) is None
