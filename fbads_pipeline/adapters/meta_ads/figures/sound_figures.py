"""One malformed value of an insight quarantines itself: the others of its row are read."""

from collections.abc import Mapping
from typing import Any

from fbads_pipeline.adapters.meta_ads.figures.action_lists import (
    FIGURE_READERS,
    action_list,
    figure_keys,
    require_finite,
)
from fbads_pipeline.adapters.meta_ads.values import UnreadableValue
from fbads_pipeline.domain.collection.offered_figures import OPTIONAL_FIGURES
from fbads_pipeline.domain.collection.pages import RAW_FIGURES, RawFigure

# Delivery comes whole or not at all.
_COMES_WITH = {"impressions": "spend", "spend": "impressions"}


class SoundFigures:
    """A row of an answer without the figures that cannot be read.

    row: as it came, or without them; names: what is unreadable, see INSIGHT_COLUMNS; unknown: the columns of which
    nothing is left; wrong: why, one for each value.
    """

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.row: dict[str, Any] = dict(row)
        self.names, self.unknown, self.wrong = set[str](), set[str](), list[UnreadableValue]()
        for figure in RAW_FIGURES:
            if figure.type in ("count", "decimal"):
                self._number(figure)
            elif figure.type == "actions":
                for field in figure.asked:
                    self._list(figure.column, field)

    def _number(self, figure: RawFigure) -> None:
        column, other = figure.column, _COMES_WITH.get(figure.column)
        try:
            value = FIGURE_READERS[figure.type](self.row.get(column), column)
            if value is None and other and self.row.get(other) is not None:
                raise UnreadableValue(f"{column} is missing, although {other} came")
        except UnreadableValue as reason:
            self._refuse(column, reason)
            self.row[column] = "0"
            self.unknown.add(column)

    def _list(self, column: str, field: str) -> None:
        if not (value := self.row.get(field)):
            return
        try:
            action_list(value, field)
        except UnreadableValue as reason:
            try:
                self.row[field] = [self._entry(column, field, entry) for entry in value]
            except (TypeError, KeyError, AttributeError, ValueError):
                self._refuse(column if column == field else f"{column} {field}", reason)
                self.row[field] = [] if column == field else [{"action_type": "video_view"}]
                self.unknown |= {column} & OPTIONAL_FIGURES

    def _entry(self, column: str, field: str, entry: Mapping[str, Any]) -> dict[str, Any]:
        """The entry without figures that cannot be read: without `value` it is not reported."""
        kept = dict(entry)
        if not isinstance(kept["action_type"], str):
            raise TypeError(field)
        for key in figure_keys(tuple(kept)):
            try:
                require_finite(kept[key], f"{field} {kept['action_type'][:80]}")
            except UnreadableValue as reason:
                of_field = kept["action_type"] if column == field else field
                self._refuse(f"{column} {of_field}" if key == "value" else "", reason)
                del kept[key]
        return kept

    def _refuse(self, name: str, reason: UnreadableValue) -> None:
        self.wrong.append(reason)
        self.names |= {name} - {""}
