"""The month's budgets of all clients that somebody sees, worst first."""

from dataclasses import dataclass
from datetime import datetime

from fbads_pipeline.domain.clients.month_budgets import MonthBudget, month_budgets
from fbads_pipeline.ports.clients import ClientReader, MonthStore, TaxReader


@dataclass(frozen=True)
class BudgetService:
    """What reading budgets needs."""

    clients: ClientReader
    months: MonthStore
    taxes: TaxReader

    def read(self, accounts: frozenset[str] | None, now: datetime) -> list[MonthBudget]:
        """A row per client and currency, per account without a client, and per campaign or pattern of names with a
        budget of its own. accounts: None for all."""
        known = self.clients.all(accounts, at=now)
        months = [*self.months.accounts(accounts, now), *self.months.scopes(accounts, now)]
        return month_budgets(months, known, self.taxes.periods(accounts), now)
