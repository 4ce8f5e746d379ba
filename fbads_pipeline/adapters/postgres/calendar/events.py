"""Calendars as they were read, in PostgreSQL."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from fbads_pipeline.domain.calendar.events import CalendarChanges, CalendarEvent, CalendarReading, ordered

_LOCK = 0x66626164735F6361  # "fbads_ca"
FULL_AGAIN_AFTER = timedelta(days=7)

_TOKEN = """
select sync_token from raw.calendar_states
where calendar = :calendar and full_read_at > cast(:now as timestamptz) - cast(:age as interval)
    and covers_until >= :last
"""
_WRITE = """
insert into raw.calendar_events as known (
    calendar, event_id, starts_on, ends_on, title_pt, title_en, kind, country, read_at, removed
)
values (:calendar, :event_id, :starts_on, :ends_on, :title_pt, :title_en, :kind, :country, :read_at, false)
on conflict (calendar, event_id) do update set
    starts_on = excluded.starts_on, ends_on = excluded.ends_on, title_pt = excluded.title_pt,
    title_en = excluded.title_en, kind = excluded.kind, country = excluded.country, read_at = excluded.read_at,
    removed = false
where (known.starts_on, known.ends_on, known.title_pt, known.title_en, known.kind, known.country, known.removed)
    is distinct from (excluded.starts_on, excluded.ends_on, excluded.title_pt, excluded.title_en, excluded.kind,
        excluded.country, false)
"""
_REMOVE = """
update raw.calendar_events set removed = true, read_at = :read_at
where calendar = :calendar and event_id = any(:ids) and not removed
"""
_REMOVE_OTHERS = """
update raw.calendar_events set removed = true, read_at = :read_at
where calendar = :calendar and not removed and event_id <> all(:ids) and ends_on >= :first and starts_on <= :last
"""
_STATE = """
insert into raw.calendar_states as known (calendar, sync_token, read_at, full_read_at, covers_until)
values (:calendar, :sync_token, :read_at, :read_at, :last)
on conflict (calendar) do update set
    sync_token = excluded.sync_token, read_at = excluded.read_at,
    full_read_at = case when :is_full then excluded.full_read_at else known.full_read_at end,
    covers_until = case when :is_full then excluded.covers_until else known.covers_until end
"""
_BETWEEN = """
select calendar, event_id, starts_on, ends_on, title_pt, title_en, kind, country
from raw.calendar_events
where not removed and starts_on <= :last and ends_on >= :first
    and (country is null or country = :country) and calendar = any(:calendars)
order by starts_on, calendar, event_id
"""
_CALENDARS = "select distinct calendar from raw.calendar_events where calendar not like 'holidays:%'"


class PostgresCalendarEvents:
    """The port CalendarEvents on PostgreSQL. country_of: an account's country (ISO 3166) by its time zone."""

    def __init__(self, engine: sa.Engine, country_of: Callable[[str], str | None]) -> None:
        self._engine, self._country_of = engine, country_of

    def sync_token(self, calendar: str, *, last: date, now: datetime) -> str | None:
        values = {"calendar": calendar, "now": now, "age": FULL_AGAIN_AFTER, "last": last - FULL_AGAIN_AFTER}
        with self._engine.connect() as connection:
            return connection.execute(sa.text(_TOKEN), values).scalar_one_or_none()

    def apply(self, reading: CalendarReading, *, read_at: datetime) -> CalendarChanges:
        named = {"calendar": reading.calendar, "read_at": read_at}
        with self._engine.begin() as connection:
            connection.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            written = sum(
                connection.execute(sa.text(_WRITE), {**vars(one), "read_at": read_at}).rowcount
                for one in reading.events
            )
            ids = [one.event_id for one in reading.events] if reading.is_full else list(reading.removed)
            span = {"first": reading.first, "last": reading.last}
            remove = _REMOVE_OTHERS if reading.is_full else _REMOVE
            removed = connection.execute(sa.text(remove), {**named, **span, "ids": ids}).rowcount
            state = {**named, **span, "sync_token": reading.sync_token, "is_full": reading.is_full}
            connection.execute(sa.text(_STATE), state)
        return CalendarChanges(written, removed)

    def between(self, account_id: str, first: date, last: date) -> list[CalendarEvent]:
        with self._engine.connect() as connection:
            zone = connection.execute(
                sa.text("select coalesce(timezone_name, 'UTC') from raw.accounts where account_id = :id"),
                {"id": account_id},
            ).scalar_one_or_none()
            country = self._country_of(zone or "UTC")
            names = [f"holidays:{country or 'world'}", *connection.execute(sa.text(_CALENDARS)).scalars()]
            values = {"first": first, "last": last, "country": country, "calendars": names}
            rows = connection.execute(sa.text(_BETWEEN), values).mappings()
            return ordered([CalendarEvent(**row) for row in rows])
