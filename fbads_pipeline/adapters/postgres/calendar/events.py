"""Calendar events in PostgreSQL, as they were read."""

from collections.abc import Callable
from datetime import date, datetime

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.calendar.events import (
    CalendarChanges,
    CalendarEvent,
    CalendarReading,
    ordered,
    recent_enough,
)
from fbads_pipeline.domain.core.messages import from_json, to_json

SQL = Statements(__package__, "events.sql")

_LOCK = 0x66626164735F6361  # "fbads_ca"


class PostgresCalendarEvents:
    """The port CalendarEvents on PostgreSQL. country_of: the country (ISO 3166) of a time zone."""

    def __init__(self, engine: sa.Engine, country_of: Callable[[str], str | None]) -> None:
        self._engine, self._country_of = engine, country_of

    def sync_token(self, calendar: str, *, last: date, now: datetime) -> str | None:
        values = {"calendar": calendar, **vars(recent_enough(last=last, now=now))}
        with reading(self._engine) as connection:
            return connection.execute(SQL["sync_token"], values).scalar_one_or_none()

    def apply(self, reading: CalendarReading, *, read_at: datetime) -> CalendarChanges:
        values = {
            "calendar": reading.calendar,
            "read_at": read_at,
            "first": reading.first,
            "last": reading.last,
            "sync_token": reading.sync_token,
            "is_full": reading.is_full,
            "ids": [one.event_id for one in reading.events] if reading.is_full else list(reading.removed),
        }
        with self._engine.begin() as connection:
            connection.execute(SQL["lock"], {"key": _LOCK})
            written = sum(
                connection.execute(SQL["write"], _row(one) | {"read_at": read_at}).rowcount for one in reading.events
            )
            removed = connection.execute(SQL["remove_others" if reading.is_full else "remove"], values).rowcount
            connection.execute(SQL["save_state"], values)
        return CalendarChanges(written, removed)

    def between(self, account_id: str, first: date, last: date) -> list[CalendarEvent]:
        with reading(self._engine) as connection:
            zone = connection.execute(SQL["zone_of_account"], {"account_id": account_id}).scalar_one_or_none()
            country = self._country_of(zone or "UTC")
            values = {"first": first, "last": last, "country": country, "holidays": f"holidays:{country or 'world'}"}
            rows = connection.execute(SQL["between"], values).mappings()
            return ordered([CalendarEvent(**{**row, "title": from_json(row["title"])}) for row in rows])


def _row(event: CalendarEvent) -> dict[str, object]:
    return {**vars(event), "title": orjson.dumps(to_json(event.title)).decode()}
