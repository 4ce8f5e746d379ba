"""Advisory locks per account, held by one connection: when the process or the server dies, they are gone."""

import threading
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.server.engine import DatabaseUnreachable
from fbads_pipeline.adapters.postgres.server.write_errors import never_half
from fbads_pipeline.adapters.postgres.statements import Statements

_LOCK_CLASS = 1717723492
SQL = Statements(__package__, "account_locks.sql")


class AccountLocks:
    """Locks of one store; safe to use from several threads at once."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._connection: sa.Connection | None = None
        self._held: set[str] = set()
        self._guard = threading.Lock()

    @never_half
    def take(self, account_id: str) -> bool:
        """False where somebody else holds it, in this process or in another one."""
        with self._guard:
            if account_id in self._held:
                return False
            if not self._scalar(SQL["take"], account_id):
                self._close_when_unused()
                return False
            self._held.add(account_id)
            return True

    def give_back(self, account_id: str) -> None:
        """A server that went away meanwhile has let go of it already."""
        with self._guard:
            self._held.discard(account_id)
            try:
                self._scalar(SQL["give_back"], account_id)
                self._close_when_unused()
            except (DatabaseUnreachable, sa.exc.DBAPIError):
                self._drop()

    def _scalar(self, query: sa.TextClause, account_id: str) -> Any:
        if self._connection is None or self._connection.invalidated:
            self._drop()
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            return self._connection.execute(query, {"lock_class": _LOCK_CLASS, "account": account_id}).scalar()
        except (DatabaseUnreachable, sa.exc.DBAPIError):
            self._drop()
            raise

    def _close_when_unused(self) -> None:
        """Without any lock there is no need for a connection."""
        if not self._held and self._connection is not None:
            self._connection.close()
            self._connection = None

    def _drop(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.invalidate()
            connection.close()
