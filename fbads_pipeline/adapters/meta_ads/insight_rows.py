"""Insights: Meta's JSON → typed, validated rows. What cannot be understood is named, never guessed."""

import math
from collections.abc import Callable, Mapping
from datetime import date
from operator import itemgetter
from typing import Any

import orjson

from fbads_pipeline.adapters.meta_ads.values import (
    UnreadableValue,
    count,
    decimal,
    object_id,
    unreadable_row,
)
from fbads_pipeline.domain.collection.levels import Grain, Level
from fbads_pipeline.domain.collection.meta_errors import PermanentMetaError
from fbads_pipeline.domain.collection.pages import (
    RAW_FIGURES,
    Figure,
    FigureType,
    InsightRow,
    Page,
    UnreadableRow,
)
from fbads_pipeline.domain.core.days import DayRange

_ID_FIELDS: Mapping[Level, tuple[str, ...]] = {
    "account": (),
    "campaign": ("campaign_id",),
    "adset": ("campaign_id", "adset_id"),
    "ad": ("campaign_id", "adset_id", "ad_id"),
}
_BY_TYPE = itemgetter("action_type")
# Figures of actions that were seen to be numbers: most are small counts, and parsing each again is most of the work.
_FINITE = set[Any]()
_MOST_REMEMBERED = 20_000


class InsightReader:
    """Reads the rows of one account, grain and range.

    A row must belong to the account and to one day of the range, and name every id of its level. Delivery figures come
    together (impressions and spend) or not at all; a row without delivery is legal when it carries actions.
    """

    def __init__(self, account_id: str, grain: Grain, days: DayRange) -> None:
        self._account_id, self._breakdown = account_id, grain.breakdown
        self._id_fields = _ID_FIELDS[grain.level]
        self._no_ids: tuple[None, ...] = (None,) * (3 - len(self._id_fields))
        self._breakdown_fields = grain.fields
        self._days: dict[Any, date] = {str(day): day for day in days}
        self._known_ids: dict[str, str] = {}

    def page(self, rows: list[Any]) -> Page[InsightRow]:
        """Raises PermanentMetaError where the breakdown is missing: plain rows would count twice as its parts."""
        fields = self._breakdown_fields
        if fields and rows and not any(field in rows[0] for field in fields):
            raise PermanentMetaError(f"the insights of account {self._account_id} lack the breakdown {self._breakdown}")
        read: list[InsightRow] = []
        unreadable: list[UnreadableRow] = []
        for row in rows:
            try:
                read.append(self.row(row))
            except UnreadableValue as reason:
                unreadable.append(unreadable_row(row, reason))
        return Page(read, unreadable)

    def row(self, row: Any) -> InsightRow:
        """Raises UnreadableValue."""
        if not isinstance(row, dict):
            raise UnreadableValue(f"{str(row)[:40]!r} is no row")
        get = row.get
        named_day = get("date_start")
        day = self._days.get(named_day) if isinstance(named_day, str) else None
        if day is None:
            raise UnreadableValue(f"date_start {named_day!r} is not among the days asked for")
        if get("date_stop", named_day) != named_day:
            raise UnreadableValue(f"the row spans {named_day} to {get('date_stop')}, not one day")
        if str(get("account_id", self._account_id)) != self._account_id:
            raise UnreadableValue(f"the row belongs to account {get('account_id')!r}")
        ids = [self._id(get(field), field) for field in self._id_fields]
        parents: tuple[str | None, ...] = (*ids, *self._no_ids)
        campaign_id, adset_id, ad_id = parents
        impressions = get("impressions")
        if (impressions is None) != (get("spend") is None):
            raise UnreadableValue("impressions and spend came one without the other")
        if impressions is None and not get("actions") and not get("action_values"):
            raise UnreadableValue("the row has neither delivery nor actions")
        return InsightRow(
            day,
            ids[-1] if ids else self._account_id,
            ",".join([_part(get(field), field) for field in self._breakdown_fields]) if self._breakdown else "",
            campaign_id,
            adset_id,
            ad_id,
            _currency(get("account_currency")),
            tuple([read(get(column), column) for column, read in _FIGURES]),
        )

    def _id(self, value: Any, field: str) -> str:
        """The same text for every row of an object: a page names each of its objects once per day."""
        known = self._known_ids.get(value) if isinstance(value, str) else None
        if known is None:
            known = object_id(value, field)
            self._known_ids[known] = known
        return known


def _part(value: Any, field: str) -> str:
    """A breakdown's value; `unknown` where Meta leaves it out."""
    if not isinstance(value, str | int | None):
        raise UnreadableValue(f"{field} {value!r} is no breakdown value")
    return "unknown" if value is None else str(value).replace("\x00", "")


def _currency(value: Any) -> str | None:
    if value is not None and not (isinstance(value, str) and len(value) == 3 and value.isascii() and value.isalpha()):
        raise UnreadableValue(f"account_currency {value!r} is no currency")
    return value


def _actions(value: Any, field: str) -> str:
    """The whole list as JSON, ordered by action type so that Meta's order is no change."""
    if not value:
        return "[]"
    try:
        ordered = sorted(value, key=_BY_TYPE)
        for action in ordered:
            for key, figure in action.items():
                if (key == "value" or key[0].isdigit()) and figure not in _FINITE:
                    _require_finite(figure, field)
    except (TypeError, KeyError, IndexError, AttributeError):
        raise UnreadableValue(f"{field} is no list of actions") from None
    written = orjson.dumps(ordered).decode()
    return written.replace("\\u0000", "") if "\\" in written else written


def _require_finite(figure: Any, field: str) -> None:
    try:
        is_finite = math.isfinite(float(figure))
    except ValueError:
        raise UnreadableValue(f"{field} is no list of actions") from None
    if not is_finite:
        raise UnreadableValue(f"{field} holds {figure!r}")
    if len(_FINITE) < _MOST_REMEMBERED:
        _FINITE.add(figure)


_READERS: Mapping[FigureType, Callable[[Any, str], Figure]] = {"count": count, "decimal": decimal, "actions": _actions}
_FIGURES = [(figure.column, _READERS[figure.type]) for figure in RAW_FIGURES]
