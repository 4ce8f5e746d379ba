"""Why a campaign gets no estimate now, and what that leaves of a plain limit that it is past. Light: no numpy."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Literal, NamedTuple

Withheld = Literal[
    "not read", "not reported", "anomaly", "learning", "recently edited", "not delivering", "another goal"
]

NOT_READ: Withheld = "not read"
NOT_REPORTED: Withheld = "not reported"
ANOMALY: Withheld = "anomaly"
LEARNING: Withheld = "learning"
RECENTLY_EDITED: Withheld = "recently edited"
NOT_DELIVERING: Withheld = "not delivering"
ANOTHER_GOAL: Withheld = "another goal"
# With these an estimate is impossible, and nothing speaks against what a limit says; the others speak against acting.
RULE_DECIDES: frozenset[Withheld] = frozenset({NOT_READ, ANOTHER_GOAL})
# An account is assessed once each of the last days is read, and most of the days that the estimate rests on.
WHOLE_DAYS = 7
ASSESSED_DAYS = 28
LEAST_SHARE_READ = 0.9


class WithheldVerdict(NamedTuple):
    """A campaign that the last review could not assess, and why."""

    account_id: str
    campaign_id: str
    reason: Withheld
    day: date
    marts_version: int


def is_assessable(today: date, unread: Collection[date]) -> bool:
    """Whether an account's days are read so far that scores and estimates may rest on them: every one of the last 7,
    and at least 90 % of the last 28. unread: days before `today` that were never read well."""
    recent = {day for day in unread if today - timedelta(days=WHOLE_DAYS) <= day < today}
    window = {day for day in unread if today - timedelta(days=ASSESSED_DAYS) <= day < today}
    return not recent and len(window) <= ASSESSED_DAYS * (1 - LEAST_SHARE_READ)
