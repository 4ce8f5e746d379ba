"""The accounts and their objects: 4 accounts, each with campaigns × 3 ad sets × 4 ads.

Objects are kept in lists whose order is the order of the figures: ad `i` belongs to ad set `i // 4`, ad set `j` to
campaign `j // 3`. Nothing here is ever removed; a deleted object keeps its place and its figures.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

ObjectKind = Literal["campaign", "adset", "ad"]
KINDS: tuple[ObjectKind, ...] = ("campaign", "adset", "ad")
ADSETS_EACH = 3
ADS_EACH = 4
# How many ads stand below one object of the kind.
ADS_BELOW: dict[ObjectKind, int] = {"campaign": ADSETS_EACH * ADS_EACH, "adset": ADS_EACH, "ad": 1}
EDGES: dict[str, ObjectKind] = {"campaigns": "campaign", "adsets": "adset", "ads": "ad"}
HIDDEN = frozenset({"ARCHIVED", "DELETED"})
# The effective statuses that Meta knows for each kind; it refuses a filter that names another.
STATUSES: dict[ObjectKind, frozenset[str]] = {
    "campaign": frozenset({"ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "IN_PROCESS", "WITH_ISSUES"}),
    "adset": frozenset({"ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "CAMPAIGN_PAUSED", "IN_PROCESS", "WITH_ISSUES"}),
    "ad": frozenset({"ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "CAMPAIGN_PAUSED", "ADSET_PAUSED", "IN_PROCESS"})
    | {"WITH_ISSUES", "DISAPPROVED", "PENDING_BILLING_INFO", "PENDING_REVIEW", "PREAPPROVED"},
}


@dataclass
class AdObject:
    """A campaign, ad set or ad. Budgets in minor units; `status` is its own, not what its parents make of it."""

    id: str
    kind: ObjectKind
    index: int
    name: str
    status: str
    created_at: datetime
    updated_at: datetime
    objective: str = ""
    daily_budget: int | None = None
    lifetime_budget: int | None = None
    ends_at: datetime | None = None
    is_disapproved: bool = False


@dataclass(frozen=True)
class LoggedChange:
    """One entry of the account's activity log; figures follow it from the next local day on."""

    at: datetime
    day: date
    kind: ObjectKind
    index: int
    what: Literal["status", "daily_budget", "lifetime_budget", "created"]
    old: str
    new: str


@dataclass(frozen=True)
class AdTraits:
    """What the figures are drawn around, one number per ad. CurrencyPrices in minor units."""

    impressions: NDArray[np.float64]
    ctr: NDArray[np.float64]
    link_share: NDArray[np.float64]
    cpm_minor: NDArray[np.float64]
    purchases_per_link: NDArray[np.float64]
    leads_per_link: NDArray[np.float64]
    order_value_minor: NDArray[np.float64]
    overlap: NDArray[np.float64]


@dataclass
class SandboxAccount:
    id: str
    name: str
    currency: str
    zone: str
    language: str
    minor_factor: int
    created_at: datetime
    index: int
    traits: AdTraits
    objects: dict[ObjectKind, list[AdObject]]
    # In the order of time; the objects show the first `applied` of them, which is how far the clock has come.
    changes: list[LoggedChange] = field(default_factory=list)
    applied: int = 0
    moment: datetime = datetime.max.replace(tzinfo=UTC)
    # Raised by every write, so that nothing computed before it is served after it.
    version: int = 0
    # Where the pictures of its creatives lie: the address at which the sandbox was asked.
    pictures_at: str = ""
    # Campaign or ad set id → what it may spend in all, in minor units as text; by a scenario.
    caps: dict[str, str] = field(default_factory=dict)
    # Ad set id → the hours in which it delivers; by a scenario.
    schedules: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    # Object id → the effective status that a scenario gives it.
    shown_statuses: dict[str, str] = field(default_factory=dict)

    def adsets_of(self, campaign: int) -> list[AdObject]:
        return self.objects["adset"][campaign * ADSETS_EACH : (campaign + 1) * ADSETS_EACH]

    def has(self, one: AdObject) -> bool:
        """Whether it had been created by now."""
        return one.created_at <= self.moment

    def parent(self, one: AdObject, kind: ObjectKind) -> AdObject:
        """The object of the kind that `one` belongs to; `one` itself where it is of that kind."""
        return self.objects[kind][one.index * ADS_BELOW[one.kind] // ADS_BELOW[kind]]

    def effective_status(self, one: AdObject) -> str:
        """What Meta shows: the object's own status, unless a parent's outweighs it."""
        above = [self.parent(one, kind) for kind in KINDS[: KINDS.index(one.kind)]]
        for gone in ("DELETED", "ARCHIVED"):
            if gone in (one.status, *(parent.status for parent in above)):
                return gone
        for parent in above:
            if parent.status == "PAUSED" and one.status == "ACTIVE":
                return f"{parent.kind.upper()}_PAUSED"
        if one.status == "ACTIVE" and one.id in self.shown_statuses:
            return self.shown_statuses[one.id]
        return "DISAPPROVED" if one.is_disapproved and one.status == "ACTIVE" else one.status

    def statuses(self, kind: ObjectKind) -> list[str]:
        return [self.effective_status(one) for one in self.objects[kind]]


@dataclass
class SandboxWorld:
    seed: int
    anchor: date
    started_at: datetime
    accounts: list[SandboxAccount]
    by_id: dict[str, tuple[SandboxAccount, AdObject]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for account in self.accounts:
            for objects in account.objects.values():
                self.by_id.update({one.id: (account, one) for one in objects})

    def account(self, account_id: str) -> SandboxAccount | None:
        bare = account_id.removeprefix("act_")
        return next((account for account in self.accounts if account.id == bare), None)
