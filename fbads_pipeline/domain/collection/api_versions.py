"""The calendar of the Marketing API's versions: when each came out, and when it ends. The only place to change.

Source: https://developers.facebook.com/docs/marketing-api/marketing-api-changelog/versions, read on 2026-11-26.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

DEFAULT_VERSION = "v26.0"
# So long before its end a version is warned of, whether Meta does or not.
WARNED_BEFORE = timedelta(days=60)
VersionState = Literal["current", "ending", "ended", "not listed"]


@dataclass(frozen=True)
class ApiVersion:
    """A version of the Marketing API. ends_on: the first day on which it may no longer answer, None where Meta has not
    named one."""

    name: str
    released_on: date
    ends_on: date | None = None


# v24.0: announced for 2026-10-06; a later copy of Meta's page has 2026-11-10.
CALENDAR = (
    ApiVersion("v20.0", date(2024, 5, 21), date(2025, 5, 6)),
    ApiVersion("v21.0", date(2024, 10, 2), date(2025, 9, 9)),
    ApiVersion("v22.0", date(2025, 1, 21), date(2026, 2, 19)),
    ApiVersion("v23.0", date(2025, 5, 29), date(2026, 6, 9)),
    ApiVersion("v24.0", date(2025, 10, 8), date(2026, 10, 6)),
    ApiVersion("v25.0", date(2026, 2, 18), date(2027, 2, 23)),
    ApiVersion("v26.0", date(2026, 7, 29)),
    ApiVersion("v27.0", date(2026, 11, 4)),
)


def end_of(version: str) -> date | None:
    """The day on which the version ends, at the latest for one that is older than the calendar; None where it is not
    known."""
    if _number(version) < _number(CALENDAR[0].name):
        return CALENDAR[0].ends_on
    return next((one.ends_on for one in CALENDAR if one.name == version), None)


def version_state(version: str, today: date) -> VersionState:
    """Whether the version may be used that day; nothing is known of those that the calendar does not list."""
    ends_on = end_of(version)
    if ends_on is None:
        return "current" if version in {one.name for one in CALENDAR} else "not listed"
    if today < ends_on - WARNED_BEFORE:
        return "current"
    return "ending" if today < ends_on else "ended"


def newest_version(today: date) -> str:
    """The newest version of the calendar that is out that day."""
    return max((one for one in CALENDAR if one.released_on <= today), key=lambda one: one.released_on).name


def _number(version: str) -> float:
    return float(version.removeprefix("v"))
