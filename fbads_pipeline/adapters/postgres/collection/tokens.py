"""Tokens in `ops`, encrypted; which account each of them sees; what Meta said of each."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.encryption import Cipher
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.collection.tokens import NamedToken, TokenCheck, TokenEntry, TokenFacts
from fbads_pipeline.domain.core.accounts import Account

SQL = Statements(__package__, "tokens.sql")
_FORGET = ("forget_accounts", "forget_checks")


class PostgresTokens:
    """The port Tokens on PostgreSQL."""

    def __init__(self, engine: sa.Engine, cipher: Cipher) -> None:
        self._engine, self._cipher = engine, cipher

    def add(self, token: NamedToken, *, now: datetime) -> None:
        """Store it; one of the same name is replaced, and what was known of that one forgotten."""
        values = {"name": token.name, "app_id": token.app_id, "now": now, **self._sealed(token)}
        with self._engine.begin() as connection:
            for statement in _FORGET:
                connection.execute(SQL[statement], {"name": token.name})
            connection.execute(SQL["add"], values)

    def remove(self, name: str) -> bool:
        """Whether there was one; its accounts and checks are forgotten with it."""
        with self._engine.begin() as connection:
            for statement in _FORGET:
                connection.execute(SQL[statement], {"name": name})
            return connection.execute(SQL["remove"], {"name": name}).rowcount > 0

    def load(self) -> list[NamedToken]:
        """The tokens in clear, in the order in which they were added; raises SettingsError where no key fits."""
        with reading(self._engine) as connection:
            return [self._opened(row) for row in connection.execute(SQL["load"])]

    def rotate(self, *, now: datetime) -> int:
        """Encrypt each anew under the first key, all or none; returns how many."""
        with self._engine.begin() as connection:
            tokens = [self._opened(row) for row in connection.execute(SQL["load_for_update"])]
            for token in tokens:
                connection.execute(SQL["rotate"], {"name": token.name, "now": now, **self._sealed(token)})
            return len(tokens)

    def entries(self) -> list[TokenEntry]:
        """What may be shown of the stored tokens; needs no key."""
        with reading(self._engine) as connection:
            return [_entry(row) for row in connection.execute(SQL["entries"]).mappings()]

    def remember(self, seen: Mapping[str, str], *, now: datetime) -> None:
        rows = [{"account_id": key, "token_name": name, "seen_at": now} for key, name in sorted(seen.items())]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(SQL["remember"], rows)

    def accounts_of(self, name: str) -> list[Account]:
        with reading(self._engine) as connection:
            return [Account(*row) for row in connection.execute(SQL["accounts_of"], {"name": name})]

    def token_of(self, account_id: str) -> str | None:
        with reading(self._engine) as connection:
            return connection.execute(SQL["token_of"], {"account_id": account_id}).scalar()

    def save_checks(self, checks: Iterable[TokenCheck]) -> None:
        rows = [{**vars(one.facts), "name": one.name, "checked_at": one.checked_at} for one in checks]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(SQL["save_check"], [{**row, "scopes": list(row["scopes"])} for row in rows])

    def last_checks(self) -> list[TokenCheck]:
        with reading(self._engine) as connection:
            return [token_check(row) for row in connection.execute(SQL["last_checks"]).mappings()]

    def _sealed(self, token: NamedToken) -> dict[str, bytes | None]:
        secret = token.app_secret
        return {
            "token": self._cipher.encrypt(token.token),
            "app_secret": None if secret is None else self._cipher.encrypt(secret),
        }

    def _opened(self, row: sa.Row[tuple[str, bytes, str | None, bytes | None]]) -> NamedToken:
        name, token, app_id, secret = row
        opened = None if secret is None else self._cipher.decrypt(bytes(secret), name=f"token {name}")
        return NamedToken(name, self._cipher.decrypt(bytes(token), name=f"token {name}"), app_id, opened)


def token_check(row: sa.RowMapping) -> TokenCheck:
    """A row of ops.token_checks."""
    facts = TokenFacts(
        row["is_valid"], row["expires_at"], row["data_access_expires_at"], tuple(row["scopes"]), row["error"]
    )
    return TokenCheck(row["name"], row["checked_at"], facts)


def _entry(row: sa.RowMapping) -> TokenEntry:
    last = None if row["checked_at"] is None else token_check(row)
    return TokenEntry(row["name"], row["app_id"], row["has_app_secret"], row["added_at"], last)
