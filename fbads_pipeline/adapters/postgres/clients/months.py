"""What each account spent on each day of the last weeks, and what of it goes on: for the landing of the month."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline.adapters.postgres.clients.targets import PostgresTargets
from fbads_pipeline.adapters.postgres.metrics.readiness import has_tables
from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, bound
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.clients.landing import HISTORY_DAYS, RunningSpend
from fbads_pipeline.domain.clients.month_budgets import AccountMonth
from fbads_pipeline.domain.clients.scope_budgets import CampaignSpend, scope_month
from fbads_pipeline.domain.core.days import local_day

SQL = Statements(__package__, "months.sql")
_MARTS = ("marts.accounts", "marts.account_daily", "marts.campaigns", "marts.campaign_daily", "marts.day_coverage")


class PostgresMonths:
    """The port MonthStore on PostgreSQL; three queries whatever the number of accounts."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def accounts(self, accounts: Accounts, now: datetime) -> list[AccountMonth]:
        """Each account that is modelled, with its read days and its own monthly budget; none before the first build."""
        values = {"accounts": bound(accounts), "since": _since(now)}
        until = now + timedelta(days=32)
        with reading(self._engine) as connection:
            if not has_tables(connection, *_MARTS):
                return []
            rows = connection.execute(SQL["days"], values).all()
            stopping = self._stopping(connection, {**values, "until": until})
            budgets = {
                row.account_id: (row.currency, row.monthly_budget)
                for row in connection.execute(SQL["budgets"], {"accounts": values["accounts"], "now": now})
            }
        return [
            AccountMonth(
                row.account_id,
                row.name,
                row.currency,
                row.timezone_name,
                dict(zip(row.days or (), row.spends or (), strict=True)),
                tuple(stopping.get(row.account_id, ())),
                _budget(budgets.get(row.account_id), row.currency),
            )
            for row in rows
        ]

    def scopes(self, accounts: Accounts, now: datetime) -> list[AccountMonth]:
        """Campaigns, and campaigns of a pattern together, that have a monthly budget of their own on the account's day;
        the days are those that were read for campaigns."""
        with reading(self._engine) as connection:
            if not has_tables(connection, *_MARTS):
                return []
            values = {"accounts": bound(accounts), "since": _since(now)}
            known = connection.execute(SQL["accounts_with_scopes"], values).all()
            if not known:
                return []
            ids = [row.account_id for row in known]
            spends = {"accounts": ids, "since": values["since"], "until": now + timedelta(days=32)}
            campaigns: dict[str, list[CampaignSpend]] = {}
            for row in connection.execute(SQL["campaign_spends"], spends):
                by_day = dict(zip(row.days or (), row.spends or (), strict=True))
                one = CampaignSpend(row.campaign_id, row.name, by_day, row.is_active, row.stop_on)
                campaigns.setdefault(row.account_id, []).append(one)
        store = PostgresTargets(self._engine)
        return [
            scope_month(
                AccountMonth(row.account_id, row.name, row.currency, row.timezone_name, {}),
                target,
                campaigns.get(row.account_id, ()),
                row.days or (),
            )
            for row in known
            for target in store.of(row.account_id).monthly_budgets(
                local_day(now, row.timezone_name), currency=row.currency
            )
        ]

    @staticmethod
    def _stopping(connection: sa.Connection, values: Mapping[str, object]) -> dict[str, list[RunningSpend]]:
        """Per account what does not run any more (stopped before today), and what ends within the month."""
        found: dict[str, list[RunningSpend]] = {}
        for row in connection.execute(SQL["stopping"], values):
            by_day = _floats(row.days, row.spends)
            found.setdefault(row.account_id, []).append(RunningSpend(by_day, row.stop_on or date.min))
        return found


def _since(now: datetime) -> date:
    """The first day that a landing looks at, whatever the account's zone."""
    return min(now.date() - timedelta(days=HISTORY_DAYS + 1), now.date().replace(day=1) - timedelta(days=1))


def _floats(days: Sequence[date], spends: Sequence[Decimal]) -> dict[date, float]:
    return {day: float(spend) for day, spend in zip(days, spends, strict=True)}


def _budget(found: tuple[str, Decimal] | None, currency: str) -> Decimal | None:
    """The account's own; one in another currency says nothing here."""
    return found[1] if found is not None and found[0] == currency else None


class PostgresBudgetAlerts:
    """The port AlertWriter on the outbox; accounts that are muted get none."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def write(self, alerts: Sequence[Alert], recipients: Sequence[Recipient], now: datetime) -> int:
        if not alerts:
            return 0
        with self._engine.begin() as connection:
            return sum(
                write_alert(connection, one, recipients, now)
                for one in alerts
                if not connection.execute(SQL["is_muted"], {"account": one.account_id, "now": now}).scalar_one()
            )
