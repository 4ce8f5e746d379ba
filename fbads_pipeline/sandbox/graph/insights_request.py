"""What an insights request asks for, read from its parameters; refused as Meta refuses it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

import numpy as np
import orjson
from numpy.typing import NDArray

from fbads_pipeline.sandbox.figures.actions import WINDOWS
from fbads_pipeline.sandbox.figures.breakdowns import BreakdownSplit, split_of
from fbads_pipeline.sandbox.figures.by_period import LEVELS, Level, Period
from fbads_pipeline.sandbox.figures.rows import FIELDS, OPTIONAL
from fbads_pipeline.sandbox.graph.errors import GraphError, invalid_parameter
from fbads_pipeline.sandbox.world.world import ADS_BELOW, HIDDEN, KINDS, STATUSES, AdObject, ObjectKind, SandboxAccount

Params = dict[str, str]
Mask = NDArray[np.bool_]
DEFAULT_LIMIT, LARGEST_LIMIT = 25, 5000
HISTORY_MONTHS, HOURLY_MONTHS = 37, 13
PRESET_DAYS = {"last_3d": 3, "last_7d": 7, "last_14d": 14, "last_28d": 28, "last_30d": 30, "last_90d": 90}
ALWAYS_SHOWN_FIELDS = frozenset({"date_start", "date_stop"})


@dataclass(frozen=True)
class InsightsRequest:
    account: SandboxAccount
    level: Level
    periods: list[Period]
    fields: tuple[str, ...]
    windows: tuple[str, ...]
    mask: Mask | None
    split: BreakdownSplit | None


def read_request(account: SandboxAccount, one: AdObject | None, params: Params, today: date) -> InsightsRequest:
    """`one`: the object whose insights are asked, None for the account's."""
    level = _level(one, params)
    names = read_list(params, "breakdowns")
    split = split_of(tuple(names), account.currency) if names else None
    if names and split is None:
        raise invalid_parameter(f"Current combination of data breakdown columns ({', '.join(names)}) is invalid")
    months = HOURLY_MONTHS if split and split.is_hourly else HISTORY_MONTHS
    return InsightsRequest(
        account=account,
        level=level,
        periods=_periods(params, _range(params, today, months)),
        fields=_fields(params),
        windows=_windows(params),
        mask=_mask(account, one, level, params),
        split=split,
    )


def _level(one: AdObject | None, params: Params) -> Level:
    asked = params.get("level", one.kind if one else "account")
    for level in LEVELS:
        if level == asked:
            return level
    raise invalid_parameter(f"level must be one of the following values: {', '.join(LEVELS)}")


def read_list(params: Params, name: str) -> list[str]:
    """A list parameter: JSON, or names with commas between them."""
    text = params.get(name, "").strip()
    if not text.startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    return [str(part) for part in read_json(text, name, list)]


def read_json(text: str, name: str, kind: type) -> Any:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise invalid_parameter(f"param {name} must be valid JSON.") from None
    if not isinstance(value, kind):
        raise invalid_parameter(f"param {name} has the wrong type.")
    return value


def read_limit(params: Params) -> int:
    text = params.get("limit", str(DEFAULT_LIMIT))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LARGEST_LIMIT:
        raise invalid_parameter(f"param limit must be between 1 and {LARGEST_LIMIT}")
    return int(text)


def _fields(params: Params) -> tuple[str, ...]:
    fields = read_list(params, "fields") or ["account_id", "impressions", "spend"]
    for field in fields:
        if field not in FIELDS and field not in OPTIONAL and field not in ALWAYS_SHOWN_FIELDS:
            raise invalid_parameter(f"{field} is not valid for fields param. please check the documentation")
    return tuple(dict.fromkeys(field for field in fields if field not in ALWAYS_SHOWN_FIELDS))


def _windows(params: Params) -> tuple[str, ...]:
    windows = read_list(params, "action_attribution_windows")
    for window in windows:
        if window not in WINDOWS:
            raise invalid_parameter(f"action_attribution_windows has an unknown value: {window}")
    return tuple(dict.fromkeys(windows))


def _range(params: Params, today: date, months: int) -> Period:
    if "time_range" in params:
        asked = read_json(params["time_range"], "time_range", dict)
        since, until = _day(asked, "since"), _day(asked, "until")
    else:
        since, until = _preset(params.get("date_preset", "last_30d"), today)
    if since > until:
        raise invalid_parameter("Since date must be before until date.", 1487124)
    if since > today:
        raise invalid_parameter("The start date of the time range cannot be in the future.", 1487124)
    if since < _months_before(today, months):
        text = f"(#3018) The start date of the time range cannot be beyond {months} months from the current date"
        raise GraphError(3018, text)
    return since, min(until, today)


def _preset(name: str, today: date) -> Period:
    yesterday = today - timedelta(days=1)
    if name in PRESET_DAYS:
        return today - timedelta(days=PRESET_DAYS[name]), yesterday
    fixed = {
        "today": (today, today),
        "yesterday": (yesterday, yesterday),
        "this_month": (today.replace(day=1), today),
        "maximum": (_months_before(today, HISTORY_MONTHS), today),
    }
    if name not in fixed:
        raise invalid_parameter(f"date_preset has an unknown value: {name}")
    return fixed[name]


def _day(asked: dict[str, object], name: str) -> date:
    try:
        return date.fromisoformat(str(asked[name]))
    except (KeyError, ValueError):
        raise invalid_parameter(f"param time_range[{name}] must be a date as YYYY-MM-DD") from None


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, 28))


def _periods(params: Params, whole: Period) -> list[Period]:
    increment = params.get("time_increment", "all_days")
    if increment == "all_days":
        return [whole]
    if increment != "monthly" and not (increment.isascii() and increment.isdigit() and 1 <= int(increment) <= 90):
        raise invalid_parameter("time_increment must be monthly, all_days or between 1 and 90")
    periods, since = [], whole[0]
    while since <= whole[1]:
        following = _months_before(since.replace(day=1), -1) if increment == "monthly" else None
        following = following or since + timedelta(days=int(increment))
        periods.append((since, min(following - timedelta(days=1), whole[1])))
        since = following
    return periods


def _mask(account: SandboxAccount, one: AdObject | None, level: Level, params: Params) -> Mask | None:
    """Which ads count; None: all. Archived and deleted objects of the level do only where a status was asked for."""
    mask = np.ones(len(account.objects["ad"]), dtype=np.bool_)
    if one is not None:
        mask[:] = False
        mask[one.index * ADS_BELOW[one.kind] : (one.index + 1) * ADS_BELOW[one.kind]] = True
    names_status = False
    for entry in read_json(params.get("filtering", "[]"), "filtering", list):
        kind, attribute, values = _filter(entry)
        names_status |= attribute == "effective_status"
        if attribute == "effective_status":
            chosen = [status in values for status in account.statuses(kind)]
        else:
            chosen = [item.id in values for item in account.objects[kind]]
        mask &= np.repeat(np.array(chosen, dtype=np.bool_), ADS_BELOW[kind])
    if level != "account" and not names_status:
        shown = [status not in HIDDEN for status in account.statuses(level)]
        mask &= np.repeat(np.array(shown, dtype=np.bool_), ADS_BELOW[level])
    return None if mask.all() else mask


def _filter(entry: object) -> tuple[ObjectKind, str, frozenset[str]]:
    asked = entry if isinstance(entry, dict) else {}
    kind, _, attribute = str(asked.get("field", "")).partition(".")
    values = asked.get("value")
    if kind not in KINDS or attribute not in ("effective_status", "id") or not isinstance(values, list):
        raise invalid_parameter(f"Filtering field {asked.get('field')} with operation is not supported")
    if asked.get("operator") not in ("IN", "EQUAL"):
        raise invalid_parameter(f"Filtering operator {asked.get('operator')} is not supported for the field")
    known = STATUSES[cast(ObjectKind, kind)]
    if attribute == "effective_status" and (unknown := set(map(str, values)) - known):
        raise invalid_parameter(f"{asked['field']} has an unknown value: {sorted(unknown)[0]}")
    return cast(ObjectKind, kind), attribute, frozenset(str(value) for value in values)
