"""People with a login, for tests of the API."""

from datetime import UTC, datetime, timedelta

from fbads_pipeline.adapters.identity.passwords import hash_password
from fbads_pipeline.adapters.postgres.identity.users import PostgresIdentity
from fbads_pipeline.domain.identity.users import SCOPES_OF, Role, User
from fbads_pipeline_tests.api.conftest import Client

NOW = datetime(2026, 11, 10, 15, tzinfo=UTC)
PASSWORD = "canary-horse-battery-42"
_HASHED: list[str] = []


class People:
    """Users of one database. Their hash is made once: it is slow by design."""

    def __init__(self, app, database):
        self.app, self.identity = app, PostgresIdentity(database.owner)

    def add(self, role: Role = "approver", *, email: str | None = None, accounts=None) -> User:
        if not _HASHED:
            _HASHED.append(hash_password(PASSWORD))
        address = email or f"{role}{len(self.identity.users())}@agencia.example"
        return self.identity.add_user(address, role, password_hash=_HASHED[0], accounts=accounts, actor="test", now=NOW)

    def with_key(self, role: Role = "approver", *, accounts=None) -> Client:
        """A program of such a user, with every scope of the role."""
        user = self.add(role, accounts=accounts)
        scopes = sorted(SCOPES_OF[role])
        _, key = self.identity.add_key(user, "test", scopes, lasts=timedelta(days=1), actor=user.user_id, now=NOW)
        return Client(self.app, authorization=f"Bearer {key}", **{"accept-language": "en"})

    def logged_in(self, role: Role = "approver", *, accounts=None) -> Client:
        """A browser with a session, and its token in a header."""
        user = self.add(role, accounts=accounts)
        client = Client(self.app)
        answer = client.post("/api/v1/auth/login", {"email": user.email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        client.headers["x-csrf-token"] = answer.json()["csrf_token"]
        return client
