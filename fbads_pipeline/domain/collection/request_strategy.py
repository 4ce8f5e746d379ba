"""Which way of asking for insights works for one account and grain."""

from dataclasses import dataclass
from datetime import timedelta

# After that the widest way is tried anew: Meta's limits change, and accounts shrink.
STRATEGY_LASTS = timedelta(days=7)


@dataclass(frozen=True)
class RequestStrategy:
    """What earlier answers showed about one account and grain; without any, the widest way is tried.

    refused_days: the shortest range of days that was too much for one call; page_rows: rows of a page where 5,000 were
    too many; is_report: whether a report run worked where a call did not; refused_fields: figures without which Meta
    answered a query that it had refused with them, in order.
    """

    refused_days: int | None = None
    page_rows: int | None = None
    is_report: bool = False
    refused_fields: tuple[str, ...] = ()
