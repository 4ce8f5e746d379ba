"""Accounts, campaigns, ad sets, ads, the change log, custom conversions: Meta's JSON → typed, validated rows."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any, TypeVar

import orjson
import structlog

from fbads_pipeline.adapters.meta_ads.queries import MONEY_FIELDS
from fbads_pipeline.adapters.meta_ads.values import (
    UnreadableValue,
    as_object,
    decimal,
    instant,
    object_id,
    optional_count,
    text,
    unreadable_row,
)
from fbads_pipeline.domain.collection.actors import actor_kind
from fbads_pipeline.domain.collection.levels import ObjectKind
from fbads_pipeline.domain.collection.meta_errors import PermanentMetaError
from fbads_pipeline.domain.collection.pages import (
    OBJECT_ROWS,
    ActivityRow,
    CustomConversionRow,
    ObjectRow,
    Page,
    UnreadableRow,
)
from fbads_pipeline.domain.core.accounts import Account, AccountMoney, InvalidAccountId, parse_account_id
from fbads_pipeline.domain.delivery.money_left import read_money_left, shape_of

log = structlog.get_logger(__name__)

Read = TypeVar("Read", ObjectRow, ActivityRow, CustomConversionRow)
# Column → the field of Meta's that it is read from, where the two differ.
_MINOR_UNITS = {
    "daily_budget_minor": "daily_budget",
    "lifetime_budget_minor": "lifetime_budget",
    "bid_amount_minor": "bid_amount",
    "spend_cap_minor": "spend_cap",
    "daily_spend_cap_minor": "daily_spend_cap",
    "lifetime_spend_cap_minor": "lifetime_spend_cap",
    "daily_min_spend_minor": "daily_min_spend_target",
    "lifetime_min_spend_minor": "lifetime_min_spend_target",
}
_JSON = {"issues": "issues_info", "review_feedback": "ad_review_feedback"}
_LONGEST_JSON = 20_000
_LONGEST_TOOL = 80
_WEEKDAYS = frozenset(range(7))
_MINUTES_OF_DAY = 24 * 60
_UNKNOWN_HOURS = {"days": [], "start_minute": 0, "end_minute": 0, "timezone_type": "UNKNOWN"}
_INSTANTS = {
    "start_at": "start_time",
    "stop_at": "stop_time",
    "end_at": "end_time",
    "created_at": "created_time",
    "updated_at": "updated_time",
}


def read_account(row: Mapping[str, Any]) -> Account:
    """An account from `/me/adaccounts` or `/act_<id>`, its zone and currency empty where Meta names none; raises
    PermanentMetaError where it has no id."""
    try:
        account_id = parse_account_id(row.get("account_id") or row.get("id"))
    except InvalidAccountId:
        raise PermanentMetaError("an account came without an id") from None
    currency = (text(row.get("currency")) or "").strip().upper()
    return Account(
        account_id,
        text(row.get("name")),
        currency,
        (text(row.get("timezone_name")) or "").strip(),
        _small_number(row.get("account_status")),
        instant(row.get("created_time")),
        _country(row.get("business_country_code")),
        money=_money(row, currency),
    )


def _money(row: Mapping[str, Any], currency: str) -> AccountMoney | None:
    """None where the row has nothing of it, as when it was not asked for."""
    if not any(name in row for name in MONEY_FIELDS.split(",") if name != "business_country_code"):
        return None
    funding = row.get("funding_source_details")
    funding = funding if isinstance(funding, dict) else {}
    funding_type, said = _small_number(funding.get("type")), text(funding.get("display_string"))
    is_prepaid = row.get("is_prepay_account")
    return AccountMoney(
        disable_reason=_small_number(row.get("disable_reason")),
        balance_minor=_minor_amount(row.get("balance")),
        amount_spent_minor=_minor_amount(row.get("amount_spent")),
        spend_cap_minor=_minor_amount(row.get("spend_cap")),
        is_prepaid=is_prepaid if isinstance(is_prepaid, bool) else None,
        funding_type=funding_type,
        left=read_money_left(said or "", currency),
        funding_shape=shape_of(said) if said else None,
    )


def _minor_amount(value: Any) -> int | None:
    """An amount in minor units; None where it is none: an account is read all the same."""
    try:
        return optional_count(value, "amount")
    except UnreadableValue:
        return None


def _small_number(value: Any) -> int | None:
    number = str(value)
    return int(number) if number.isascii() and number.isdigit() and len(number) < 9 else None


def _country(value: Any) -> str | None:
    """An ISO 3166 code in capitals; None for anything else."""
    code = (text(value) or "").strip().upper()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None


def account_page(rows: list[Any]) -> list[Account]:
    """The accounts of a listing; one without an id cannot be named, and is logged."""
    found = []
    for row in rows:
        try:
            found.append(read_account(row if isinstance(row, dict) else {}))
        except PermanentMetaError as fault:
            log.warning("an account is left out of the listing", reason=str(fault))
    return found


def object_page(kind: ObjectKind, account_id: str, rows: list[Any]) -> Page[ObjectRow]:
    """Campaigns, ad sets or ads of one account."""
    return _page(partial(read_object, kind, account_id), rows)


def activity_page(account_id: str, rows: list[Any]) -> Page[ActivityRow]:
    """Events of the account's change log."""
    return _page(partial(read_activity, account_id), rows)


def custom_conversion_page(account_id: str, rows: list[Any]) -> Page[CustomConversionRow]:
    """Conversions that the account defined itself."""
    return _page(partial(read_custom_conversion, account_id), rows)


def _page(read: Callable[[Mapping[str, Any]], Read], rows: list[Any]) -> Page[Read]:
    found: list[Read] = []
    unreadable: list[UnreadableRow] = []
    for row in rows:
        try:
            found.append(read(as_object(row)))
        except UnreadableValue as reason:
            unreadable.append(unreadable_row(row, reason))
    return Page(found, unreadable)


def read_object(kind: ObjectKind, account_id: str, row: Mapping[str, Any]) -> ObjectRow:
    """Raises UnreadableValue where the object has no id."""
    fixed: dict[str, Any] = {f"{kind}_id": object_id(row.get("id"), "id"), "account_id": account_id}
    columns = OBJECT_ROWS[kind]._fields
    if "learning_status" in columns:
        fixed |= _learning(row.get("learning_stage_info"))
    if "schedule" in columns:
        fixed["schedule"] = _schedule(row.get("adset_schedule"))
    if "pacing_type" in columns:
        fixed["pacing_type"] = _names(row.get("pacing_type"))
    return OBJECT_ROWS[kind]._make(fixed[name] if name in fixed else _object_value(name, row) for name in columns)


def _object_value(column: str, row: Mapping[str, Any]) -> Any:
    if column in _MINOR_UNITS:
        return optional_count(row.get(_MINOR_UNITS[column]), column)
    if column in _JSON:
        return _ordered_json(row.get(_JSON[column]))
    return instant(row.get(_INSTANTS[column])) if column in _INSTANTS else text(row.get(column))


def _ordered_json(value: Any) -> str | None:
    """Meta's own JSON; None where there is nothing in it, or far too much."""
    stored = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode().replace("\\u0000", "") if value else None
    return stored if stored and len(stored) <= _LONGEST_JSON else None


def _learning(info: Any) -> dict[str, Any]:
    """The learning stage of an ad set; all three None where Meta shows none."""
    known = info if isinstance(info, dict) else {}
    edited = known.get("last_sig_edit_ts")
    return {
        "learning_status": text(known.get("status")),
        "learning_conversions": optional_count(known.get("conversions"), "learning_conversions"),
        "last_significant_edit_at": (
            datetime.fromtimestamp(edited, UTC) if isinstance(edited, int) and 0 < edited < 2**33 else None
        ),
    }


def _names(value: Any) -> str | None:
    """Meta's names in order, with commas; None where there are none."""
    return ",".join(sorted(map(str, value))).replace("\x00", "") if isinstance(value, list) and value else None


def _schedule(value: Any) -> str | None:
    """The hours in which an ad set may deliver, see AdsetRow; None where it is not scheduled by the hour."""
    parts = value if isinstance(value, list) else [value]
    return orjson.dumps([_day_part(part) for part in parts]).decode() if value else None


def _day_part(value: Any) -> dict[str, Any]:
    """Hours of some weekdays; a part that cannot be understood leaves the hours unknown, it does not end them."""
    try:
        days = sorted({int(day) for day in value["days"]})
        start, end = int(value["start_minute"]), int(value["end_minute"])
        zone = str(value.get("timezone_type") or "ADVERTISER").upper()
    except (TypeError, KeyError, ValueError, AttributeError):
        return dict(_UNKNOWN_HOURS)
    if not (set(days) <= _WEEKDAYS and 0 <= start < end <= _MINUTES_OF_DAY and zone in ("ADVERTISER", "USER")):
        return dict(_UNKNOWN_HOURS)
    return {"days": days, "start_minute": start, "end_minute": end, "timezone_type": zone}


def read_activity(account_id: str, row: Mapping[str, Any]) -> ActivityRow:
    """Raises UnreadableValue where the event lacks its type or its time.

    Meta gives events no id: one of their content keeps an event that comes twice from being stored twice. Who did it is
    read for its kind alone: the person's name and id go no further.
    """
    kind, at = text(row.get("event_type")), instant(row.get("event_time"))
    if not kind or at is None:
        raise UnreadableValue("the event lacks its type or its time")
    changed_id, extra = text(row.get("object_id")), _extra(row.get("extra_data"))
    content = "\x1f".join((kind, at.isoformat(), changed_id or "", extra))
    event_id = sha256(content.encode("utf-8", "replace")).hexdigest()[:32]
    object_type, object_name = text(row.get("object_type")), text(row.get("object_name"))
    tool = text(row.get("application_name"))
    actor = actor_kind(text(row.get("actor_id")), text(row.get("actor_name")), tool, kind)
    shown = (tool or "")[:_LONGEST_TOOL] or None
    return ActivityRow(account_id, event_id, at, kind, changed_id, object_type, object_name, extra, actor, shown)


def _extra(value: Any) -> str:
    """The event's details as ordered JSON; what is no JSON object stays as text in one."""
    try:
        read = orjson.loads(value) if isinstance(value, str) else value
    except orjson.JSONDecodeError:
        read = {"text": value}
    if not isinstance(read, dict):
        read = {} if read is None else {"text": str(read)}
    return orjson.dumps(read, option=orjson.OPT_SORT_KEYS).decode().replace("\\u0000", "")


def read_custom_conversion(account_id: str, row: Mapping[str, Any]) -> CustomConversionRow:
    """Raises UnreadableValue where it has no id, or its value is no number."""
    archived = row.get("is_archived")
    return CustomConversionRow(
        object_id(row.get("id"), "id"),
        account_id,
        text(row.get("name")),
        text(row.get("custom_event_type")),
        archived if isinstance(archived, bool) else None,
        decimal(row.get("default_conversion_value"), "default_conversion_value"),
        instant(row.get("creation_time")),
    )
