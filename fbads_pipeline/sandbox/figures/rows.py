"""Insights rows as JSON text, a whole period at a time: one template, one tuple per row."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fbads_pipeline.sandbox.figures.actions import ActionTexts
from fbads_pipeline.sandbox.figures.breakdowns import BreakdownSplit
from fbads_pipeline.sandbox.figures.by_period import LEVELS, Level, LevelFigures, Period
from fbads_pipeline.sandbox.figures.daily import AT, Ints
from fbads_pipeline.sandbox.world.clock import meta_time
from fbads_pipeline.sandbox.world.world import ADS_BELOW, KINDS, AdObject, ObjectKind, SandboxAccount

Values = list[str] | list[int] | list[float]
# A piece of the template and the columns that fill it.
Piece = tuple[str, list[Values]]


@dataclass(frozen=True)
class RowsRequest:
    account: SandboxAccount
    level: Level
    period: Period
    fields: tuple[str, ...]
    texts: ActionTexts
    split: BreakdownSplit | None


@dataclass(frozen=True)
class _Rows:
    """The rows to write: `where` is the object of each, `figures` are the rows' own."""

    wanted: RowsRequest
    where: NDArray[np.intp]
    figures: LevelFigures

    def column(self, name: str) -> Ints:
        column: Ints = self.figures.values[AT[name]]
        return column

    def is_hourly(self) -> bool:
        return self.wanted.split is not None and self.wanted.split.is_hourly

    def clicks(self) -> Ints:
        return self.column("link") + self.column("other")


def write_rows(wanted: RowsRequest, figures: LevelFigures) -> list[str]:
    """One JSON object of text for each object (and cell) that has anything in the period."""
    where = figures.present()
    cells = 1 if wanted.split is None else len(wanted.split.cells)
    rows = _Rows(wanted, where // cells, LevelFigures(figures.values[:, where], figures.reach[where]))
    fixed: list[str] = []
    optional: list[str] = []
    columns: list[Values] = []
    late: list[Values] = []
    for field in wanted.fields:
        if field in OPTIONAL:
            optional.append("%s")
            late.append(OPTIONAL[field](rows))
        elif (piece := FIELDS[field](rows)) is not None:
            fixed.append(piece[0])
            columns += piece[1]
    fixed += [f'"date_start":"{wanted.period[0]}"', f'"date_stop":"{wanted.period[1]}"']
    if wanted.split is not None:
        texts = [_cell_text(wanted.split, cell) for cell in wanted.split.cells]
        optional.append("%s")
        late.append([texts[cell] for cell in (where % cells).tolist()])
    template = "{" + ",".join(fixed) + "".join(optional) + "}"
    columns += late
    if not columns:
        return [template.replace("%%", "%")] * len(where)
    return [template % row for row in zip(*columns, strict=True)]


def _cell_text(split: BreakdownSplit, cell: tuple[str, ...]) -> str:
    return "".join(f',"{name}":"{value}"' for name, value in zip(split.names, cell, strict=True))


def _json(text: str) -> str:
    return json.dumps(text)


def _of_account(name: str, value: Callable[[SandboxAccount], str]) -> Callable[[_Rows], Piece | None]:
    return lambda rows: (f'"{name}":{_json(value(rows.wanted.account))}'.replace("%", "%%"), [])


def _of_object(
    name: str, kind: ObjectKind | None, value: Callable[[SandboxAccount, AdObject], str]
) -> Callable[[_Rows], Piece | None]:
    """A text of the row's object of the kind (None: of the level itself); nothing on a level above the kind."""

    def piece(rows: _Rows) -> Piece | None:
        account, level = rows.wanted.account, rows.wanted.level
        if level == "account" or (kind is not None and LEVELS.index(kind) > LEVELS.index(level)):
            return None
        objects = account.objects[kind or level]
        each = ADS_BELOW[kind or level] // ADS_BELOW[level]
        texts = [_json(value(account, one)) for one in objects]
        return f'"{name}":%s', [[texts[position] for position in (rows.where // each).tolist()]]

    return piece


def _whole(name: str, value: Callable[[_Rows], Ints]) -> Callable[[_Rows], Piece | None]:
    return lambda rows: (f'"{name}":"%d"', [value(rows).tolist()])


def _money(rows: _Rows) -> Piece | None:
    spend, factor = rows.column("spend"), rows.wanted.account.minor_factor
    if factor == 1:
        return '"spend":"%d"', [spend.tolist()]
    return '"spend":"%d.%02d"', [(spend // factor).tolist(), (spend % factor).tolist()]


def _reach(rows: _Rows) -> Piece | None:
    """People are not counted by the hour."""
    return None if rows.is_hourly() else ('"reach":"%d"', [rows.figures.reach.tolist()])


def _frequency(rows: _Rows) -> Piece | None:
    if rows.is_hourly():
        return None
    reach = rows.figures.reach
    return '"frequency":"%.6f"', [(rows.column("impressions") / np.maximum(reach, 1)).tolist()]


def _ratio(
    name: str, over: Callable[[_Rows], Ints], under: Callable[[_Rows], Ints], factor: float, is_money: bool = False
) -> Callable[[_Rows], list[str]]:
    """`,"name":"…"` per row, nothing where the denominator is zero; money in major units."""

    def texts(rows: _Rows) -> list[str]:
        scale = factor / rows.wanted.account.minor_factor if is_money else factor
        pairs = zip(over(rows).tolist(), under(rows).tolist(), strict=True)
        return [f',"{name}":"{above * scale / below:.6f}"' if below else "" for above, below in pairs]

    return texts


def _roas(rows: _Rows) -> list[str]:
    value = rows.column("value_click") + rows.column("value_view")
    pairs = zip(value.tolist(), rows.column("spend").tolist(), strict=True)
    return [
        f',"purchase_roas":[{{"action_type":"omni_purchase","value":"{worth / spend:.6f}"}}]' if worth and spend else ""
        for worth, spend in pairs
    ]


def _outbound_clicks(rows: _Rows) -> list[str]:
    """Each link click leads away from Meta: as Meta's, the figures of a level add up to those above."""
    counts = rows.column("link").tolist()
    return [
        f',"outbound_clicks":[{{"action_type":"outbound_click","value":"{count}"}}]' if count else ""
        for count in counts
    ]


def _none(rows: _Rows) -> list[str]:
    """A field that Meta knows and that nothing here has."""
    return [""] * len(rows.where)


def _impressions(rows: _Rows) -> Ints:
    return rows.column("impressions")


def _spend(rows: _Rows) -> Ints:
    return rows.column("spend")


def _link(rows: _Rows) -> Ints:
    return rows.column("link")


VIDEO_FIELDS = (
    "video_play_actions",
    *(f"video_p{share}_watched_actions" for share in (25, 50, 75, 95, 100)),
    "video_thruplay_watched_actions",
)
FIELDS: dict[str, Callable[[_Rows], Piece | None]] = {
    "account_id": _of_account("account_id", lambda account: account.id),
    "account_name": _of_account("account_name", lambda account: account.name),
    "account_currency": _of_account("account_currency", lambda account: account.currency),
    "buying_type": _of_account("buying_type", lambda account: "AUCTION"),
    "attribution_setting": _of_account("attribution_setting", lambda account: "7d_click_1d_view"),
    **{f"{kind}_id": _of_object(f"{kind}_id", kind, lambda account, one: one.id) for kind in KINDS},
    **{f"{kind}_name": _of_object(f"{kind}_name", kind, lambda account, one: one.name) for kind in KINDS},
    "objective": _of_object("objective", "campaign", lambda account, one: one.objective),
    "created_time": _of_object("created_time", None, lambda account, one: meta_time(account.zone, one.created_at)[:10]),
    "updated_time": _of_object("updated_time", None, lambda account, one: meta_time(account.zone, one.updated_at)[:10]),
    "impressions": _whole("impressions", _impressions),
    "reach": _reach,
    "clicks": _whole("clicks", _Rows.clicks),
    "inline_link_clicks": _whole("inline_link_clicks", _link),
    "spend": _money,
    "frequency": _frequency,
}
OPTIONAL: dict[str, Callable[[_Rows], list[str]]] = {
    "actions": lambda rows: rows.wanted.texts.actions(rows.figures.values),
    "action_values": lambda rows: rows.wanted.texts.values(rows.figures.values, rows.wanted.account.minor_factor),
    "outbound_clicks": _outbound_clicks,
    **dict.fromkeys(("conversions", "conversion_values", "results", "cost_per_result", *VIDEO_FIELDS), _none),
    "purchase_roas": _roas,
    "ctr": _ratio("ctr", _Rows.clicks, _impressions, 100.0),
    "inline_link_click_ctr": _ratio("inline_link_click_ctr", _link, _impressions, 100.0),
    "cpc": _ratio("cpc", _spend, _Rows.clicks, 1.0, is_money=True),
    "cpm": _ratio("cpm", _spend, _impressions, 1000.0, is_money=True),
    "cost_per_inline_link_click": _ratio("cost_per_inline_link_click", _spend, _link, 1.0, is_money=True),
}
