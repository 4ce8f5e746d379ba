"""Logging in with an OpenID Connect provider (https://openid.net/specs/openid-connect-core-1_0.html): code and PKCE."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fbads_pipeline.adapters.clock import DeadlinePassed, within
from fbads_pipeline.domain.core.errors import OutsideFailed

_ALGORITHMS = ["RS256", "ES256", "PS256"]
_CLAIMS = ["exp", "iat", "aud", "iss", "sub"]
_SECONDS, _LEEWAY = 10.0, 60
_LASTS = 600
_AUDIENCE = "fbads-oidc"


class OidcRefused(ValueError):
    """The provider did not say who it is, or not so that it can be believed; one sentence."""


class OidcUnreachable(OutsideFailed):
    """The provider does not answer, or not what it should."""


@dataclass(frozen=True)
class Begun:
    """A login under way: what must come back, and what proves that it is ours. next: the page to show afterwards."""

    state: str
    nonce: str
    verifier: str
    next: str

    def packed(self, secret: str, now: float) -> str:
        """For a cookie: signed, and good for ten minutes."""
        # PyJWT and cryptography are heavy: imported where they are needed.
        import jwt

        return jwt.encode({**vars(self), "aud": _AUDIENCE, "exp": int(now) + _LASTS}, secret, algorithm="HS256")


def unpacked(text: str, secret: str, now: float) -> Begun:
    """Raises OidcRefused for a cookie that is not ours, or too old."""
    # PyJWT and cryptography are heavy: imported where they are needed.
    import jwt

    try:
        options: Any = {"require": ["exp", "aud"], "verify_exp": False}
        answer_body = jwt.decode(text, secret, algorithms=["HS256"], audience=_AUDIENCE, options=options)
        if float(answer_body["exp"]) < now:
            raise OidcRefused("logging in took too long: begin again")
        return Begun(**{name: str(answer_body[name]) for name in ("state", "nonce", "verifier", "next")})
    except (jwt.PyJWTError, KeyError, TypeError, ValueError):
        raise OidcRefused("logging in was begun elsewhere, or too long ago: begin again") from None


class OpenIdProvider:
    """One provider. redirect_uri: where it sends people back to."""

    def __init__(self, issuer: str, client_id: str, client_secret: str | None, redirect_uri: str) -> None:
        self._issuer, self._client_id, self._secret = issuer.rstrip("/"), client_id, client_secret
        self._redirect_uri = redirect_uri

    def begin(self, next_page: str) -> tuple[str, Begun]:
        """Where to send the browser, and what to keep until it comes back. Raises OidcUnreachable."""
        begun = Begun(token_urlsafe(24), token_urlsafe(24), token_urlsafe(48), next_page)
        with self._client() as client:
            url, _ = client.create_authorization_url(
                self._described["authorization_endpoint"],
                state=begun.state,
                nonce=begun.nonce,
                code_verifier=begun.verifier,
            )
        return str(url), begun

    def finish(self, came_back: str, begun: Begun) -> str:
        """The address of whoever logged in there, which the provider has verified. came_back: the callback's URL.

        Raises OidcRefused, OidcUnreachable.
        """
        shown = parse_qs(urlsplit(came_back).query)
        if not hmac.compare_digest(shown.get("state", [""])[0].encode(), begun.state.encode()):
            raise OidcRefused("the answer belongs to another login: begin again")
        if "code" not in shown:
            raise OidcRefused("the provider let nobody in")
        claims = self._claims(self._token(came_back, begun))
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), begun.nonce.encode()):
            raise OidcRefused("the provider's answer belongs to another login: begin again")
        if claims.get("email_verified") is not True or not claims.get("email"):
            raise OidcRefused("the provider has not verified that e-mail address")
        return str(claims["email"])

    def _token(self, came_back: str, begun: Begun) -> str:
        import httpx
        from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]

        try:
            with self._client() as client:
                ask = partial(
                    client.fetch_token,
                    self._described["token_endpoint"],
                    authorization_response=came_back,
                    code_verifier=begun.verifier,
                    state=begun.state,
                )
                token = within(2 * _SECONDS, ask)
            return str(token["id_token"])
        except (AuthlibBaseError, KeyError):
            raise OidcRefused("the provider does not take the code back") from None
        except (httpx.HTTPError, ValueError, DeadlinePassed):
            raise OidcUnreachable("the provider does not answer") from None

    def _claims(self, token: str) -> Mapping[str, Any]:
        # PyJWT and cryptography are heavy: imported where they are needed.
        import jwt

        try:
            keys = jwt.PyJWKSet.from_dict(self._read(str(self._described["jwks_uri"])))
            header = jwt.get_unverified_header(token)
            key = next(one for one in keys.keys if one.key_id == header.get("kid") or len(keys.keys) == 1)
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=_ALGORITHMS,
                audience=self._client_id,
                issuer=str(self._described["issuer"]),
                leeway=_LEEWAY,
                options={"require": _CLAIMS},
            )
        except (jwt.PyJWTError, StopIteration):
            raise OidcRefused("the provider's token is not valid") from None
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != self._client_id:
            raise OidcRefused("the provider's token is for somebody else")
        return claims

    @cached_property
    def _described(self) -> Mapping[str, Any]:
        answer_body = self._read(f"{self._issuer}/.well-known/openid-configuration")
        if str(answer_body.get("issuer", "")).rstrip("/") != self._issuer:
            raise OidcUnreachable("FBADS_OIDC_ISSUER names another issuer than the provider does")
        return answer_body

    def _read(self, url: str) -> dict[str, Any]:
        # httpx is heavy: imported where it is needed.
        import httpx

        try:
            answer = within(2 * _SECONDS, lambda: httpx.get(url, timeout=_SECONDS, trust_env=False))
            answer.raise_for_status()
            answer_body = answer.json()
        except (httpx.HTTPError, ValueError, DeadlinePassed):
            raise OidcUnreachable("the provider does not answer") from None
        if not isinstance(answer_body, dict):
            raise OidcUnreachable("the provider does not answer what it should")
        return answer_body

    def _client(self) -> Any:
        from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]

        return OAuth2Client(
            self._client_id,
            self._secret,
            scope="openid email",
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            timeout=_SECONDS,
            trust_env=False,
        )
