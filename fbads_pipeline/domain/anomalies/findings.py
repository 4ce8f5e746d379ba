"""One finding about a campaign, with everything that a reader needs to check it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Kind = Literal["anomaly", "drift", "explained", "resolved", "watch"]
What = Literal[
    "delivery_stop",
    "spend_drop",
    "spend_spike",
    "ctr_collapse",
    "ctr_watch",
    "cpa_jump",
    "tracking_break",
    "cpm_rise",
    "cpm_drop",
    "roas_drop",
    "fatigue",
    "budget_edit",
    "account_shock",
]
Severity = Literal["info", "warning", "critical"]

# Name of a fact in `Finding.used`: 1 where the campaign does not usually deliver at weekends.
RESTS_AT_WEEKENDS = "rests_at_weekends"

METRIC_OF: Mapping[str, str] = {
    "delivery_stop": "spend",
    "spend_drop": "spend",
    "spend_spike": "spend",
    "ctr_collapse": "ctr",
    "ctr_watch": "ctr",
    "cpa_jump": "cpa",
    "tracking_break": "conversions",
    "cpm_rise": "cpm",
    "cpm_drop": "cpm",
    "roas_drop": "roas",
    "fatigue": "ctr",
    "budget_edit": "spend",
    "account_shock": "spend",
}


@dataclass(frozen=True)
class Cause:
    """A likely cause and its evidence, as names and numbers."""

    name: Literal["budget_edit", "account_wide", "tracking", "tracking_days", "recently_resumed"]
    evidence: Mapping[str, float | str]


@dataclass(frozen=True)
class Finding:
    """One finding of the detectors.

    at: reading that showed it; since: half hour from which the figures departed (both naive, account-local).
    observed, expected, low, high: the metric over `hours`, with the range in which 95 of 100 usual cases lie: money for
    spend, CPM and CPA in the account's currency, a fraction for CTR, a count for conversions. stake: money per day.
    scores: standard scores of all metrics at that reading; rarity: its rank by the pooled forest; listed: campaigns
    of an account-wide finding.
    """

    campaign: int
    at: datetime
    kind: Kind
    what: What
    severity: Severity
    since: datetime
    hours: float
    observed: float
    expected: float
    low: float
    high: float
    score: float
    stake: float
    causes: tuple[Cause, ...] = ()
    used: Mapping[str, float] = field(default_factory=dict)
    scores: tuple[float, ...] = ()
    rarity: float = 0.0
    listed: tuple[int, ...] = ()

    @property
    def metric(self) -> str:
        """The metric of the row."""
        return METRIC_OF[self.what]
