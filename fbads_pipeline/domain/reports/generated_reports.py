"""Reports as they were made, and which are due."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.reports.report import Period, ReportKind

DUE_AT = time(7)
# A machine that was off on Monday makes the week's reports until Wednesday.
_LATE_DAYS = 2


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
    """account_id: '' for the report about all accounts. is_waiting: it leaves once a person approves it; comment: what
    it says before everything else."""

    report_id: str
    kind: ReportKind
    account_id: str
    first_day: date
    last_day: date
    files: tuple[ReportFile, ...]
    made_at: datetime
    is_waiting: bool = False
    comment: str = ""


def report_id(kind: ReportKind, account_id: str, period: Period) -> str:
    """The same for the same report whenever it is made."""
    key = f"{kind}|{account_id}|{period.last.isoformat()}"
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def due_on(kind: ReportKind, timezone_name: str, now: datetime) -> date | None:
    """The account-local day whose report is due in that zone, from seven in its morning on; None at other times.

    Today for the daily report; the first of the month, until the third ends, for the monthly one; Monday, until
    Wednesday ends, for the others.
    """
    local = now.astimezone(ZoneInfo(timezone_name))
    day = local.date() if kind == "daily" else local.date() - timedelta(days=local.weekday())
    if kind == "monthly":
        day = local.date().replace(day=1)
    opens = datetime.combine(day, DUE_AT)
    is_due = opens <= local.replace(tzinfo=None) and (local.date() - day).days <= _LATE_DAYS
    return day if is_due else None


def day_of(last_day: date) -> date:
    """The day on which a report that ends on that day was due: the one after it, for every kind."""
    return last_day + timedelta(days=1)
