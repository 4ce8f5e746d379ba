"""Access tokens: JWT with one algorithm and every claim required, ten minutes long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from fbads_pipeline.adapters.identity.secret_files import secret_of
from fbads_pipeline.settings import Settings, SettingsError

LIFETIME = timedelta(minutes=10)
# By how much the clock of the sidecar that made a token may be ahead: the signature says that it is one of ours.
_AHEAD = timedelta(hours=1)
SHORTEST_SECRET = 32
_ALGORITHM, _ISSUER, _AUDIENCE = "HS256", "fbads", "fbads-api"
_CLAIMS = ["exp", "iat", "aud", "iss", "sub", "jti", "family"]
_EXAMPLES = ("change", "example", "secret", "password", "your-", "test")
SECRET_FILE = "jwt.secret"


class TokenRefused(ValueError):
    """The token is expired, forged, or of somebody else."""


@dataclass(frozen=True)
class AccessTokens:
    """Makes and reads them under one secret."""

    secret: str

    def make(self, user_id: str, family: str, *, now: datetime) -> str:
        """For that user, from now on. family: of the refresh tokens that it ends with."""
        # PyJWT and cryptography are heavy: imported where they are needed.
        import jwt

        claims = {
            "sub": user_id,
            "family": family,
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "iat": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
            "jti": token_hex(16),
        }
        return jwt.encode(claims, self.secret, algorithm=_ALGORITHM)

    def user_of(self, token: str, *, now: datetime) -> tuple[str, str]:
        """Whose it is, and of which family; raises TokenRefused."""
        # PyJWT and cryptography are heavy: imported where they are needed.
        import jwt

        try:
            claims = jwt.decode(
                token,
                self.secret,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                issuer=_ISSUER,
                options={"require": _CLAIMS, "verify_exp": False, "verify_iat": False},
            )
            begins, ends = float(claims["iat"]), float(claims["exp"])
        except (jwt.PyJWTError, ValueError, TypeError):
            raise TokenRefused("this token is not one of ours") from None
        moment = now.timestamp()
        if not begins - _AHEAD.total_seconds() <= moment < ends or not isinstance(claims["sub"], str):
            raise TokenRefused("this token has expired")
        return str(claims["sub"]), str(claims["family"])


def tokens_of(settings: Settings) -> AccessTokens:
    """Under FBADS_JWT_SECRET; without it under a secret of this home's own, which its owner alone can read."""
    given = settings.jwt_secret
    if given is not None:
        require_strong(given.get_secret_value())
        return AccessTokens(given.get_secret_value())
    return AccessTokens(secret_of(settings.home_path / SECRET_FILE))


def require_strong(secret: str) -> None:
    """Raises SettingsError for a secret that is short or an example."""
    lowered = secret.lower()
    if len(secret.encode()) < SHORTEST_SECRET or any(word in lowered for word in _EXAMPLES) or len(set(secret)) < 10:
        raise SettingsError(
            "FBADS_JWT_SECRET is too weak: at least 32 random bytes, such as `openssl rand -base64 48` prints"
        )
