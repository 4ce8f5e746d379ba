"""Google Calendar over real HTTP: whole, then what changed; what is private stays private."""

from datetime import date

import pytest

from fbads_pipeline.adapters.calendar.google import GoogleCalendar
from fbads_pipeline.domain.calendar.events import CalendarError, SyncTokenExpired
from fbads_pipeline_tests.support.calendar_server import all_day, error, google_server, with_hours
from fbads_pipeline_tests.support.fakes import HOSTILE_NAMES
from fbads_pipeline_tests.support.rendering import text_of

FIRST, LAST = date(2026, 10, 1), date(2026, 12, 31)


@pytest.fixture
def google():
    with google_server() as server:
        yield server


@pytest.fixture
def calendar(google):
    return GoogleCalendar("team@x", google.credentials(), api_url=google.url)


def days_of(reading):
    return {one.event_id: (str(one.starts_on), str(one.ends_on)) for one in reading.events}


def test_the_end_of_an_all_day_event_and_of_one_until_midnight_is_the_day_before(google, calendar):
    google.events = [
        all_day("three-days", "Liquidação", "2026-11-25", "2026-11-28"),
        all_day("one-day", "Aniversário da loja", "2026-11-30", "2026-12-01"),
        with_hours("evening", "Live", "2026-11-26T20:00:00-03:00", "2026-11-27T00:00:00-03:00"),
        with_hours("night", "Virada", "2026-11-26T22:00:00-03:00", "2026-11-27T02:00:00-03:00"),
        with_hours("instant", "Corte", "2026-11-27T00:00:00-03:00", "2026-11-27T00:00:00-03:00"),
    ]
    assert days_of(calendar.read(None, FIRST, LAST)) == {
        "three-days": ("2026-11-25", "2026-11-27"),
        "one-day": ("2026-11-30", "2026-11-30"),
        "evening": ("2026-11-26", "2026-11-26"),
        "night": ("2026-11-26", "2026-11-27"),
        "instant": ("2026-11-27", "2026-11-27"),
    }


def test_private_titles_are_busy_and_attendees_are_not_even_asked_for(google, calendar):
    google.events = [
        all_day("a", "Demissão do João", "2026-11-25", "2026-11-26", visibility="private"),
        all_day("b", "Segredo", "2026-11-25", "2026-11-26", visibility="confidential"),
        all_day("c", None, "2026-11-25", "2026-11-26"),
        all_day("d", "Liquidação", "2026-11-25", "2026-11-26", visibility="public"),
    ]
    reading = calendar.read(None, FIRST, LAST)
    found = {one.event_id: (one.kind, text_of(one.title), text_of(one.title, "en")) for one in reading.events}
    assert found == dict.fromkeys("abc", ("busy", "ocupado", "busy")) | {"d": ("own", "Liquidação", "Liquidação")}
    asked = google.asked[0]
    assert "attendees" not in asked["fields"] and "description" not in asked["fields"]
    assert (asked["singleEvents"], asked["timeMin"], asked["timeMax"]) == (
        "true",
        "2026-10-01T00:00:00Z",
        "2027-01-01T00:00:00Z",
    )


def test_every_page_is_read_and_then_only_what_changed(google, calendar):
    google.page_size = 2
    google.events = [all_day(f"e{n}", "x", "2026-11-25", "2026-11-26") for n in range(5)]
    whole = calendar.read(None, FIRST, LAST)
    assert (len(whole.events), whole.is_full, whole.sync_token) == (5, True, "sync-1")
    google.changes = [{"id": "e3", "status": "cancelled"}, all_day("e4", "y", "2026-11-26", "2026-11-27")]
    changed = calendar.read("sync-1", FIRST, LAST)
    assert ([one.event_id for one in changed.events], changed.removed) == (["e4"], ["e3"])
    assert (changed.is_full, changed.sync_token) == (False, "sync-2")


def test_a_forgotten_token_asks_for_the_whole(calendar):
    with pytest.raises(SyncTokenExpired):
        calendar.read("sync-of-last-year", FIRST, LAST)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (403, "Google refuses the calendar team@x (403): share it with the service account's address"),
        (404, "there is no calendar team@x that this service account may see (404)"),
        (400, "Google Calendar answers 400: it says why"),
    ],
)
def test_a_refusal_is_one_sentence(google, calendar, status, said):
    google.refuses = [(status, error(status, "forbidden", "it says why"))]
    with pytest.raises(CalendarError) as refused:
        calendar.read(None, FIRST, LAST)
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value) and "canary" not in str(refused.value)


def test_html_with_status_200_and_a_server_that_is_away_are_sentences_too(google, calendar):
    google.refuses = [(200, "<html>proxy</html>")]
    with pytest.raises(CalendarError, match="cannot be reached"):
        calendar.read(None, FIRST, LAST)
    away = GoogleCalendar("team@x", google.credentials(), api_url="http://127.0.0.1:1")
    with pytest.raises(CalendarError, match="cannot be reached: ConnectionRefusedError"):
        away.read(None, FIRST, LAST)


@pytest.mark.parametrize(
    ("credentials", "said"),
    [
        ("/nowhere/key.json", "cannot be read: No such file"),
        ("{", "is no JSON"),
        ('{"type": "authorized_user"}', "is no key of a service account"),
        (
            '{"client_email": "a@b", "private_key": "no key", "token_uri": "http://x"}',
            "holds a private key that cannot be used",
        ),
    ],
)
def test_a_key_that_is_none_is_named(credentials, said):
    with pytest.raises(CalendarError, match="FBADS_CALENDAR_CREDENTIALS") as wrong:
        GoogleCalendar("team@x", credentials).read(None, FIRST, LAST)
    assert said in str(wrong.value)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_titles_are_one_plain_line(google, calendar, name):
    google.events = [all_day("a", name, "2026-11-25", "2026-11-26")]
    (event,) = calendar.read(None, FIRST, LAST).events
    assert event.title.isprintable()
    assert len(event.title) <= 200
