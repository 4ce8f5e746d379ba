"""Access tokens by name: one per business, each with what Meta says of it."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.core.messages import Message
from fbads_pipeline.domain.core.redaction import know

# The token of FBADS_ACCESS_TOKEN; the only one without a row of its own.
ENVIRONMENT = "environment"
# Without these nothing can be read; what is beyond them is for writing, and for accounts of a business.
NEEDED_PERMISSIONS = ("ads_read",)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


class TokenNotUsable(WrongUse):
    """A token that is not kept, with the sentence that says what to change."""

    def __init__(self, wrong: Message) -> None:
        super().__init__(wrong.key)
        self.message: Message = wrong


@dataclass(frozen=True)
class NamedToken:
    """A token in clear, in memory alone. Secrets never show in its repr."""

    name: str
    token: str = field(repr=False)
    app_id: str | None = None
    app_secret: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        know(self.token, self.app_secret)


@dataclass(frozen=True)
class TokenFacts:
    """What `debug_token` says. expires_at, data_access_expires_at: None where it never ends; error: one sentence."""

    is_valid: bool
    expires_at: datetime | None = None
    data_access_expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    error: str | None = None

    @property
    def ends_at(self) -> datetime | None:
        """When the token stops to be of use: the earlier of its own end and that of its access."""
        ends = [moment for moment in (self.expires_at, self.data_access_expires_at) if moment]
        return min(ends, default=None)


@dataclass(frozen=True)
class TokenCheck:
    """What was known of a token at an instant."""

    name: str
    checked_at: datetime
    facts: TokenFacts


@dataclass(frozen=True)
class TokenEntry:
    """A token as it may be shown: no secret; last_check: None before the first."""

    name: str
    app_id: str | None
    has_app_secret: bool
    added_at: datetime
    last_check: TokenCheck | None = None


def is_token_name(name: str) -> bool:
    """Lower-case letters, digits, `-` and `_`, at most 63; the name of the environment's token is taken."""
    return name != ENVIRONMENT and _NAME.fullmatch(name) is not None


def missing_permissions(facts: TokenFacts) -> tuple[str, ...]:
    """What the token lacks to read; the permission to write campaigns includes that to read them."""
    has = {*facts.scopes, *(("ads_read",) if "ads_management" in facts.scopes else ())}
    return tuple(one for one in NEEDED_PERMISSIONS if one not in has)
