"""The plain thresholds: CTR too low, CPA too high, each with the guard that keeps it from judging noise."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

from fbads_pipeline.domain.recommendations.targets import CampaignTargets, CpaTarget, SettingsTargets

Rule = Literal["ctr_below", "cpa_above"]

CTR_BELOW: Rule = "ctr_below"
CPA_ABOVE: Rule = "cpa_above"
RULES: tuple[Rule, ...] = (CTR_BELOW, CPA_ABOVE)
# Goal family → Meta's objectives (today's and the older names) that aim at it.
_OBJECTIVES = {
    "purchase": frozenset({"OUTCOME_SALES", "CONVERSIONS", "PRODUCT_CATALOG_SALES"}),
    "lead": frozenset({"OUTCOME_LEADS", "LEAD_GENERATION", "CONVERSIONS"}),
    "app_install": frozenset({"OUTCOME_APP_PROMOTION", "APP_INSTALLS"}),
}


class BreachLimits(Protocol):
    """The plain thresholds, as settings say them. ctr_limit: a fraction; cpa_limit: see `cpa_limit_in`."""

    @property
    def ctr_limit(self) -> Decimal: ...

    @property
    def ctr_min_impressions(self) -> int: ...

    @property
    def cpa_limit(self) -> Decimal: ...

    @property
    def cpa_min_spend_factor(self) -> Decimal: ...


@dataclass(frozen=True)
class CampaignWindow:
    """Sums of one campaign over its last complete account-local days (`first_day` to `last_day`, both included).

    A sum is None where Meta did not report the figure on one of its days; ctr and cpa are ratios of these sums, None
    without a denominator. conversions is None too where the campaign's goal is not known. marts_version: state of the
    marts that the figures come from.
    """

    account_id: str
    campaign_id: str
    campaign_name: str | None
    currency: str
    first_day: date
    last_day: date
    impressions: int | None
    clicks: int | None
    spend: Decimal
    conversions: Decimal | None
    ctr: Decimal | None
    cpa: Decimal | None
    marts_version: int = 0
    objective: str | None = None
    goal_family: str = "purchase"

    @property
    def pursues_the_goal(self) -> bool:
        """Whether the campaign's objective aims at its goal; an unknown objective or goal counts as yes."""
        return pursues(self.goal_family, self.objective)


@dataclass(frozen=True)
class Breach:
    """One campaign beyond one limit. observed is None where nothing was converted at all (a CPA without end).

    target_cpa: what a conversion may cost in that campaign, None for a breach that was stored without it. target_roas:
    the ROAS that it follows from, None where a CPA was set.
    """

    window: CampaignWindow
    rule: Rule
    observed: Decimal | None
    limit: Decimal
    target_cpa: Decimal | None = None
    target_roas: Decimal | None = None


def pursues(goal_family: str, objective: str | None) -> bool:
    """Whether that objective of Meta's aims at the goal; an unknown objective or goal counts as yes."""
    aims = _OBJECTIVES.get(goal_family)
    return not objective or aims is None or objective in aims


def breaches(
    windows: Iterable[CampaignWindow], limits: BreachLimits, targets: CampaignTargets | None = None
) -> list[Breach]:
    """Every limit that a campaign is past, ordered by account, campaign and rule (CTR first).

    CTR: below the limit, with the impressions that make it count. CPA: above the target, or no conversion at all in a
    campaign whose objective aims at them, with spend of at least the factor times the target. A null ratio (no
    denominator, or a figure that was not reported) is not zero: it breaches nothing. targets: None takes the limits'.
    """
    known = targets or SettingsTargets(limits)
    found: list[Breach] = []
    for window in sorted(windows, key=lambda one: (one.account_id, one.campaign_id)):
        target = known.target_of(window, window.campaign_id, window.last_day)
        found += filter(None, (_ctr_below(window, limits, target), _cpa_above(window, limits, target)))
    return found


def is_past_limit(breach: Breach) -> bool:
    """Whether the observed figure truly lies beyond the limit; a CPA without conversions lies beyond any."""
    if breach.observed is None:
        return breach.rule == CPA_ABOVE and breach.window.conversions == 0
    return breach.observed < breach.limit if breach.rule == CTR_BELOW else breach.observed > breach.limit


def _ctr_below(window: CampaignWindow, limits: BreachLimits, target: CpaTarget) -> Breach | None:
    if window.ctr is None or window.ctr >= limits.ctr_limit:
        return None
    if window.impressions is None or window.impressions < limits.ctr_min_impressions:
        return None
    return Breach(window, CTR_BELOW, window.ctr, limits.ctr_limit, *target)


def _cpa_above(window: CampaignWindow, limits: BreachLimits, target: CpaTarget) -> Breach | None:
    if window.spend < limits.cpa_min_spend_factor * target.cpa:
        return None
    if window.conversions == 0 and window.pursues_the_goal:
        return Breach(window, CPA_ABOVE, None, target.cpa, *target)
    if window.cpa is None or window.cpa <= target.cpa:
        return None
    return Breach(window, CPA_ABOVE, window.cpa, target.cpa, *target)
