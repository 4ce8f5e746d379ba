"""What a campaign is judged by: the one place from which limits reach scores, breaches and suggestions."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from fbads_pipeline.domain.core.money import minor_units

# The CPA limit is set in a currency of two decimals: 50 means 50.00 reais, and 5,000 yen.
_UNITS_OF_THE_SETTING = 100


class CpaLimit(Protocol):
    """The limit of the settings; see `cpa_limit_in`."""

    @property
    def cpa_limit(self) -> Decimal: ...


class JudgedAccount(Protocol):
    """An account with the currency that its targets are in."""

    @property
    def account_id(self) -> str: ...

    @property
    def currency(self) -> str: ...


class CpaTarget(NamedTuple):
    """cpa: the most that a conversion may cost, in the account's currency; roas: the target that it follows from (at a
    margin the one that breaks even), None where a CPA was set."""

    cpa: Decimal
    roas: Decimal | None = None


class CampaignTargets(Protocol):
    """The targets of clients."""

    def target_of(self, account: JudgedAccount, campaign_id: str, day: date) -> CpaTarget:
        """What that campaign is judged by on that account-local day."""


class SettingsTargets:
    """The limit of the settings, the same for every campaign."""

    def __init__(self, limits: CpaLimit) -> None:
        self._limits = limits

    def target_of(self, account: JudgedAccount, campaign_id: str, day: date) -> CpaTarget:
        """The limit in the account's currency, whatever the campaign and the day."""
        return CpaTarget(cpa_limit_in(account.currency, self._limits))


def cpa_limit_in(currency: str, limits: CpaLimit) -> Decimal:
    """The CPA limit in units of that currency: the setting, × 100 where a unit has no cents (50 → ¥ 5,000)."""
    return limits.cpa_limit * _UNITS_OF_THE_SETTING / minor_units(currency)
