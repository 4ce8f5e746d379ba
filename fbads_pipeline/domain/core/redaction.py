"""One redaction for whatever comes from outside (Meta, proxies, mail servers, the language model), before it is stored,
logged or shown: the secrets that this process knows, and whatever has the shape of one.

Errors of ours, attempts of deliveries and log lines pass it by themselves; a text from outside that goes another way
has to be passed through `redact`.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote

REDACTED = "[redacted]"
# Shorter ones, and plain words, would take innocent text with them.
_SHORTEST = 8
_NAMES = (
    "access_?token|input_?token|refresh_?token|id_?token|fb_exchange_token|appsecret_proof|app_?secret|client_?secret"
    "|api_?key|auth_?key|password|passwd|pwd|secret|signature|verify_?token|csrf_?token|fbads_session|fbads_local"
)
_VALUE = r"(?!\[redacted)[^\s\"'&<>,;}\\]{4,}"
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    # name=value of addresses and forms; "name": "value" of JSON, its quotes escaped or not; name: value with a digit.
    (re.compile(rf"(?i)({_NAMES})(\s*(?:=|%3D)\s*\\?[\"']?){_VALUE}"), rf"\1\2{REDACTED}"),
    (re.compile(rf"(?i)\b({_NAMES})(\\?[\"']\s*:\s*\\?[\"']){_VALUE}"), rf"\1\2{REDACTED}"),
    (re.compile(rf"(?i)\b({_NAMES})(\s*:\s*)(?=\S*\d){_VALUE}"), rf"\1\2{REDACTED}"),
    (re.compile(r"(?i)\b(bearer|basic|oauth)(\s+)(?!\[redacted)(?=\S*[0-9=|])[\w.~+/|=-]{8,}"), rf"\1\2{REDACTED}"),
    (re.compile(r"(://[^/\s:@]*:)[^/\s@]+(?=@)"), rf"\1{REDACTED}"),
    (re.compile(r"\bEAA[0-9A-Za-z]{8,}"), REDACTED),  # Graph tokens
    (re.compile(r"\b\d{6,20}(?:\||%7C)[\w-]{12,}"), REDACTED),  # app id | app secret
    (re.compile(r"\bfbk_[0-9a-f]{16}_[\w-]{16,}"), REDACTED),  # keys of our own API
    (re.compile(r"\bxox[a-z]-[\w-]{6,}|\bxapp-[\w-]{6,}"), REDACTED),  # Slack
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"), REDACTED),  # JSON Web Tokens
    (re.compile(r"\b(?:sk|pk|rk)-[\w-]{16,}|\bSG\.[\w-]{16,}\.[\w-]{16,}|\bAKIA[0-9A-Z]{16}\b"), REDACTED),
    (re.compile(r"\bgh[pousr]_\w{20,}|\bglpat-[\w-]{16,}|\bAIza[\w-]{30,}|\bya29\.[\w-]{16,}"), REDACTED),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), REDACTED),
    (re.compile(r"\bgAAAA[\w=-]{40,}"), REDACTED),  # Fernet
)
_known: frozenset[str] = frozenset()


def know(*secrets: str | None) -> None:
    """From now on these are redacted in this process, as they are and as addresses carry them."""
    global _known
    fresh = {one for one in secrets if one and len(one) >= _SHORTEST and not one.isalpha()}
    _known = _known | fresh | {quote(one, safe="") for one in fresh}


def redact(text: str) -> str:
    """The text without secrets. A text that was redacted stays as it is."""
    if _known:
        text = _pattern(_known).sub(REDACTED, text)
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    return text


def redact_all(texts: Iterable[object]) -> tuple[object, ...]:
    """Each text of them redacted; whatever is no text stays."""
    return tuple(redact(one) if isinstance(one, str) else one for one in texts)


@lru_cache(maxsize=2)
def _pattern(known: frozenset[str]) -> re.Pattern[str]:
    """The longest first, so that none leaves its end behind."""
    return re.compile("|".join(re.escape(one) for one in sorted(known, key=len, reverse=True)))
