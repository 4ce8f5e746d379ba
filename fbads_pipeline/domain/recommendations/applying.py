"""Writing an accepted suggestion to Meta: what to change, when to refuse, and whether it came true."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Field = Literal["status", "daily_budget"]
Kind = Literal["campaign", "adset"]

# One step changes a budget by a fifth; whatever asks for more than double or less than half is a mistake.
LEAST_FACTOR, MOST_FACTOR = 0.5, 1.5
MOST_PER_DAY = 20
# What is gone takes no part in a campaign's state.
GONE = frozenset({"DELETED", "ARCHIVED"})


class Refused(ValueError):
    """Why nothing is written; one sentence."""


@dataclass(frozen=True)
class ObjectState:
    """A campaign or ad set as Meta has it, or as we last read it. daily_budget: in minor units."""

    object_id: str
    kind: Kind
    status: str | None
    daily_budget: int | None


@dataclass(frozen=True)
class CampaignState:
    """A campaign with its ad sets, by id."""

    campaign: ObjectState
    adsets: tuple[ObjectState, ...] = ()

    def objects(self) -> tuple[ObjectState, ...]:
        return (self.campaign, *self.adsets)


@dataclass(frozen=True)
class Change:
    """One field of one object. old, new: as Meta writes them."""

    object_id: str
    kind: Kind
    field: Field
    old: str
    new: str


@dataclass(frozen=True)
class Accepted:
    """A suggestion that a person accepted, or an applied one that a person takes back.

    known: as we last read it; intended: what was about to be written when an earlier attempt ended; applied_today: how
    many of the account were, on its local day.
    """

    suggestion_id: str
    account_id: str
    campaign_id: str
    campaign_name: str | None
    kind: str
    factor: float | None
    known: CampaignState
    intended: tuple[Change, ...]
    is_undo: bool
    applied_today: int


@dataclass(frozen=True)
class Carried:
    """What became of it. reason: why not, in a sentence."""

    accepted: Accepted
    is_applied: bool
    changes: tuple[Change, ...]
    reason: str | None = None


def plan(kind: str, factor: float | None, known: CampaignState, found: CampaignState) -> list[Change]:
    """The changes that carry the suggestion out. known: as people saw it; found: as Meta has it now.

    Raises Refused where Meta's state is another one, or the suggestion cannot be carried out on it.
    """
    _require_same(known, found)
    if kind == "PAUSE":
        if found.campaign.status != "ACTIVE":
            raise Refused(f"the campaign is {found.campaign.status} already")
        return [Change(found.campaign.object_id, "campaign", "status", "ACTIVE", "PAUSED")]
    if kind in ("BUDGET_UP", "BUDGET_DOWN"):
        return _budgets(kind, factor, found)
    raise Refused(f"nobody knows how to carry out {kind}")


def undone(changes: Sequence[Change]) -> list[Change]:
    """The changes that take these back."""
    return [Change(one.object_id, one.kind, one.field, one.new, one.old) for one in changes]


def remaining(changes: Sequence[Change], found: CampaignState) -> list[Change]:
    """Those that Meta does not show yet, of changes that an earlier attempt may have begun.

    Raises Refused where Meta shows neither the old value nor the new one.
    """
    states = {one.object_id: one for one in found.objects()}
    for one in changes:
        if one.object_id not in states or _value(states[one.object_id], one.field) not in (one.old, one.new):
            raise Refused(f"{one.object_id} has changed at Meta since it was read: look again, then decide")
    return [one for one in changes if not has_come_true([one], found)]


def has_come_true(changes: Sequence[Change], found: CampaignState) -> bool:
    """Whether Meta shows every change."""
    states = {one.object_id: one for one in found.objects()}
    return all(one.object_id in states and _value(states[one.object_id], one.field) == one.new for one in changes)


def _require_same(known: CampaignState, found: CampaignState) -> None:
    before, now = ({one.object_id: one for one in state.objects()} for state in (known, found))
    for object_id in sorted(before.keys() | now.keys()):
        if before.get(object_id) != now.get(object_id):
            raise Refused(f"{object_id} has changed at Meta since it was read: look again, then decide")


def _budgets(kind: str, factor: float | None, found: CampaignState) -> list[Change]:
    if factor is None or not LEAST_FACTOR <= factor <= MOST_FACTOR or (factor > 1) != (kind == "BUDGET_UP"):
        raise Refused(f"a budget is not multiplied by {factor}")
    if found.campaign.daily_budget is not None:
        holders: Sequence[ObjectState] = [found.campaign]
    else:
        holders = [one for one in found.adsets if one.daily_budget is not None and one.status == "ACTIVE"]
    if not holders:
        raise Refused("no daily budget stands at the campaign or at an active ad set of it")
    return [
        Change(one.object_id, one.kind, "daily_budget", str(one.daily_budget), str(_times(one.daily_budget, factor)))
        for one in holders
    ]


def _times(budget: int | None, factor: float) -> int:
    exact = Decimal(budget or 0) * Decimal(repr(factor))
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def _value(state: ObjectState, field: Field) -> str:
    return str(state.status if field == "status" else state.daily_budget)
