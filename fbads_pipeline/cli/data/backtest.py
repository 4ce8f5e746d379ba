"""`fbads backtest`: what the detectors would have said, reading by reading, over CSV exports."""

import csv
import sys
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.cli.data.csv_exports import read_export
from fbads_pipeline.cli.home import WrongUse
from fbads_pipeline.domain.anomalies.finding_messages import finding_message
from fbads_pipeline.domain.anomalies.findings import Anomaly
from fbads_pipeline.domain.anomalies.replay import replay
from fbads_pipeline.domain.core.formatting import Language

READINGS = (
    "ts", "campaign_id", "date", "daily_budget", "impressions", "clicks", "spend", "conversions", "revenue"
)  # fmt: skip
ALERTS = (
    "campaign_id", "ts", "kind", "metric", "severity", "observed", "expected", "low", "high", "message"
)  # fmt: skip


def run_backtest(
    readings: Path,
    campaigns: Path,
    changes: Path,
    out: Path,
    *,
    since: date | None = None,
    until: date | None = None,
    as_sent: bool = False,
    summary: bool = False,
    plots: Path | None = None,
    language: Language = "en",
) -> int:
    """Write the alerts; days before `since` are learned from and not told of, days after `until` are not read."""
    if since and until and since > until:
        raise WrongUse(f"--from {since} lies after --to {until}: swap them")
    read, about, log = read_exports(readings, campaigns, changes)
    if until is not None:
        read = read[read["ts"] < pd.Timestamp(until) + pd.Timedelta(days=1)]
    found = [
        (name, one)
        for name, one in replay(read, about, log, as_sent=as_sent)
        if since is None or one.at.date() >= since
    ]
    write_alerts(out, found, language)
    if summary:
        _print_summary(found, read)
    if plots is not None:
        from fbads_pipeline.cli.data.backtest_plots import write_plots

        write_plots(plots, found, read)
    return 0


def read_exports(readings: Path, campaigns: Path, changes: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The three exports as `replay` wants them; raises WrongUse."""
    numbers = ("daily_budget", "impressions", "clicks", "spend", "conversions", "revenue")
    read = read_export(readings, READINGS, times=("ts", "date"), numbers=numbers)
    read = read.dropna(subset=["ts", "campaign_id", "date"])
    about = read_export(campaigns, ("campaign_id", "tier", "objective", "created"), times=("created",))
    about = about.dropna(subset=["campaign_id"]).drop_duplicates("campaign_id")
    log = read_export(changes, ("ts", "campaign_id", "event", "old", "new"), times=("ts",)).dropna(subset=["ts"])
    return read, about, log


def write_alerts(out: Path, found: list[tuple[str, Anomaly]], language: Language) -> None:
    """One row per finding, in the order in which they were said."""
    try:
        with out.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(ALERTS)
            for name, one in found:
                figures = (f"{value:.6g}" for value in (one.observed, one.expected, one.low, one.high))
                ts = one.at.isoformat(sep=" ")
                text = translator().render(finding_message(one, "UTC"), language)
                writer.writerow((name, ts, one.kind, one.metric, one.severity, *figures, text))
    except OSError as error:
        raise WrongUse(f"{out} cannot be written: {error.strerror}") from None


def _print_summary(found: list[tuple[str, Anomaly]], readings: pd.DataFrame) -> None:
    campaigns, span = readings["campaign_id"].nunique(), _span(readings)
    weeks = max(span / timedelta(days=7), 1 / 7)
    counted = Counter((one.kind, one.what) for _, one in found)
    print(f"{campaigns} campaigns, {weeks:.1f} weeks, {len(readings)} readings")
    for (kind, what), number in sorted(counted.items()):
        rate = 100 * number / max(campaigns, 1) / weeks
        print(f"{kind:<10} {what:<16} {number:>6}   {rate:.2f} per 100 campaigns and week")
    if not found:
        print("nothing was said")
    sys.stdout.flush()


def _span(readings: pd.DataFrame) -> timedelta:
    if readings.empty:
        return timedelta()
    first, last = readings["ts"].min(), readings["ts"].max()
    assert isinstance(first, datetime) and isinstance(last, datetime)
    return last - first
