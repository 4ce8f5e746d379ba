"""Orders of shops in `ops.orders`: each once per source, whatever the number and the order of its reports."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

import sqlalchemy as sa

from fbads_pipeline.adapters.encryption import Cipher
from fbads_pipeline.adapters.postgres.identity import audit
from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, Row, bound, rows_of
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.core.days import local_day
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.domain.orders.errors import UnusableOrder
from fbads_pipeline.domain.orders.order import OrderRefund, ShopOrder, supersedes
from fbads_pipeline.domain.orders.sources import Kept, OrderSource, SourceState, is_source_name

SQL = Statements(__package__, "orders.sql")
_CHUNK = 1000
_FACTS = ("placed_at", "status", "value", "currency")


class PostgresOrders:
    """Sources with their secrets (encrypted), orders and refunds."""

    def __init__(self, engine: sa.Engine, cipher: Cipher) -> None:
        self._engine, self._cipher = engine, cipher

    def sources(self, accounts: Accounts = None, source: str | None = None) -> list[SourceState]:
        """By name; of limited accounts those sources of which the caller sees every account."""
        rows = rows_of(self._engine, SQL["sources"], {"accounts": bound(accounts), "source": source})
        return [_state(row) for row in rows]

    def add_source(
        self,
        name: str,
        mapping: str,
        accounts: Sequence[str],
        *,
        timezone_name: str | None,
        actor: str,
        now: datetime,
    ) -> OrderSource:
        """A shop whose orders come from now on. timezone_name: None for that of its accounts. Raises UnusableOrder."""
        if not is_source_name(name):
            raise UnusableOrder(message("orders.wrong.source_name", text=name[:60]))
        if not accounts:
            raise UnusableOrder(message("orders.wrong.no_accounts"))
        with self._engine.begin() as connection:
            zone = timezone_name or _zone_of(connection, accounts)
            if zone not in available_timezones():
                raise UnusableOrder(message("orders.wrong.zone", text=zone[:60]))
            made = OrderSource(name, mapping, tuple(sorted(set(accounts))), zone, False, now)
            values = {"source": name, "mapping": mapping, "timezone_name": zone}
            if not connection.execute(SQL["add_source"], {**values, "set_by": actor, "added_at": now}).rowcount:
                raise UnusableOrder(message("orders.wrong.source_taken", name=name))
            for account_id in made.accounts:
                connection.execute(SQL["add_account"], {"source": name, "account_id": account_id})
            details = {"mapping": mapping, "accounts": list(made.accounts)}
            _audit(connection, name, "ORDER_SOURCE_ADDED", actor, now, details)
        return made

    def remove_source(self, name: str, *, actor: str, now: datetime) -> bool:
        """Removes a source with its secret, orders and refunds; False where there is none."""
        with self._engine.begin() as connection:
            if not connection.execute(SQL["remove_source"], {"source": name}).rowcount:
                return False
            _audit(connection, name, "ORDER_SOURCE_REMOVED", actor, now, {})
        return True

    def set_secret(self, name: str, secret: str, *, actor: str, now: datetime) -> None:
        """What its webhooks are signed with from now on; the one before stays valid.

        With the first one, the shop's days count as complete from tomorrow on. Raises UnusableOrder, and SettingsError
        without FBADS_ENCRYPTION_KEYS.
        """
        sealed = self._cipher.encrypt(secret)
        with self._engine.begin() as connection:
            zone = connection.execute(SQL["set_secret"], {"source": name, "secret": sealed}).scalar()
            if zone is None:
                raise _unknown(name)
            if not connection.execute(SQL["is_open"], {"source": name}).scalar():
                tomorrow = local_day(now, zone) + timedelta(days=1)
                connection.execute(SQL["cover"], {"source": name, "first_day": tomorrow, "last_day": None})
            _audit(connection, name, "ORDER_SECRET_SET", actor, now, {})

    def secrets(self, name: str) -> list[str]:
        """In clear, the newest first; empty where there is none."""
        with reading(self._engine) as connection:
            row = connection.execute(SQL["secrets"], {"source": name}).one_or_none()
        found = [] if row is None else [one for one in row if one is not None]
        return [self._cipher.decrypt(bytes(one), name=f"secret of {name}") for one in found]

    def keep(self, name: str, reports: Sequence[ShopOrder | OrderRefund], *, now: datetime) -> Kept:
        """Orders and refunds of one source, all or none; those that are known already are one with what is kept.

        Raises UnusableOrder where there is no such source.
        """
        with self._engine.begin() as connection:
            _lock(connection, name)
            return _keep(connection, name, reports, now)

    def import_file(
        self,
        name: str,
        orders: Sequence[ShopOrder],
        *,
        covered: tuple[date, date | None] | None,
        actor: str,
        now: datetime,
    ) -> Kept:
        """As `keep`; covered: the first and the last day (None: until today) of which the file has every order."""
        with self._engine.begin() as connection:
            _lock(connection, name)
            kept = _keep(connection, name, orders, now)
            if covered is not None:
                first, last = covered
                connection.execute(SQL["cover"], {"source": name, "first_day": first, "last_day": last})
            details = {"new": kept.new, "changed": kept.changed, "days": [str(one) for one in covered or ()]}
            _audit(connection, name, "ORDERS_IMPORTED", actor, now, details)
        return kept

    def orphan_refunds(self, sources: Sequence[str]) -> list[Row]:
        """Refunds whose order is not here, or is in another currency; the newest 200."""
        return rows_of(self._engine, SQL["orphan_refunds"], {"sources": list(sources)})


def _keep(connection: sa.Connection, name: str, reports: Sequence[ShopOrder | OrderRefund], now: datetime) -> Kept:
    orders = [one for one in reports if isinstance(one, ShopOrder)]
    refunds = [one for one in reports if isinstance(one, OrderRefund)]
    refunds += [refund for one in orders for refund in one.refunds]
    known = _known(connection, name, [*(one.order_id for one in orders), *(one.order_id for one in refunds)])
    new, changed = 0, 0
    for one in orders:
        before = known.get(one.order_id)
        if before is not None and not _is_news(one, before):
            continue
        row = {**vars(one.origin), **{fact: getattr(one, fact) for fact in _FACTS}, "changed_at": one.changed_at}
        connection.execute(SQL["keep_order"], {**row, "source": name, "order_id": one.order_id, "received_at": now})
        known[one.order_id] = {**row, "order_id": one.order_id}
        new, changed = new + (before is None), changed + (before is not None)
    kept = [one for one in refunds if _keep_refund(connection, name, one, now)]
    orphans = sum(one.order_id not in known or known[one.order_id]["currency"] != one.currency for one in kept)
    return Kept(new, changed, len(orders) - new - changed, len(kept), orphans)


def _is_news(one: ShopOrder, before: Row) -> bool:
    """Whether the report says something else than what is kept, and is not older than that."""
    if not supersedes(one, before["status"], before["changed_at"]):
        return False
    says_more = any(value not in (None, before[name]) for name, value in vars(one.origin).items())
    return says_more or any(getattr(one, fact) != before[fact] for fact in _FACTS)


def _keep_refund(connection: sa.Connection, name: str, one: OrderRefund, now: datetime) -> bool:
    values = {**vars(one), "source": name, "received_at": now}
    return connection.execute(SQL["keep_refund"], values).rowcount > 0


def _known(connection: sa.Connection, name: str, ids: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for start in range(0, len(ids), _CHUNK):
        values = {"source": name, "order_ids": list(ids[start : start + _CHUNK])}
        found |= {row["order_id"]: row for row in connection.execute(SQL["known_orders"], values).mappings()}
    return found


def _lock(connection: sa.Connection, name: str) -> None:
    if connection.execute(SQL["lock_source"], {"source": name}).scalar() is None:
        raise _unknown(name)


def _zone_of(connection: sa.Connection, accounts: Sequence[str]) -> str:
    """That of all accounts; raises UnusableOrder where they have several, or one is not known."""
    rows = {
        row.account_id: row.timezone_name for row in connection.execute(SQL["known_accounts"], {"accounts": accounts})
    }
    missing = next((one for one in accounts if one not in rows), None)
    if missing is not None:
        raise UnusableOrder(message("clients.target.no_account", account=missing))
    zones = {zone for zone in rows.values() if zone}
    if len(zones) != 1:
        raise UnusableOrder(message("orders.wrong.zones", zones=", ".join(sorted(zones)) or "—"))
    return str(zones.pop())


def _unknown(name: str) -> UnusableOrder:
    return UnusableOrder(message("orders.wrong.no_source", name=name[:60]))


def _audit(
    connection: sa.Connection, name: str, action: str, actor: str, now: datetime, details: Mapping[str, object]
) -> None:
    audit.append(connection, at=now, actor=actor, action=action, subject=f"orders:{name}", details=details)


def _state(row: Row) -> SourceState:
    source = OrderSource(
        row["source"],
        row["mapping"],
        tuple(row["accounts"]),
        row["timezone_name"],
        row["has_secret"],
        row["added_at"],
        tuple((date.fromisoformat(first), last and date.fromisoformat(last)) for first, last in row["days"]),
    )
    return SourceState(source, row["orders"], row["last_received_at"], row["orphan_refunds"])
