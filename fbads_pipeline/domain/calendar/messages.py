"""What stands in the calendar, as a line of a message: it coincides, nobody says that it caused."""

from collections.abc import Sequence
from dataclasses import replace

from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.calendar.events import CalendarEvent
from fbads_pipeline.domain.core import formatting as words
from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.core.messages import LegacyText, lines

_MOST_NAMED = 3
_LANGUAGES: tuple[Language, ...] = ("pt", "en")


def coinciding_line(events: Sequence[CalendarEvent], language: Language) -> str:
    """Coincide com: Black Friday (em 27/11/2026). Empty without events; at most three are named."""
    named = [_named(one, language) for one in events[:_MOST_NAMED]]
    return f"{'Coincide com' if language == 'pt' else 'Coincides with'}: {'; '.join(named)}." if named else ""


def with_coinciding(alert: Alert, events: Sequence[CalendarEvent]) -> Alert:
    """The same message with that line at its end, in both languages; facts name the events."""
    if not events:
        return alert
    named = [
        {"title_pt": one.title_pt, "title_en": one.title_en, "from": str(one.starts_on), "to": str(one.ends_on)}
        for one in events[:_MOST_NAMED]
    ]
    line = LegacyText({language: coinciding_line(events, language) for language in _LANGUAGES})
    return replace(
        alert,
        body=lines(alert.body, "", line),
        facts={**alert.facts, "calendar": named},
    )


def _named(event: CalendarEvent, language: Language) -> str:
    name = event.title_pt if language == "pt" else event.title_en
    return f"{words.plain_name(name, event.kind)} ({words.days(event.starts_on, event.ends_on, language)})"
