"""Users, sessions, tokens and keys in `ops`. Every change of rights is in the audit log, in the same transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.identity.passwords import digest, new_secret
from fbads_pipeline.adapters.postgres.identity import consents
from fbads_pipeline.adapters.postgres.identity.audit import append
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.identity.users import (
    KEEP_EXPIRED,
    LINK_LIFETIME,
    REFRESH_LIFETIME,
    SESSION_LIFETIME,
    Principal,
    Role,
    Scope,
    User,
    principal_of,
)

SQL = Statements(__package__, "users.sql")
# Without a filter, `users` are all of them.
_ALL = {"user_id": None, "email": None}


class UserExists(WrongUse):
    """Another user has that address."""


class LastAdmin(WrongUse):
    """Without this user nobody could change rights any more."""


class PostgresIdentity:
    """Users, and what proves who makes a request: sessions, links, refresh tokens, keys."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def any_user(self) -> bool:
        """Whether somebody has been given a login."""
        with reading(self._engine) as connection:
            return bool(connection.execute(SQL["any_user"]).scalar_one())

    def users(self) -> list[User]:
        with reading(self._engine) as connection:
            return [_user(row) for row in connection.execute(SQL["users"], _ALL).mappings()]

    def user(self, user_id: str) -> User | None:
        row = self._one("users", **_ALL | {"user_id": user_id})
        return None if row is None else _user(row)

    def with_password(self, email: str) -> tuple[User | None, str | None]:
        """The user of that address and the stored hash; None for both where there is none or they are disabled."""
        row = self._one("users", **_ALL | {"email": email})
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
        name: str | None = None,
    ) -> User:
        """accounts: None for all of them. Raises UserExists."""
        user_id = token_hex(8)
        with self._engine.begin() as connection:
            values = {
                "user_id": user_id,
                "email": email,
                "name": name,
                "password_hash": password_hash,
                "role": role,
                "language": language,
                "sees_all": accounts is None,
                "now": now,
            }
            if connection.execute(SQL["add_user"], values).rowcount == 0:
                raise UserExists(f"{email} has a login already")
            _grant(connection, user_id, accounts or (), now)
            after = {"role": role, "accounts": None if accounts is None else list(accounts)}
            details = _change("user", user_id, None, after)
            consents.informed(connection, user_id, now)
            append(connection, at=now, actor=actor, action="user.added", user_id=user_id, details=details)
        found = self.user(user_id)
        assert found is not None
        return found

    def change_user(
        self,
        user_id: str,
        *,
        role: Role | None = None,
        name: str | None = None,
        accounts: Sequence[str] | None = None,
        sees_all: bool | None = None,
        disabled: bool | None = None,
        actor: str,
        now: datetime,
    ) -> bool:
        """Change their rights and revoke what they hold; False where there is no such user. Raises LastAdmin.

        accounts: these and no others, whatever else is set.
        """
        sees_all = sees_all if accounts is None else False
        with self._engine.begin() as connection:
            connection.execute(SQL["lock_users"])
            known = connection.execute(SQL["users"], _ALL | {"user_id": user_id}).mappings().first()
            if known is None:
                return False
            if known["role"] == "admin" and (disabled or role not in (None, "admin")):
                require_other_admin(connection, user_id)
            changes = {"role": role, "name": name, "disabled": disabled, "sees_all": sees_all}
            connection.execute(SQL["change_user"], {"user_id": user_id, "now": now, **changes})
            if accounts is not None:
                connection.execute(SQL["revoke_accounts"], {"user_id": user_id})
                _grant(connection, user_id, accounts, now)
            if disabled or role is not None:
                _end_everything(connection, user_id, now)
            # The log outlives the person: it says that a name was changed, and no name.
            changes["name"] = None if name is None else "changed"
            after = {**changes, "accounts": None if accounts is None else sorted(accounts)}
            changed = {key: value for key, value in after.items() if value is not None}
            details = _change("user", user_id, _rights(known), changed)
            append(connection, at=now, actor=actor, action="user.changed", user_id=user_id, details=details)
        return True

    def prefer(self, user_id: str, *, language: str | None, timezone: str | None) -> None:
        """Their own preferences."""
        with self._engine.begin() as connection:
            changes = {"language": language, "timezone": timezone}
            connection.execute(SQL["change_locale"], {"user_id": user_id, **changes})

    def open_session(self, user_id: str, *, now: datetime, details: dict[str, object]) -> tuple[str, str]:
        """The cookie's value and the token that forms carry."""
        secret, csrf = new_secret(), new_secret()
        with self._engine.begin() as connection:
            _delete_expired(connection, now - KEEP_EXPIRED)
            values = {"hash": digest(secret), "user_id": user_id, "csrf": csrf, "now": now}
            connection.execute(SQL["open_session"], {**values, "ends": now + SESSION_LIFETIME})
            consents.acknowledged(connection, user_id, now)
            opened = _change("session", digest(secret)[:16], None, details)
            append(connection, at=now, actor=user_id, action="login", user_id=user_id, details={**opened, **details})
        return secret, csrf

    def of_session(self, secret: str, *, now: datetime) -> tuple[Principal, str] | None:
        """Who it is and their forms' token; None for a session that is over, or of nobody."""
        row = self._one("user_of_session", hash=digest(secret), now=now)
        if row is None:
            return None
        return principal_of(_user(row), "session", session=row["session_hash"]), str(row["csrf_token"])

    def end_session(self, session_hash: str, *, now: datetime) -> None:
        """With every token that was made in it."""
        with self._engine.begin() as connection:
            connection.execute(SQL["end_session"], {"hash": session_hash, "now": now})
            connection.execute(SQL["revoke_of_session"], {"hash": session_hash, "now": now})

    def sessions(self, user_id: str, *, now: datetime) -> list[dict[str, Any]]:
        """Those that are open, newest first. session_id: their hash's beginning, which opens nothing."""
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["sessions"], {"user_id": user_id, "now": now}).mappings()
            return [dict(row) for row in rows]

    def set_password(
        self, user_id: str, password_hash: str, *, actor: str, now: datetime, kept_session: str | None = None
    ) -> bool:
        """Ends every session, token and link of theirs but kept_session; False where there is no such user."""
        with self._engine.begin() as connection:
            changed = connection.execute(SQL["set_password"], {"user_id": user_id, "password_hash": password_hash})
            if changed.rowcount == 0:
                return False
            _end_everything(connection, user_id, now, kept_session=kept_session, keys_too=False)
            details = _change("user", user_id, None, {"password": "changed"})
            append(connection, at=now, actor=actor, action="password.changed", user_id=user_id, details=details)
        return True

    def make_link(self, user_id: str, *, now: datetime) -> str:
        """A secret that logs that user in once, within a quarter of an hour."""
        secret = new_secret()
        with self._engine.begin() as connection:
            values = {"hash": digest(secret), "user_id": user_id, "ends": now + LINK_LIFETIME}
            connection.execute(SQL["add_link"], values)
        return secret

    def use_link(self, secret: str, *, now: datetime) -> str | None:
        """Whose it was; None for one that is used, over, or of nobody."""
        with self._engine.begin() as connection:
            return connection.execute(SQL["use_link"], {"hash": digest(secret), "now": now}).scalar()

    def new_refresh(
        self, user_id: str, *, now: datetime, session: str | None, family: str | None = None
    ) -> tuple[str, str]:
        """A token that is exchanged once, for an access token and its successor; and the family of both.

        session: the hash of the one that it ends with.
        """
        secret, family = new_secret(), family or token_hex(16)
        with self._engine.begin() as connection:
            values = {"hash": digest(secret), "family": family, "user_id": user_id, "session": session, "now": now}
            connection.execute(SQL["add_refresh_token"], {**values, "ends": now + REFRESH_LIFETIME})
        return secret, family

    def of_token(self, user_id: str, family: str) -> User | None:
        """The user of an access token; None where the family that it came of has ended, or they are disabled."""
        alive = self._one("is_family_alive", user_id=user_id, family=family)
        user = self.user(user_id) if alive is not None and alive["is_alive"] else None
        return None if user is None or user.is_disabled else user

    def use_refresh(self, secret: str, *, now: datetime) -> tuple[str, str, str | None] | None:
        """User, family and session, once. One that is used a second time was stolen: the whole family ends."""
        with self._engine.begin() as connection:
            row = connection.execute(SQL["refresh_token"], {"hash": digest(secret)}).mappings().first()
            if row is None or row["revoked_at"] is not None or row["expires_at"] <= now:
                return None
            if row["used_at"] is not None:
                connection.execute(SQL["revoke_family"], {"family": row["family"], "now": now})
                who = row["user_id"]
                details = _change("tokens", row["family"], {"state": "valid"}, {"state": "revoked"})
                append(connection, at=now, actor=who, action="refresh.reused", user_id=who, details=details)
                return None
            connection.execute(SQL["use_refresh_token"], {"hash": digest(secret), "now": now})
            return row["user_id"], row["family"], row["session_hash"]

    def add_key(
        self, user: User, name: str, scopes: Sequence[Scope], *, lasts: timedelta, actor: str, now: datetime
    ) -> tuple[str, str]:
        """Its id, and the key itself, which is shown this once."""
        key_id, secret = token_hex(8), new_secret()
        with self._engine.begin() as connection:
            values = {"key": key_id, "hash": digest(secret), "user_id": user.user_id, "name": name}
            times = {"now": now, "ends": now + lasts}
            connection.execute(SQL["add_key"], {**values, **times, "scopes": list(scopes)})
            after = {"scopes": list(scopes), "expires_at": now + lasts}
            details = _change("key", key_id, None, after)
            append(connection, at=now, actor=actor, action="key.added", user_id=user.user_id, details=details)
        return key_id, f"fbk_{key_id}_{secret}"

    def keys(self, user_id: str) -> list[dict[str, Any]]:
        """Theirs, without secrets."""
        with reading(self._engine) as connection:
            return [dict(row) for row in connection.execute(SQL["keys"], {"user_id": user_id}).mappings()]

    def end_key(self, user_id: str, key_id: str, *, actor: str, now: datetime) -> bool:
        """False where they have no such key."""
        with self._engine.begin() as connection:
            values = {"key": key_id, "user_id": user_id, "now": now}
            ended = connection.execute(SQL["end_key"], values).rowcount == 1
            if ended:
                details = _change("key", key_id, {"state": "valid"}, {"state": "revoked"})
                append(connection, at=now, actor=actor, action="key.ended", user_id=user_id, details=details)
            return ended

    def of_key(self, key: str, *, now: datetime) -> Principal | None:
        """Who it is; None for a key that is over, or of nobody."""
        prefix, _, rest = key.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != "fbk" or not secret:
            return None
        row = self._one("user_of_key", key=key_id, hash=digest(secret), now=now)
        return None if row is None else principal_of(_user(row), "key", scopes=frozenset(row["scopes"]))

    def _one(self, statement: str, **values: object) -> sa.RowMapping | None:
        with reading(self._engine) as connection:
            return connection.execute(SQL[statement], values).mappings().first()


def _user(row: sa.RowMapping) -> User:
    accounts = None if row["sees_all_accounts"] else frozenset(row["accounts"])
    plain = {name: row[name] for name in ("user_id", "email", "name", "role", "language", "timezone", "is_disabled")}
    return User(accounts=accounts, **plain)


def _change(kind: str, entity_id: str, before: object, after: object) -> dict[str, object]:
    """The details of an audit entry: what was changed, from what to what; None for what was not, or is no more."""
    return {"entity": {"type": kind, "id": entity_id}, "before": before, "after": after}


def _rights(row: sa.RowMapping) -> dict[str, object]:
    """What the audit log says of a user before a change."""
    accounts = None if row["sees_all_accounts"] else sorted(row["accounts"])
    return {"role": row["role"], "accounts": accounts, "disabled": row["is_disabled"]}


def _grant(connection: sa.Connection, user_id: str, accounts: Sequence[str], now: datetime) -> None:
    rows = [{"user_id": user_id, "account_id": one, "now": now} for one in dict.fromkeys(accounts)]
    if rows:
        connection.execute(SQL["grant_account"], rows)


def require_other_admin(connection: sa.Connection, user_id: str) -> None:
    """Raises LastAdmin where nobody else could change rights."""
    if not connection.execute(SQL["other_admin"], {"user_id": user_id}).scalar_one():
        raise LastAdmin("this is the last admin: make another one first")


def _delete_expired(connection: sa.Connection, before: datetime) -> None:
    """Sessions, refresh tokens and links that expired before that instant."""
    for name in ("sessions", "refresh_tokens", "login_links"):
        table = sa.table(name, sa.column("expires_at"), schema="ops")
        connection.execute(sa.delete(table).where(table.c.expires_at < before))


def _end_everything(
    connection: sa.Connection, user_id: str, now: datetime, *, kept_session: str | None = None, keys_too: bool = True
) -> None:
    """Revoke the user's sessions, refresh tokens and links, and their keys."""
    links = sa.table("login_links", sa.column("user_id"), schema="ops")
    connection.execute(sa.delete(links).where(links.c.user_id == user_id))
    for name in ("sessions", "refresh_tokens", *(("api_keys",) if keys_too else ())):
        table = sa.table(name, sa.column("user_id"), sa.column("revoked_at"), sa.column("session_hash"), schema="ops")
        theirs = sa.and_(table.c.user_id == user_id, table.c.revoked_at.is_(None))
        if kept_session is not None and name != "api_keys":
            theirs = sa.and_(theirs, table.c.session_hash.is_distinct_from(kept_session))
        connection.execute(sa.update(table).where(theirs).values(revoked_at=now))
