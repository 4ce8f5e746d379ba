"""Clients in `ops.clients`: the current state in one row, every version of it in `ops.client_versions`.

The history keeps no contact: it would outlive the person's request to be forgotten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.clients.taxes import refresh_tax_periods
from fbads_pipeline.adapters.postgres.identity import audit
from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, bound
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.clients.client import (
    Branding,
    Client,
    ClientBudget,
    ClientChannel,
    ClientDetails,
    Contact,
    accounts_day,
)
from fbads_pipeline.domain.clients.errors import UnusableClient
from fbads_pipeline.domain.clients.logos import Logo
from fbads_pipeline.domain.clients.tax import TaxChoice, TaxTable
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.domain.identity.users import User

SQL = Statements(__package__, "clients.sql")


@dataclass(frozen=True)
class ClientVersion:
    """What a client was from `set_at` on, but for its contact; document: None once it was removed."""

    version: int
    document: Mapping[str, Any] | None
    set_by: str
    set_at: datetime


class PostgresClients:
    """The port ClientStore on PostgreSQL. table: the rates by which the accounts' taxes follow their client."""

    def __init__(self, engine: sa.Engine, table: TaxTable) -> None:
        self._engine, self._table = engine, table

    def add(self, details: ClientDetails, *, actor: str, now: datetime) -> int:
        """Adds a client; returns its number. Raises UnusableClient where the name or an account is another's."""
        with self._engine.begin() as connection:
            return self._add(connection, details, actor, now)

    def add_all(self, given: Sequence[tuple[ClientDetails, ClientBudget | None]], *, actor: str, now: datetime) -> None:
        """Adds all or none, or changes those whose name is known; with their budgets."""
        with self._engine.begin() as connection:
            for details, budget in given:
                known = connection.execute(SQL["same_name"], {"name": details.name, "client_id": None}).scalar()
                if known is None:
                    client_id = self._add(connection, details, actor, now)
                else:
                    client_id = known
                    self._change(connection, client_id, details, actor, now)
                if budget is not None:
                    _add_budget(connection, client_id, budget, actor, now)

    def change(self, client_id: int, details: ClientDetails, *, actor: str, now: datetime) -> bool:
        """Replaces what is known of a client; False where there is none. Raises UnusableClient."""
        with self._engine.begin() as connection:
            return self._change(connection, client_id, details, actor, now)

    def remove(self, client_id: int, *, actor: str, now: datetime) -> bool:
        """Removes a client with its contact, logo and budgets; its accounts stay, and belong to nobody."""
        with self._engine.begin() as connection:
            connection.execute(SQL["lock"])
            owned = _accounts_of(connection, client_id)
            version = connection.execute(SQL["remove"], {"client_id": client_id}).scalar()
            if version is None:
                return False
            _keep_version(connection, client_id, version, None, actor, now)
            refresh_tax_periods(connection, self._table, owned)
        return True

    def all(self, accounts: Accounts = None, *, at: datetime | None = None) -> list[Client]:
        """By name; those with a visible account only where accounts are limited. at: the instant whose budget is shown,
        on the day that it is for the client's accounts (`accounts_day`); without it none is read."""
        return self._read(accounts, None, at)

    def one(self, client_id: int, accounts: Accounts = None, *, at: datetime | None = None) -> Client | None:
        """That client; None where there is none, or where no account of it is visible."""
        return next(iter(self._read(accounts, client_id, at)), None)

    def versions(self, client_id: int) -> list[ClientVersion]:
        """Its history, the oldest first."""
        with reading(self._engine) as connection:
            return [ClientVersion(*row) for row in connection.execute(SQL["versions"], {"client_id": client_id})]

    def set_budget(self, client_id: int, budget: ClientBudget, *, actor: str, now: datetime) -> None:
        """Adds what holds from a day on. Raises UnusableClient where no account of the client has that currency."""
        with self._engine.begin() as connection:
            _add_budget(connection, client_id, budget, actor, now)

    def keep_logo(self, client_id: int, logo: Logo | None, *, actor: str, now: datetime) -> None:
        """Its logo from now on; None removes it."""
        with self._engine.begin() as connection:
            if logo is None:
                connection.execute(SQL["remove_logo"], {"client_id": client_id})
            else:
                connection.execute(SQL["keep_logo"], {"client_id": client_id, "set_at": now, **vars(logo)})
            details = {"bytes": None if logo is None else len(logo.content)}
            _audit(connection, client_id, "CLIENT_LOGO_SET", actor, now, details)

    def logo(self, client_id: int) -> Logo | None:
        """Its logo, None without one."""
        with reading(self._engine) as connection:
            row = connection.execute(SQL["logo"], {"client_id": client_id}).one_or_none()
        return None if row is None else Logo(bytes(row.content), row.media_type, row.width, row.height)

    def recipients(self) -> list[Recipient]:
        """Where alerts and reports of each client's accounts go."""
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["recipients"]).all()
        return [
            Recipient(
                one["channel"],
                one["address"],
                name=row.name,
                language=row.language,
                timezone=User.timezone,
                accounts=frozenset(row.accounts),
                least_severity="warning",
                receives_system_alerts=False,
            )
            for row in rows
            for one in row.channels
        ]

    def _add(self, connection: sa.Connection, details: ClientDetails, actor: str, now: datetime) -> int:
        connection.execute(SQL["lock"])
        _require_free(connection, details, None)
        client_id: int = connection.execute(SQL["add"], _row(details, actor, now)).scalar_one()
        self._own(connection, client_id, details, now)
        _keep_version(connection, client_id, 1, details, actor, now)
        return client_id

    def _change(
        self, connection: sa.Connection, client_id: int, details: ClientDetails, actor: str, now: datetime
    ) -> bool:
        connection.execute(SQL["lock"])
        _require_free(connection, details, client_id)
        before = _accounts_of(connection, client_id)
        version = connection.execute(SQL["change"], {**_row(details, actor, now), "client_id": client_id}).scalar()
        if version is None:
            return False
        self._own(connection, client_id, details, now)
        refresh_tax_periods(connection, self._table, before)
        _keep_version(connection, client_id, version, details, actor, now)
        return True

    def _own(self, connection: sa.Connection, client_id: int, details: ClientDetails, now: datetime) -> None:
        """The client's accounts are these, and no others."""
        owned = {"client_id": client_id, "accounts": list(details.accounts), "now": now}
        connection.execute(SQL["leave"], owned)
        connection.execute(SQL["join"], owned)
        refresh_tax_periods(connection, self._table, details.accounts)

    def _read(self, accounts: Accounts, client_id: int | None, at: datetime | None) -> list[Client]:
        values = {"accounts": bound(accounts), "client_id": client_id}
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["clients"], values).all()
            days = {row.client_id: accounts_day(row.timezone_names, at) for row in rows} if at else {}
            budgets = _budgets_on(connection, days)
        return [_client(row, budgets.get(row.client_id)) for row in rows]


def _require_free(connection: sa.Connection, details: ClientDetails, client_id: int | None) -> None:
    """Raises UnusableClient where the name or an account is another client's, or an account is not known."""
    of_client = {"name": details.name, "client_id": client_id, "accounts": list(details.accounts)}
    if connection.execute(SQL["same_name"], of_client).scalar() is not None:
        raise UnusableClient(message("clients.client.name_taken", name=details.name))
    for row in connection.execute(SQL["taken"], of_client):
        raise UnusableClient(message("clients.client.account_taken", account=row.account_id, client=row.name))
    known = {row.account_id for row in connection.execute(SQL["known"])}
    for account_id in details.accounts:
        if known and account_id not in known:
            raise UnusableClient(message("clients.target.no_account", account=account_id))


def _accounts_of(connection: sa.Connection, client_id: int) -> list[str]:
    return list(connection.execute(SQL["accounts_of"], {"client_id": client_id}).scalars())


def _add_budget(connection: sa.Connection, client_id: int, budget: ClientBudget, actor: str, now: datetime) -> None:
    owned = set(_accounts_of(connection, client_id))
    currencies = {row.currency for row in connection.execute(SQL["known"]) if row.account_id in owned}
    if currencies and budget.currency not in currencies:
        own = ", ".join(sorted(currencies))
        raise UnusableClient(message("clients.client.other_currency", own=own, given=budget.currency))
    values = {**vars(budget), "client_id": client_id, "set_by": actor, "set_at": now}
    connection.execute(SQL["add_budget"], values)
    _audit(connection, client_id, "CLIENT_BUDGET_SET", actor, now, vars(budget))


def _budgets_on(connection: sa.Connection, days: Mapping[int, date]) -> dict[int, ClientBudget]:
    """The budget that holds on each client's day: the last one that was set, where it is none that ended others."""
    held: dict[int, ClientBudget] = {}
    rows = connection.execute(SQL["budgets"], {"clients": list(days)}).all() if days else []
    for row in rows:
        day = days[row.client_id]
        if row.valid_from <= day and (row.valid_until is None or day <= row.valid_until):
            held[row.client_id] = ClientBudget(row.currency, row.amount, row.valid_from, row.valid_until)
    return {client_id: budget for client_id, budget in held.items() if budget.amount is not None}


def _keep_version(
    connection: sa.Connection, client_id: int, version: int, details: ClientDetails | None, actor: str, now: datetime
) -> None:
    document = None if details is None else _document(details)
    row = {"client_id": client_id, "version": version, "set_by": actor, "set_at": now}
    connection.execute(SQL["keep_version"], {**row, "document": None if document is None else _json(document)})
    _audit(connection, client_id, "CLIENT_SET" if document else "CLIENT_REMOVED", actor, now, document or {})


def _audit(
    connection: sa.Connection, client_id: int, action: str, actor: str, now: datetime, details: Mapping[str, object]
) -> None:
    audit.append(connection, at=now, actor=actor, action=action, subject=f"client:{client_id}", details=details)


def _document(details: ClientDetails) -> dict[str, Any]:
    """Everything but the contact and the channels' addresses, which are a person's."""
    tax = {"mode": details.tax.mode, "rate": str(details.tax.rate or ""), "country": details.tax.country}
    shown = {"name": details.name, "accounts": list(details.accounts), "language": details.language}
    return {
        **shown,
        "branding": vars(details.branding),
        "tax": tax,
        "channels": [one.channel for one in details.channels],
    }


def _row(details: ClientDetails, actor: str, now: datetime) -> dict[str, Any]:
    contact, branding, tax = details.contact, details.branding, details.tax
    return {
        "name": details.name,
        **{f"contact_{name}": value for name, value in vars(contact).items()},
        "language": details.language,
        "channels": _json([vars(one) for one in details.channels]),
        **vars(branding),
        **{f"tax_{name}": value for name, value in vars(tax).items()},
        "set_by": actor,
        "set_at": now,
    }


def _client(row: Any, budget: ClientBudget | None) -> Client:
    details = ClientDetails(
        row.name,
        tuple(row.accounts),
        Contact(row.contact_name, row.contact_email, row.contact_phone),
        row.language,
        tuple(ClientChannel(**one) for one in row.channels),
        Branding(row.agency_name, row.primary_color, row.accent_color),
        TaxChoice(row.tax_mode, row.tax_rate, row.tax_country),
    )
    return Client(row.client_id, details, row.version, row.set_by, row.set_at, budget, row.has_logo)


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
