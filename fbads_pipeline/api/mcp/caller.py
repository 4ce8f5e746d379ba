"""Whoever calls a tool: their rights and accounts, and the readers that the API and the pages use too."""

from collections.abc import Callable
from functools import cached_property

from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, Row
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.api.mcp.arguments import ToolRefused, digits_of, metric_named, no_account
from fbads_pipeline.api.routes.analytics import FigureAccess
from fbads_pipeline.bootstrap.anomalies import anomaly_store
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.bootstrap.metrics import analytics_reader, campaign_reader, metric_labels, page_reader, readiness
from fbads_pipeline.bootstrap.reports import report_service
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.identity.users import Scope as Right
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.services.chat.turn import Chat
from fbads_pipeline.services.reports.make_reports import ReportService
from fbads_pipeline.settings import Settings


class Caller:
    """What every tool is made with. who: whoever calls now; chat: the application's own, made once."""

    def __init__(
        self, settings: Settings, database: Database, who: Callable[[], Principal], chat: Callable[[], Chat]
    ) -> None:
        self.settings, self.database, self.chat = settings, database, chat
        self._who = who
        self.clock = clock(settings)
        self.readiness = readiness(database)
        self.campaigns, self.pages = campaign_reader(database), page_reader(database)
        self._analytics, self._anomalies = analytics_reader(database), anomaly_store(database)
        self.metrics = metric_labels()
        self.catalogue = Catalogue(METRICS)

    @cached_property
    def reports(self) -> ReportService:
        return report_service(self.settings, self.database)

    def who(self, right: Right = "marts:read") -> Principal:
        """Whoever calls, if they have that right; raises ToolRefused."""
        found = self._who()
        if not found.may(right):
            raise ToolRefused(f"this needs the scope {right}, which your key does not have: ask for a key with it")
        return found

    def figures(self, right: Right = "marts:read") -> FigureAccess:
        """What figures are read with, of the caller's accounts alone."""
        who = self.who(right)
        return FigureAccess(self._analytics, self.readiness, self._anomalies, self.clock, who, self.settings)

    def account(self, given: str | int | None) -> str | None:
        """The digits of an account that is there and the caller's, None for none; raises ToolRefused."""
        if given is None:
            return None
        digits, who = digits_of(given), self._who()
        if not (who.sees(digits) and self.pages.is_account(digits)):
            raise no_account(digits, self.pages.accounts(who.accounts))
        return digits

    def wanted(self, given: str | int | None) -> Accounts:
        """The caller's accounts, or the one that is named; raises ToolRefused."""
        digits = self.account(given)
        return self._who().accounts if digits is None else frozenset({digits})

    def campaign(self, given: str | int | None, account: str | None = None) -> Row | None:
        """A campaign of the caller's, None for none; raises ToolRefused."""
        if given is None:
            return None
        digits = str(given).strip().strip("\"'")
        found = self.campaigns.campaign(digits, self._who().accounts) if digits.isascii() and digits.isdigit() else None
        if found is None or account not in (None, found["account_id"]):
            raise ToolRefused(f"there is no campaign {digits[:40]}: search_objects finds it by a part of its name")
        return found

    def metric(self, given: str) -> str:
        """The name of a metric of the marts; raises ToolRefused."""
        return metric_named(given, self.catalogue, among=self.metrics)
