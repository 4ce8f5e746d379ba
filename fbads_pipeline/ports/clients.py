"""What the services need of clients. Adapters implement these; the fakes of the tests do too."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.clients.client import Client, ClientBudget, ClientDetails
from fbads_pipeline.domain.clients.month_budgets import AccountMonth
from fbads_pipeline.domain.clients.tax import TaxPeriod


class ClientReader(Protocol):
    """Clients as they are kept; accounts: those that the reader sees, None for all."""

    def all(self, accounts: frozenset[str] | None = None, *, at: datetime | None = None) -> list[Client]: ...


class ClientStore(ClientReader, Protocol):
    """Clients as they are kept, and changed; each raises UnusableClient with one sentence."""

    def add(self, details: ClientDetails, *, actor: str, now: datetime) -> int: ...

    def change(self, client_id: int, details: ClientDetails, *, actor: str, now: datetime) -> bool: ...

    def set_budget(self, client_id: int, budget: ClientBudget, *, actor: str, now: datetime) -> None: ...


class MonthStore(Protocol):
    """What each account spent on the read days of the last weeks."""

    def accounts(self, accounts: frozenset[str] | None, now: datetime) -> list[AccountMonth]: ...

    def scopes(self, accounts: frozenset[str] | None, now: datetime) -> list[AccountMonth]: ...


class TaxReader(Protocol):
    """The tax of each account and day."""

    def periods(self, accounts: frozenset[str] | None = None) -> Mapping[str, Sequence[TaxPeriod]]: ...


class AlertWriter(Protocol):
    """Writes alerts into the outbox, each once."""

    def write(self, alerts: Sequence[Alert], recipients: Sequence[Recipient], now: datetime) -> int:
        """All of them in one transaction; those that were written before are left out. Returns how many are new."""
