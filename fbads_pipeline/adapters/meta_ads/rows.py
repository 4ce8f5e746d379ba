"""JSON rows of the Marketing API → validated columns. What cannot be understood is named, never guessed.

Every scalar of an insight is a string at Meta; budgets are strings in minor units; instants carry an offset.
"""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from operator import itemgetter
from typing import Any

import orjson

from fbads_pipeline.domain.collection.levels import Grain, Kind, Level
from fbads_pipeline.domain.collection.meta_errors import PermanentMetaError
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.days import DayRange

# Columns of one COPY line of insights, in order.
INSIGHT_COLUMNS = (
    *("day", "object_id", "breakdown_value", "campaign_id", "adset_id", "ad_id", "currency", "impressions", "reach"),
    *("frequency", "clicks", "inline_link_clicks", "spend", "actions", "action_values"),
)
OBJECT_COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    "campaign": (
        *(
            "campaign_id",
            "account_id",
            "name",
            "status",
            "effective_status",
            "objective",
            "buying_type",
            "bid_strategy",
        ),
        *("daily_budget_minor", "lifetime_budget_minor", "start_at", "stop_at", "created_at", "updated_at"),
    ),
    "adset": (
        *("adset_id", "campaign_id", "account_id", "name", "status", "effective_status", "optimization_goal"),
        *("billing_event", "bid_strategy", "bid_amount_minor", "daily_budget_minor", "lifetime_budget_minor"),
        *("start_at", "end_at", "created_at", "updated_at"),
        *("learning_status", "learning_conversions", "last_significant_edit_at"),
    ),
    "ad": (
        *("ad_id", "adset_id", "campaign_id", "account_id", "name", "status", "effective_status"),
        *("created_at", "updated_at"),
    ),
}
_MINOR = {
    "daily_budget_minor": "daily_budget",
    "lifetime_budget_minor": "lifetime_budget",
    "bid_amount_minor": "bid_amount",
}
_INSTANTS = {
    "start_at": "start_time",
    "stop_at": "stop_time",
    "end_at": "end_time",
    "created_at": "created_time",
    "updated_at": "updated_time",
}
_NULL = "\\N"
_BY_TYPE = itemgetter("action_type")


class UnreadableRow(ValueError):
    """Why a row cannot be stored; the row goes into quarantine with this reason."""


def read_account(row: Mapping[str, Any]) -> Account:
    """An account from `/me/adaccounts` or `/act_<id>`; raises PermanentMetaError where zone or currency is missing."""
    account_id = str(row.get("account_id") or row.get("id") or "").removeprefix("act_")
    currency, zone = row.get("currency"), row.get("timezone_name")
    if not (account_id.isascii() and account_id.isdigit()) or not currency or not zone:
        raise PermanentMetaError(f"account {account_id or '?'} came without id, currency or time zone")
    status = row.get("account_status")
    return Account(
        account_id, _text(row.get("name")), str(currency), str(zone), None if status is None else int(status),
        _instant(row.get("created_time")),
    )  # fmt: skip


def read_object(kind: Kind, row: Mapping[str, Any], account_id: str) -> tuple[object, ...]:
    """One object's values in the order of OBJECT_COLUMNS; raises UnreadableRow."""
    own_id = row.get("id")
    if not _is_id(own_id):
        raise UnreadableRow(f"id {own_id!r} is no id")
    values: list[object] = []
    learning = _learning(row.get("learning_stage_info"))
    for column in OBJECT_COLUMNS[kind]:
        if column in learning:
            values.append(learning[column])
        elif column == f"{kind}_id":
            values.append(str(own_id))
        elif column == "account_id":
            values.append(account_id)
        elif column in _MINOR:
            values.append(_integer_or_none(row.get(_MINOR[column]), column))
        elif column in _INSTANTS:
            values.append(_instant(row.get(_INSTANTS[column])))
        else:
            values.append(_text(row.get(column)))
    return tuple(values)


def _learning(info: Any) -> dict[str, object]:
    """The learning stage of an ad set; all three None where Meta shows none."""
    known = info if isinstance(info, dict) else {}
    edited = known.get("last_sig_edit_ts")
    return {
        "learning_status": _text(known.get("status")),
        "learning_conversions": _integer_or_none(known.get("conversions"), "learning_conversions"),
        "last_significant_edit_at": (
            datetime.fromtimestamp(edited, UTC) if isinstance(edited, int) and 0 < edited < 2**33 else None
        ),
    }


def read_activity(row: Mapping[str, Any], account_id: str) -> tuple[object, ...]:
    """One event of the change log in the order of raw.activities, less who did it; raises UnreadableRow.

    Meta gives events no id: one of their content keeps an event that comes twice from being stored twice.
    """
    kind, at = _text(row.get("event_type")), _instant(row.get("event_time"))
    if not kind or at is None:
        raise UnreadableRow("the event lacks its type or its time")
    object_id, extra = _text(row.get("object_id")), _extra(row.get("extra_data"))
    content = "\x1f".join((kind, at.isoformat(), object_id or "", extra))
    event_id = sha256(content.encode("utf-8", "replace")).hexdigest()[:32]
    names = (_text(row.get("object_type")), _text(row.get("object_name")))
    return (account_id, event_id, at, kind, object_id, *names, extra)


def _extra(value: Any) -> str:
    """The event's details as ordered JSON; what is no JSON object stays as text in one."""
    try:
        read = orjson.loads(value) if isinstance(value, str) else value
    except orjson.JSONDecodeError:
        read = {"text": value}
    if not isinstance(read, dict):
        read = {} if read is None else {"text": str(read)}
    return orjson.dumps(read, option=orjson.OPT_SORT_KEYS).decode().replace("\\u0000", "")


CUSTOM_CONVERSION_COLUMNS = (
    *("custom_conversion_id", "account_id", "name", "custom_event_type", "is_archived", "default_value", "created_at"),
)


def read_custom_conversion(row: Mapping[str, Any], account_id: str) -> tuple[object, ...]:
    """One custom conversion in the order of CUSTOM_CONVERSION_COLUMNS; raises UnreadableRow."""
    value = _decimal(row.get("default_conversion_value"), "default_conversion_value")
    archived = row.get("is_archived")
    return (
        _id(row.get("id"), "id"),
        account_id,
        _text(row.get("name")),
        _text(row.get("custom_event_type")),
        archived if isinstance(archived, bool) else None,
        None if value == _NULL else value,
        _instant(row.get("creation_time")),
    )


class InsightReader:
    """Turns rows of one reading into COPY lines.

    Rows must belong to the account, to one day of the range, and name every id of the level. Delivery figures come
    together (impressions and spend) or not at all; a row without delivery is legal when it carries actions.
    """

    def __init__(self, account_id: str, grain: Grain, days: DayRange) -> None:
        self._account_id = account_id
        self._id_fields = _ID_FIELDS_OF[grain.level]
        self._parts = grain.fields
        self._days = {str(day) for day in days}

    def line(self, row: Mapping[str, Any]) -> str:
        """One line in COPY's text format, columns as in INSIGHT_COLUMNS; raises UnreadableRow."""
        get = row.get
        day = get("date_start")
        if day not in self._days:
            raise UnreadableRow(f"date_start {day!r} is not among the days asked for")
        if get("date_stop", day) != day:
            raise UnreadableRow(f"the row spans {day} to {get('date_stop')}, not one day")
        if str(get("account_id", self._account_id)) != self._account_id:
            raise UnreadableRow(f"the row belongs to account {get('account_id')!r}")
        ids = [_id(get(field), field) for field in self._id_fields]
        impressions, spend = get("impressions"), get("spend")
        actions, values = get("actions"), get("action_values")
        if (impressions is None) != (spend is None):
            raise UnreadableRow("impressions and spend came one without the other")
        if impressions is None and not actions and not values:
            raise UnreadableRow("the row has neither delivery nor actions")
        return "\t".join(
            (
                day,
                ids[-1] if ids else self._account_id,
                ",".join(_part(get(field), field) for field in self._parts),
                *ids,
                *(_NULL,) * (3 - len(ids)),
                _currency(get("account_currency")),
                _integer(impressions, "impressions"),
                _integer(get("reach"), "reach"),
                _decimal(get("frequency"), "frequency"),
                _integer(get("clicks"), "clicks"),
                _integer(get("inline_link_clicks"), "inline_link_clicks"),
                _decimal(spend, "spend"),
                _actions(actions, "actions"),
                _actions(values, "action_values"),
            )
        )


_ID_FIELDS = ("campaign_id", "adset_id", "ad_id")
_ID_FIELDS_OF: Mapping[Level, tuple[str, ...]] = {
    "account": (),
    "campaign": _ID_FIELDS[:1],
    "adset": _ID_FIELDS[:2],
    "ad": _ID_FIELDS,
}
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": None})


def _part(value: Any, field: str) -> str:
    """A breakdown's value, escaped for COPY; `unknown` where Meta leaves it out."""
    if not isinstance(value, str | int | None):
        raise UnreadableRow(f"{field} {value!r} is no breakdown value")
    return "unknown" if value is None else str(value).translate(_ESCAPES)


def _is_id(value: Any) -> bool:
    text = str(value)
    return text.isascii() and text.isdigit()


def _id(value: Any, field: str) -> str:
    if not _is_id(value):
        raise UnreadableRow(f"{field} {value!r} is no id")
    return str(value)


def _currency(value: Any) -> str:
    if value is None:
        return _NULL
    if not (isinstance(value, str) and len(value) == 3 and value.isascii() and value.isalpha()):
        raise UnreadableRow(f"account_currency {value!r} is no currency")
    return value


def _integer(value: Any, field: str) -> str:
    if value is None:
        return _NULL
    text = str(value)
    if text.isascii() and text.isdigit() and len(text) < 19:
        return text
    return str(_whole(text, field))


def _whole(text: str, field: str) -> int:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise UnreadableRow(f"{field} {text[:40]!r} is no number") from None
    if not number.is_finite() or number != number.to_integral_value() or abs(number) >= 2**63:
        raise UnreadableRow(f"{field} {text[:40]!r} is no whole number")
    return int(number)


def _integer_or_none(value: Any, field: str) -> int | None:
    return None if value in (None, "") else _whole(str(value), field)


def _decimal(value: Any, field: str) -> str:
    if value is None:
        return _NULL
    text = str(value)
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise UnreadableRow(f"{field} {text[:40]!r} is no number") from None
    if not number.is_finite():
        raise UnreadableRow(f"{field} {text[:40]!r} is not finite")
    return format(number, "f")


def _actions(value: Any, field: str) -> str:
    """The whole list as JSON, ordered by action type so that Meta's order is no change; escaped for COPY."""
    if not value:
        return "[]"
    try:
        ordered = sorted(value, key=_BY_TYPE)
        for action in ordered:
            for key, figure in action.items():
                if (key == "value" or key[0].isdigit()) and not math.isfinite(float(figure)):
                    raise UnreadableRow(f"{field} holds {figure!r}")
    except (TypeError, KeyError, ValueError, IndexError) as wrong:
        raise wrong if isinstance(wrong, UnreadableRow) else UnreadableRow(f"{field} is no list of actions") from None
    text = orjson.dumps(ordered).decode()
    return text.replace("\\u0000", "").replace("\\", "\\\\") if "\\" in text else text


def _text(value: Any) -> str | None:
    return None if value is None else str(value).replace("\x00", "")


def _instant(value: Any) -> datetime | None:
    """An instant in UTC; Meta's 1970 means none; what is no instant is None (objects live on without it)."""
    try:
        instant = datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
    if instant is None or instant.date() <= date(1970, 1, 2):
        return None
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
