"""Days and instants as reports name them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from fbads_pipeline.domain.core.messages import Days, Instant, Joined, Value
from fbads_pipeline.domain.reports.facts import ReportAccount
from fbads_pipeline.domain.reports.report import NO_VALUE


def as_of(read_at: datetime | None, accounts: Sequence[ReportAccount]) -> Value:
    """An instant on the accounts' own clock, where they share one, otherwise in UTC: 23/11/2026 09:30 (UTC)."""
    if read_at is None:
        return NO_VALUE
    zones = {one.timezone_name for one in accounts}
    zone = zones.pop() if len(zones) == 1 else "UTC"
    return Joined((Instant(read_at, zone), f"({zone})"), " ")


def consecutive_days(found: Sequence[date]) -> Joined:
    """Ascending days, neighbours taken together: em 03/11/2026; de 16/11 a 22/11/2026. Empty without days."""
    runs: list[Days] = []
    for one in found:
        if runs and one - runs[-1].last == timedelta(days=1):
            runs[-1] = Days(runs[-1].first, one)
        else:
            runs.append(Days(one, one))
    return Joined(tuple(runs), "; ")
