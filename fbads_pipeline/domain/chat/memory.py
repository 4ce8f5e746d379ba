"""How much of a conversation the chat remembers, and for how long."""

from datetime import datetime, timedelta

REMEMBERED_EXCHANGES = 10
KEPT = timedelta(days=30)


def oldest_kept(now: datetime) -> datetime:
    """The instant before which exchanges are forgotten."""
    return now - KEPT
