"""Why a figure changed: what it is made of, and what coincides; what caused it no query knows."""

from collections.abc import Sequence

from fbads_pipeline.domain.chat.answers.cells import Row, bullet, cell, dimension_label, group, signed, status_label
from fbads_pipeline.domain.chat.answers.lists import stored_text
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.result import Result
from fbads_pipeline.domain.core.messages import Day, Joined, Name, Value, lines, message


def explanation_answer(
    figures: Sequence[Value],
    contributions: Sequence[Result],
    edits: Result,
    anomalies: Result,
    events: Sequence[Value],
    catalogue: Catalogue,
) -> Value:
    """The change, contributions by campaign and placement, then edits, anomalies and calendar days of the same days.

    figures: the answers for the metric and for what it moves with.
    """
    parts = list(figures)
    for result in contributions:
        if result.rows:
            dimension = next(column.dimension for column in result.query.columns if column.dimension)
            parts.append(message("chat.contribution_by", dimension=dimension_label(dimension)))
            parts += [bullet(_contribution(row, result, catalogue)) for row in result.rows]
    coinciding = [
        *(edit_line(row, edits, catalogue) for row in edits.rows),
        *(stored_text(row, "message") for row in anomalies.rows),
        *events,
    ]
    return lines(*parts, *(bullet(message("chat.coincides_with", what=one)) for one in coinciding))


def _contribution(row: Row, result: Result, catalogue: Catalogue) -> Value:
    by_role = {column.role: column for column in result.query.columns}
    dimension = next(column.dimension for column in result.query.columns if column.dimension)
    return message(
        "chat.contribution",
        name=group(dimension, row),
        change=signed(by_role["change"], row, catalogue),
        share=cell(by_role["change_ratio"], row, catalogue),
        now=cell(by_role["value"], row, catalogue),
        before=cell(by_role["before"], row, catalogue),
    )


def edit_line(row: Row, result: Result, catalogue: Catalogue) -> Value:
    """A change of budget or state that readings found: of what, on which day, from what to what."""
    columns = {column.name: column for column in result.query.columns}
    parts: list[Value] = []
    if row["budget"] != row["budget_before"]:
        before, now = (cell(columns[one], row, catalogue) for one in ("budget_before", "budget"))
        parts.append(message("chat.budget_edit", before=before, now=now))
    if row["status"] != row["status_before"]:
        parts.append(message("chat.status_edit", before=_status(row["status_before"]), now=_status(row["status"])))
    name = Name(row["campaign_name"], str(row["campaign_id"]))
    return Joined((name, ", ", Day(row["day"]), ": ", Joined(tuple(parts), "; ")), "")


def _status(status: str | None) -> Value:
    return status_label(status) if status else message("chat.unknown")
