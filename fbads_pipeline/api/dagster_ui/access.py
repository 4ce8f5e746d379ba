"""Who may look at Dagster's UI, and who may change something there: by the sidecar's session, or this home's secret."""

import hmac
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from fbads_pipeline.adapters.postgres.identity.users import PostgresIdentity
from fbads_pipeline.api.authentication import LOCAL_COOKIE, is_local, session_cookie
from fbads_pipeline.domain.identity.users import OWNER, may_change_runs, may_see_runs
from fbads_pipeline.ports.core import Clock


@dataclass(frozen=True)
class UiVisitor:
    """Somebody who may look; may_change: also start, stop and delete."""

    user_id: str
    may_change: bool


class NoAccess(Exception):
    """Somebody is logged in who may not look."""


class UiAccess:
    """Decides from a request's cookies."""

    def __init__(self, identity: PostgresIdentity, clock: Clock, local_secret: str) -> None:
        self._identity, self._clock, self._local_secret = identity, clock, local_secret

    def visitor(self, connection: HTTPConnection) -> UiVisitor | None:
        """None where nothing proves who it is. Raises NoAccess."""
        cookie = session_cookie(connection)
        known = self._identity.of_session(cookie, now=self._clock.now()) if cookie else None
        if known is not None:
            who = known[0]
            if not may_see_runs(who):
                raise NoAccess
            return UiVisitor(who.user_id, may_change_runs(who))
        shown = connection.cookies.get(LOCAL_COOKIE, "")
        if self.is_local_secret(connection, shown) and not self._identity.any_user():
            return UiVisitor(OWNER, True)
        return None

    def is_local_secret(self, connection: HTTPConnection, shown: str) -> bool:
        """Whether the text is this home's secret, shown at this machine."""
        return is_local(connection) and hmac.compare_digest(shown.encode(), self._local_secret.encode())
