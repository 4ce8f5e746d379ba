"""Calendar events as a line of a message: they coincide with figures; nothing says that they caused them."""

from collections.abc import Sequence
from dataclasses import replace

from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.calendar.events import CalendarEvent
from fbads_pipeline.domain.core.messages import Days, Joined, Name, Value, lines, message, to_json

_MOST_NAMED = 3


def coinciding_line(events: Sequence[CalendarEvent]) -> Value:
    """Coincides with: Black Friday (on 27 Nov 2026). Empty without events; at most three are named."""
    if not events:
        return ""
    named = tuple(
        message("calendar.event_on_days", event=_title(one), days=Days(one.starts_on, one.ends_on))
        for one in events[:_MOST_NAMED]
    )
    return message("calendar.coincides", events=Joined(named, "; "))


def with_coinciding(alert: Alert, events: Sequence[CalendarEvent]) -> Alert:
    """The same alert with that line at its end; facts name the events."""
    if not events:
        return alert
    named = [
        {"title": to_json(_title(one)), "from": str(one.starts_on), "to": str(one.ends_on)}
        for one in events[:_MOST_NAMED]
    ]
    body = lines(alert.body, "", coinciding_line(events))
    return replace(alert, body=body, facts={**alert.facts, "calendar": named})


def _title(event: CalendarEvent) -> Value:
    return Name(event.title, event.kind) if isinstance(event.title, str) else event.title
