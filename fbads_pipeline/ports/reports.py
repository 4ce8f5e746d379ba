"""What the services ask of reports. Adapters implement these; the fakes of the tests do too."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.anomalies.learning import AccountLearning
from fbads_pipeline.domain.core.messages import Value
from fbads_pipeline.domain.metrics.coverage import Coverage
from fbads_pipeline.domain.reports.brand import ReportBrand
from fbads_pipeline.domain.reports.facts import (
    AccountTarget,
    AudiencePart,
    Figures,
    HitRate,
    PeriodFigures,
    ReportAccount,
    ReportedAnomaly,
    ReportedCreative,
    ReportedSuggestion,
)
from fbads_pipeline.domain.reports.generated_reports import MadeReport, ReportFile
from fbads_pipeline.domain.reports.links import ReportLink
from fbads_pipeline.domain.reports.report import Period, ReportKind
from fbads_pipeline.domain.reports.requests import ReportRequest
from fbads_pipeline.domain.reports.template import ReportTemplate, TemplateVersion


class ReportFacts(Protocol):
    """What reports are made from; every figure through the metric catalogue."""

    def accounts(self, ids: Sequence[str] | None, *, now: datetime) -> list[ReportAccount]:
        """Those accounts, or all of them, ordered by id; unknown ids are left out."""

    def figures(self, account_id: str, period: Period, metrics: Sequence[str]) -> PeriodFigures:
        """Over the period, in the account's currency alone; campaigns by spend, the biggest first. A sum that Meta did
        not report for some day is None; what a lower level has of it in full is in `below`."""

    def coverage(self, account: ReportAccount, period: Period) -> Coverage:
        """How far the period is read, at the level of campaigns; days after the account's today are not asked for."""

    def anomalies(self, account_id: str, period: Period) -> list[ReportedAnomaly]:
        """That began in the period, the gravest and dearest first."""

    def suggestions(self, account_id: str, period: Period) -> list[ReportedSuggestion]:
        """That were made in the period."""

    def hit_rates(self, account_id: str) -> list[HitRate]:
        """Of all followed suggestions, by kind."""


class ReportContent(Protocol):
    """What a report of one account shows beside its campaigns and days."""

    def totals(self, account_id: str, period: Period, metrics: Sequence[str]) -> Figures:
        """Over the period, as in ReportFacts.figures."""

    def audience(self, account_id: str, period: Period) -> list[AudiencePart]:
        """Who saw it and where, by breakdown, the dearest part first."""

    def creatives(self, account_id: str, period: Period) -> list[ReportedCreative]:
        """Those that cost something: better than the account, then worse, then those of which that is not clear."""

    def other_currencies(self, account_id: str, period: Period) -> list[str]:
        """Of days in the period that no figure has, because the account has another currency by now."""

    def learning(self, account_id: str) -> AccountLearning | None:
        """How far its anomalies can be found; None where the account is not known."""

    def target(self, account: ReportAccount, period: Period) -> AccountTarget:
        """What holds for the account as a whole on the period's last day."""


class ReportTemplates(Protocol):
    """What the reports of clients contain, and in whose colours they are."""

    def of_account(self, account_id: str) -> tuple[ReportTemplate, ReportBrand]:
        """Of the client that the account belongs to; the defaults where it belongs to none, or none was set."""

    def versions(self, client_id: int) -> list[TemplateVersion]:
        """The newest first."""

    def set(self, client_id: int, template: ReportTemplate, *, actor: str, now: datetime) -> int | None:
        """The number of the version; None where there is no such client."""


class Reports(Protocol):
    """Reports that were made, and the message that each left with."""

    def made(self, kind: ReportKind, last_day: date) -> set[str]:
        """Account ids ('' for all accounts) whose report of that kind ends on that day."""

    def keep(self, report: MadeReport, alert: Alert, recipients: Sequence[Recipient]) -> bool:
        """The row, the alert and its deliveries in one transaction; False where that report is there already. Of one
        that waits, the alert is kept with the row, and nothing leaves."""

    def replace(self, report: MadeReport, alert: Alert, *, actor: str) -> bool:
        """Other files and another comment of a report that waits; False where it does not, or is not there."""

    def approve(self, report_id: str, recipients: Sequence[Recipient], *, actor: str, now: datetime) -> bool:
        """Lets a report go that waits: its alert and the deliveries in one transaction; False where none waits."""

    def newest(self, last: int, accounts: Sequence[str] | None = None) -> list[MadeReport]:
        """The newest first; of those accounts alone where they are given."""


class ReportRequests(Protocol):
    """Reports that users asked for."""

    def add(self, request: ReportRequest) -> None: ...

    def ready(self, request_id: str, files: Sequence[ReportFile], *, now: datetime) -> None: ...

    def failed(self, request_id: str, reason: Value, *, now: datetime) -> None:
        """One that has ended stays as it is."""

    def one(self, user_id: str, request_id: str) -> ReportRequest | None:
        """None for one that is not there, or that somebody else asked for."""

    def newest(self, user_id: str, last: int) -> list[ReportRequest]: ...


class ReportLinks(Protocol):
    """Links to frozen reports. Secrets are known to it by their digest alone."""

    def add(self, link: ReportLink, secret_digest: str, page: bytes, document: bytes | None) -> None:
        """With the page and, where there is one, the PDF; what has expired meanwhile loses its own."""

    def newest(self, last: int) -> list[ReportLink]:
        """The newest first, ended ones among them."""

    def one(self, link_id: str) -> ReportLink | None: ...

    def revoke(self, link_id: str, *, actor: str, now: datetime) -> bool:
        """Ends it and deletes its page and PDF; False where it has been revoked before or is not there."""

    def page(self, secret_digest: str, *, now: datetime, is_counted: bool) -> bytes | None:
        """What it leads to, and one more view; None for a link that is unknown, expired or revoked."""

    def document(self, secret_digest: str, *, now: datetime, is_counted: bool) -> tuple[str, bytes] | None:
        """Its PDF's name and bytes, and one more download; None as above, and where it has none."""
