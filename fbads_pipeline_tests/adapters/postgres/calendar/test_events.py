"""Calendars in PostgreSQL: the difference alone is written, and an account sees its own country's days."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.calendar.google import GoogleCalendar
from fbads_pipeline.adapters.calendar.holidays import HolidayCalendar, country_of
from fbads_pipeline.adapters.postgres.calendar.events import PostgresCalendarEvents
from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.domain.calendar.events import CalendarChanges, CalendarEvent, CalendarReading
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.services.calendar.read_calendars import read_calendars
from fbads_pipeline_tests.support.calendar_server import all_day, error, google_server
from fbads_pipeline_tests.support.fakes import FixedClock
from fbads_pipeline_tests.support.rendering import text_of

NOW = datetime(2026, 11, 10, 15, tzinfo=UTC)
FIRST, LAST = date(2026, 1, 1), date(2027, 3, 1)
FRIDAY = date(2026, 11, 27)


@pytest.fixture
def events(migrated_engine):
    accounts = [Account("1", "Loja", "BRL", "America/Sao_Paulo"), Account("2", "Shop", "USD", "America/New_York")]
    PostgresRawStore(migrated_engine).save_accounts(accounts, NOW)
    return PostgresCalendarEvents(migrated_engine, country_of)


@pytest.fixture
def clock():
    clock = FixedClock()
    clock.instant = NOW
    return clock


def an_event(event_id="a", calendar="google:x", **other):
    named = {"starts_on": FRIDAY, "ends_on": FRIDAY, "title": "Live", "kind": "own"}
    return CalendarEvent(calendar=calendar, event_id=event_id, **{**named, **other})


def rows(engine, query):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_the_same_reading_a_second_time_writes_no_event(events, migrated_engine, clock):
    calendars = [HolidayCalendar("BR"), HolidayCalendar("US")]
    first = read_calendars(calendars, events, clock)
    assert first.changes["holidays:BR"].written > 40
    before = rows(migrated_engine, "select xmin, * from raw.calendar_events order by calendar, event_id")
    assert set(read_calendars(calendars, events, clock).changes.values()) == {CalendarChanges(0, 0)}
    assert rows(migrated_engine, "select xmin, * from raw.calendar_events order by calendar, event_id") == before


def test_an_account_sees_its_country_and_the_teams_calendar(events, clock):
    read_calendars([HolidayCalendar("BR"), HolidayCalendar("US")], events, clock)
    events.apply(CalendarReading("google:x", FIRST, LAST, [an_event(), an_event("b", kind="busy")]), read_at=NOW)
    titles = {one: [text_of(e.title, "en") for e in events.between(one, FRIDAY - timedelta(1), FRIDAY)] for one in "12"}
    assert titles["1"] == ["Live", "the days before Black Friday", "Black Friday"]
    assert titles["2"] == ["Live", "the days before Black Friday", "Black Friday", "Thanksgiving Day"]
    assert [text_of(one.title) for one in events.between("9", FRIDAY, FRIDAY)] == ["Live"], (
        "no country, no calendar of one"
    )


def test_a_whole_reading_removes_what_is_gone_and_brings_back_what_is_there_again(events):
    def read(*found, **options):
        return events.apply(CalendarReading("google:x", FIRST, LAST, found, **options), read_at=NOW)

    assert read(an_event(), an_event("b")) == CalendarChanges(2, 0)
    assert read(an_event()) == CalendarChanges(0, 1)
    assert read(an_event("b"), is_full=False) == CalendarChanges(1, 0)
    assert read(is_full=False, removed=["a", "unknown"]) == CalendarChanges(0, 1)
    assert [one.event_id for one in events.between("1", FRIDAY, FRIDAY)] == ["b"]
    far = an_event("b", starts_on=LAST + timedelta(9), ends_on=LAST + timedelta(9))
    assert read(far, is_full=False) == CalendarChanges(1, 0)
    assert read() == CalendarChanges(0, 0), "what lies outside of the days that were asked for stays"


def test_google_is_read_whole_once_then_by_token_and_whole_again_after_a_week(events, clock):
    with google_server() as google:
        google.events = [all_day("a", "Liquidação", "2026-11-27", "2026-11-28")]
        team = GoogleCalendar("team@x", google.credentials(), api_url=google.url)
        for _ in range(2):
            assert read_calendars([team], events, clock).errors == {}
        assert [one.get("syncToken") for one in google.asked] == [None, "sync-1"]
        google.tokens.clear()
        clock.instant = NOW + timedelta(days=1)
        read_calendars([team], events, clock)
        assert [one.get("syncToken") for one in google.asked[2:]] == ["sync-2", None], "410 → the whole"
        clock.instant = NOW + timedelta(days=9)
        read_calendars([team], events, clock)
        assert "syncToken" not in google.asked[-1]
        assert events.between("1", FRIDAY, FRIDAY) == [
            replace(an_event("a", calendar="google:team@x"), title="Liquidação")
        ]


def test_a_calendar_that_is_refused_holds_back_no_other_and_loses_nothing(events, clock):
    with google_server() as google:
        google.events = [all_day("a", "Liquidação", "2026-11-27", "2026-11-28")]
        team = GoogleCalendar("team@x", google.credentials(), api_url=google.url)
        read_calendars([team], events, clock)
        google.refuses = [(403, error(403, "forbidden", "no"))]
        report = read_calendars([team, HolidayCalendar("BR")], events, clock)
    assert list(report.errors) == ["google:team@x"] and list(report.changes) == ["holidays:BR"]
    assert events.between("1", FRIDAY, FRIDAY)[0].title == "Liquidação"
