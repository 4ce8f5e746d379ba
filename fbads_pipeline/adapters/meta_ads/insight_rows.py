"""Insights: Meta's JSON → rows of validated text. What cannot be understood is named, never guessed."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from operator import itemgetter
from typing import Any

import orjson

from fbads_pipeline.adapters.meta_ads.figures.action_lists import FIGURE_READERS, action_list
from fbads_pipeline.adapters.meta_ads.figures.sound_figures import SoundFigures
from fbads_pipeline.adapters.meta_ads.values import UnreadableValue, object_id, unreadable_row
from fbads_pipeline.domain.collection.levels import Grain, Level
from fbads_pipeline.domain.collection.meta_errors import PermanentMetaError
from fbads_pipeline.domain.collection.offered_figures import OPTIONAL_FIGURES
from fbads_pipeline.domain.collection.pages import (
    INSIGHT_COLUMNS,
    OTHER_ACTION_FIELDS,
    RAW_FIGURES,
    UNREADABLE,
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
_OTHER_FIELDS = frozenset(OTHER_ACTION_FIELDS)
_Reader = tuple[str, Callable[[Any, str], str | None]]


class InsightReader:
    """Reads the rows of one account, grain and range.

    A row must belong to the account and to one day of the range, and name every id of its level. Delivery figures come
    together (impressions and spend) or not at all; a row without delivery is legal when it carries actions.
    left_out: fields of figures that were not asked for: not reported, rather than none.
    """

    def __init__(
        self, account_id: str, grain: Grain, days: DayRange, *, left_out: frozenset[str] = frozenset()
    ) -> None:
        self._account_id, self._breakdown = account_id, grain.breakdown
        self._id_fields = _ID_FIELDS[grain.level]
        self._no_ids: tuple[None, ...] = (None,) * (3 - len(self._id_fields))
        self._breakdown_fields = grain.fields
        self._days = {str(day): str(day) for day in days}
        figures = [(column, _not_asked if column in left_out else read) for column, read in _FIGURES]
        self._plain, self._always_lists = figures[: len(_PLAIN_COLUMNS)], figures[len(_PLAIN_COLUMNS) :]
        self._asks_all = left_out.isdisjoint(_PLAIN_COLUMNS)
        self._ids_of = _ids_getter(self._id_fields)
        self._lists: list[_Reader] = [
            (column, _not_asked if column in left_out else action_list) for column in _MORE_LISTS
        ]
        self._json: list[_Reader] = [(column, _not_asked if column in left_out else _json) for column in _MORE_JSON]
        self._other_actions = _other_actions_reader(left_out)
        self._no_lists, self._no_json = self._read({}, self._lists), self._read({}, self._json)
        self._no_more = (*self._no_lists, self._other_actions({}, ()), *self._no_json)
        self._known_ids: dict[str, str] = {}
        self._known_currencies: dict[str | None, str | None] = {}

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
                try:
                    partly, wrong = self._without_unreadable(row)
                except UnreadableValue:
                    unreadable.append(self._unreadable(row, reason))
                else:
                    read.append(partly)
                    unreadable += [replace(self._unreadable(row, one), is_value=True) for one in wrong]
        return Page(read, unreadable)

    def _without_unreadable(self, row: Any) -> tuple[InsightRow, list[UnreadableValue]]:
        """The row without the values that cannot be read, and why each cannot; raises UnreadableValue where the row
        itself is wrong, not one of its figures."""
        if not isinstance(row, dict):
            raise UnreadableValue(f"{str(row)[:40]!r} is no row")
        sound = SoundFigures(row)
        if not sound.wrong:
            raise UnreadableValue("no single value is wrong")
        read = dict(zip(INSIGHT_COLUMNS, self.row(sound.row), strict=True))
        read |= dict.fromkeys(sound.unknown, None)
        if sound.names:
            read[UNREADABLE] = orjson.dumps(sorted(sound.names)).decode().replace("\\u0000", "")
        return tuple(read.values()), sound.wrong

    def row(self, row: Any) -> InsightRow:
        """Raises UnreadableValue."""
        if not isinstance(row, dict):
            raise UnreadableValue(f"{str(row)[:40]!r} is no row")
        get = row.get
        day = self._day(get("date_start"))
        if get("date_stop", day) != day:
            raise UnreadableValue(f"the row spans {day} to {get('date_stop')}, not one day")
        account_id = get("account_id", self._account_id)
        if account_id != self._account_id and str(account_id) != self._account_id:
            raise UnreadableValue(f"the row belongs to account {account_id!r}")
        ids = self._ids(row)
        impressions = get("impressions")
        if (impressions is None) != (get("spend") is None):
            raise UnreadableValue("impressions and spend came one without the other")
        if impressions is None and not any(map(get, _ACTION_LISTS)):
            raise UnreadableValue("the row has neither delivery nor actions")
        return (
            day,
            ids[-1] if ids else self._account_id,
            ",".join([_part(get(field), field) for field in self._breakdown_fields]) if self._breakdown else "",
            *ids,
            *self._no_ids,
            self._currency(get("account_currency")),
            *(self._asks_all and _plain_texts(row) or [read(get(column), column) for column, read in self._plain]),
            *[read(get(column), column) for column, read in self._always_lists],
            *self._more(row),
            None,
        )

    def _more(self, row: Mapping[str, Any]) -> tuple[str | None, ...]:
        """The figures that many rows have none of, in the order of their columns."""
        others, has_more = _rare_fields(tuple(row))
        if has_more:
            lists, objects = self._read(row, self._lists), self._read(row, self._json)
            return (*lists, self._other_actions(row, others), *objects)
        return (*self._no_lists, self._other_actions(row, others), *self._no_json) if others else self._no_more

    @staticmethod
    def _read(row: Mapping[str, Any], readers: list[_Reader]) -> tuple[str | None, ...]:
        return tuple([read(row.get(column), column) for column, read in readers])

    def _unreadable(self, row: Any, reason: UnreadableValue) -> UnreadableRow:
        """The row with as much of its key as can be read: what was stored under that key stands."""
        found = unreadable_row(row, reason)
        if not isinstance(row, dict):
            return found
        object_id = str(row.get(self._id_fields[-1])) if self._id_fields else self._account_id
        return replace(
            found,
            object_id=object_id if object_id.isascii() and object_id.isdigit() else None,
            breakdown_value=self._breakdown_value(row),
        )

    def _breakdown_value(self, row: Mapping[str, Any]) -> str | None:
        try:
            return ",".join([_part(row.get(field), field) for field in self._breakdown_fields])
        except UnreadableValue:
            return None

    # The same text object for every row of a day, an object or a currency: a page names each of them many times.
    def _day(self, value: Any) -> str:
        try:
            return self._days[value]
        except (KeyError, TypeError):
            raise UnreadableValue(f"date_start {value!r} is not among the days asked for") from None

    def _ids(self, row: Mapping[str, Any]) -> Sequence[str]:
        try:
            return tuple(map(self._known_ids.__getitem__, self._ids_of(row)))
        except (KeyError, TypeError):
            return [self._id(row.get(field), field) for field in self._id_fields]

    def _id(self, value: Any, field: str) -> str:
        try:
            return self._known_ids[value]
        except (KeyError, TypeError):
            known = object_id(value, field)
            return self._known_ids.setdefault(known, known)

    def _currency(self, value: Any) -> str | None:
        try:
            return self._known_currencies[value]
        except (KeyError, TypeError):
            known = _currency(value)
            return self._known_currencies.setdefault(known, known)


def _ids_getter(fields: tuple[str, ...]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    if len(fields) > 1:
        return itemgetter(*fields)
    return lambda row: tuple([row[field] for field in fields])


def _plain_texts(row: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Counts and amounts as the texts that Meta sent, where all are plain digits, amounts with at most one point; None
    where any is not. They are looked at together, which spares a call each."""
    try:
        texts: tuple[str, ...] = _PLAIN_OF(row)
        return texts if _ARE_PLAIN(",".join(texts)) else None
    except (KeyError, TypeError):
        return None


def _part(value: Any, field: str) -> str:
    """A breakdown's value; `unknown` where Meta leaves it out."""
    if not isinstance(value, str | int | None):
        raise UnreadableValue(f"{field} {value!r} is no breakdown value")
    return "unknown" if value is None else str(value).replace("\x00", "")


def _currency(value: Any) -> str | None:
    if value is not None and not (isinstance(value, str) and len(value) == 3 and value.isascii() and value.isalpha()):
        raise UnreadableValue(f"account_currency {value!r} is no currency")
    return value


@lru_cache(maxsize=1000)
def _rare_fields(keys: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """Of a row with those keys: its lists that are a field of their own at Meta, in order, and whether it has other
    figures that many rows have none of. Rows have few sets of keys."""
    rare = OPTIONAL_FIGURES.intersection(keys)
    return tuple(sorted(rare & _OTHER_FIELDS)), bool(rare - _OTHER_FIELDS)


def _other_actions_reader(left_out: frozenset[str]) -> Callable[[Mapping[str, Any], tuple[str, ...]], str | None]:
    """Reads the lists that are a field of their own at Meta as one; the fields of the row are given. An entry without
    `value` stands for a field that was not asked for, as it does for a value that Meta left out."""
    unknown = [{"action_type": field} for field in OTHER_ACTION_FIELDS if field in left_out]
    if len(unknown) == len(OTHER_ACTION_FIELDS):
        return lambda row, fields: None

    def read(row: Mapping[str, Any], fields: tuple[str, ...]) -> str:
        if not unknown and (written := _plain_counts(row, fields)):
            return written
        found = [action for field in fields if row[field] for action in _under_its_field(row[field], field)]
        return action_list(found + unknown, "other_actions") if found or unknown else "[]"

    return read


def _plain_counts(row: Mapping[str, Any], fields: tuple[str, ...]) -> str | None:
    """The one action of each of these lists as JSON, under the name of its field; None where any of them is anything
    but a count in whole."""
    written = []
    try:
        for field in fields:
            (action,) = row[field]
            value = action["value"]
            if action["action_type"] not in _OWN_TYPES or len(action) != 2:
                return None
            if not (value.isdigit() and value.isascii()):
                return None
            written.append(f'{{"action_type":"{field}","value":"{value}"}}')
    except (TypeError, KeyError, ValueError, AttributeError):
        return None
    return f"[{','.join(written)}]" if written else None


def _under_its_field(actions: Any, field: str) -> list[dict[str, Any]]:
    """The actions named by their field; one of another type than the field's own keeps it, behind the field's."""
    try:
        types = [(one["action_type"], one) for one in actions]
    except (TypeError, KeyError, AttributeError):
        raise UnreadableValue(f"{field} is no list of actions") from None
    return [
        {**one, "action_type": field if action_type in _OWN_TYPES else f"{field}.{action_type}"}
        for action_type, one in types
    ]


def _json(value: Any, field: str) -> str | None:
    """JSON as Meta sent it; None where it sent none."""
    if not value:
        return None
    written = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return written.replace("\\u0000", "") if "\\" in written else written


def _not_asked(value: Any, field: str) -> None:
    """A figure that Meta was not asked for."""


_OWN_TYPES = frozenset({"outbound_click", "video_view"})
_ACTION_LISTS = ("actions", "action_values", "conversions", "conversion_values")
_PLAIN_COLUMNS = [one.column for one in RAW_FIGURES if one.type in ("count", "decimal")]
_PLAIN_OF = itemgetter(*_PLAIN_COLUMNS)
_PLAIN_FORMS = {"count": "[0-9]{1,18}+", "decimal": r"[0-9]{1,18}+(?:\.[0-9]{1,18}+)?"}
_ARE_PLAIN = re.compile(",".join(_PLAIN_FORMS[one.type] for one in RAW_FIGURES if one.type in _PLAIN_FORMS)).fullmatch
# In the order of the columns, in which `other_actions` stands between lists and JSON.
_FIGURES = [
    (one.column, FIGURE_READERS[one.type]) for one in RAW_FIGURES if not OPTIONAL_FIGURES.intersection(one.asked)
]
_MORE_LISTS = [one.column for one in RAW_FIGURES if one.type == "actions" and one.column in OPTIONAL_FIGURES]
_MORE_JSON = [one.column for one in RAW_FIGURES if one.type == "json"]
