"""Questions whose plan a person found right, and what could not be answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fbads_pipeline.domain.chat.plan import Plan

MissReason = Literal["refused", "asked", "not_useful"]
# What a word that is taught could have answered; other refusals are the product's limits.
TEACHABLE = frozenset({"not_understood", "unknown_metric", "unknown_object", "lost", "word"})
VerifiedState = Literal["same", "changed", "not_answered"]


@dataclass(frozen=True)
class Miss:
    """A question without names and amounts. words: those that had no meaning; times: how often it was asked."""

    text: str
    words: str
    reason: MissReason
    kind: str
    language: str
    newest_at: datetime
    times: int = 1


@dataclass(frozen=True)
class VerifiedQuestion:
    """account_ids: those of whoever verified it, None for all; as_of: the moment that its days count from."""

    version: int
    asked: str
    plan: Plan
    account_ids: tuple[str, ...] | None
    language: str
    as_of: datetime
    set_by: str
    set_at: datetime

    def is_seen_by(self, accounts: frozenset[str] | None) -> bool:
        """Whether all of its accounts are theirs."""
        return accounts is None or (self.account_ids is not None and set(self.account_ids) <= accounts)


@dataclass(frozen=True)
class ReplayedQuestion:
    """changed: the parts of the plan that are another now."""

    question: VerifiedQuestion
    state: VerifiedState
    changed: tuple[str, ...] = ()


def grouped_misses(misses: Sequence[Miss]) -> list[Miss]:
    """The same text once, the most frequent first, then the newest."""
    found: dict[tuple[str, MissReason], Miss] = {}
    for one in misses:
        known = found.get((one.text, one.reason))
        newest = max(one.newest_at, known.newest_at) if known else one.newest_at
        times = one.times + (known.times if known else 0)
        found[one.text, one.reason] = Miss(one.text, one.words, one.reason, one.kind, one.language, newest, times)
    return sorted(found.values(), key=lambda one: (-one.times, -one.newest_at.timestamp(), one.text))
