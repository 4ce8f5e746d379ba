"""The ports of reports as fakes, and an account with a fortnight to report of."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.anomalies.learning import AccountLearning
from fbads_pipeline.domain.core.messages import LegacyText
from fbads_pipeline.domain.metrics.coverage import Coverage, coverage_of
from fbads_pipeline.domain.reports.content import FUNNEL_METRICS
from fbads_pipeline.domain.reports.facts import (
    AccountTarget,
    AudiencePart,
    CampaignFigures,
    DayFigures,
    FigureBelow,
    Figures,
    HitRate,
    MetricAbout,
    PeriodFigures,
    ReportAccount,
    ReportedAnomaly,
    ReportedCreative,
    ReportedSuggestion,
)
from fbads_pipeline.domain.reports.generated_reports import MadeReport
from fbads_pipeline.domain.reports.report import Period, ReportKind
from fbads_pipeline.services.reports.build_report import METRICS, ReportBuilder

TODAY = date(2026, 11, 23)
MONEY = {"spend": "money", "cpm": "money", "cpa": "money", "purchase_value": "money", "ctr": "ratio", "roas": "ratio"}
DOWN = frozenset({"cpm", "cpa"})
ABOUT = {
    name: MetricAbout(
        LegacyText({"pt": f"{name} pt", "en": f"{name} en"}), MONEY.get(name, "count"), "down" if name in DOWN else "up"
    )
    for name in (*METRICS, *FUNNEL_METRICS)
}


def an_account(account_id: str = "1", name: str | None = "Loja 1", **others: object) -> ReportAccount:
    values: dict[str, object] = {"currency": "BRL", "timezone_name": "America/Sao_Paulo", "goal": "purchase"}
    return ReportAccount(account_id, name, today=TODAY, **{**values, **others})  # type: ignore[arg-type]


def some_figures(spend: int = 100, conversions: int | None = 4, clicks: int = 50) -> dict[str, Decimal | None]:
    """Sums, and the ratios of these sums."""
    money, sold = Decimal(spend), None if conversions is None else Decimal(conversions)
    return {
        "spend": money,
        "impressions": Decimal(10_000),
        "clicks": Decimal(clicks),
        "ctr": Decimal(clicks) / 10_000,
        "cpm": money / 10,
        "conversions": sold,
        "cpa": money / sold if sold else None,
        "purchase_value": money * 2,
        "roas": Decimal(2),
    }


class FakeReportFacts:
    """known: what `accounts` tells; names: of each account's campaigns; empty: accounts without any figure.

    unread: days that were not read; unreported: metrics that Meta left out, with what lower levels have in `below`;
    broken: accounts whose figures cannot be read; is_final: no day is provisional; conversions_before: of the period
    before.
    """

    def __init__(self, *known: ReportAccount, names: Sequence[str | None] = ("Verão", "Inverno", "Natal")) -> None:
        self.known, self.names = list(known) or [an_account()], list(names)
        self.empty: set[str] = set()
        self.broken: set[str] = set()
        self.unread: set[date] = set()
        self.not_collected = ""
        self.unreported: set[str] = set()
        self.below: dict[str, FigureBelow] = {}
        self.is_final, self.conversions_before = False, 40
        self.found: list[ReportedAnomaly] = []
        self.made: list[ReportedSuggestion] = []

    def accounts(self, ids: Sequence[str] | None, *, now: datetime) -> list[ReportAccount]:
        found = [one for one in self.known if ids is None or one.account_id in ids]
        return sorted(found, key=lambda one: one.account_id)

    def figures(self, account_id: str, period: Period, metrics: Sequence[str]) -> PeriodFigures:
        if account_id in self.broken:
            raise ValueError("no figures")
        if account_id in self.empty:
            return PeriodFigures(dict.fromkeys(metrics), (), (), None)
        if self.unreported:
            return self._unreported(period)
        campaigns = tuple(
            CampaignFigures(f"{n}", name, "ACTIVE", some_figures(300 - n, n % 3 * 5), Decimal(70))
            for n, name in enumerate(self.names)
        )
        is_now = period.last >= TODAY - timedelta(days=7)
        days = tuple(
            DayFigures(
                period.first + timedelta(days=n),
                some_figures(100 + n, 4),
                n == period.days - 1 and not self.is_final,
            )
            for n in range(period.days)
        )
        return PeriodFigures(
            some_figures(period.last.day * 10, 40 if is_now else self.conversions_before),
            days,
            campaigns,
            datetime(2026, 11, 23, 9, tzinfo=UTC),
        )

    def _unreported(self, period: Period) -> PeriodFigures:
        """The first campaign and one day lack `unreported`, and so does the total."""
        lacking = some_figures() | dict.fromkeys(self.unreported)
        days = tuple(
            DayFigures(period.first + timedelta(days=n), some_figures() if n else lacking, False)
            for n in range(period.days)
        )
        campaigns = tuple(
            CampaignFigures(f"{n}", name, "ACTIVE", some_figures() if n else lacking, None, {} if n else self.below)
            for n, name in enumerate(self.names)
        )
        return PeriodFigures(lacking, days, campaigns, None, self.below)

    def coverage(self, account: ReportAccount, period: Period) -> Coverage:
        days = [period.first + timedelta(days=n) for n in range(period.days)]
        come = [day for day in days if day <= account.today]
        unread = [(account.account_id, day) for day in come if day in self.unread]
        return coverage_of(len(come), unread, not_collected=self.not_collected)

    def anomalies(self, account_id: str, period: Period) -> list[ReportedAnomaly]:
        return self.found

    def suggestions(self, account_id: str, period: Period) -> list[ReportedSuggestion]:
        return self.made

    def hit_rates(self, account_id: str) -> list[HitRate]:
        return [HitRate("PAUSE", 8, 6, 4)]


class FakeContent:
    """Nothing beside campaigns and days. currencies: of days that are left out."""

    def __init__(self, *currencies: str) -> None:
        self.currencies = list(currencies)

    def totals(self, account_id: str, period: Period, metrics: Sequence[str]) -> Figures:
        return dict.fromkeys(metrics, Decimal(0))

    def audience(self, account_id: str, period: Period) -> list[AudiencePart]:
        return []

    def creatives(self, account_id: str, period: Period) -> list[ReportedCreative]:
        return []

    def other_currencies(self, account_id: str, period: Period) -> list[str]:
        return self.currencies

    def learning(self, account_id: str) -> AccountLearning | None:
        return None

    def target(self, account: ReportAccount, period: Period) -> AccountTarget:
        return AccountTarget()


class FakeReports:
    """kept: what was made, with its message; recipients: of the last one."""

    def __init__(self) -> None:
        self.kept: list[tuple[MadeReport, Alert]] = []
        self.recipients: list[Recipient] = []

    def made(self, kind: ReportKind, last_day: date) -> set[str]:
        return {one.account_id for one, _ in self.kept if (one.kind, one.last_day) == (kind, last_day)}

    def keep(self, report: MadeReport, alert: Alert, recipients: Sequence[Recipient]) -> bool:
        if report.account_id in self.made(report.kind, report.last_day):
            return False
        self.kept.append((report, alert))
        self.recipients = [] if report.is_waiting else list(recipients)
        return True

    def replace(self, report: MadeReport, alert: Alert, *, actor: str) -> bool:
        for index, (one, _) in enumerate(self.kept):
            if one.report_id == report.report_id and one.is_waiting:
                self.kept[index] = (report, alert)
                return True
        return False

    def approve(self, report_id: str, recipients: Sequence[Recipient], *, actor: str, now: datetime) -> bool:
        for index, (one, alert) in enumerate(self.kept):
            if one.report_id == report_id and one.is_waiting:
                self.kept[index] = (replace(one, is_waiting=False), alert)
                self.recipients = list(recipients)
                return True
        return False

    def newest(self, last: int, accounts: Sequence[str] | None = None) -> list[MadeReport]:
        found = [one for one, _ in self.kept if accounts is None or one.account_id in accounts]
        return sorted(found, key=lambda one: (-one.made_at.timestamp(), one.report_id))[:last]


class FakeFiles:
    """written: name → content; fails: raised instead."""

    def __init__(self) -> None:
        self.written: dict[str, bytes] = {}
        self.fails: OSError | None = None

    def path(self, name: str) -> Path:
        if name in ("", "..") or Path(name).name != name:
            raise ValueError(f"{name!r} is no plain file name")
        return Path(name)

    def write(self, name: str, content: bytes) -> Path:
        if self.fails:
            raise self.fails
        path = self.path(name)
        self.written[name] = content
        return path


def a_builder(facts: FakeReportFacts | None = None) -> ReportBuilder:
    return ReportBuilder(facts or FakeReportFacts(), ABOUT, ("7d_click", "1d_view"))
