"""Whether a call may be made at all: its access token and, where an app secret is set, the token's proof."""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson

from fbads_pipeline.sandbox.graph.errors import GraphError, bad_token, expired_token
from fbads_pipeline.sandbox.graph.sandbox import Grant, Sandbox
from fbads_pipeline.sandbox.world.clock import parse_instant
from fbads_pipeline.sandbox.world.world import SandboxAccount

SCOPES = ["ads_management", "ads_read", "business_management", "read_insights"]
ME = {"id": "102030405060708", "name": "Sandbox System User"}


def check_token(token: str, proof: str | None, sandbox: Sandbox) -> None:
    """Raises error 190 for a wrong token, 100 for a missing or wrong proof; without an app secret none is needed."""
    grant = sandbox.grants.get(token)
    if grant is None:
        raise bad_token()
    if has_expired(grant, sandbox):
        raise expired_token()
    if sandbox.app_secret is None:
        return
    if proof is None:
        text = "API calls from the server require an appsecret_proof argument"
        raise GraphError(100, text, kind="GraphMethodException")
    if not hmac.compare_digest(proof.encode(), appsecret_proof(token, sandbox.app_secret).encode()):
        text = "Invalid appsecret_proof provided in the API argument"
        raise GraphError(100, text, kind="GraphMethodException")


def check_grant(token: str, account: SandboxAccount | None, sandbox: Sandbox) -> None:
    """Raises error 200 where the call is about an account that the token does not see."""
    if account is not None and not sandbox.grants[token].sees(account):
        text = "(#200) Ad account owner has NOT grant ads_management or ads_read permission"
        raise GraphError(200, text, status=403)


def has_expired(grant: Grant, sandbox: Sandbox) -> bool:
    return grant.expires_at is not None and grant.expires_at <= sandbox.clock.now()


def debug_token(token: str, sandbox: Sandbox) -> dict[str, Any]:
    """What the edge `debug_token` says of a token, as Meta shapes it; instants in Unix seconds, 0 for never."""
    grant = sandbox.grants.get(token)
    data: dict[str, Any] = {"app_id": "998877665544332", "application": "Sandbox"}
    if grant is None or has_expired(grant, sandbox):
        error = bad_token() if grant is None else expired_token()
        return {"data": data | {"is_valid": False, "scopes": [], "error": error.body()["error"]}}
    ends = 0 if grant.expires_at is None else int(grant.expires_at.timestamp())
    data |= {"is_valid": True, "type": "SYSTEM_USER", "expires_at": ends, "data_access_expires_at": 0}
    data |= {"user_id": ME["id"], "scopes": SCOPES, "issued_at": int(sandbox.world.started_at.timestamp())}
    return {"data": data}


def grant_token(sandbox: Sandbox, asked: Mapping[str, str]) -> None:
    """The control path `tokens`: token, accounts (a JSON list of ids, or all), expires_at (ISO 8601, or never)."""
    accounts = orjson.loads(asked["accounts"]) if asked.get("accounts") else None
    ends = parse_instant(asked["expires_at"]) if asked.get("expires_at") else None
    sandbox.grants[asked["token"]] = Grant(None if accounts is None else frozenset(map(str, accounts)), ends)


def appsecret_proof(token: str, app_secret: str) -> str:
    """HMAC-SHA256 of the token under the app's secret, in hexadecimal."""
    return hmac.new(app_secret.encode(), token.encode(), sha256).hexdigest()
