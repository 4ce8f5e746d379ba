"""Anomalies injected into the figures, each with a label that a detector can be evaluated against."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np

from fbads_pipeline.sandbox.world.world import ADS_BELOW, SandboxAccount, SandboxWorld

Name = Literal[
    "delivery_stop",
    "spend_spike",
    "ctr_collapse",
    "cpa_jump",
    "cpm_shift",
    "fatigue_drift",
    "tracking_break",
    "account_shock",
]
NAMES: tuple[Name, ...] = (
    "delivery_stop",
    "spend_spike",
    "ctr_collapse",
    "cpa_jump",
    "cpm_shift",
    "fatigue_drift",
    "tracking_break",
    "account_shock",
)
ON_ACCOUNT = frozenset({"tracking_break", "account_shock"})
DAYS = {"delivery_stop": 2, "spend_spike": 2, "ctr_collapse": 3, "cpa_jump": 3, "tracking_break": 2, "account_shock": 1}
# What a day of the anomaly multiplies; the drift multiplies again every day.
FACTORS: dict[Name, dict[str, float]] = {
    "delivery_stop": {"impressions": 0.0},
    "spend_spike": {"impressions": 3.2, "cpm": 1.25},
    "ctr_collapse": {"ctr": 0.25},
    "cpa_jump": {"conversions": 0.2},
    "cpm_shift": {"cpm": 1.7},
    "fatigue_drift": {"ctr": 0.94},
    "tracking_break": {"conversions": 0.0, "tracking": 0.0},
    "account_shock": {"impressions": 0.35},
}


@dataclass(frozen=True)
class InjectedAnomaly:
    """`last_day` None: it lasts. Level `account` concerns every ad of the account, else `campaign` gives the index."""

    name: Name
    account_id: str
    level: Literal["account", "campaign"]
    object_id: str
    campaign: int
    first_day: date
    last_day: date | None

    def is_on(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)

    def factors(self, day: date) -> dict[str, float]:
        if self.name != "fatigue_drift":
            return FACTORS[self.name]
        return {"ctr": max(0.3, FACTORS[self.name]["ctr"] ** ((day - self.first_day).days + 1))}

    def ads(self) -> slice:
        below = ADS_BELOW["campaign"]
        return slice(None) if self.level == "account" else slice(self.campaign * below, (self.campaign + 1) * below)

    def shown(self) -> dict[str, Any]:
        label = asdict(self)
        del label["campaign"]
        last = None if self.last_day is None else str(self.last_day)
        return {**label, "first_day": str(self.first_day), "last_day": last, "factors": FACTORS[self.name]}


def plan_anomalies(world: SandboxWorld) -> list[InjectedAnomaly]:
    """Every kind twice: once within the last 7 days before the anchor, once some weeks ago, in different accounts."""
    planned: list[InjectedAnomaly] = []
    for number, name in enumerate(NAMES):
        recent, older = world.accounts[number % 4], world.accounts[(number + 1) % 4]
        planned.append(_anomaly(world, recent, name, _healthy(recent, number // 4), 14 if _lasts(name) else 4))
        planned.append(_anomaly(world, older, name, _healthy(older, (number // 4 + 1) % 2), 26 if _lasts(name) else 10))
    for account in world.accounts:
        planned += _more_in_large_accounts(world, account)
    return planned


def _more_in_large_accounts(world: SandboxWorld, account: SandboxAccount) -> list[InjectedAnomaly]:
    """One more anomaly for every dozen campaigns of a larger world, spread over the 60 days."""
    rng = np.random.default_rng([world.seed, account.index, 2])
    kinds = [name for name in NAMES if name not in ON_ACCOUNT]
    return [
        _anomaly(world, account, kinds[(dozen + account.index) % len(kinds)], dozen * 12, int(rng.integers(3, 56)))
        for dozen in range(1, len(account.objects["campaign"]) // 12)
    ]


def _lasts(name: Name) -> bool:
    return name not in DAYS


def _healthy(account: SandboxAccount, which: int) -> int:
    """A campaign that is active and neither clicks badly nor converts dearly: the first or the second of all."""
    return min(which, len(account.objects["campaign"]) - 1)


def _anomaly(world: SandboxWorld, account: SandboxAccount, name: Name, campaign: int, back: int) -> InjectedAnomaly:
    first = world.anchor - timedelta(days=back)
    last = first + timedelta(days=DAYS[name] - 1) if name in DAYS else None
    if name == "fatigue_drift":
        last = first + timedelta(days=13)
    everywhere = name in ON_ACCOUNT
    return InjectedAnomaly(
        name=name,
        account_id=account.id,
        level="account" if everywhere else "campaign",
        object_id=account.id if everywhere else account.objects["campaign"][campaign].id,
        campaign=campaign,
        first_day=first,
        last_day=last,
    )
