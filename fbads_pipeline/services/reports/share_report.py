"""Shares one report as it was made, behind a link with a secret."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from secrets import token_hex

from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.reports.generated_reports import ReportFile
from fbads_pipeline.domain.reports.links import NoSuchReport, ReportLink, link_end, shareable_files
from fbads_pipeline.domain.reports.report import ReportKind
from fbads_pipeline.ports.core import Clock, Files
from fbads_pipeline.ports.reports import ReportLinks, ReportRequests, Reports

_LOOKED_THROUGH = 500


@dataclass(frozen=True)
class SharedReport:
    """A report that was found for somebody. account_ids: None for every account."""

    kind: ReportKind
    account_ids: tuple[str, ...] | None
    files: Sequence[ReportFile]


@dataclass(frozen=True)
class LinkService:
    """What links are made with. new_secret: 256 random bits as text; digest: what is kept of them; for_visitors: the
    page as those see it who have nothing but the link."""

    reports: Reports
    requests: ReportRequests
    links: ReportLinks
    files: Files
    clock: Clock
    new_secret: Callable[[], str]
    digest: Callable[[str], str]
    for_visitors: Callable[[bytes, Language, bool], bytes]
    usual_days: int

    def share(self, report_id: str, who: Principal, language: Language, days: int | None) -> tuple[ReportLink, str]:
        """The link and its secret, which nobody can read again. days: how long it leads there, as the settings say
        without.

        Raises NoSuchReport, NotShareable, NoLinkDays.
        """
        report, now = self._find(report_id, who), self.clock.now()
        page, document = shareable_files(report.files, language)
        expires_at = link_end(now, self.usual_days if days is None else days)
        contents = [self._read(one) for one in (page, document) if one is not None]
        secret = self.new_secret()
        link = ReportLink(
            token_hex(8),
            report_id,
            report.kind,
            report.account_ids,
            page.name.rpartition(".")[0],
            language,
            who.user_id,
            now,
            expires_at,
            document is not None,
        )
        shown = self.for_visitors(contents[0], language, document is not None)
        self.links.add(link, self.digest(secret), shown, contents[1] if document is not None else None)
        return link, secret

    def of(self, who: Principal, last: int) -> list[ReportLink]:
        """The newest links to what they see."""
        return [one for one in self.links.newest(_LOOKED_THROUGH) if one.is_of(who.accounts)][:last]

    def revoke(self, link_id: str, who: Principal) -> bool:
        """Ends a link at once, and forgets what it led to; False where there is none for them."""
        link = self.links.one(link_id)
        if link is None or not link.is_of(who.accounts):
            return False
        self.links.revoke(link_id, actor=who.user_id, now=self.clock.now())
        return True

    def _find(self, report_id: str, who: Principal) -> SharedReport:
        """Among those that they requested, and those of the schedule that do not wait for approval."""
        asked = self.requests.one(who.user_id, report_id)
        if asked is not None and asked.may_be_read_by(who.accounts):
            ids = asked.visible_accounts if asked.account_id is None else (asked.account_id,)
            return SharedReport(asked.kind, ids, asked.files)
        visible = None if who.accounts is None else sorted(who.accounts)
        for one in self.reports.newest(_LOOKED_THROUGH, visible):
            if one.report_id == report_id and not one.is_waiting:
                return SharedReport(one.kind, (one.account_id,) if one.account_id else None, one.files)
        raise NoSuchReport(f"there is no report {report_id}")

    def _read(self, file: ReportFile) -> bytes:
        try:
            return self.files.path(file.name).read_bytes()
        except OSError:
            raise NoSuchReport(f"{file.name} is no longer among the exports: make the report again") from None
