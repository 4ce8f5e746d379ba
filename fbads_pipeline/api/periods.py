"""Periods that a request names: account-local days, both included."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import Query

from fbads_pipeline.api.errors import ApiError
from fbads_pipeline.domain.reports.report import Period

LONGEST_DAYS = 1200
_EARLIEST, _LATEST = date(2004, 1, 1), date(9998, 12, 31)

Since = Annotated[date | None, Query(alias="from", description="First account-local day.")]
Until = Annotated[date | None, Query(alias="to", description="Last account-local day.")]


def period_of(since: date | None, until: date | None, *, names: tuple[str, str] = ("from", "to")) -> Period | None:
    """Both days or neither; raises ApiError 400 for a period that cannot be."""
    first, last = names
    if since is None and until is None:
        return None
    if since is None or until is None:
        raise ApiError(400, "unusable_parameter", "both_days", first=first, last=last)
    if since > until:
        raise _swapped(first, since, last, until)
    if not _EARLIEST <= since <= until <= _LATEST:
        raise ApiError(
            400,
            "unusable_parameter",
            "days_out_of_range",
            first=first,
            last=last,
            earliest=str(_EARLIEST),
            latest=str(_LATEST),
        )
    if (until - since).days >= LONGEST_DAYS:
        raise ApiError(400, "unusable_parameter", "too_many_days", days=str(LONGEST_DAYS), first=first, last=last)
    return Period(since, until)


def filled(since: date | None, until: date | None, today: date, days: int) -> Period:
    """As `period_of`, the missing end filled in: today, or so many days before."""
    last = until or today
    try:
        first = since or last - timedelta(days=days - 1)
    except OverflowError:
        first = last
    if first > last:
        raise _swapped("from", first, "to", last)
    if first > today:
        raise ApiError(400, "unusable_parameter", "future_day", first=str(first), today=str(today))
    if (last - first).days >= LONGEST_DAYS:
        raise ApiError(400, "unusable_parameter", "too_many_days", days=str(LONGEST_DAYS), first="from", last="to")
    return Period(first, last)


def _swapped(first: str, since: date, last: str, until: date) -> ApiError:
    return ApiError(400, "unusable_parameter", "swap_days", first=first, since=str(since), last=last, until=str(until))
