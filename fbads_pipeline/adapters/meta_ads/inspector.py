"""`debug_token`: what Meta says of a token. Source: https://developers.facebook.com/docs/graph-api/reference/debug_token"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

from fbads_pipeline.domain.collection.meta_errors import AccountStopped, TransientMetaError, error_from_envelope
from fbads_pipeline.domain.collection.tokens import NamedToken, TokenFacts


class Getter(Protocol):
    """The part of a transport that asks."""

    def get(self, path: str, params: dict[str, str], *, account_id: str = "") -> dict[str, Any]: ...


class GraphInspector:
    """The port TokenInspector. transport_of: calls that carry the token itself, which may look at itself."""

    def __init__(self, transport_of: Callable[[NamedToken], Getter]) -> None:
        self._transport_of = transport_of

    def inspect(self, token: NamedToken) -> TokenFacts:
        try:
            body = self._transport_of(token).get("debug_token", {"input_token": token.token})
        except AccountStopped as refused:
            return TokenFacts(is_valid=False, error=str(refused))
        facts = body.get("data")
        if not isinstance(facts, dict) or not isinstance(facts.get("is_valid"), bool):
            raise TransientMetaError("an answer of debug_token without `is_valid`")
        return _facts(facts)


def _facts(said: dict[str, Any]) -> TokenFacts:
    error = said.get("error")
    scopes = said.get("scopes")
    return TokenFacts(
        is_valid=said["is_valid"],
        expires_at=_instant(said.get("expires_at")),
        data_access_expires_at=_instant(said.get("data_access_expires_at")),
        scopes=tuple(str(one) for one in scopes) if isinstance(scopes, list) else (),
        error=str(error_from_envelope(error, 400)) if isinstance(error, dict) else None,
    )


def _instant(seconds: object) -> datetime | None:
    """Unix seconds; 0 and nothing mean never."""
    if isinstance(seconds, int) and seconds > 0:
        return datetime.fromtimestamp(seconds, UTC)
    return None
