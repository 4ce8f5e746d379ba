"""Users, sessions, tokens and keys in `ops`. Every change of rights is in the audit log, in the same transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.identity.passwords import digest, new_secret
from fbads_pipeline.adapters.postgres.identity.audit import append
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.identity.users import Principal, Role, Scope, User, principal_of

SESSION = timedelta(hours=12)
REFRESH = timedelta(days=14)
LINK = timedelta(minutes=15)

_USER = """
select
    users.user_id, users.email, users.role, users.language, users.timezone, users.password_hash,
    users.disabled_at is not null as is_disabled, users.sees_all_accounts,
    array(
        select account_id from ops.account_grants as grants
        where grants.user_id = users.user_id order by account_id
    ) as accounts
from ops.users as users
"""
_ADD = """
insert into ops.users (user_id, email, password_hash, role, language, sees_all_accounts, created_at)
values (:user_id, :email, :password_hash, :role, :language, :sees_all, :now)
on conflict (email) do nothing
"""


class UserExists(WrongUse):
    """Somebody has that address already."""


class LastAdmin(WrongUse):
    """Without them nobody could give rights any more."""


class PostgresIdentity:
    """Who there is, and what proves who asks."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def any_user(self) -> bool:
        """Whether somebody has been given a login."""
        with self._engine.connect() as connection:
            return bool(connection.execute(sa.text("select exists (select from ops.users)")).scalar_one())

    def users(self) -> list[User]:
        with self._engine.connect() as connection:
            return [_user(row) for row in connection.execute(sa.text(f"{_USER} order by email")).mappings()]

    def user(self, user_id: str) -> User | None:
        row = self._one(f"{_USER} where users.user_id = :user_id", user_id=user_id)
        return None if row is None else _user(row)

    def with_password(self, email: str) -> tuple[User | None, str | None]:
        """The user of that address and the stored hash; None for both where there is none or they are disabled."""
        row = self._one(f"{_USER} where users.email = :email", email=email)
        if row is None or row["is_disabled"]:
            return None, None
        return _user(row), row["password_hash"]

    def add_user(
        self,
        email: str,
        role: Role,
        *,
        password_hash: str | None,
        accounts: Sequence[str] | None,
        actor: str,
        now: datetime,
        language: str = "pt",
    ) -> User:
        """accounts: None for all of them. Raises UserExists."""
        user_id = token_hex(8)
        with self._engine.begin() as connection:
            values = {
                "user_id": user_id,
                "email": email,
                "password_hash": password_hash,
                "role": role,
                "language": language,
                "sees_all": accounts is None,
                "now": now,
            }
            if connection.execute(sa.text(_ADD), values).rowcount == 0:
                raise UserExists(f"{email} has a login already")
            _grant(connection, user_id, accounts or (), now)
            details = {"role": role, "accounts": None if accounts is None else list(accounts)}
            append(connection, at=now, actor=actor, action="user.added", subject=user_id, details=details)
        found = self.user(user_id)
        assert found is not None
        return found

    def change_user(
        self,
        user_id: str,
        *,
        role: Role | None = None,
        accounts: Sequence[str] | None = None,
        sees_all: bool | None = None,
        disabled: bool | None = None,
        actor: str,
        now: datetime,
    ) -> bool:
        """Change their rights and end what they hold; False where there is no such user. Raises LastAdmin."""
        with self._engine.begin() as connection:
            connection.execute(sa.text("lock table ops.users in share row exclusive mode"))
            known = (
                connection.execute(sa.text(f"{_USER} where users.user_id = :id"), {"id": user_id}).mappings().first()
            )
            if known is None:
                return False
            if known["role"] == "admin" and (disabled or role not in (None, "admin")):
                require_other_admin(connection, user_id)
            named = {"id": user_id, "role": role, "disabled": disabled, "all": sees_all, "now": now}
            connection.execute(
                sa.text("""
                    update ops.users set
                        role = coalesce(:role, role),
                        sees_all_accounts = coalesce(:all, sees_all_accounts),
                        disabled_at = case when :disabled is null then disabled_at when :disabled then :now end
                    where user_id = :id
                """),
                named,
            )
            if accounts is not None:
                connection.execute(sa.text("delete from ops.account_grants where user_id = :id"), {"id": user_id})
                _grant(connection, user_id, accounts, now)
            if disabled or role is not None:
                _end_everything(connection, user_id, now)
            details = {"role": role, "accounts": accounts, "sees_all": sees_all, "disabled": disabled}
            append(connection, at=now, actor=actor, action="user.changed", subject=user_id, details=details)
        return True

    def prefer(self, user_id: str, *, language: str | None, timezone: str | None) -> None:
        """Their own preferences."""
        with self._engine.begin() as connection:
            query = """
                update ops.users set language = coalesce(:language, language), timezone = coalesce(:timezone, timezone)
                where user_id = :id
            """
            connection.execute(sa.text(query), {"id": user_id, "language": language, "timezone": timezone})

    def open_session(self, user_id: str, *, now: datetime, details: dict[str, object]) -> tuple[str, str]:
        """The cookie's value and the token that forms carry."""
        secret, csrf = new_secret(), new_secret()
        with self._engine.begin() as connection:
            values = {"hash": digest(secret), "id": user_id, "csrf": csrf, "now": now, "ends": now + SESSION}
            for table in ("sessions", "refresh_tokens", "login_links"):
                old = f"delete from ops.{table} where expires_at < cast(:now as timestamptz) - interval '90 days'"
                connection.execute(sa.text(old), values)
            query = "insert into ops.sessions values (:hash, :id, :csrf, :now, :ends, null)"
            connection.execute(sa.text(query), values)
            append(connection, at=now, actor=user_id, action="login", subject=user_id, details=details)
        return secret, csrf

    def of_session(self, secret: str, *, now: datetime) -> tuple[Principal, str] | None:
        """Who it is and their forms' token; None for a session that is over, or of nobody."""
        query = f"""
            select known.*, sessions.csrf_token, sessions.session_hash
            from ({_USER}) as known join ops.sessions as sessions on sessions.user_id = known.user_id
            where sessions.session_hash = :hash and sessions.revoked_at is null and sessions.expires_at > :now
                and not known.is_disabled
        """
        row = self._one(query, hash=digest(secret), now=now)
        if row is None:
            return None
        return principal_of(_user(row), "session", session=row["session_hash"]), str(row["csrf_token"])

    def end_session(self, session_hash: str, *, now: datetime) -> None:
        with self._engine.begin() as connection:
            query = "update ops.sessions set revoked_at = :now where session_hash = :hash and revoked_at is null"
            connection.execute(sa.text(query), {"hash": session_hash, "now": now})

    def make_link(self, user_id: str, *, now: datetime) -> str:
        """A secret that logs that user in once, within a quarter of an hour."""
        secret = new_secret()
        with self._engine.begin() as connection:
            values = {"hash": digest(secret), "id": user_id, "ends": now + LINK}
            connection.execute(sa.text("insert into ops.login_links values (:hash, :id, :ends, null)"), values)
        return secret

    def use_link(self, secret: str, *, now: datetime) -> str | None:
        """Whose it was; None for one that is used, over, or of nobody."""
        with self._engine.begin() as connection:
            query = """
                update ops.login_links set used_at = :now
                where link_hash = :hash and used_at is null and expires_at > :now returning user_id
            """
            return connection.execute(sa.text(query), {"hash": digest(secret), "now": now}).scalar()

    def new_refresh(self, user_id: str, *, now: datetime, family: str | None = None) -> str:
        """A token that buys one access token and its successor."""
        secret = new_secret()
        with self._engine.begin() as connection:
            values = {"hash": digest(secret), "family": family or token_hex(16), "id": user_id, "now": now}
            query = "insert into ops.refresh_tokens values (:hash, :family, :id, :now, :ends, null, null)"
            connection.execute(sa.text(query), {**values, "ends": now + REFRESH})
        return secret

    def use_refresh(self, secret: str, *, now: datetime) -> tuple[str, str] | None:
        """User and family, once. One that is used a second time was stolen: the whole family ends."""
        with self._engine.begin() as connection:
            query = "select * from ops.refresh_tokens where token_hash = :hash for update"
            row = connection.execute(sa.text(query), {"hash": digest(secret)}).mappings().first()
            if row is None or row["revoked_at"] is not None or row["expires_at"] <= now:
                return None
            if row["used_at"] is not None:
                ended = "update ops.refresh_tokens set revoked_at = :now where family = :family and revoked_at is null"
                connection.execute(sa.text(ended), {"family": row["family"], "now": now})
                append(
                    connection,
                    at=now,
                    actor=row["user_id"],
                    action="refresh.reused",
                    subject=row["user_id"],
                    details={},
                )
                return None
            connection.execute(
                sa.text("update ops.refresh_tokens set used_at = :now where token_hash = :hash"),
                {"hash": digest(secret), "now": now},
            )
            return row["user_id"], row["family"]

    def add_key(
        self, user: User, name: str, scopes: Sequence[Scope], *, lasts: timedelta, actor: str, now: datetime
    ) -> tuple[str, str]:
        """Its id, and the key itself, which is shown this once."""
        key_id, secret = token_hex(8), new_secret()
        with self._engine.begin() as connection:
            values = {"key": key_id, "hash": digest(secret), "id": user.user_id, "name": name, "scopes": list(scopes)}
            query = "insert into ops.api_keys values (:key, :hash, :id, :name, :scopes, :now, :ends, null, null)"
            connection.execute(sa.text(query), {**values, "now": now, "ends": now + lasts})
            details = {"key": key_id, "scopes": list(scopes)}
            append(connection, at=now, actor=actor, action="key.added", subject=user.user_id, details=details)
        return key_id, f"fbk_{key_id}_{secret}"

    def keys(self, user_id: str) -> list[dict[str, Any]]:
        """Theirs, without secrets."""
        query = """
            select key_id, name, scopes, created_at, expires_at, revoked_at, last_used_at
            from ops.api_keys where user_id = :id order by created_at, key_id
        """
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(sa.text(query), {"id": user_id}).mappings()]

    def end_key(self, user_id: str, key_id: str, *, actor: str, now: datetime) -> bool:
        """False where they have no such key."""
        with self._engine.begin() as connection:
            query = """
                update ops.api_keys set revoked_at = :now
                where key_id = :key and user_id = :id and revoked_at is null
            """
            ended = connection.execute(sa.text(query), {"key": key_id, "id": user_id, "now": now}).rowcount == 1
            if ended:
                details = {"key": key_id}
                append(connection, at=now, actor=actor, action="key.ended", subject=user_id, details=details)
            return ended

    def of_key(self, key: str, *, now: datetime) -> Principal | None:
        """Who it is; None for a key that is over, or of nobody."""
        prefix, _, rest = key.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != "fbk" or not secret:
            return None
        query = f"""
            select known.*, keys.scopes from ({_USER}) as known
            join ops.api_keys as keys on keys.user_id = known.user_id
            where keys.key_id = :key and keys.secret_hash = :hash and keys.revoked_at is null
                and keys.expires_at > :now and not known.is_disabled
        """
        row = self._one(query, key=key_id, hash=digest(secret), now=now)
        return None if row is None else principal_of(_user(row), "key", scopes=frozenset(row["scopes"]))

    def _one(self, query: str, **values: object) -> sa.RowMapping | None:
        with self._engine.connect() as connection:
            return connection.execute(sa.text(query), values).mappings().first()


def _user(row: sa.RowMapping) -> User:
    accounts = None if row["sees_all_accounts"] else frozenset(row["accounts"])
    plain = {name: row[name] for name in ("user_id", "email", "role", "language", "timezone", "is_disabled")}
    return User(accounts=accounts, **plain)


def _grant(connection: sa.Connection, user_id: str, accounts: Sequence[str], now: datetime) -> None:
    rows = [{"id": user_id, "account": one, "now": now} for one in dict.fromkeys(accounts)]
    if rows:
        connection.execute(sa.text("insert into ops.account_grants values (:id, :account, :now)"), rows)


def require_other_admin(connection: sa.Connection, user_id: str) -> None:
    """Raises LastAdmin where nobody else could give rights."""
    query = "select exists (select from ops.users where role = 'admin' and disabled_at is null and user_id <> :id)"
    if not connection.execute(sa.text(query), {"id": user_id}).scalar_one():
        raise LastAdmin("this is the last admin: make another one first")


def _end_everything(connection: sa.Connection, user_id: str, now: datetime) -> None:
    for table in ("sessions", "refresh_tokens", "api_keys"):
        query = f"update ops.{table} set revoked_at = :now where user_id = :id and revoked_at is null"
        connection.execute(sa.text(query), {"id": user_id, "now": now})
