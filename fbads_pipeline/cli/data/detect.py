"""`fbads detect`: the anomalies of one KPI series, as the same rows with a score and an alert beside."""

from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from fbads_pipeline.adapters.csv_reading import CsvTable
from fbads_pipeline.adapters.csv_writing import CsvStyle, CsvWriter, decimal_text
from fbads_pipeline.cli.data.csv_exports import read_export_with_texts
from fbads_pipeline.cli.options import CsvForm
from fbads_pipeline.cli.output import note
from fbads_pipeline.domain.anomalies.detectors.series import detect_series, rows_needed
from fbads_pipeline.domain.core.errors import WrongUse

app = typer.Typer(add_completion=False)

COLUMNS = ("timestamp", "value", "score", "alert")
_STEP_ROWS = 50
_DAY = 86_400.0


@app.command()
def detect(
    series: Annotated[Path, typer.Argument(help="CSV of one KPI: timestamp, value; any regular step.")],
    out: Annotated[Path, typer.Option(help="Where timestamp, value, score, alert go.")],
    style: CsvForm = CsvStyle.PLAIN,
) -> None:
    """Mark the anomalies of one series of a CSV file.

    Row by row, never looking ahead; the rows and texts of the input, in its order. Needs no database. A series that is
    too short to assess is said to be.
    """
    read, table = read_export_with_texts(series, ("timestamp", "value"), times=("timestamp",), numbers=("value",))
    values, step = read["value"].to_numpy(dtype=np.float64), step_seconds(read["timestamp"])
    scores, alerts = detect_series(values, step)
    known, needed = int(np.isfinite(values).sum()), rows_needed(step)
    if known <= needed:
        note(f"{known} rows are too short to assess: nothing can be found before row {needed + 1} of such a series")
    try:
        with out.open("w", newline="", encoding="utf-8") as file:
            writer = CsvWriter(file, style)
            writer.write(COLUMNS)
            columns = (table.texts["timestamp"], _values(table, style), scores.tolist(), alerts.tolist())
            for timestamp, value, score, alert in zip(*columns, strict=True):
                writer.write((timestamp, value, decimal_text(f"{score:.6f}", style), int(alert)))
    except OSError as error:
        raise WrongUse(f"{out} cannot be written: {error.strerror}") from None


def _values(table: CsvTable, style: CsvStyle) -> list[str]:
    """The figures as the input has them; with a decimal comma where the output is to have one."""
    if style is CsvStyle.PLAIN:
        return table.texts["value"]
    return [decimal_text(one, style) for one in table.columns["value"]]


def step_seconds(times: pd.Series) -> float:
    """The step of the series by the median of its first fifty differences; a day where there are none.

    Only the first rows count, so that what comes later changes nothing.
    """
    gaps = times.iloc[:_STEP_ROWS].diff().dt.total_seconds()
    known = gaps[gaps > 0]
    return float(known.median()) if len(known) else _DAY
