"""An ad account, as far as the pipeline needs it, and the one way to read its id."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from fbads_pipeline.domain.core.errors import WrongUse

_LONGEST_ID = 32
_QUOTES = "\"'`“”‘’"


class InvalidAccountId(WrongUse, ValueError):
    """A text that is no id of an ad account; one sentence that quotes it."""


@dataclass(frozen=True)
class AccountMoney:
    """What a listing says of an account's money; None: Meta did not say it, or it could not be read.

    balance_minor: the open bill, which grows with spend and is not what is left; amount_spent_minor: counted against
    spend_cap_minor, 0 for no cap; all in minor units. is_prepaid: whether what is spent was paid before; funding_type:
    Meta's number; left: what is left of the prepaid money, in major units; funding_shape: the form of the text in which
    Meta names it, every digit a 9.
    """

    disable_reason: int | None = None
    balance_minor: int | None = None
    amount_spent_minor: int | None = None
    spend_cap_minor: int | None = None
    is_prepaid: bool | None = None
    funding_type: int | None = None
    left: Decimal | None = None
    funding_shape: str | None = None


@dataclass(frozen=True)
class Account:
    """account_id: digits without `act_`; currency: ISO 4217; timezone_name: IANA; account_status: Meta's number;
    country: of the business (ISO 3166), None where Meta names none.

    fault: why it cannot be read, one sentence; its zone or currency may be empty then. note: what had to be assumed;
    money: None where it was not asked for. These are of one listing.
    """

    account_id: str
    name: str | None
    currency: str
    timezone_name: str
    account_status: int | None = None
    created_at: datetime | None = None
    country: str | None = None
    fault: str | None = None
    note: str | None = None
    money: AccountMoney | None = None


def parse_account_id(text: object) -> str:
    """The id's digits alone: `act_42`, `42`, 42, `"act_42"`, `ACT_42` and ` 42 ` are all account 42; raises
    InvalidAccountId."""
    digits = str(text).strip().strip(_QUOTES).strip().lower().removeprefix("act_")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_ID):
        raise InvalidAccountId(f"{str(text)[:60]!r} is not an ad account id: digits, with or without act_")
    return digits


def split_account_ids(text: str) -> list[object]:
    """The ids of a list as people write it, none of them read yet: JSON, or with commas, semicolons or line breaks
    between them."""
    try:
        listed = json.loads(text)
    except ValueError:
        listed = None
    if isinstance(listed, list):
        return listed
    return [part for part in re.split(r"[,;\n]", text.strip().strip("[]")) if part.strip()]
