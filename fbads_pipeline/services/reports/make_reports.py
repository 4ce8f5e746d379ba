"""Making reports: what is due in each account's morning → files → one message each, in one transaction."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.reports.facts import ReportAccount
from fbads_pipeline.domain.reports.generated_reports import MadeReport, ReportFile, due_on, report_id
from fbads_pipeline.domain.reports.message import compose_report
from fbads_pipeline.domain.reports.report import Report, ReportKind, period_of
from fbads_pipeline.domain.reports.requests import ReportRequest
from fbads_pipeline.ports.core import Clock, Files
from fbads_pipeline.ports.reports import ReportRequests, Reports
from fbads_pipeline.services.reports.build_report import ReportMaker

ALL = ""
_LANGUAGES: tuple[Language, ...] = ("pt", "en")
_ATTACHED = ("pdf", "xlsx")


class ReportsFailed(RuntimeError):
    """failed: account id → why. made: the reports that were made all the same."""

    def __init__(self, kind: ReportKind, failed: Mapping[str, Exception], made: Sequence[MadeReport]) -> None:
        said = "; ".join(f"{account_id}: {fault}" for account_id, fault in failed.items())
        super().__init__(f"{len(failed)} {kind} reports could not be made: {said}")
        self.failed, self.made = failed, made


@dataclass(frozen=True)
class ReportService:
    """What reports are made with and kept in. renderers: format → the report's bytes in it."""

    maker: ReportMaker
    renderers: Mapping[str, Callable[[Report], bytes]]
    files: Files
    reports: Reports
    clock: Clock

    def make_due(self, kind: ReportKind, recipients: Sequence[Recipient]) -> list[MadeReport]:
        """Make what is due and not made yet; the same moment a second time makes nothing.

        A report that cannot be made holds back no other. Raises OSError at once, where no file can be written, and in
        the end ReportsFailed, which names those that failed.
        """
        made, failed = [], dict[str, Exception]()
        for one, accounts, day in self._due(kind):
            try:
                made.append(self._keep(kind, one, accounts, day, recipients))
            except OSError:
                raise
            except Exception as fault:
                failed[one or "all"] = fault
        if failed:
            raise ReportsFailed(kind, failed, made) from next(iter(failed.values()))
        return made

    def accounts(self, kind: ReportKind, account_id: str | None, visible: Sequence[str] | None) -> list[ReportAccount]:
        """The accounts that such a report is about, of those that are visible (None: all); empty where none is.

        The executive report is about all of them; the others about the one that is named.
        """
        wanted = visible if kind == "executive" else [] if account_id is None else [account_id]
        if kind != "executive" and visible is not None and account_id not in visible:
            return []
        return self.maker.facts.accounts(wanted, now=self.clock.now())

    def write(
        self,
        kind: ReportKind,
        accounts: Sequence[ReportAccount],
        language: Language,
        formats: Sequence[str],
        day: date | None,
        *,
        are_chosen: bool = False,
    ) -> Iterator[str]:
        """By hand: the path of each file as it is written; nothing is kept or sent. are_chosen: not all accounts."""
        for report in self._of(kind, accounts, language, day, are_chosen=are_chosen):
            for name in formats:
                yield str(self.files.write(f"{report.name}.{name}", self.renderers[name](report)))

    def _of(
        self,
        kind: ReportKind,
        accounts: Sequence[ReportAccount],
        language: Language,
        day: date | None,
        *,
        are_chosen: bool = False,
    ) -> Iterator[Report]:
        if kind == "executive":
            yield self.maker.of_all(accounts, language, on=day, are_chosen=are_chosen)
        else:
            for account in accounts:
                yield self.maker.of_account(kind, account, language, on=day)

    def _due(self, kind: ReportKind) -> Iterator[tuple[str, list[ReportAccount], date]]:
        """Account id (or ALL), the accounts that it is about, and the day on which it is made."""
        now = self.clock.now()
        accounts = self.maker.facts.accounts(None, now=now)
        waiting = [(one, due_on(kind, one.timezone_name, now)) for one in accounts]
        if kind == "executive":
            # The last account to reach its Monday morning makes it due, so that no account lacks its Sunday.
            mondays = {day for _, day in waiting}
            monday = mondays.pop() if len(mondays) == 1 else None
            if monday is not None and ALL not in self.reports.made(kind, period_of(kind, monday).last):
                yield ALL, accounts, monday
            return
        for account, day in waiting:
            if day is not None and account.account_id not in self.reports.made(kind, period_of(kind, day).last):
                yield account.account_id, [account], day

    def _keep(
        self,
        kind: ReportKind,
        account_id: str,
        accounts: Sequence[ReportAccount],
        day: date,
        recipients: Sequence[Recipient],
    ) -> MadeReport:
        """Files first, then the row and the message together: a crash between the two makes the files anew."""
        drawn = {language: next(self._of(kind, accounts, language, day)) for language in _LANGUAGES}
        files: list[ReportFile] = []
        for language, report in drawn.items():
            for name, render in self.renderers.items():
                content = render(report)
                path = self.files.write(f"{report.name}.{name}", content)
                digest = hashlib.sha256(content).hexdigest()
                files.append(ReportFile(language, name, path.name, len(content), digest))
        period = drawn["pt"].period
        made = MadeReport(
            report_id(kind, account_id, period),
            kind,
            account_id,
            period.first,
            period.last,
            tuple(files),
            self.clock.now(),
        )
        attached = {
            language: [one.name for one in files if one.language == language and one.format in _ATTACHED]
            for language in _LANGUAGES
        }
        self.reports.keep(made, compose_report(drawn, account_id or None, attached), recipients)
        return made


def make_requested(
    report_service: ReportService, requests: ReportRequests, request: ReportRequest, visible: Sequence[str] | None
) -> None:
    """Make what was asked for, and note what became of it; a fault of ours is noted without its words, and raised.

    visible: ids of the accounts that its user sees, None for all.
    """
    try:
        accounts = report_service.accounts(request.kind, request.account_id, visible)
        if not accounts:
            requests.failed(request.request_id, "the marts have no such account yet", now=report_service.clock.now())
            return
        are_chosen = request.kind == "executive" and visible is not None
        paths = report_service.write(
            request.kind, accounts, request.language, request.formats, request.day, are_chosen=are_chosen
        )
        files = [_file(request.language, path) for path in paths]
    except OSError as full:
        requests.failed(
            request.request_id, f"its file cannot be written: {full.strerror}", now=report_service.clock.now()
        )
        return
    except BaseException:
        requests.failed(request.request_id, "it could not be made; the log says why", now=report_service.clock.now())
        raise
    requests.ready(request.request_id, files, now=report_service.clock.now())


def _file(language: Language, path: str) -> ReportFile:
    name = path.rpartition("/")[2]
    content = Path(path).read_bytes()
    return ReportFile(language, name.rpartition(".")[2], name, len(content), hashlib.sha256(content).hexdigest())
