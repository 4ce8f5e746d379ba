"""Where orders come from: one shop of a client, whose orders belong to some ad accounts."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True)
class OrderSource:
    """One shop. name: as in the address of its webhook; mapping: how its payloads are read; accounts: whose campaigns
    its orders may come from; timezone_name: of the days of orders that belong to no account.

    days: first and last day (None: until today) of the periods of which all its orders are here. Of other days nobody
    knows the real purchases, which is not zero.
    """

    name: str
    mapping: str
    accounts: tuple[str, ...]
    timezone_name: str
    has_secret: bool
    added_at: datetime
    days: tuple[tuple[date, date | None], ...] = ()


@dataclass(frozen=True)
class SourceState:
    """A source with what it has brought. orphan_refunds: refunds of orders that are not here."""

    source: OrderSource
    orders: int
    last_received_at: datetime | None
    orphan_refunds: int


@dataclass(frozen=True)
class Kept:
    """The effect of reports: orders that are new, changed, or as they were; refunds that are new, and those of them
    whose order is not here."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refunds: int = 0
    orphan_refunds: int = 0


def covered_days(first_order: date, last_order: date, today: date) -> tuple[date, date] | None:
    """The days of which a file has all orders: from its first order's to its last one's. Today is not over: None where
    the file has no other day."""
    last = min(last_order, today - timedelta(days=1))
    return (first_order, last) if first_order <= last else None


def is_source_name(text: str) -> bool:
    """Lower-case letters, digits, - and _, forty at most."""
    return _NAME.fullmatch(text) is not None
