"""An ad account, as far as the pipeline needs it, and the one way to read its id."""

import json
import re
from dataclasses import dataclass
from datetime import datetime

from fbads_pipeline.domain.core.errors import WrongUse

_LONGEST_ID = 32
_QUOTES = "\"'`“”‘’"


class InvalidAccountId(WrongUse, ValueError):
    """A text that is no id of an ad account; one sentence that quotes it."""


@dataclass(frozen=True)
class Account:
    """account_id: digits without `act_`; currency: ISO 4217; timezone_name: IANA; account_status: Meta's number.

    fault: why it cannot be read, one sentence; its zone or currency may be empty then. note: what had to be assumed.
    Both are of one listing, and not stored.
    """

    account_id: str
    name: str | None
    currency: str
    timezone_name: str
    account_status: int | None = None
    created_at: datetime | None = None
    fault: str | None = None
    note: str | None = None


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
