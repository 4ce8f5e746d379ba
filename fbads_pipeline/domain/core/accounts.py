"""An ad account, as far as the pipeline needs it."""

from dataclasses import dataclass
from datetime import datetime

# Currencies whose minor unit is the unit itself, as Meta counts budgets (VND: doubtful).
ZERO_DECIMAL = frozenset({"CLP", "COP", "CRC", "HUF", "ISK", "IDR", "JPY", "KRW", "PYG", "TWD", "VND"})


@dataclass(frozen=True)
class Account:
    """account_id: digits without `act_`; currency: ISO 4217; timezone_name: IANA; account_status: Meta's number."""

    account_id: str
    name: str | None
    currency: str
    timezone_name: str
    account_status: int | None = None
    created_at: datetime | None = None


def minor_units(currency: str) -> int:
    """How many minor units make one unit of the currency at Meta: 100, or 1."""
    return 1 if currency in ZERO_DECIMAL else 100
