"""Attacks on the sidecar: guessing, memory, other sites, what was taken away, and statements without an end."""

import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

from attack.attempts import Attack
from fbads_pipeline.adapters.identity import passwords
from fbads_pipeline.adapters.postgres.identity.users import PostgresIdentity
from fbads_pipeline.adapters.postgres.server import analyst, migrate
from fbads_pipeline.adapters.postgres.server.analyst import QueryRefused, ensure_role, read_only_query
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.postgres.server.embedded import EmbeddedPostgres
from fbads_pipeline.api import authentication
from fbads_pipeline.api.app import create_app
from fbads_pipeline.api.routes import auth
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.support.people import PASSWORD, People
from fbads_pipeline_tests.support.postgres_fixture import fresh_database

_ME = "/api/v1/me"
_GUESSES = 40


class NoLimits:
    """The control of rate limits."""

    def take(self, key: str, most: int, *, seconds: int = 60) -> float | None:
        return None


class SidecarAttacks:
    """Over one database; each attack has an application of its own, with its limits unused."""

    def __init__(self, database: Database, home: Path) -> None:
        self._database, self._home = database, home

    def _app(self) -> Any:
        return create_app(load_settings(home=self._home, now="2026-11-10T12:00:00-03:00"), self._database)

    def guesses(self, is_protected: bool) -> bool:
        """Every guess is judged, whatever the guesser shows."""
        app = self._app()
        if not is_protected:
            app.state.limits = NoLimits()
        body = {"email": "victim@x.example", "password": "wrong-password"}
        statuses = {
            Client(app, **{"x-forwarded-for": f"10.0.0.{n}", "authorization": f"Bearer {n}"})
            .post("/api/v1/auth/login", body)
            .status_code
            for n in range(_GUESSES)
        }
        return statuses == {401}

    def locks_out(self, is_protected: bool) -> bool:
        """A stranger's guesses keep the owner out of a browser of theirs."""
        app = self._app()
        user = People(app, self._database).add("viewer")
        owner, right = Client(app), {"email": user.email, "password": PASSWORD}
        owner.post("/api/v1/auth/login", right)
        if not is_protected:
            owner.cookies.delete("fbads_device")
        app.state.limits = _AddressesApart(app.state.limits)
        for _ in range(_GUESSES):
            Client(app).post("/api/v1/auth/login", {**right, "password": "wrong-password"})
        return owner.post("/api/v1/auth/login", right).status_code == 429

    def many_at_once(self, is_protected: bool) -> bool:
        """More passwords are hashed at once than memory was set aside for."""
        counter, bound = _Counter(), contextlib.nullcontext if not is_protected else passwords._bounded
        with patch.object(passwords, "_hasher", lambda: counter), patch.object(passwords, "_bounded", bound):
            threads = [threading.Thread(target=_check) for _ in range(_GUESSES)]
            for one in threads:
                one.start()
            for one in threads:
                one.join()
        return counter.most > passwords.AT_ONCE

    def logs_in_from_elsewhere(self, is_protected: bool) -> bool:
        """Another site logs the browser in as somebody of its own."""
        app = self._app()
        user = People(app, self._database).add("viewer")
        check = auth.require_own_origin if is_protected else lambda request: None
        with patch.object(auth, "require_own_origin", check):
            body = {"email": user.email, "password": PASSWORD}
            return Client(app).post("/api/v1/auth/login", body, origin="https://evil.example").status_code == 200

    def outlives_a_logout(self, is_protected: bool) -> bool:
        """A token that was made in a session still opens after its logout."""
        app = self._app()
        browser = People(app, self._database).logged_in("viewer")
        token = browser.post("/api/v1/auth/token").json()["access_token"]
        browser.post("/api/v1/auth/logout")
        plain = PostgresIdentity.of_token if is_protected else lambda self, user_id, family: self.user(user_id)
        with patch.object(PostgresIdentity, "of_token", plain):
            return Client(app, authorization=f"Bearer {token}").get(_ME).status_code == 200

    def is_its_owners_person(self, is_protected: bool) -> bool:
        """A key that was made for one thing exports its owner's data."""
        app = self._app()
        browser = People(app, self._database).logged_in("viewer")
        key = browser.post(f"{_ME}/keys", {"name": "k", "scopes": ["marts:read"]}).json()["key"]
        may = Principal.may if is_protected else lambda self, scope: True
        with patch.object(Principal, "may", may):
            return Client(app, authorization=f"Bearer {key}").get(f"{_ME}/export").status_code == 200

    def is_served_without_a_secret(self, is_protected: bool) -> bool:
        """Whoever reaches a home without users through a proxy is its owner."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(patch.object(PostgresIdentity, "any_user", lambda self: False))
            if not is_protected:
                local = lambda request, shown: authentication.is_local(request)  # noqa: E731
                stack.enter_context(patch.object(authentication, "is_local_secret", local))
            return Client(self._app(), is_opened=False).get(_ME).status_code == 200

    def runs_without_an_end(self, is_protected: bool) -> bool:
        """A statement switches its own limit off, and runs on in the next part of its answer."""
        limit = "set local statement_timeout = '500ms'" if is_protected else "select 1"
        query = (
            "select set_config('statement_timeout', '0', false), pg_sleep(case when n = 3 then 2 else 0 end)"
            " from generate_series(1, 3) n"
        )
        with (
            patch.dict(analyst.SQL.texts, {"limit_statement": limit}),
            patch.object(analyst, "_FETCH_ROWS", 1),
        ):
            try:
                return len(list(read_only_query(self._database.analyst, query)[1])) == 3
            except QueryRefused:
                return False


class _AddressesApart:
    """The limits as many addresses meet them: none of one address is used up."""

    def __init__(self, limits: Any) -> None:
        self._limits = limits

    def take(self, key: str, most: int, *, seconds: int = 60) -> float | None:
        if key.startswith(("login:", "try:")):
            return None
        return self._limits.take(key, 20, seconds=seconds)  # type: ignore[no-any-return]


class _Counter:
    """Stands for the hasher: how many use it at once."""

    def __init__(self) -> None:
        self._lock, self._now, self.most = threading.Lock(), 0, 0

    def verify(self, password: str, stored: str) -> bool:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(0.05)
        with self._lock:
            self._now -= 1
        return False


def _check() -> None:
    with contextlib.suppress(passwords.HashingBusy):
        passwords.is_password("x", "stored")


@contextlib.contextmanager
def sidecar_attacks(server: EmbeddedPostgres) -> Iterator[list[Attack]]:
    """Over a database of their own."""
    with fresh_database(server) as url, tempfile.TemporaryDirectory(prefix="fbads-attack-") as folder:
        database = Database(url, Path(folder))
        migrate.upgrade(database.owner)
        ensure_role(database.owner, database.analyst_password_file)
        on = SidecarAttacks(database, Path(folder))
        yield [
            Attack("guesses with made-up addresses and headers are all judged", on.guesses),
            Attack("a stranger's guesses lock the owner out", on.locks_out),
            Attack("passwords are hashed without a bound", on.many_at_once),
            Attack("another site logs the browser in", on.logs_in_from_elsewhere),
            Attack("a token outlives the logout", on.outlives_a_logout),
            Attack("a key acts as its owner's person", on.is_its_owners_person),
            Attack("a home without users serves whoever comes through a proxy", on.is_served_without_a_secret),
            Attack("a statement switches its own limit off", on.runs_without_an_end),
        ]
        database.close()
