"""Reports as they were made, and which are due."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from fbads_pipeline.domain.reports import Period, ReportKind, period_of
from fbads_pipeline.domain.words import Language

DUE_AT = time(7)
_MONDAY = 0


@dataclass(frozen=True)
class ReportFile:
    """One file in the folder of exports."""

    language: Language
    format: str
    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class MadeReport:
    """account_id: '' for the report about all accounts."""

    report_id: str
    kind: ReportKind
    account_id: str
    first_day: date
    last_day: date
    files: tuple[ReportFile, ...]
    made_at: datetime


def report_id(kind: ReportKind, account_id: str, period: Period) -> str:
    """The same for the same report whenever it is made."""
    key = f"{kind}|{account_id}|{period.last.isoformat()}"
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def due_period(kind: ReportKind, timezone_name: str, now: datetime) -> Period | None:
    """What is due for an account in that zone: from seven in its morning on, the weekly and the executive one on
    Mondays; None at other times."""
    local = now.astimezone(ZoneInfo(timezone_name))
    if local.time() < DUE_AT or (kind != "daily" and local.weekday() != _MONDAY):
        return None
    return period_of(kind, local.date())
