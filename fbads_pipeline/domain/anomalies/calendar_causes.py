"""Calendar days explain instead of alarm: what departs moderately on such a day, the way such days do, is held back.

It stays an open anomaly that names the event and waits: if it outlasts the event, it becomes an alert after all. A stop
is explained by a holiday alone, and only of a campaign that rests at weekends; tracking breaks never are. An event is
named as what coincides, never as what caused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from fbads_pipeline.domain.anomalies.account_readings import AnomalyClosure, DetectedAnomaly
from fbads_pipeline.domain.anomalies.findings import RESTS_AT_WEEKENDS
from fbads_pipeline.domain.calendar.events import CalendarEvent, EventKind
from fbads_pipeline.domain.core.messages import Joined, message, sentences, to_json

CALENDAR = "calendar"
# Beyond 2.5 times the usual, or below 1 / 2.5 of it, a day in the calendar is no explanation.
MODERATE = 2.5
_MOST_NAMED = 2
_FALLS = frozenset({"delivery_stop", "spend_drop"})
_MOVED = _FALLS | frozenset({"spend_spike", "cpm_rise", "cpm_drop", "ctr_collapse", "cpa_jump", "roas_drop"})
# The team's own events may be anything; people buy on dates of commerce, and do something else on holidays.
_EXPLAINS: Mapping[EventKind, frozenset[str]] = {
    "own": frozenset({"spend_drop", "spend_spike", "cpm_rise", "cpm_drop", "ctr_collapse"}),
    "commercial": frozenset({"spend_spike", "cpm_rise", "ctr_collapse"}),
    "holiday": frozenset({"spend_drop", "spend_spike", "cpm_rise", "cpm_drop", "ctr_collapse"}),
    "optional": frozenset({"spend_drop", "spend_spike", "cpm_rise", "cpm_drop", "ctr_collapse"}),
    "busy": frozenset(),
}


def local_days(found: DetectedAnomaly, timezone_name: str) -> tuple[date, date]:
    """The account-local days from which it departed until it was detected."""
    zone = ZoneInfo(timezone_name)
    first, last = found.since.astimezone(zone).date(), found.detected_at.astimezone(zone).date()
    return min(first, last), last


def with_calendar(
    events: Sequence[DetectedAnomaly | AnomalyClosure], days: Sequence[CalendarEvent], timezone_name: str
) -> list[DetectedAnomaly | AnomalyClosure]:
    """The same, each finding with what coincides with it; what a day explains is no alert (`held_back`)."""
    return [one if isinstance(one, AnomalyClosure) else _explained(one, days, timezone_name) for one in events]


def _explained(found: DetectedAnomaly, days: Sequence[CalendarEvent], timezone_name: str) -> DetectedAnomaly:
    first, last = local_days(found, timezone_name)
    coinciding = [one for one in days if one.kind != "busy" and one.starts_on <= last and one.ends_on >= first]
    if found.kind not in _MOVED or not coinciding:
        return found
    explaining = [one for one in coinciding if _explains(one.kind, found)]
    if found.kind == "delivery_stop" and not explaining:
        return found
    named = [*explaining, *(one for one in coinciding if one not in explaining)][:_MOST_NAMED]
    # A day's figures settle on the day after it.
    until = max((one.ends_on for one in explaining), default=last) + timedelta(days=1)
    held_back = bool(explaining) and found.is_alert
    titles = tuple(one.title for one in named)
    cause = {
        "name": CALENDAR,
        "title": [to_json(one) for one in titles],
        "until": until.isoformat(),
        "held_back": held_back,
    }
    return replace(
        found,
        causes=[*found.causes, cause],
        message=sentences(found.message, message("anomalies.coincides", events=Joined(titles, "; "))),
        is_alert=found.is_alert and not held_back,
    )


def _explains(event: EventKind, found: DetectedAnomaly) -> bool:
    """A holiday is a usual pause of a campaign that rests at weekends; else what is moderate is explained."""
    if event == "holiday" and found.kind in _FALLS and found.data_used.get(RESTS_AT_WEEKENDS):
        return True
    return found.kind in _EXPLAINS[event] and _is_moderate(found)


def _is_moderate(found: DetectedAnomaly) -> bool:
    share = found.observed / found.expected if found.expected > 0 else 0.0
    return found.severity != "critical" and 1 / MODERATE <= share <= MODERATE
