"""The bars of an answer: one drawing per metric and currency where its rows are groups, weeks or months."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from fbads_pipeline.adapters.rendering.bars_svg import NamedBar, draw_bars
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.domain.chat.answers.cells import cell, group, metric_label
from fbads_pipeline.domain.chat.plan import TIMES, Dimension
from fbads_pipeline.domain.chat.result import Result, ResultColumn
from fbads_pipeline.domain.core.messages import Count, message
from fbads_pipeline.services.chat.turn import Answer, Chat

MOST_BARS = 15
_FEWEST = 2


def bar_charts(made: Answer, chat: Chat, t: Localizer) -> list[dict[str, Any]]:
    """A title and a drawing each; none where fewer than two rows have a figure, or two rows are one group."""
    if made.chart is None or made.plan is None:
        return []
    table, dimension = made.tables[made.chart.table], made.plan.dimensions[0]
    columns = [one for one in table.query.columns if one.role == "value" and one.metric in made.chart.series]
    charts = []
    for column in columns:
        by_currency = _by_currency(table.rows, column)
        for currency, rows in by_currency.items():
            if _can_be_drawn(rows, column, dimension):
                name = currency if len(by_currency) > 1 else ""
                charts.append(_chart(column, dimension, rows, table, made.language, chat, t, name))
    return charts


def _by_currency(rows: Sequence[Mapping[str, Any]], column: ResultColumn) -> dict[str, list[Mapping[str, Any]]]:
    """Amounts of two currencies have no common scale."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(str(row.get("currency") or "") if column.unit == "money" else "", []).append(row)
    return found


def _can_be_drawn(rows: Sequence[Mapping[str, Any]], column: ResultColumn, dimension: Dimension) -> bool:
    names = [row.get(dimension) for row in rows]
    known = [row[column.name] for row in rows if row.get(column.name) is not None]
    return len(known) >= _FEWEST and len(set(names)) == len(names)


def _chart(
    column: ResultColumn,
    dimension: Dimension,
    rows: Sequence[Mapping[str, Any]],
    table: Result,
    language: str,
    chat: Chat,
    t: Localizer,
    currency: str,
) -> dict[str, Any]:
    """Stretches of time in their order, groups in that of the answer."""
    ordered = sorted(rows, key=lambda row: row[dimension]) if dimension in TIMES else list(rows)
    shown = ordered[-MOST_BARS:] if dimension in TIMES else ordered[:MOST_BARS]
    before = next((one for one in table.of("before") if one.metric == column.metric), None)
    bars = [_bar(row, dimension, column, before, language, chat) for row in shown]
    title = t.render(metric_label(column.metric or "")) + (f" · {currency}" if currency else "")
    if len(shown) < len(ordered):
        cut = message("chat.shown_of", shown=Count(len(shown)), groups=Count(len(ordered)))
        title = f"{title} · {chat.translator.render(cut, language)}"
    return {"title": title, "svg": Markup(draw_bars(bars, title, t("reports.label.before")))}


def _bar(
    row: Mapping[str, Any],
    dimension: Dimension,
    column: ResultColumn,
    before: ResultColumn | None,
    language: str,
    chat: Chat,
) -> NamedBar:
    def written(one: ResultColumn) -> str:
        return chat.translator.render(cell(one, row, chat.catalogue), language)

    value, earlier = row.get(column.name), row.get(before.name) if before is not None else None
    return NamedBar(
        chat.translator.render(group(dimension, row), language),
        None if value is None else Decimal(str(value)),
        written(column),
        None if earlier is None else Decimal(str(earlier)),
        "" if before is None else written(before),
    )
