"""Pixels in `raw`: the newest state of each, its events by hour, their quality, and how each part was last read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.collection.account_reports import RowCounts
from fbads_pipeline.domain.collection.pixels import (
    HOURS_KEPT,
    PixelEvents,
    PixelQuality,
    PixelReading,
    PixelRow,
    PixelsDue,
    pixels_due,
)
from fbads_pipeline.domain.core.redaction import redact

SQL = Statements(__package__, "pixels.sql")
Part = Literal["list", "events", "quality"]
EMPTY_ANSWER = "an empty answer where there was something before"


def due(connection: sa.Connection, account_id: str, now: datetime) -> PixelsDue | None:
    """None while neither the list nor events are due."""
    read = list(connection.execute(SQL["parts"], {"account": account_id}))
    known = [PixelRow(*row) for row in connection.execute(SQL["known_pixels"], {"account": account_id})]
    until = {one.pixel_id: one.known_until for one in read if one.part == "events" and one.known_until}
    attempts: dict[str, datetime] = {}
    for one in read:
        attempts[one.part] = max(one.attempted_at, attempts.get(one.part, one.attempted_at))
    return pixels_due(known, attempts, until, now)


def note_refused(connection: sa.Connection, account_id: str, reason: str, read_at: datetime) -> None:
    """The attempt at the list; everything that is known stays."""
    _attempted(connection, account_id, "", "list", read_at, refused=reason)


def apply(connection: sa.Connection, account_id: str, reading: PixelReading, read_at: datetime) -> RowCounts:
    """Write what the reading shows."""
    of_account = {"account": account_id, "read_at": read_at}
    if reading.pixels is not None:
        has_known = connection.execute(SQL["has_pixels"], of_account).scalar()
        is_doubtful = not reading.pixels and bool(has_known)
        _attempted(connection, account_id, "", "list", read_at, refused=EMPTY_ANSWER if is_doubtful else None)
    if reading.pixels:
        connection.execute(SQL["keep_pixels"], {**of_account, "rows": _json(reading.pixels)})
    counts = RowCounts(len(reading.pixels or ()))
    for pixel_id, events in reading.events.items():
        counts += _apply_events(connection, account_id, pixel_id, events, read_at)
    for pixel_id, quality in reading.quality.items():
        counts += _apply_quality(connection, account_id, pixel_id, quality, read_at)
    connection.execute(SQL["forget_hours"], {**of_account, "kept_since": read_at - HOURS_KEPT})
    return counts


def _apply_events(
    connection: sa.Connection, account_id: str, pixel_id: str, events: PixelEvents, read_at: datetime
) -> RowCounts:
    values = {"account": account_id, "pixel": pixel_id, "since": events.since, "read_at": read_at}
    refused = events.refused
    if refused is None and not events.rows and connection.execute(SQL["has_events"], values).scalar():
        refused = EMPTY_ANSWER
    if refused is not None:
        _attempted(connection, account_id, pixel_id, "events", read_at, refused=refused)
        return RowCounts()
    values["rows"] = _json(events.rows)
    removed = connection.execute(SQL["drop_hours"], values).rowcount
    changed = connection.execute(SQL["keep_hours"], values).rowcount
    _attempted(connection, account_id, pixel_id, "events", read_at, since=events.since)
    return RowCounts(len(events.rows), changed, removed)


def _apply_quality(
    connection: sa.Connection, account_id: str, pixel_id: str, quality: PixelQuality, read_at: datetime
) -> RowCounts:
    _attempted(connection, account_id, pixel_id, "quality", read_at, refused=quality.refused)
    if quality.refused is not None:
        return RowCounts()
    values = {"account": account_id, "pixel": pixel_id, "read_at": read_at, "rows": _json(quality.rows)}
    connection.execute(SQL["drop_quality"], values)
    connection.execute(SQL["keep_quality"], values)
    return RowCounts(len(quality.rows), len(quality.rows))


def _attempted(
    connection: sa.Connection,
    account_id: str,
    pixel_id: str,
    part: Part,
    at: datetime,
    *,
    refused: str | None = None,
    since: datetime | None = None,
) -> None:
    """since: from when on the hours of this reading are known."""
    reason = None if refused is None else redact(refused)[:500]
    values: Mapping[str, Any] = {"account": account_id, "pixel": pixel_id, "part": part, "at": at, "since": since}
    connection.execute(SQL["note_part"], {**values, "refused": reason})


def _json(rows: Sequence[Any]) -> str:
    return orjson.dumps([row._asdict() for row in rows], default=str).decode()
