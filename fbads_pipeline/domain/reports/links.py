"""A link for a client: one report, frozen, behind a secret of which only a hash is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.domain.reports.generated_reports import ReportFile
from fbads_pipeline.domain.reports.report import ReportKind

LinkState = Literal["open", "expired", "revoked"]
LONGEST_LINK_DAYS = 365
# The names of what lies behind a link.
PAGE, DOCUMENT = "report.html", "report.pdf"


class NoSuchReport(WrongUse):
    """There is no such report, or not for whoever asks."""

    message = message("reports.link.no_report")


class NotShareable(WrongUse):
    """The report has no page in that language."""

    message = message("reports.link.no_page")


class NoLinkDays(WrongUse):
    """The link would end at once, or never."""

    message = message("reports.link.no_days", longest=str(LONGEST_LINK_DAYS))


@dataclass(frozen=True)
class ReportLink:
    """account_ids: whose figures it shows, None for every account; name: of the report's files, without extension;
    views, downloads: how often its page and its PDF were opened, by whomever."""

    link_id: str
    report_id: str
    kind: ReportKind
    account_ids: tuple[str, ...] | None
    name: str
    language: Language
    made_by: str
    made_at: datetime
    expires_at: datetime
    has_document: bool
    revoked_at: datetime | None = None
    views: int = 0
    downloads: int = 0

    def state_at(self, now: datetime) -> LinkState:
        """Whether it leads to the report."""
        if self.revoked_at is not None:
            return "revoked"
        return "open" if now < self.expires_at else "expired"

    def is_of(self, accounts: frozenset[str] | None) -> bool:
        """Whether a user of these accounts (None: all) sees all that it shows, and so may take it back."""
        return accounts is None or (self.account_ids is not None and accounts.issuperset(self.account_ids))


def link_end(now: datetime, days: int) -> datetime:
    """When a link of so many days ends. Raises NoLinkDays."""
    if not 1 <= days <= LONGEST_LINK_DAYS:
        raise NoLinkDays(f"a link lasts from 1 to {LONGEST_LINK_DAYS} days, not {days}")
    return now + timedelta(days=days)


def shareable_files(files: Sequence[ReportFile], language: Language) -> tuple[ReportFile, ReportFile | None]:
    """The page and, where it was made, the PDF in that language. Raises NotShareable."""
    found = {one.format: one for one in files if one.language == language}
    if "html" not in found:
        raise NotShareable(f"the report has no page in {language}: make it as html, then share it")
    return found["html"], found.get("pdf")
