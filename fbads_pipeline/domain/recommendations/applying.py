"""Writing an accepted suggestion to Meta: what to change, when to refuse, and whether it came true."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, Protocol

from fbads_pipeline.domain.core.errors import FbadsError
from fbads_pipeline.domain.core.messages import Message, Value, message

Field = Literal["status", "daily_budget"]
AdObjectKind = Literal["campaign", "adset"]

# One step changes a budget by a fifth; whatever asks for more than double or less than half is a mistake.
LEAST_FACTOR, MOST_FACTOR = 0.5, 1.5
MOST_PER_DAY = 20
APPROVAL_LIFETIME = timedelta(hours=24)
# What is gone takes no part in a campaign's state.
GONE = frozenset({"DELETED", "ARCHIVED"})


class ChangeRefused(FbadsError):
    """Nothing is written to Meta. message: why, in one sentence without its full stop."""

    def __init__(self, why: Message) -> None:
        super().__init__(why.key)
        self.message: Message = why


def approved_since(now: datetime) -> datetime:
    """A decision older than this is not applied any more: what was accepted while nothing was applied, or while Meta
    was away, would come as a surprise."""
    return now - APPROVAL_LIFETIME


def applied_since(now: datetime) -> datetime:
    """Changes after this instant count towards MOST_PER_DAY."""
    return now - timedelta(hours=24)


@dataclass(frozen=True)
class AdObjectState:
    """A campaign or ad set as Meta has it, or as we last read it. daily_budget: in minor units."""

    object_id: str
    kind: AdObjectKind
    status: str | None
    daily_budget: int | None


@dataclass(frozen=True)
class CampaignState:
    """A campaign with its ad sets, by id."""

    campaign: AdObjectState
    adsets: tuple[AdObjectState, ...] = ()

    def objects(self) -> tuple[AdObjectState, ...]:
        return (self.campaign, *self.adsets)


@dataclass(frozen=True)
class CampaignMove:
    """One campaign of a reallocation. factor: of its daily budget; known: as we last read it."""

    campaign_id: str
    factor: float
    known: CampaignState


class AdObjects(Protocol):
    """Campaigns and ad sets whose fields can be looked up."""

    def objects(self) -> tuple[AdObjectState, ...]: ...


@dataclass(frozen=True)
class CampaignStates:
    """Several campaigns with their ad sets."""

    campaigns: tuple[CampaignState, ...]

    def objects(self) -> tuple[AdObjectState, ...]:
        return tuple(one for state in self.campaigns for one in state.objects())


@dataclass(frozen=True)
class FieldChange:
    """One field of one object. old, new: as Meta writes them."""

    object_id: str
    kind: AdObjectKind
    field: Field
    old: str
    new: str


@dataclass(frozen=True)
class AcceptedSuggestion:
    """A suggestion that a person accepted, or an applied one that a person takes back.

    known: as we last read it; intended: what was about to be written when an earlier attempt ended; applied_today: how
    many of the account were, on its local day; moves: of a reallocation, whose campaign is none;
    adset_id: of the ad set that it changes, empty where it is the campaign; currency: None where unknown.
    """

    suggestion_id: str
    account_id: str
    campaign_id: str
    campaign_name: str | None
    kind: str
    factor: float | None
    known: CampaignState
    intended: tuple[FieldChange, ...]
    is_undo: bool
    applied_today: int
    moves: tuple[CampaignMove, ...] = ()
    adset_id: str = ""
    currency: str | None = None

    @property
    def campaign_ids(self) -> tuple[str, ...]:
        """The campaigns that it changes."""
        return tuple(one.campaign_id for one in self.moves) or (self.campaign_id,)


@dataclass(frozen=True)
class AppliedDecision:
    """An accepted suggestion after the attempt to apply it. changes: those written; reason: why it was not applied."""

    accepted: AcceptedSuggestion
    is_applied: bool
    changes: tuple[FieldChange, ...]
    reason: Value | None = None


def plan(
    kind: str, factor: float | None, known: CampaignState, found: CampaignState, adset_id: str = ""
) -> list[FieldChange]:
    """The changes that carry the suggestion out. known: as people saw it; found: as Meta has it now; adset_id: the ad
    set that it is for, empty for the campaign.

    Raises ChangeRefused where Meta's state is another one, or the suggestion cannot be carried out on it.
    """
    _require_same(known, found)
    if kind == "PAUSE":
        paused = _adset(found, adset_id) if adset_id else found.campaign
        if paused.status != "ACTIVE":
            raise ChangeRefused(message("recommendations.refused.already", status=paused.status or "UNKNOWN"))
        return [FieldChange(paused.object_id, paused.kind, "status", "ACTIVE", "PAUSED")]
    if kind in ("BUDGET_UP", "BUDGET_DOWN"):
        return _budgets(kind, factor, found, adset_id)
    raise ChangeRefused(message("recommendations.refused.unknown_kind", kind=kind))


def plan_moves(moves: Sequence[CampaignMove], found: Sequence[CampaignState]) -> list[FieldChange]:
    """The changes of a reallocation, what takes money away first. found: of each move's campaign, as Meta has it now.

    Raises ChangeRefused where one of them cannot be carried out: then none is.
    """
    changes = [
        change
        for move, state in sorted(zip(moves, found, strict=True), key=lambda pair: pair[0].factor)
        for change in plan("BUDGET_UP" if move.factor > 1 else "BUDGET_DOWN", move.factor, move.known, state)
    ]
    if not changes:
        raise ChangeRefused(message("recommendations.refused.no_budget"))
    return changes


def undone(changes: Sequence[FieldChange]) -> list[FieldChange]:
    """The changes that take these back."""
    return [FieldChange(one.object_id, one.kind, one.field, one.new, one.old) for one in changes]


def remaining(changes: Sequence[FieldChange], found: AdObjects) -> list[FieldChange]:
    """Those that Meta does not show yet, of changes that an earlier attempt may have begun.

    Raises ChangeRefused where Meta shows neither the old value nor the new one.
    """
    states = {one.object_id: one for one in found.objects()}
    for one in changes:
        if one.object_id not in states or _value(states[one.object_id], one.field) not in (one.old, one.new):
            raise ChangeRefused(message("recommendations.refused.changed", object=one.object_id))
    return [one for one in changes if not has_come_true([one], found)]


def has_come_true(changes: Sequence[FieldChange], found: AdObjects) -> bool:
    """Whether Meta shows every change."""
    states = {one.object_id: one for one in found.objects()}
    return all(one.object_id in states and _value(states[one.object_id], one.field) == one.new for one in changes)


def _require_same(known: CampaignState, found: CampaignState) -> None:
    before, now = ({one.object_id: one for one in state.objects()} for state in (known, found))
    for object_id in sorted(before.keys() | now.keys()):
        if before.get(object_id) != now.get(object_id):
            raise ChangeRefused(message("recommendations.refused.changed", object=object_id))


def _adset(found: CampaignState, adset_id: str) -> AdObjectState:
    for one in found.adsets:
        if one.object_id == adset_id:
            return one
    raise ChangeRefused(message("recommendations.refused.changed", object=adset_id))


def _budgets(kind: str, factor: float | None, found: CampaignState, adset_id: str) -> list[FieldChange]:
    if factor is None or not LEAST_FACTOR <= factor <= MOST_FACTOR or (factor > 1) != (kind == "BUDGET_UP"):
        raise ChangeRefused(message("recommendations.refused.factor", factor=str(factor)))
    if adset_id:
        holders: Sequence[AdObjectState] = [one for one in [_adset(found, adset_id)] if one.daily_budget is not None]
    elif found.campaign.daily_budget is not None:
        holders = [found.campaign]
    else:
        holders = [one for one in found.adsets if one.daily_budget is not None and one.status == "ACTIVE"]
    if not holders:
        raise ChangeRefused(message("recommendations.refused.no_budget"))
    return [
        FieldChange(
            one.object_id, one.kind, "daily_budget", str(one.daily_budget), str(_times(one.daily_budget, factor))
        )
        for one in holders
    ]


def _times(budget: int | None, factor: float) -> int:
    exact = Decimal(budget or 0) * Decimal(repr(factor))
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def _value(state: AdObjectState, field: Field) -> str:
    return str(state.status if field == "status" else state.daily_budget)
