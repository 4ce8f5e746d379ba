"""The last weeks of every account with what is open in it: three queries, whatever the number of accounts."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, Row, bound, rows_of
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.clients.hours import DayCurve
from fbads_pipeline.domain.clients.overview import AccountWeeks, Figures, days_looked_at
from fbads_pipeline.domain.clients.targets import EffectiveTarget, Targets
from fbads_pipeline.domain.core.days import DayRange

SQL = Statements(__package__, "overview.sql")
# Figure → the column with one value per day.
_FIGURES = {
    "spend": "spends",
    "cost": "cost_amounts",
    "conversions": "conversion_counts",
    "purchase_value": "purchase_values",
}


class OverviewReader:
    """Reads only."""

    def __init__(self, owner: sa.Engine) -> None:
        self._owner = owner

    def accounts(self, accounts: Accounts, targets: Mapping[str, Targets], now: datetime) -> list[AccountWeeks]:
        """Each account that is modelled. targets: of accounts that have any."""
        values = {"accounts": bound(accounts)}
        dated = {**values, "days": sorted(days_looked_at(now.date()))}
        rows = rows_of(self._owner, SQL["accounts"], {**values, "now": now})
        days = {row["account_id"]: _days(row) for row in rows_of(self._owner, SQL["days"], dated)}
        read = rows_of(self._owner, SQL["read_days"], dated)
        read_days = {row["account_id"]: frozenset(row["days"]) for row in read}
        return [
            AccountWeeks(
                row["account_id"],
                row["name"],
                row["currency"],
                row["today"],
                days.get(row["account_id"], {}),
                read_days.get(row["account_id"], frozenset()),
                row["goal_family"],
                _target(targets.get(row["account_id"]), row["today"], row["currency"]),
                row["anomalies"],
                row["critical"],
                row["at_stake"],
                row["suggestions"],
                row["has_several_goals"],
            )
            for row in rows
        ]

    def curves(self, account_id: str, days: DayRange) -> list[DayCurve]:
        """What the account had spent by each reading of those days while they ran, oldest day first."""
        values = {"account_id": account_id, "since": days.since, "until": days.until}
        found: dict[date, list[tuple[int, Decimal | None]]] = {}
        for row in rows_of(self._owner, SQL["curves"], values):
            found.setdefault(row["day"], []).append((row["minutes"], row["spend"]))
        return [DayCurve(day, points) for day, points in found.items()]


def _days(row: Row) -> dict[date, Figures]:
    figures = zip(*(row[name] for name in _FIGURES.values()), strict=True)
    return {day: dict(zip(_FIGURES, some, strict=True)) for day, some in zip(row["days"], figures, strict=True)}


def _target(targets: Targets | None, day: date, currency: str) -> EffectiveTarget | None:
    """What people set for the account as a whole."""
    if targets is None:
        return None
    found = targets.of_account(day, currency=currency)
    return found if found.goal is not None else None
