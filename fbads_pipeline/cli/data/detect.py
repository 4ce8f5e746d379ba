"""`fbads detect`: the anomalies of one KPI series, as the same rows with a score and an alert beside."""

import csv
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from fbads_pipeline.cli.data.csv_exports import read_export_with_texts
from fbads_pipeline.domain.anomalies.detectors.series import detect_series
from fbads_pipeline.domain.core.errors import WrongUse

app = typer.Typer(add_completion=False)

COLUMNS = ("timestamp", "value", "score", "alert")
_STEP_ROWS = 50
_DAY = 86_400.0


@app.command()
def detect(
    series: Annotated[Path, typer.Argument(help="CSV of one KPI: timestamp, value; any regular step.")],
    out: Annotated[Path, typer.Option(help="Where timestamp, value, score, alert go.")],
) -> None:
    """Mark the anomalies of one series of a CSV file.

    Row by row, never looking ahead; the rows and texts of the input, in its order. Needs no database.
    """
    columns = ("timestamp", "value")
    read, texts = read_export_with_texts(series, columns, times=("timestamp",), numbers=("value",))
    scores, alerts = detect_series(read["value"].to_numpy(dtype=np.float64), step_seconds(read["timestamp"]))
    try:
        with out.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            shown = texts.itertuples(index=False)
            for (timestamp, value), score, alert in zip(shown, scores.tolist(), alerts.tolist(), strict=True):
                writer.writerow((timestamp, value, f"{score:.6f}", int(alert)))
    except OSError as error:
        raise WrongUse(f"{out} cannot be written: {error.strerror}") from None


def step_seconds(times: pd.Series) -> float:
    """The step of the series by the median of its first fifty differences; a day where there are none.

    Only the first rows count, so that what comes later changes nothing.
    """
    gaps = times.iloc[:_STEP_ROWS].diff().dt.total_seconds()
    known = gaps[gaps > 0]
    return float(known.median()) if len(known) else _DAY
