"""Meta's lists of actions → JSON in order, every figure a finite number; and what reads each type of figure."""

import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any

import orjson

from fbads_pipeline.adapters.meta_ads.values import UnreadableValue, count_text, decimal_text
from fbads_pipeline.domain.collection.pages import FigureType

_BY_TYPE = itemgetter("action_type")
# A list of actions whose figures are all plain numbers, as nearly every list is, seen at one look; each other list is
# gone through action by action.
_FIGURE = rb'"(?:value|[0-9][^"\\]*+|skan_[^"\\]*+)":"[0-9]{1,18}+(?:\.[0-9]{1,18}+)?"'
_PLAIN_ACTIONS = re.compile(rb'\[(?:\{"action_type":"[^"\\]*+"(?:,' + _FIGURE + rb")*+\},?)*+\]").fullmatch


def action_list(value: Any, field: str) -> str:
    """The whole list as JSON, ordered by action type so that Meta's order is no change."""
    if not value:
        return "[]"
    try:
        ordered = sorted(value, key=_BY_TYPE)
        written = orjson.dumps(ordered)
        if _PLAIN_ACTIONS(written):
            return written.decode()
        _require_finite(ordered, field)
    except (TypeError, KeyError, IndexError, AttributeError):
        raise UnreadableValue(f"{field} is no list of actions") from None
    return written.decode().replace("\\u0000", "")


def _require_finite(actions: list[dict[str, Any]], field: str) -> None:
    """Every value, in whole or of an attribution window (`7d_click`, `skan_click`), must be a finite number."""
    figures: list[Any] = []
    for action in actions:
        figures += _figures_of(tuple(action))(action)
    try:
        if math.isfinite(sum(map(float, figures))):
            return
        refused = [figure for figure in figures if not math.isfinite(float(figure))]
    except ValueError:
        raise UnreadableValue(f"{field} is no list of actions") from None
    if refused:
        raise UnreadableValue(f"{field} holds {refused[0]!r}")


@lru_cache(maxsize=1000)
def _figures_of(keys: tuple[str, ...]) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    """The figures of an action with those keys; actions have few sets of keys, so that none is looked at twice."""
    names = figure_keys(keys)
    if len(names) < 2:  # itemgetter returns a tuple for two names or more
        return lambda action: tuple([action[name] for name in names])
    return itemgetter(*names)


def require_finite(value: Any, name: str) -> None:
    """Raises UnreadableValue where one figure of an action is no finite number."""
    try:
        is_finite = math.isfinite(float(value))
    except (TypeError, ValueError):
        is_finite = False
    if not is_finite:
        raise UnreadableValue(f"{name} {str(value)[:40]!r} is no finite number")


def figure_keys(keys: tuple[str, ...]) -> list[str]:
    """Those of an action's keys that are a figure: its value, and that of each window."""
    return [key for key in keys if key == "value" or key[:1].isdigit() or key.startswith("skan_")]


FIGURE_READERS: Mapping[FigureType, Callable[[Any, str], str | None]] = {
    "count": count_text,
    "decimal": decimal_text,
    "actions": action_list,
}
