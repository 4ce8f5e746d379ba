"""The tax of each account and day: `ops.tax_periods` is what follows from the rates, the clients and the settings."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.identity import audit
from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, bound
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.clients.tax import TaxChoice, TaxPeriod, TaxSetting, TaxTable, tax_periods

SQL = Statements(__package__, "taxes.sql")


class PostgresTaxes:
    """What each account pays on top of its spend. table: the rates of the file."""

    def __init__(self, engine: sa.Engine, table: TaxTable) -> None:
        self._engine, self._table = engine, table

    def refresh(self) -> int:
        """Brings `ops.tax_periods` up to date with rates, countries, clients and settings; returns how many accounts
        changed. It writes nothing where nothing changed."""
        with self._engine.begin() as connection:
            return refresh_tax_periods(connection, self._table, None)

    def set(self, account_id: str, setting: TaxSetting, *, actor: str, now: datetime) -> None:
        """What holds for an account from a day on."""
        with self._engine.begin() as connection:
            choice = vars(setting.choice)
            row = {"account_id": account_id, "valid_from": setting.valid_from, "set_by": actor, "set_at": now, **choice}
            connection.execute(SQL["add_setting"], row)
            details = {name: value for name, value in {**choice, "valid_from": setting.valid_from}.items() if value}
            subject = f"account:{account_id}"
            audit.append(connection, at=now, actor=actor, action="TAX_SET", subject=subject, details=details)
            refresh_tax_periods(connection, self._table, [account_id])

    def periods(self, accounts: Accounts = None) -> dict[str, list[TaxPeriod]]:
        """Account → its days, each with its rate, in order."""
        with reading(self._engine) as connection:
            return _periods(connection, bound(accounts))


def refresh_tax_periods(connection: sa.Connection, table: TaxTable, accounts: Iterable[str] | None) -> int:
    """As `PostgresTaxes.refresh`, within a transaction and for some accounts."""
    wanted = {"accounts": None if accounts is None else list(accounts)}
    settings: dict[str, list[TaxSetting]] = {}
    for row in connection.execute(SQL["settings"], wanted):
        one = TaxSetting(TaxChoice(row.mode, row.rate, row.country), row.valid_from)
        settings.setdefault(row.account_id, []).append(one)
    stored = _periods(connection, wanted["accounts"])
    changed: dict[str, list[TaxPeriod]] = {}
    for row in connection.execute(SQL["accounts"], wanted):
        of_client = TaxChoice(row.tax_mode, row.tax_rate, row.tax_country) if row.tax_mode else None
        made = tax_periods(table, row.country, of_client, settings.get(row.account_id, ()))
        if made != stored.get(row.account_id):
            changed[row.account_id] = made
    if changed:
        connection.execute(SQL["forget_periods"], {"accounts": list(changed)})
        rows = [{"account_id": account_id, **vars(one)} for account_id, some in changed.items() for one in some]
        connection.execute(SQL["add_period"], rows)
    return len(changed)


def _periods(connection: sa.Connection, accounts: list[str] | None) -> dict[str, list[TaxPeriod]]:
    found: dict[str, list[TaxPeriod]] = {}
    for row in connection.execute(SQL["periods"], {"accounts": accounts}):
        found.setdefault(row.account_id, []).append(TaxPeriod(*row[1:]))
    return found
