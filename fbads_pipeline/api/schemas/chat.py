"""An answer of the chat as JSON holds it."""

from dataclasses import asdict, replace
from typing import Any

from fbads_pipeline.adapters.translation.texts import rendered
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.chat.coverage import AnswerCoverage
from fbads_pipeline.domain.chat.result import Result, ResultColumn
from fbads_pipeline.domain.metrics.coverage import Coverage
from fbads_pipeline.services.chat.turn import Answer


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
        "coverage": _coverage_json(made.coverage) if made.coverage else None,
    }


def _coverage_json(coverage: AnswerCoverage) -> dict[str, Any]:
    """Account-days asked for and read, and the ranges of days that lack; `compared`: of the days compared with."""
    read = coverage.today_read_at
    return {
        **_days_json(coverage.now),
        "today_read_at": read[0] if read else None,
        "compared": _days_json(coverage.before) if coverage.before else None,
    }


def _days_json(coverage: Coverage) -> dict[str, Any]:
    missing = [
        {"account_id": account_id, "days": [{"since": one.since, "until": one.until} for one in ranges]}
        for account_id, ranges in coverage.missing
    ]
    return {"asked": coverage.asked, "read": coverage.read, "missing": missing}


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
