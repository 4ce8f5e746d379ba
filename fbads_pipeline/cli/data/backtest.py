"""`fbads backtest`: the detectors replayed reading by reading over CSV exports, or your own rules over stored days."""

import io
import sys
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from fbads_pipeline.adapters.csv_writing import CsvStyle, CsvWriter, decimal_text
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.cli.data.backtest_plots import PlotMark, write_plots
from fbads_pipeline.cli.data.backtest_stored import StoredBacktest, backtest_stored_days
from fbads_pipeline.cli.data.csv_exports import read_export
from fbads_pipeline.cli.data.rules import write_preview
from fbads_pipeline.cli.options import DAY_FORMATS, AnyLanguage, CsvForm
from fbads_pipeline.domain.anomalies.finding_messages import finding_message
from fbads_pipeline.domain.anomalies.findings import Finding
from fbads_pipeline.domain.anomalies.replay import replay
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.settings import load_settings

app = typer.Typer(add_completion=False)

READINGS = (
    "ts", "campaign_id", "date", "daily_budget", "impressions", "clicks", "spend", "conversions", "revenue"
)  # fmt: skip
ALERTS = (
    "campaign_id", "ts", "kind", "metric", "severity", "observed", "expected", "low", "high", "message"
)  # fmt: skip


@app.command()
def backtest(
    out: Annotated[Path | None, typer.Option(help="Where the alerts go, as CSV.")] = None,
    readings: Annotated[
        Path | None, typer.Option(help="CSV of half-hour readings, cumulative since local midnight.")
    ] = None,
    campaigns: Annotated[Path | None, typer.Option(help="CSV: campaign_id, tier, objective, created.")] = None,
    changes: Annotated[
        Path | None, typer.Option(help="CSV of the activity log: ts, campaign_id, event, old, new.")
    ] = None,
    rules_file: Annotated[
        Path | None, typer.Option("--rules", help="Your own rules instead, over the stored days of this home.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=DAY_FORMATS, metavar="DAY", help="First day reported.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=DAY_FORMATS, metavar="DAY", help="Last day read.")
    ] = None,
    as_sent: Annotated[bool, typer.Option("--as-sent", help="Also apply alert budget and grouping.")] = False,
    summary: Annotated[bool, typer.Option("--summary", help="Print counts per kind.")] = False,
    plots: Annotated[Path | None, typer.Option(help="Write plots here (.svg or .html).")] = None,
    account: Annotated[str | None, typer.Option(help="Stored days: this account alone.")] = None,
    labels: Annotated[
        Path | None, typer.Option(help="Stored days: CSV of known incidents: campaign_id, first_day, last_day.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Stored days: print one JSON object.")] = False,
    language: AnyLanguage = None,
    style: CsvForm = CsvStyle.PLAIN,
) -> None:
    """Replay the detectors, or your own rules, over past days.

    Without files: the stored days of this home, the last 30 without --from and --to; a table of what would have been
    found, with --labels how right it was, with --plots a page of charts. With --readings, --campaigns and --changes:
    exports, reading by reading, never looking ahead; needs no database, and writes messages in English without --lang.
    With --rules: the messages of your own rules each morning over stored days, as they were known then.
    """
    first, last = since and since.date(), until and until.date()
    exports = (readings, campaigns, changes)
    if rules_file is not None:
        _backtest_rules(rules_file, first, last, _given(out), style)
    elif exports == (None, None, None):
        backtest_stored_days(
            StoredBacktest(first, last, account, labels, out, plots, as_json=as_json, language=language), style
        )
    elif readings is None or campaigns is None or changes is None:
        raise typer.BadParameter("give --readings, --campaigns and --changes, or none of them for the stored days")
    else:
        run_backtest(
            readings,
            campaigns,
            changes,
            _given(out),
            since=first,
            until=last,
            as_sent=as_sent,
            summary=summary,
            plots=plots,
            language=language or "en",
            style=style,
        )


def _given(out: Path | None) -> Path:
    if out is None:
        raise typer.BadParameter("give --out, the CSV file that the alerts go to")
    return out


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
    style: CsvStyle = CsvStyle.PLAIN,
) -> None:
    """Write the alerts; days before `since` are learned from and not reported, days after `until` are not read."""
    if since and until and since > until:
        raise WrongUse(f"--from {since} lies after --to {until}: swap them")
    read, about, log = read_exports(readings, campaigns, changes)
    if until is not None:
        read = read[read["ts"] < pd.Timestamp(until) + pd.Timedelta(days=1)]
    found = [
        (name, one)
        for name, one in replay(read, about, log, as_sent=as_sent)
        if one.kind != "watch" and (since is None or one.at.date() >= since)
    ]
    write_alerts(out, found, language, style)
    if summary:
        _print_summary(found, read)
    if plots is not None:
        write_plots(plots, [PlotMark(name, one.at, one.kind) for name, one in found], read, language)


def _backtest_rules(rules_file: Path, since: date | None, until: date | None, out: Path, style: CsvStyle) -> None:
    """The preview of the rules into a file, written whole or not at all."""
    if since is None or until is None:
        raise WrongUse("--rules looks at stored days: say which with --from and --to")
    rows = io.StringIO()
    write_preview(load_settings(), rules_file, since, until, rows, style)
    try:
        partial = out.with_name(out.name + ".partial")
        partial.write_text(rows.getvalue(), encoding="utf-8")
        partial.replace(out)
    except OSError as fault:
        raise WrongUse(f"{out} cannot be written: {fault.strerror}") from None


def read_exports(readings: Path, campaigns: Path, changes: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The three exports as `replay` wants them; raises WrongUse."""
    numbers = ("daily_budget", "impressions", "clicks", "spend", "conversions", "revenue")
    read = read_export(readings, READINGS, times=("ts", "date"), numbers=numbers)
    read = read.dropna(subset=["ts", "campaign_id", "date"])
    about = read_export(campaigns, ("campaign_id", "tier", "objective", "created"), times=("created",))
    about = about.dropna(subset=["campaign_id"]).drop_duplicates("campaign_id")
    log = read_export(changes, ("ts", "campaign_id", "event", "old", "new"), times=("ts",)).dropna(subset=["ts"])
    return read, about, log


def write_alerts(
    out: Path, found: list[tuple[str, Finding]], language: Language, style: CsvStyle = CsvStyle.PLAIN
) -> None:
    """One row per finding, in the order of their instants."""
    try:
        with out.open("w", newline="", encoding="utf-8") as file:
            writer = CsvWriter(file, style)
            writer.write(ALERTS)
            for name, one in found:
                figures = (
                    decimal_text(f"{value:.6g}", style) for value in (one.observed, one.expected, one.low, one.high)
                )
                ts = one.at.isoformat(sep=" ")
                text = translator().render(finding_message(one, "UTC", None), language)
                writer.write((name, ts, one.kind, one.metric, one.severity, *figures, text))
    except OSError as error:
        raise WrongUse(f"{out} cannot be written: {error.strerror}") from None


def _print_summary(found: list[tuple[str, Finding]], readings: pd.DataFrame) -> None:
    campaigns, span = readings["campaign_id"].nunique(), _span(readings)
    weeks = max(span / timedelta(days=7), 1 / 7)
    counted = Counter((one.kind, one.what) for _, one in found)
    print(f"{campaigns} campaigns, {weeks:.1f} weeks, {len(readings)} readings")
    for (kind, what), number in sorted(counted.items()):
        rate = 100 * number / max(campaigns, 1) / weeks
        print(f"{kind:<10} {what:<16} {number:>6}   {rate:.2f} per 100 campaigns and week")
    if not found:
        print("no findings")
    sys.stdout.flush()


def _span(readings: pd.DataFrame) -> timedelta:
    if readings.empty:
        return timedelta()
    first, last = readings["ts"].min(), readings["ts"].max()
    assert isinstance(first, datetime) and isinstance(last, datetime)
    return last - first
