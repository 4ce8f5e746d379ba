"""A token is kept only where Meta says that it can read."""

from datetime import UTC, datetime

import pytest

from fbads_pipeline.domain.collection.meta_errors import TransientMetaError
from fbads_pipeline.domain.collection.tokens import NamedToken, TokenFacts, TokenNotUsable
from fbads_pipeline.services.collection.add_token import add_token
from fbads_pipeline_tests.support.fakes import FixedClock

CLOCK = FixedClock(datetime(2026, 11, 10, 15, tzinfo=UTC))
TOKEN = NamedToken("principal", "a-token")


class Kept:
    def __init__(self, facts):
        self.facts, self.tokens, self.checks = facts, [], []

    def inspect(self, token):
        if self.facts is None:
            raise TransientMetaError("no answer")
        return self.facts

    def add(self, token, *, now):
        self.tokens.append(token)

    def save_checks(self, checks):
        self.checks += checks


@pytest.mark.parametrize("scopes", [("ads_read",), ("ads_management",)])
def test_what_can_read_is_kept_with_its_check(scopes):
    store = Kept(TokenFacts(True, scopes=scopes))
    assert add_token(TOKEN, store, store, CLOCK).facts.is_valid
    assert store.tokens == [TOKEN] and [one.name for one in store.checks] == ["principal"]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (None, "token_unanswered"),
        (TokenFacts(False, error="expired"), "token_refused"),
        (TokenFacts(True, scopes=("business_management",)), "token_lacks"),
    ],
)
def test_what_cannot_is_not_and_it_is_said_what_to_do(facts, says):
    store = Kept(facts)
    with pytest.raises(TokenNotUsable) as refused:
        add_token(TOKEN, store, store, CLOCK)
    assert refused.value.message.key == f"pages.start.{says}" and store.tokens == store.checks == []
