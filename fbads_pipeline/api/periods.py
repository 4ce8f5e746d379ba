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
    """Both days or neither; raises ApiError 422 for a period that cannot be."""
    first, last = names
    if since is None and until is None:
        return None
    if since is None or until is None:
        raise ApiError(422, "unusable_parameter", f"{first} and {last} go together: give both, or neither")
    if since > until:
        raise ApiError(422, "unusable_parameter", f"{first} {since} lies after {last} {until}: swap them")
    if not _EARLIEST <= since <= until <= _LATEST:
        raise ApiError(422, "unusable_parameter", f"{first} and {last} lie between {_EARLIEST} and {_LATEST}")
    if (until - since).days >= LONGEST_DAYS:
        raise ApiError(
            422, "unusable_parameter", f"at most {LONGEST_DAYS} days at a time: bring {first} and {last} closer"
        )
    return Period(since, until)


def filled(since: date | None, until: date | None, today: date, days: int) -> Period:
    """As `period_of`, the missing end filled in: today, or so many days before."""
    last = until or today
    try:
        first = since or last - timedelta(days=days - 1)
    except OverflowError:
        first = last
    if first > last:
        raise ApiError(422, "unusable_parameter", f"from {first} lies after to {last}: swap them")
    if first > today:
        raise ApiError(422, "unusable_parameter", f"from {first} lies in the future: today is {today} for this account")
    if (last - first).days >= LONGEST_DAYS:
        raise ApiError(422, "unusable_parameter", f"at most {LONGEST_DAYS} days at a time: bring from and to closer")
    return Period(first, last)
