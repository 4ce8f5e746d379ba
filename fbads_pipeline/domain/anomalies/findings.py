"""One finding about a campaign, with everything that a reader needs to check it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from fbads_pipeline.domain.clients.conversion_worth import ConversionWorth

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
    "link_drop",
    "page_drop",
    "fatigue",
    "budget_edit",
    "account_shock",
]
Severity = Literal["info", "warning", "critical"]
CauseName = Literal["budget_edit", "ads_edited", "account_wide", "tracking", "tracking_days", "recently_resumed"]

# Names of facts in `Finding.used`: 1 where the campaign does not usually deliver at weekends; how far people's marks
# have moved the threshold, and how many there were.
RESTS_AT_WEEKENDS = "rests_at_weekends"
THRESHOLD_SHIFT, THRESHOLD_MARKS = "threshold_shift", "threshold_marks"

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
    "link_drop": "link_clicks",
    "page_drop": "landing_page_views",
    "fatigue": "ctr",
    "budget_edit": "spend",
    "account_shock": "spend",
}


@dataclass(frozen=True)
class Cause:
    """A likely cause and its evidence, as names and numbers."""

    name: CauseName
    evidence: Mapping[str, float | str]


@dataclass(frozen=True)
class Finding:
    """One finding of the detectors.

    at: reading that showed it; since: half hour from which the figures departed (both naive, account-local).
    observed, expected, low, high: the metric over `hours`, with the range in which 95 of 100 usual cases lie: money for
    spend, CPM and CPA in the account's currency, a fraction for CTR, a count for conversions. stake: money per day.
    lost_conversions, lost_value: conversions a day that do not come, and what conversions bring a day less, by the
    campaign's own usual; 0 where nothing is lost or the usual is not known. worth: what `stake` is valued by; None: by
    the campaign's own usual.
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
    lost_conversions: float = 0.0
    lost_value: float = 0.0
    worth: ConversionWorth | None = None

    @property
    def metric(self) -> str:
        """The metric of the row."""
        return METRIC_OF[self.what]


@dataclass(frozen=True)
class ThresholdShift:
    """How far people's marks move the threshold of a kind of anomaly, in standard scores, and how many marks did."""

    shift: float
    marks: int


def _no_worth(campaign_id: str, day: date) -> ConversionWorth | None:
    return None


@dataclass(frozen=True)
class AccountPreferences:
    """What people have said of an account.

    worth_of: what a conversion of a campaign is worth on an account-local day; shifts: kind of anomaly → how far its
    threshold is moved.
    """

    worth_of: Callable[[str, date], ConversionWorth | None] = _no_worth
    shifts: Mapping[str, ThresholdShift] = field(default_factory=dict)

    def applied_to(self, one: Finding, campaign_id: str) -> Finding:
        """The finding with its money at stake by the client's target, and with the shift that its threshold had."""
        if one.kind not in ("anomaly", "watch"):
            return one
        found = valued(one, self.worth_of(campaign_id, one.at.date()))
        moved = self.shifts.get(one.what)
        if moved is None:
            return found
        return replace(found, used={**found.used, THRESHOLD_SHIFT: moved.shift, THRESHOLD_MARKS: float(moved.marks)})


def valued(one: Finding, worth: ConversionWorth | None) -> Finding:
    """The finding with what is lost valued by the client's target; as it is where that does not tell.

    Conversions that do not come × what one is worth; under a ROAS target the value that conversions bring less, where
    that is what was found.
    """
    if worth is None:
        return one
    if worth.roas is not None and one.lost_value > 0:
        return replace(one, stake=one.lost_value, worth=worth)
    lost = Decimal(repr(round(one.lost_conversions, 2)))
    if worth.amount is None or lost <= 0:
        return one
    return replace(one, stake=float(lost * worth.amount), worth=worth)
