"""An answer as plain texts for the template: its tables with links, its chart, and what to ask next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from markupsafe import Markup

from fbads_pipeline.adapters.rendering.svg import draw
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.pages.chat.answer_bars import bar_charts
from fbads_pipeline.domain.chat.answers.cells import cell, dimension_label, group, metric_label
from fbads_pipeline.domain.chat.plan import Plan
from fbads_pipeline.domain.chat.result import Result, ResultColumn
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import Value, from_json, message
from fbads_pipeline.domain.metrics.registry import written_unit
from fbads_pipeline.domain.reports.report import Chart
from fbads_pipeline.services.chat.turn import Answer, Chat

MOST_ROWS = 50
_COMPARED = ("before", "change", "change_ratio")
_PAGES = {"campaign": "/campaigns/{}", "account": "/?account={}"}
# A chart of more days is not read any more; of one, it is none.
_CHARTED_DAYS = range(2, 93)


@dataclass(frozen=True)
class AnswerCell:
    """link: the page of what the cell names, empty without one."""

    text: str
    link: str = ""


def answer_view(made: Answer, chat: Chat, t: Localizer) -> dict[str, Any]:
    """Text, tables, sources, chart and follow-up questions; everything in the language of the answer but labels."""
    return {
        "text": text_beside_tables(made.text, made.tables),
        "tables": [_table(table, made.language, chat) for table in made.tables],
        "citations": [{"facts": _facts(vars(one)), "sql": one.sql} for one in made.citations],
        "choices": made.choices,
        "charts": _charts(made, chat, t),
        "follow": _follow(made.plan, made.language, chat) if made.outcome == "answered" else [],
    }


def text_beside_tables(text: str, tables: Sequence[Result]) -> str:
    """The text without its lists of rows that a table of groups below it shows; other lists stay."""
    sizes = [len(one.rows) for one in tables if any(column.dimension for column in one.query.columns)]
    kept: list[str] = []
    for is_list, lines in groupby(text.split("\n"), lambda line: line.startswith("- ")):
        part = list(lines)
        if is_list and 1 < len(part) <= MOST_ROWS and len(part) in sizes:
            sizes.remove(len(part))
        else:
            kept += part
    return "\n".join(kept)


def _table(table: Result, language: str, chat: Chat) -> dict[str, Any]:
    """Headings and cells, without the columns that only name or explain what another one shows, and without that of
    currencies where no figure has one."""
    columns = [one for one in table.query.columns if one.role not in ("label", "unreported")]
    if not any(row.get("currency") for row in table.rows):
        columns = [one for one in columns if one.name != "currency"]

    def shown(value: Value) -> str:
        return chat.translator.render(value, language)

    return {
        "query_id": table.query.query_id,
        "columns": [shown(_heading(column, chat)) for column in columns],
        "rows": [
            [AnswerCell(shown(_cell(column, row, chat)), _link(column, row)) for column in columns]
            for row in table.rows[:MOST_ROWS]
        ],
    }


def _heading(column: ResultColumn, chat: Chat) -> Value:
    """A metric as the catalogue calls it; a group by its own name."""
    if column.dimension is not None:
        return dimension_label(column.dimension)
    if column.name == "currency":
        return message("pages.evidence.currency")
    if column.metric is None or column.metric not in chat.catalogue:
        return column.name.replace("_", " ")
    label = metric_label(column.metric)
    return message(f"chat.column_{column.role}", metric=label) if column.role in _COMPARED else label


def _cell(column: ResultColumn, row: Mapping[str, Any], chat: Chat) -> Value:
    """A figure as the answer writes it, a group as it is called."""
    if column.metric:
        return cell(column, row, chat.catalogue)
    if column.role == "message":
        return from_json(row[column.name])
    return group(column.dimension, row) if column.dimension else plain_line(str(row.get(column.name, "")))


def _link(column: ResultColumn, row: Mapping[str, Any]) -> str:
    page, value = _PAGES.get(column.dimension or ""), str(row.get(column.dimension or "") or "")
    return page.format(value) if page and value.isdigit() else ""


def _charts(made: Answer, chat: Chat, t: Localizer) -> list[dict[str, Any]]:
    """A drawing per metric where the answer is one value per day, in one currency; of weeks, months and groups bars."""
    if made.chart is None:
        return []
    if made.chart.x != "day":
        return bar_charts(made, chat, t)
    rows = made.tables[made.chart.table].rows
    days = [row.get("day") for row in rows]
    if len(rows) not in _CHARTED_DAYS or len(set(days)) < len(days) or not all(isinstance(one, date) for one in days):
        return []
    ordered = sorted(rows, key=lambda row: row["day"])
    return [_chart(metric, ordered, chat, t) for metric in made.chart.series if metric in ordered[0]]


def _chart(metric: str, rows: list[Mapping[str, Any]], chat: Chat, t: Localizer) -> dict[str, Any]:
    currency, nothing = rows[0].get("currency"), [None] * len(rows)
    values = [None if row[metric] is None else Decimal(row[metric]) for row in rows]
    title, days = metric_label(metric), [row["day"] for row in rows]
    chart = Chart(
        title, written_unit(metric, chat.catalogue[metric].unit), days, values, nothing, [False] * len(rows), currency
    )
    return {"title": t.render(title), "svg": Markup(draw(chart, t, is_live=True))}


def _follow(plan: Plan | None, language: str, chat: Chat) -> list[str]:
    """What people ask next of figures: the same by day, by campaign, or of the time before."""
    if plan is None or plan.intent != "figures":
        return []
    names = [
        *(["by_day"] if "day" not in plan.dimensions else []),
        *(["by_campaign"] if "campaign" not in plan.dimensions else []),
        *(["why"] if len(plan.metrics) == 1 else []),
    ]
    metric = metric_label(plan.metrics[0]) if plan.metrics else ""
    return [chat.translator.render(message(f"pages.chat.follow.{name}", metric=metric), language) for name in names]


def _facts(citation: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a citation says, but for the query itself."""
    return [
        (name, ", ".join(map(str, value)) if isinstance(value, tuple) else plain_line(str(value)))
        for name, value in citation.items()
        if name not in ("sql", "parameters") and value not in (None, (), {}, "")
    ]
