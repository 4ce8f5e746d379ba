"""A token that somebody gives: asked of Meta first, kept only where it can read."""

from fbads_pipeline.domain.collection.meta_errors import MetaError
from fbads_pipeline.domain.collection.tokens import NamedToken, TokenCheck, TokenNotUsable, missing_permissions
from fbads_pipeline.domain.core.messages import Joined, message
from fbads_pipeline.ports.collection import TokenInspector, TokenKeeper
from fbads_pipeline.ports.core import Clock


def add_token(token: NamedToken, inspector: TokenInspector, tokens: TokenKeeper, clock: Clock) -> TokenCheck:
    """What Meta says of the token, which is stored with it. Raises TokenNotUsable with what to do about it where Meta
    does not answer, refuses it, or lacks a permission; then nothing is stored."""
    try:
        check = TokenCheck(token.name, clock.now(), inspector.inspect(token))
    except MetaError as error:
        raise TokenNotUsable(message("pages.start.token_unanswered", reason=error.reason)) from None
    if not check.facts.is_valid:
        raise TokenNotUsable(message("pages.start.token_refused", reason=check.facts.error or "–"))
    if missing := missing_permissions(check.facts):
        raise TokenNotUsable(message("pages.start.token_lacks", permissions=Joined(missing, ", ")))
    tokens.add(token, now=clock.now())
    tokens.save_checks([check])
    return check
