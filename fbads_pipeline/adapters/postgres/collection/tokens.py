"""Tokens in `ops`, encrypted; which account each of them sees; what Meta said of each."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.encryption import Cipher
from fbads_pipeline.domain.collection.tokens import NamedToken, TokenCheck, TokenEntry, TokenFacts
from fbads_pipeline.domain.core.accounts import Account

_ADD = """
insert into ops.tokens (name, token_encrypted, app_id, app_secret_encrypted, added_at)
values (:name, :token, :app_id, :app_secret, :now)
on conflict (name) do update set
    token_encrypted = excluded.token_encrypted, app_id = excluded.app_id,
    app_secret_encrypted = excluded.app_secret_encrypted, added_at = excluded.added_at, rotated_at = null
"""
_LOAD = "select name, token_encrypted, app_id, app_secret_encrypted from ops.tokens order by added_at, name"
_ROTATE = """
update ops.tokens set token_encrypted = :token, app_secret_encrypted = :app_secret, rotated_at = :now
where name = :name
"""
_FORGET = (
    "delete from ops.account_tokens where token_name = :name",
    "delete from ops.token_checks where name = :name",
)
_ENTRIES = """
select
    token.name, token.app_id, token.app_secret_encrypted is not null as has_app_secret, token.added_at,
    last.checked_at, last.is_valid, last.expires_at, last.data_access_expires_at, last.scopes, last.error
from ops.tokens as token
left join lateral (
    select * from ops.token_checks as one where one.name = token.name order by checked_at desc limit 1
) as last on true
order by token.added_at, token.name
"""
# Of the accounts that a token sees, only news is written: a tick in which nothing changed writes nothing.
_REMEMBER = """
insert into ops.account_tokens as known (account_id, token_name, seen_at)
values (:account_id, :token_name, :seen_at)
on conflict (account_id) do update set token_name = excluded.token_name, seen_at = excluded.seen_at
where known.token_name <> excluded.token_name
"""
_ACCOUNTS_OF = """
select
    known.account_id, account.name, coalesce(account.currency, '') as currency,
    coalesce(account.timezone_name, 'UTC') as timezone_name, account.account_status, account.created_at
from ops.account_tokens as known
left join raw.accounts as account on account.account_id = known.account_id
where known.token_name = :name
order by known.account_id
"""
_SAVE_CHECK = """
insert into ops.token_checks (name, checked_at, is_valid, expires_at, data_access_expires_at, scopes, error)
values (:name, :checked_at, :is_valid, :expires_at, :data_access_expires_at, :scopes, :error)
on conflict (name, checked_at) do nothing
"""
_LAST_CHECKS = "select distinct on (name) * from ops.token_checks order by name, checked_at desc"


class PostgresTokens:
    """The port Tokens on PostgreSQL."""

    def __init__(self, engine: sa.Engine, cipher: Cipher) -> None:
        self._engine, self._cipher = engine, cipher

    def add(self, token: NamedToken, *, now: datetime) -> None:
        """Store it; one of the same name is replaced, and what was known of that one forgotten."""
        values = {"name": token.name, "app_id": token.app_id, "now": now, **self._sealed(token)}
        with self._engine.begin() as connection:
            for statement in _FORGET:
                connection.execute(sa.text(statement), {"name": token.name})
            connection.execute(sa.text(_ADD), values)

    def remove(self, name: str) -> bool:
        """Whether there was one; its accounts and checks are forgotten with it."""
        with self._engine.begin() as connection:
            for statement in _FORGET:
                connection.execute(sa.text(statement), {"name": name})
            return connection.execute(sa.text("delete from ops.tokens where name = :name"), {"name": name}).rowcount > 0

    def load(self) -> list[NamedToken]:
        """The tokens in clear, in the order in which they were added; raises SettingsError where no key fits."""
        with self._engine.connect() as connection:
            return [self._opened(row) for row in connection.execute(sa.text(_LOAD))]

    def rotate(self, *, now: datetime) -> int:
        """Encrypt each anew under the first key, all or none; returns how many."""
        with self._engine.begin() as connection:
            tokens = [self._opened(row) for row in connection.execute(sa.text(f"{_LOAD} for update"))]
            for token in tokens:
                connection.execute(sa.text(_ROTATE), {"name": token.name, "now": now, **self._sealed(token)})
            return len(tokens)

    def entries(self) -> list[TokenEntry]:
        """What may be shown of the stored tokens; needs no key."""
        with self._engine.connect() as connection:
            return [_entry(row) for row in connection.execute(sa.text(_ENTRIES)).mappings()]

    def remember(self, seen: Mapping[str, str], *, now: datetime) -> None:
        rows = [{"account_id": key, "token_name": name, "seen_at": now} for key, name in sorted(seen.items())]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(sa.text(_REMEMBER), rows)

    def accounts_of(self, name: str) -> list[Account]:
        with self._engine.connect() as connection:
            return [Account(*row) for row in connection.execute(sa.text(_ACCOUNTS_OF), {"name": name})]

    def token_of(self, account_id: str) -> str | None:
        query = "select token_name from ops.account_tokens where account_id = :account_id"
        with self._engine.connect() as connection:
            return connection.execute(sa.text(query), {"account_id": account_id}).scalar()

    def save_checks(self, checks: Iterable[TokenCheck]) -> None:
        rows = [{**vars(one.facts), "name": one.name, "checked_at": one.checked_at} for one in checks]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(sa.text(_SAVE_CHECK), [{**row, "scopes": list(row["scopes"])} for row in rows])

    def last_checks(self) -> list[TokenCheck]:
        with self._engine.connect() as connection:
            return [token_check(row) for row in connection.execute(sa.text(_LAST_CHECKS)).mappings()]

    def _sealed(self, token: NamedToken) -> dict[str, bytes | None]:
        secret = token.app_secret
        return {
            "token": self._cipher.encrypt(token.token),
            "app_secret": None if secret is None else self._cipher.encrypt(secret),
        }

    def _opened(self, row: sa.Row[tuple[str, bytes, str | None, bytes | None]]) -> NamedToken:
        name, token, app_id, secret = row
        opened = None if secret is None else self._cipher.decrypt(bytes(secret), name=name)
        return NamedToken(name, self._cipher.decrypt(bytes(token), name=name), app_id, opened)


def token_check(row: sa.RowMapping) -> TokenCheck:
    """A row of ops.token_checks."""
    facts = TokenFacts(
        row["is_valid"], row["expires_at"], row["data_access_expires_at"], tuple(row["scopes"]), row["error"]
    )
    return TokenCheck(row["name"], row["checked_at"], facts)


def _entry(row: sa.RowMapping) -> TokenEntry:
    last = None if row["checked_at"] is None else token_check(row)
    return TokenEntry(row["name"], row["app_id"], row["has_app_secret"], row["added_at"], last)
