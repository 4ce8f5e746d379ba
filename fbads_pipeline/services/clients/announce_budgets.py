"""Says of each budget once that the month will burst it or fall short of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.clients.budget_messages import budget_alert
from fbads_pipeline.ports.clients import AlertWriter
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.services.clients.read_budgets import BudgetService


@dataclass(frozen=True)
class BudgetAlerts:
    """What announcing budgets needs."""

    budgets: BudgetService
    alerts: AlertWriter

    def announce(self, clock: Clock, recipients: Sequence[Recipient]) -> int:
        """Writes what is off and was not said of this month; returns the number of alerts written."""
        now = clock.now()
        found = [alert for one in self.budgets.read(None, now) if (alert := budget_alert(one)) is not None]
        return self.alerts.write(found, recipients, now)
