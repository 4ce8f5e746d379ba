"""What a conversion is worth to a client, by the target that was set for its campaigns."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True)
class ConversionWorth:
    """By a target that somebody set for the campaign, never by the default of the settings.

    amount: of one conversion in the account's currency: the CPA that is its target, or, where a ROAS is, what one
    brings; None where nothing tells that. roas: the target, None where it is a CPA.
    """

    amount: Decimal | None
    roas: Decimal | None = None


class AccountWithCurrency(Protocol):
    """An account and the currency that its targets are in."""

    @property
    def account_id(self) -> str: ...

    @property
    def currency(self) -> str: ...


class ConversionWorths(Protocol):
    """The targets of clients, as what a conversion is worth."""

    def worth_of(self, account: AccountWithCurrency, campaign_id: str, day: date) -> ConversionWorth | None:
        """Of that campaign on that account-local day; None where no target was set for it."""
