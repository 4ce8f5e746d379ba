"""Several tokens as one Marketing API: every account is read with the token that sees it.

The first token in order wins an account that two of them see. Which token sees an account is remembered, so that the
accounts of a token that has expired are still asked for, and fail in reports of their own instead of vanishing.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import structlog

from fbads_pipeline.domain.collection.account_reports import ApiTraffic
from fbads_pipeline.domain.collection.levels import Grain, ObjectKind
from fbads_pipeline.domain.collection.meta_errors import (
    AccountStopped,
    MetaError,
    PermanentMetaError,
    TransientMetaError,
)
from fbads_pipeline.domain.collection.pages import (
    ActivityRow,
    AdCreativeRow,
    CustomConversionRow,
    FoundObjects,
    InsightRow,
    ObjectRow,
    Page,
)
from fbads_pipeline.domain.collection.pixels import PixelReading, PixelsDue
from fbads_pipeline.domain.collection.tokens import TokenCheck, TokenFacts
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.recommendations.inbox.meta_recommendations import MetaRecommendations
from fbads_pipeline.ports.collection import AdsApi, Tokens
from fbads_pipeline.ports.core import Clock

log = structlog.get_logger(__name__)


class TokenRouter:
    """The port AdsApi over named clients, one per token, in their order."""

    def __init__(self, clients: Mapping[str, AdsApi], tokens: Tokens, clock: Clock) -> None:
        self._clients, self._tokens, self._clock = dict(clients), tokens, clock
        self._seen: dict[str, str] = {}

    def accounts(self) -> list[Account]:
        """Raises the first token's MetaError where no token can list anything, and none is known to see an account, or
        the fault is a passing one: then nobody could be read."""
        found: dict[str, Account] = {}
        missed: dict[str, MetaError] = {}
        for name, client in self._clients.items():
            try:
                listed = client.accounts()
            except MetaError as error:
                missed[name] = error
                self._note(name, error)
                continue
            for account in listed:
                if found.setdefault(account.account_id, account) is account:
                    self._seen[account.account_id] = name
        if not found and missed and all(isinstance(error, TransientMetaError) for error in missed.values()):
            raise next(iter(missed.values()))
        self._tokens.remember({key: self._seen[key] for key in found}, now=self._clock.now())
        for name in missed:
            for account in self._tokens.accounts_of(name):
                if found.setdefault(account.account_id, account) is account:
                    self._seen[account.account_id] = name
        if missed and not found:
            raise next(iter(missed.values()))
        return list(found.values())

    def account(self, account_id: str) -> Account:
        return self._of(account_id).account(account_id)

    def insights(self, account_id: str, grain: Grain, days: DayRange) -> Iterator[Page[InsightRow]]:
        return self._of(account_id).insights(account_id, grain, days)

    def objects(self, account_id: str, kind: ObjectKind, statuses: Sequence[str] = ()) -> Iterator[Page[ObjectRow]]:
        return self._of(account_id).objects(account_id, kind, statuses)

    def objects_by_id(self, kind: ObjectKind, ids: Sequence[str], *, account_id: str) -> FoundObjects:
        return self._of(account_id).objects_by_id(kind, ids, account_id=account_id)

    def activities(self, account_id: str, days: DayRange) -> Iterator[Page[ActivityRow]]:
        return self._of(account_id).activities(account_id, days)

    def creatives(self, account_id: str) -> Iterator[Page[AdCreativeRow]]:
        return self._of(account_id).creatives(account_id)

    def custom_conversions(self, account_id: str) -> Iterator[Page[CustomConversionRow]]:
        return self._of(account_id).custom_conversions(account_id)

    def pixels(self, account_id: str, due: PixelsDue, *, now: datetime) -> PixelReading:
        return self._of(account_id).pixels(account_id, due, now=now)

    def recommendations(self, account_id: str) -> MetaRecommendations:
        return self._of(account_id).recommendations(account_id)

    def traffic(self, account_id: str) -> ApiTraffic:
        """Nothing yet for an account whose token is still to be found; this never asks Meta."""
        name = self._seen.get(account_id)
        return self._clients[name].traffic(account_id) if name else ApiTraffic()

    def _of(self, account_id: str) -> AdsApi:
        """The client whose token sees the account: as just listed, as remembered, else as found by asking each."""
        name = self._seen.get(account_id) or self._tokens.token_of(account_id)
        if name not in self._clients:
            name = self._search(account_id)
        self._seen[account_id] = name
        return self._clients[name]

    def _search(self, account_id: str) -> str:
        """The first token that may read an account that no listing names; the first of all where none may."""
        if len(self._clients) > 1:
            for name, client in self._clients.items():
                try:
                    client.account(account_id)
                except (AccountStopped, PermanentMetaError):
                    continue
                self._tokens.remember({account_id: name}, now=self._clock.now())
                return name
        return next(iter(self._clients))

    def _note(self, name: str, error: MetaError) -> None:
        """A token that Meta refuses is known to be dead from this moment, not from the next daily check."""
        log.warning("a token cannot list its accounts", token=name, reason=str(error))
        if isinstance(error, AccountStopped) and error.is_token_gone:
            facts = TokenFacts(is_valid=False, error=str(error))
            self._tokens.save_checks([TokenCheck(name, self._clock.now(), facts)])
