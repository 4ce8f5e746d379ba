"""The plain thresholds: CTR too low, CPA too high, each with the guard that keeps it from judging noise."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

from fbads_pipeline.domain.core.money import minor_units

Rule = Literal["ctr_below", "cpa_above"]

CTR_BELOW: Rule = "ctr_below"
CPA_ABOVE: Rule = "cpa_above"
RULES: tuple[Rule, ...] = (CTR_BELOW, CPA_ABOVE)
# The CPA limit is set in a currency of two decimals: 50 means 50.00 reais, and 5,000 yen.
_UNITS_OF_THE_SETTING = 100
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

    ctr and cpa are ratios of these sums, None without a denominator; conversions is None where the account's goal is
    not known. marts_version: state of the marts that the figures come from.
    """

    account_id: str
    campaign_id: str
    campaign_name: str | None
    currency: str
    first_day: date
    last_day: date
    impressions: int
    clicks: int
    spend: Decimal
    conversions: Decimal | None
    ctr: Decimal | None
    cpa: Decimal | None
    marts_version: int = 0
    objective: str | None = None
    goal_family: str = "purchase"

    @property
    def pursues_the_goal(self) -> bool:
        """Whether the campaign's objective aims at the account's goal; an unknown objective or goal counts as yes."""
        return pursues(self.goal_family, self.objective)


@dataclass(frozen=True)
class Breach:
    """One campaign beyond one limit. observed is None where nothing was converted at all (a CPA without end)."""

    window: CampaignWindow
    rule: Rule
    observed: Decimal | None
    limit: Decimal


def pursues(goal_family: str, objective: str | None) -> bool:
    """Whether that objective of Meta's aims at the goal; an unknown objective or goal counts as yes."""
    aims = _OBJECTIVES.get(goal_family)
    return not objective or aims is None or objective in aims


def breaches(windows: Iterable[CampaignWindow], limits: BreachLimits) -> list[Breach]:
    """Every limit that a campaign is past, ordered by account, campaign and rule (CTR first).

    CTR: below the limit, with the impressions that make it count. CPA: above the limit, or no conversion at all in a
    campaign whose objective aims at them, with spend of at least the factor times the limit. A null ratio (no
    denominator) is not zero: it breaches nothing.
    """
    found: list[Breach] = []
    for window in sorted(windows, key=lambda one: (one.account_id, one.campaign_id)):
        found += filter(None, (_ctr_below(window, limits), _cpa_above(window, limits)))
    return found


def cpa_limit_in(currency: str, limits: BreachLimits) -> Decimal:
    """The CPA limit in units of that currency: the setting, × 100 where a unit has no cents (50 → ¥ 5,000)."""
    return limits.cpa_limit * _UNITS_OF_THE_SETTING / minor_units(currency)


def is_past_limit(breach: Breach) -> bool:
    """Whether the observed figure truly lies beyond the limit; a CPA without conversions lies beyond any."""
    if breach.observed is None:
        return breach.rule == CPA_ABOVE and breach.window.conversions == 0
    return breach.observed < breach.limit if breach.rule == CTR_BELOW else breach.observed > breach.limit


def _ctr_below(window: CampaignWindow, limits: BreachLimits) -> Breach | None:
    if window.ctr is None or window.impressions < limits.ctr_min_impressions or window.ctr >= limits.ctr_limit:
        return None
    return Breach(window, CTR_BELOW, window.ctr, limits.ctr_limit)


def _cpa_above(window: CampaignWindow, limits: BreachLimits) -> Breach | None:
    limit = cpa_limit_in(window.currency, limits)
    if window.spend < limits.cpa_min_spend_factor * limit:
        return None
    if window.conversions == 0 and window.pursues_the_goal:
        return Breach(window, CPA_ABOVE, None, limit)
    if window.cpa is None or window.cpa <= limit:
        return None
    return Breach(window, CPA_ABOVE, window.cpa, limit)
