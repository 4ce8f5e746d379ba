"""Accounts as Meta lists them: which can be read, and in which time zone and currency."""

from collections.abc import Collection
from dataclasses import replace
from functools import cache
from zoneinfo import ZoneInfo

from fbads_pipeline.domain.core.accounts import Account

_CURRENCY_LETTERS = 3


@cache
def is_known_zone(name: str) -> bool:
    """Whether Python's tz database has a zone of that name."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # no such zone, a folder of zones, no name of one
        return False
    return True


def is_currency(code: str) -> bool:
    """Whether it has the form of ISO 4217."""
    return len(code) == _CURRENCY_LETTERS and code.isascii() and code.isalpha() and code.isupper()


def settled_account(listed: Account, known: Account | None, unknown_zones: Collection[str] = ()) -> Account:
    """The account as it is to be read.

    known: what earlier listings said of it; it stands in for a zone or a currency that is missing or cannot be used,
    and the account has a note then. Without it the account has a fault: in a wrong zone, its days would be others.
    unknown_zones: those that the database does not know.
    """
    problems = [*_zone_problem(listed, unknown_zones), *_currency_problem(listed)]
    if not problems:
        return listed
    sentence = f"Meta names {' and '.join(problems)} for account {listed.account_id}"
    if known is None:
        return replace(listed, fault=f"{sentence}: it is not read until that is set in Meta's Business settings")
    zone = known.timezone_name if _zone_problem(listed, unknown_zones) else listed.timezone_name
    currency = known.currency if _currency_problem(listed) else listed.currency
    note = f"{sentence}: it is read in {zone} and {currency}, as they were known before"
    return replace(listed, timezone_name=zone, currency=currency, note=note)


def _zone_problem(account: Account, unknown_zones: Collection[str]) -> list[str]:
    zone = account.timezone_name
    if not zone:
        return ["no time zone"]
    if zone in unknown_zones or not is_known_zone(zone):
        return [f"the time zone {zone[:60]!r}, which the tz database lacks,"]
    return []


def _currency_problem(account: Account) -> list[str]:
    if not account.currency:
        return ["no currency"]
    return [] if is_currency(account.currency) else [f"the currency {account.currency[:20]!r}, which is none,"]
