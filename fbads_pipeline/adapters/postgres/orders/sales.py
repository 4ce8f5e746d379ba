"""Real sales beside Meta's, per campaign, and the orders that belong to none; read as the analyst."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements

SQL = Statements(__package__, "sales.sql")


@dataclass(frozen=True)
class CampaignSales:
    """One campaign over some days, in one currency; None: not known of one of the days."""

    account_id: str
    campaign_id: str
    name: str | None
    currency: str | None
    spend: Decimal | None
    purchases: Decimal | None
    purchase_value: Decimal | None
    real_purchases: Decimal | None
    real_purchase_value: Decimal | None

    @property
    def roas(self) -> Decimal | None:
        """By Meta's purchases; None without spend."""
        return _ratio(self.purchase_value, self.spend)

    @property
    def real_roas(self) -> Decimal | None:
        """By the orders of the shops; None without spend."""
        return _ratio(self.real_purchase_value, self.spend)


@dataclass(frozen=True)
class OrdersApart:
    """Orders that belong to no campaign. reason: `unattributed_reason` of marts.orders."""

    source: str
    reason: str
    currency: str
    orders: int
    real_purchases: int
    real_purchase_value: Decimal | None


class SalesReader:
    """What shops sold, by campaign and apart."""

    def __init__(self, analyst: sa.Engine) -> None:
        self._analyst = analyst

    def campaigns(self, account_id: str, first: date, last: date) -> list[CampaignSales]:
        """Every campaign of the account with a row in these days, the best seller first."""
        values = {"account_id": account_id, "first": first, "last": last}
        with reading(self._analyst) as connection:
            return [CampaignSales(**row) for row in connection.execute(SQL["campaigns"], values).mappings()]

    def apart(self, sources: Sequence[str], first: date, last: date) -> list[OrdersApart]:
        """Of these shops, the most first."""
        values = {"sources": list(sources), "first": first, "last": last}
        with reading(self._analyst) as connection:
            return [OrdersApart(**row) for row in connection.execute(SQL["apart"], values).mappings()]


def _ratio(above: Decimal | None, below: Decimal | None) -> Decimal | None:
    return None if above is None or not below else above / below
