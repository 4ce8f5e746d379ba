"""Days and instants as reports name them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from fbads_pipeline.domain.core.formatting import Language, day, days
from fbads_pipeline.domain.reports.facts import ReportAccount

_NEVER = "–"


def as_of(read_at: datetime | None, accounts: Sequence[ReportAccount], language: Language) -> str:
    """An instant on the accounts' own clock, where they share one, otherwise in UTC: 23/11/2026 09:30 (UTC)."""
    if read_at is None:
        return _NEVER
    zones = {one.timezone_name for one in accounts}
    zone = zones.pop() if len(zones) == 1 else "UTC"
    local = read_at.astimezone(UTC if zone == "UTC" else ZoneInfo(zone))
    return f"{day(local.date(), language)} {local:%H:%M} ({zone})"


def stretches(found: Sequence[date], language: Language) -> str:
    """Ascending days, neighbours taken together: em 03/11/2026; de 16/11 a 22/11/2026. Empty without days."""
    runs: list[tuple[date, date]] = []
    for one in found:
        if runs and one - runs[-1][1] == timedelta(days=1):
            runs[-1] = (runs[-1][0], one)
        else:
            runs.append((one, one))
    return "; ".join(days(first, last, language) for first, last in runs)
