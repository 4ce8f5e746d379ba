"""Parameters that several routes share, and the opaque cursors of their pages."""

import base64
import binascii
import json
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import orjson
from fastapi import Depends, Path, Query
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from fbads_pipeline.api.authentication import CallerDep
from fbads_pipeline.api.dependencies import CampaignsDep, PagesDep
from fbads_pipeline.api.errors import ApiError
from fbads_pipeline.domain.core.accounts import InvalidAccountId, parse_account_id
from fbads_pipeline.domain.core.messages import message

Limit = Annotated[int, Query(ge=1, le=500, description="Rows of a page.")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before.")]
_LONGEST_TEXT = 80
_MOST_DIGITS = 60
AccountText = Annotated[
    str | None, Query(max_length=_LONGEST_TEXT, description="Digits, with or without `act_`, such as `act_42`.")
]
CampaignId = Annotated[str, Path(pattern=r"^[0-9]{1,32}$", description="Digits.")]


def _digits(given: object) -> object:
    """For bodies: the digits of an account's id in any form that people write; a JSON number too."""
    try:
        return given if given is None or isinstance(given, bool) else parse_account_id(given)
    except InvalidAccountId:
        raise PydanticCustomError("account_id_form", "digits, with or without act_") from None


AccountDigits = Annotated[str, BeforeValidator(_digits)]


def account_digits(given: str | None) -> str | None:
    """The digits of a query's account; raises ApiError 400 for a text that is no id."""
    try:
        return None if given is None else parse_account_id(given)
    except InvalidAccountId:
        reason = message("api.invalid.account_id_form")
        raise ApiError(400, "unusable_parameter", "parameter", name="account_id", reason=reason) from None


def known_account(who: CallerDep, pages: PagesDep, account_id: AccountText = None) -> str | None:
    """The digits of an account that is there and the caller's; raises ApiError 404 for another, never an empty list."""
    digits = account_digits(account_id)
    if digits is not None and not (who.sees(digits) and pages.is_account(digits)):
        raise ApiError(404, "not_found", "unknown_account", hint="accounts", id=digits)
    return digits


AccountId = Annotated[str | None, Depends(known_account)]


def known_campaign(
    who: CallerDep,
    campaigns: CampaignsDep,
    account_id: AccountId = None,
    campaign_id: Annotated[str | None, Query(pattern=r"^[0-9]{1,32}$", description="Digits.")] = None,
) -> str | None:
    """A campaign of the caller's, and of the account where one is given too; raises ApiError 404 for another."""
    if campaign_id is None:
        return None
    found = campaigns.campaign(campaign_id, who.accounts)
    if found is None or account_id not in (None, found["account_id"]):
        raise ApiError(404, "not_found", "no_campaign", hint="campaigns", id=campaign_id)
    return campaign_id


OneCampaign = Annotated[str | None, Depends(known_campaign)]


def to_cursor(*values: str) -> str:
    """An opaque cursor that says after which row to go on."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def from_cursor(cursor: str, length: int) -> list[str]:
    """The values of a cursor; raises ApiError 400 for one that we did not make."""
    try:
        values: Any = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        values = None
    if not isinstance(values, list) or len(values) != length or not all(map(_is_plain, values)):
        raise ApiError(400, "unusable_cursor", "unusable_cursor", hint="restart_list")
    return values


def plain_number(text: str) -> Decimal:
    """A number as the marts have them; raises ValueError for one that is none, or too large or fine for any of them."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or abs(number.adjusted()) > _MOST_DIGITS or exponent < -_MOST_DIGITS:
        raise ValueError(text)
    return number


def _is_plain(value: object) -> bool:
    """Text that PostgreSQL takes: no NUL, no half of a surrogate pair."""
    return isinstance(value, str) and "\0" not in value and not any("\ud800" <= one <= "\udfff" for one in value)


def json_object(body: bytes) -> dict[str, Any]:
    """The object that a body is, whoever sent it; raises ApiError 422 for anything else."""
    try:
        found = orjson.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ApiError(422, "unusable_parameter", "no_json_object")
    return found
