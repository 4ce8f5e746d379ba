"""Makes reports: what is due in each account's morning → files in every language → one alert each."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.core.errors import OutsideFailed
from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.core.messages import Message, message
from fbads_pipeline.domain.reports.facts import ReportAccount
from fbads_pipeline.domain.reports.generated_reports import MadeReport, ReportFile, day_of, due_on, report_id
from fbads_pipeline.domain.reports.message import compose_report
from fbads_pipeline.domain.reports.report import Report, ReportKind, period_of
from fbads_pipeline.domain.reports.requests import ReportRequest
from fbads_pipeline.domain.reports.template import ReportTemplate, require_comment
from fbads_pipeline.ports.core import Clock, Files, Translator
from fbads_pipeline.ports.reports import ReportRequests, Reports
from fbads_pipeline.services.reports.build_report import ReportBuilder

ALL = ""
_ATTACHED = ("pdf", "xlsx")
_LOOKED_THROUGH = 500


class ReportsFailed(OutsideFailed):
    """failed: account id → why. made: the other reports, which were made."""

    def __init__(self, kind: ReportKind, failed: Mapping[str, Exception], made: Sequence[MadeReport]) -> None:
        reasons = "; ".join(f"{account_id}: {fault}" for account_id, fault in failed.items())
        super().__init__(f"{len(failed)} {kind} reports could not be made: {reasons}")
        self.failed, self.made = failed, made


@dataclass(frozen=True)
class ReportService:
    """What reports are made with and kept in. renderers: format → the report's bytes in it, in a language; on_request:
    formats that scheduled reports are not made in."""

    builder: ReportBuilder
    renderers: Mapping[str, Callable[[Report, Language], bytes]]
    translator: Translator
    files: Files
    reports: Reports
    clock: Clock
    on_request: Mapping[str, Callable[[Report, Language], bytes]] = field(default_factory=dict)

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
        return self.builder.facts.accounts(wanted, now=self.clock.now())

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
        """On demand: the path of each file as it is written; nothing is kept or sent. are_chosen: not all accounts."""
        for report in self._of(kind, accounts, day, are_chosen=are_chosen):
            for name in formats:
                render = self.renderers.get(name) or self.on_request[name]
                yield str(self.files.write(_file_name(report, language, name), render(report, language)))

    def _of(
        self,
        kind: ReportKind,
        accounts: Sequence[ReportAccount],
        day: date | None,
        *,
        are_chosen: bool = False,
    ) -> Iterator[Report]:
        if kind == "executive":
            yield self.builder.of_all(accounts, on=day, are_chosen=are_chosen)
        else:
            for account in accounts:
                yield self.builder.of_account(kind, account, on=day)

    def _due(self, kind: ReportKind) -> Iterator[tuple[str, list[ReportAccount], date]]:
        """Account id (or ALL), the accounts that it is about, and the day on which it is made."""
        now = self.clock.now()
        accounts = self.builder.facts.accounts(None, now=now)
        waiting = [(one, due_on(kind, one.timezone_name, now)) for one in accounts]
        if kind == "executive":
            # The last account to reach its Monday morning makes it due, so that no account lacks its Sunday.
            mondays = {day for _, day in waiting}
            monday = mondays.pop() if len(mondays) == 1 else None
            if monday is not None and ALL not in self.reports.made(kind, period_of(kind, monday).last):
                yield ALL, accounts, monday
            return
        for account, day in waiting:
            if kind not in self.builder.template_of(account.account_id).kinds:
                continue
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
        """Files first, then the row and the alert together: a crash between the two makes the files anew."""
        report = next(self._of(kind, accounts, day))
        template = self.builder.template_of(account_id)
        made, alert = self._files_of(report, account_id, template)
        self.reports.keep(made, alert, recipients)
        return made

    def preview(self, account_ids: Sequence[str], template: ReportTemplate, language: Language) -> bytes | None:
        """The page of the weekly report of the first of those accounts that is known, by that template; nothing is
        kept. None where none is known."""
        accounts = self.builder.facts.accounts(account_ids, now=self.clock.now())
        if not accounts:
            return None
        report = self.builder.of_account("weekly", accounts[0], template=template, comment=template.comment)
        return self.renderers["html"](report, language)

    def with_comment(self, report_id: str, comment: str, visible: Sequence[str] | None, *, actor: str) -> bool:
        """Make a report anew that waits, with that comment and what is stored by now, and let it wait on; False where
        there is none for them. Raises UnusableTemplate for a comment that cannot be shown."""
        require_comment(comment)
        known = self._waiting(report_id, visible)
        accounts = [] if known is None else self.accounts(known.kind, known.account_id, visible)
        if known is None or not accounts:
            return False
        report = self.builder.of_account(known.kind, accounts[0], on=day_of(known.last_day), comment=comment)
        template = self.builder.template_of(known.account_id)
        made, alert = self._files_of(report, known.account_id, replace(template, needs_approval=True))
        return self.reports.replace(made, alert, actor=actor)

    def approve(
        self, report_id: str, visible: Sequence[str] | None, recipients: Sequence[Recipient], *, actor: str
    ) -> bool:
        """Send a report that waits, exactly as it was made; False where there is none for them."""
        if self._waiting(report_id, visible) is None:
            return False
        return self.reports.approve(report_id, recipients, actor=actor, now=self.clock.now())

    def _waiting(self, report_id: str, visible: Sequence[str] | None) -> MadeReport | None:
        found = (one for one in self.reports.newest(_LOOKED_THROUGH, visible) if one.report_id == report_id)
        return next((one for one in found if one.is_waiting), None)

    def _files_of(self, report: Report, account_id: str, template: ReportTemplate) -> tuple[MadeReport, Alert]:
        """The report as files in the languages of its template, and the alert that it leaves with."""
        languages = self.translator.languages if template.language is None else (template.language,)
        files = [self._write(report, language, name) for language in languages for name in self.renderers]
        period = report.period
        made = MadeReport(
            report_id(report.kind, account_id, period),
            report.kind,
            account_id,
            period.first,
            period.last,
            tuple(files),
            self.clock.now(),
            template.needs_approval,
            report.comment,
        )
        attached = {
            language: [
                one.name
                for one in files
                if one.language == (language if language in languages else languages[0]) and one.format in _ATTACHED
            ]
            for language in self.translator.languages
        }
        return made, compose_report(report, account_id or None, attached)

    def _write(self, report: Report, language: Language, name: str) -> ReportFile:
        content = self.renderers[name](report, language)
        path = self.files.write(_file_name(report, language, name), content)
        return ReportFile(language, name, path.name, len(content), hashlib.sha256(content).hexdigest())


def make_requested(
    report_service: ReportService, requests: ReportRequests, request: ReportRequest, visible: Sequence[str] | None
) -> None:
    """Make a requested report and record the result; a fault of ours is recorded without its text, and raised.

    visible: ids of the accounts that its user sees, None for all.
    """

    def fail(reason: Message) -> None:
        requests.failed(request.request_id, reason, now=report_service.clock.now())

    try:
        accounts = report_service.accounts(request.kind, request.account_id, visible)
        if not accounts:
            return fail(message("reports.failure.no_account"))
        are_chosen = request.kind == "executive" and visible is not None
        paths = report_service.write(
            request.kind, accounts, request.language, request.formats, request.day, are_chosen=are_chosen
        )
        files = [_file(request.language, path) for path in paths]
    except OSError as full:
        return fail(message("reports.failure.not_written", reason=full.strerror or ""))
    except BaseException:
        fail(message("reports.failure.fault"))
        raise
    return requests.ready(request.request_id, files, now=report_service.clock.now())


def _file_name(report: Report, language: Language, name: str) -> str:
    """A variant of a format, such as csv_br, stands before the extension."""
    extension, _, variant = name.partition("_")
    return f"{report.name}_{language}{f'_{variant}' if variant else ''}.{extension}"


def _file(language: Language, path: str) -> ReportFile:
    name = path.rpartition("/")[2]
    content = Path(path).read_bytes()
    return ReportFile(language, name.rpartition(".")[2], name, len(content), hashlib.sha256(content).hexdigest())
