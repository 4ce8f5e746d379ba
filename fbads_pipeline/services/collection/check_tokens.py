"""Asks Meta of each token whether it still works, and until when."""

import logging
from collections.abc import Sequence

from fbads_pipeline.domain.collection.meta_errors import MetaError
from fbads_pipeline.domain.collection.tokens import NamedToken, TokenCheck
from fbads_pipeline.ports.collection import TokenInspector, Tokens
from fbads_pipeline.ports.core import Clock

log = logging.getLogger(__name__)


def check_tokens(
    named: Sequence[NamedToken], inspector: TokenInspector, tokens: Tokens, clock: Clock
) -> tuple[list[TokenCheck], dict[str, str]]:
    """The checks, saved; and name → reason for those that Meta gave no answer on, which says nothing of the token."""
    checks: list[TokenCheck] = []
    unanswered: dict[str, str] = {}
    for token in named:
        try:
            checks.append(TokenCheck(token.name, clock.now(), inspector.inspect(token)))
        except MetaError as error:
            unanswered[token.name] = str(error)
            log.warning("token %s could not be checked: %s", token.name, error)
    tokens.save_checks(checks)
    return checks, unanswered
