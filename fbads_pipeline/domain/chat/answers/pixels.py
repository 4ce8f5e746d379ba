"""Which pixels fire, and what they received."""

from collections.abc import Sequence
from itertools import groupby

from fbads_pipeline.domain.chat.answers.cells import Row, bullet
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import Plan
from fbads_pipeline.domain.chat.result import ChatAccount, Result
from fbads_pipeline.domain.core.messages import Count, Days, Instant, Name, Value, lines, message


def pixels_answer(plan: Plan, result: Result, accounts: Sequence[ChatAccount]) -> Value:
    """A line per pixel with its last event, and one per event of the days; what was not read or is refused is said."""
    if not result.rows:
        return message("chat.no_pixel")
    assert plan.period is not None
    days = Days(*resolve(plan.period, max(one.today for one in accounts)))
    found: list[Value] = []
    for _, some in groupby(result.rows, key=lambda row: (row["account"], row["pixel_id"])):
        rows = list(some)
        found.append(_pixel(rows[0]))
        found += _events(rows, days)
    return lines(*found)


def _pixel(row: Row) -> Value:
    name = Name(row["pixel_name"], row["pixel_id"])
    if row["last_fired_at"] is None:
        return message("chat.pixel_never_fired", pixel=name)
    return message("chat.pixel_fired", pixel=name, at=Instant(row["last_fired_at"], row["timezone_name"]))


def _events(rows: Sequence[Row], days: Value) -> list[Value]:
    first = rows[0]
    if first["events_refused"]:
        return [bullet(message("chat.pixel_refused"))]
    if first["events_known_until"] is None:
        return [bullet(message("chat.pixel_not_read"))]
    zone = first["timezone_name"]
    read = message(
        "chat.pixel_read",
        since=Instant(first["events_known_since"], zone),
        until=Instant(first["events_known_until"], zone),
    )
    received = [row for row in rows if row["event"] is not None]
    if not received:
        return [bullet(message("chat.pixel_no_events", days=days)), bullet(read)]
    said = [
        message(
            "chat.pixel_event",
            event=Name(row["event"], "?"),
            events=Count(row["events"]),
            days=days,
            at=Instant(row["last_hour_at"], zone),
        )
        for row in received
    ]
    return [*(bullet(one) for one in said), bullet(read)]
