"""Pixels, their events and the quality of these: Meta's JSON → typed rows."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from fbads_pipeline.adapters.meta_ads.values import UnreadableValue, count, decimal, instant, object_id, text
from fbads_pipeline.domain.collection.pixels import PixelEventRow, PixelQualityRow, PixelRow

_LONGEST_NAME = 200


def pixel_rows(rows: list[Any]) -> list[PixelRow]:
    """The pixels of a page; what has no id is none."""
    found = []
    for row in rows:
        try:
            found.append(_pixel(row))
        except UnreadableValue:
            continue
    return found


def _pixel(row: Any) -> PixelRow:
    shown = row if isinstance(row, dict) else {}
    is_unavailable = shown.get("is_unavailable")
    return PixelRow(
        object_id(shown.get("id"), "id"),
        _short(shown.get("name")),
        instant(shown.get("last_fired_time")),
        is_unavailable if isinstance(is_unavailable, bool) else None,
        _short(shown.get("data_use_setting")),
        instant(shown.get("creation_time")),
    )


def event_rows(buckets: list[Any]) -> list[PixelEventRow]:
    """Of the hours of `<pixel>/stats` with the aggregation `event`: `{start_time, data: [{value, count}]}`.

    An hour that comes in several parts is their sum. Raises UnreadableValue for an answer of another form."""
    counted: Counter[tuple[str, datetime]] = Counter()
    for bucket in buckets:
        if not isinstance(bucket, dict) or (start := instant(bucket.get("start_time"))) is None:
            raise UnreadableValue("an hour of events without its beginning")
        hour = start.replace(minute=0, second=0, microsecond=0)
        for one in bucket.get("data") or []:
            event, events = _counted(one)
            counted[event, hour] += events
    return [PixelEventRow(event, hour, events) for (event, hour), events in sorted(counted.items())]


def _counted(one: Any) -> tuple[str, int]:
    shown = one if isinstance(one, dict) else {}
    event, events = _short(shown.get("value")), count(shown.get("count"), "count")
    if not event or events is None or events < 0:
        raise UnreadableValue("an event without its name or count")
    return event, events


def quality_rows(body: Any) -> list[PixelQualityRow]:
    """Of `dataset_quality`: `{web: [{event_name, …}]}`; what it leaves out is None."""
    listed = body.get("web") if isinstance(body, dict) else None
    if not isinstance(listed, list):
        return []
    return list({row.event: row for row in _qualities(listed)}.values())


def _qualities(listed: list[Any]) -> Iterator[PixelQualityRow]:
    for one in listed:
        event = _short(one.get("event_name")) if isinstance(one, dict) else None
        if event is None:
            continue
        keys = one.get("dedupe_key_feedback")
        best = keys[0] if isinstance(keys, list) and keys else {}
        yield PixelQualityRow(
            event,
            _within(_part(one, "event_match_quality").get("composite_score"), 10),
            _within(_part(one, "event_coverage").get("percentage"), None),
            _within(_part(best, "browser_events_with_dedupe_key").get("percentage"), 100),
            _within(_part(best, "server_events_with_dedupe_key").get("percentage"), 100),
            _short(_part(one, "data_freshness").get("upload_frequency")),
        )


def _part(one: Any, name: str) -> Mapping[str, Any]:
    found = one.get(name) if isinstance(one, dict) else None
    return found if isinstance(found, dict) else {}


def _within(value: Any, most: int | None) -> Decimal | None:
    """A number from 0 to `most`; None where Meta gives none, or no such number."""
    try:
        number = decimal(value, "percentage")
    except UnreadableValue:
        return None
    return number if number is not None and number >= 0 and (most is None or number <= most) else None


def _short(value: Any) -> str | None:
    found = (text(value) or "").strip()
    return found[:_LONGEST_NAME] or None
