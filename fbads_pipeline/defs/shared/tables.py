"""Small tables for the metadata of a run."""

import re
from collections.abc import Iterable, Sequence

import dagster as dg

from fbads_pipeline.domain.core.formatting import plain_name

MOST_ROWS = 20
_ACTIVE = re.compile(r"([\\`*_{}\[\]()#+!|<>~&:@$-])")


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> dg.MarkdownMetadataValue:
    """At most 20 rows, and how many more there are. Cells are strangers' text: no markup of theirs has an effect."""
    all_rows = list(rows)
    lines = [_line(header), "|---" * len(header) + "|"]
    lines += [_line([_cell(value) for value in row]) for row in all_rows[:MOST_ROWS]]
    if len(all_rows) > MOST_ROWS:
        lines.append(f"\n… and {len(all_rows) - MOST_ROWS} more")
    return dg.MetadataValue.md("\n".join(lines))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: object) -> str:
    return "" if value is None else _ACTIVE.sub(r"\\\1", plain_name(str(value), ""))
