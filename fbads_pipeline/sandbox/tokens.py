"""Whether a call may be made at all: its access token and, where an app secret is set, the token's proof."""

import hmac
from hashlib import sha256

from fbads_pipeline.sandbox.errors import GraphError, bad_token
from fbads_pipeline.sandbox.sandbox import Sandbox


def check_token(token: str, proof: str | None, sandbox: Sandbox) -> None:
    """Raises error 190 for a wrong token, 100 for a missing or wrong proof; without an app secret none is needed."""
    if token != sandbox.token:
        raise bad_token()
    if sandbox.app_secret is None:
        return
    if proof is None:
        text = "API calls from the server require an appsecret_proof argument"
        raise GraphError(100, text, kind="GraphMethodException")
    if not hmac.compare_digest(proof.encode(), appsecret_proof(token, sandbox.app_secret).encode()):
        text = "Invalid appsecret_proof provided in the API argument"
        raise GraphError(100, text, kind="GraphMethodException")


def appsecret_proof(token: str, app_secret: str) -> str:
    """HMAC-SHA256 of the token under the app's secret, in hexadecimal."""
    return hmac.new(app_secret.encode(), token.encode(), sha256).hexdigest()
