"""An answer of the chat as JSON holds it."""

from dataclasses import asdict, replace
from typing import Any

from fbads_pipeline.adapters.translation.texts import rendered
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.chat.result import Result, ResultColumn
from fbads_pipeline.services.chat.answer_question import Answer


def answer_json(made: Answer) -> dict[str, Any]:
    """Text, tables, citations; decimals stay as they are for the writer to make strings of."""
    return {
        "outcome": made.outcome,
        "kind": made.kind,
        "language": made.language,
        "text": made.text,
        "choices": list(made.choices),
        "tables": [table_json(table) for table in made.tables],
        "citations": [asdict(citation) for citation in made.citations],
        "chart": asdict(made.chart) if made.chart else None,
    }


def table_json(table: Result) -> dict[str, Any]:
    """Columns and rows of one query; a stored message is a column per language."""
    columns = table.query.columns
    return {
        "query_id": table.query.query_id,
        "columns": [asdict(one) for column in columns for one in _per_language(column)],
        "rows": [rendered({column.name: row.get(column.name) for column in columns}) for row in table.rows],
    }


def _per_language(column: ResultColumn) -> list[ResultColumn]:
    if column.role != "message":
        return [column]
    return [replace(column, name=f"{column.name}_{code}", role="other") for code in translator().languages]
