"""`fbads backtest` without files: what the detectors would have found in the stored days of this home."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import orjson
import pandas as pd

from fbads_pipeline.adapters.csv_writing import CsvStyle, CsvWriter, decimal_text
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.bootstrap.anomalies import anomaly_store
from fbads_pipeline.bootstrap.clients import campaign_targets
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.bootstrap.metrics import marts, page_reader
from fbads_pipeline.cli.data.backtest_plots import PlotMark, write_plots
from fbads_pipeline.cli.data.csv_exports import read_export
from fbads_pipeline.cli.home import prepared_database
from fbads_pipeline.cli.output import note, print_rows
from fbads_pipeline.domain.anomalies.daily.past_anomalies import (
    IncidentLabel,
    LabelComparison,
    PastAnomaly,
    compare_with_labels,
)
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.core.formatting import Language, plain_name
from fbads_pipeline.services.anomalies.backtest_anomalies import AccountBacktest, backtest_anomalies
from fbads_pipeline.settings import load_settings

DEFAULT_DAYS, MOST_DAYS = 30, 400
COLUMNS = (
    *("account_id", "campaign_id", "campaign", "kind", "severity", "grain", "since", "found", "ended"),
    *("observed", "expected", "low", "high", "at_stake_per_day", "currency", "message"),
)
_SHOWN = ("found", "account", "campaign", "severity", "message")
_NOTHING_STORED = "no days are stored yet: `fbads backfill` reads them, or give --readings, --campaigns and --changes"
_LABELS = ("campaign_id", "first_day", "last_day")


@dataclass(frozen=True)
class StoredBacktest:
    """What is asked: days (the last 30 complete ones without), one account or all, and where the answer goes."""

    since: date | None
    until: date | None
    account: str | None
    labels: Path | None
    out: Path | None
    plots: Path | None
    as_json: bool
    language: Language | None


def backtest_stored_days(asked: StoredBacktest, style: CsvStyle) -> None:
    """Print a table or JSON; write a CSV file and charts where asked."""
    settings, labels = load_settings(), _labels(asked.labels)
    language = asked.language or settings.language
    with prepared_database(settings) as database:
        days = _days(asked, clock(settings).now().date() - timedelta(days=1))
        if not marts(database).version():
            raise WrongUse(_NOTHING_STORED)
        accounts = _accounts(marts(database).accounts(), asked.account)
        found = list(backtest_anomalies(anomaly_store(database), accounts, days, campaign_targets(settings, database)))
        past = [one for account in found for one in account.past]
        names = page_reader(database).names(sorted({one.found.campaign_id for one in past}))
    compared = None if labels is None else compare_with_labels(past, _in(labels, days))
    rows = [_row(one, names, language) for one in past]
    if asked.as_json:
        _print_json(days, found, rows, compared)
    else:
        print_rows(_SHOWN, (_shown(row) for row in rows))
        _print_notes(days, found, len(past), compared)
    if asked.out is not None:
        _write(asked.out, rows, style)
    if asked.plots is not None:
        _plot(asked.plots, found, names, language)


def _days(asked: StoredBacktest, yesterday: date) -> DayRange:
    until = asked.until or (yesterday if asked.since is None or asked.since <= yesterday else asked.since)
    since = asked.since or until - timedelta(days=DEFAULT_DAYS - 1)
    if since > until:
        raise WrongUse(f"--from {since} lies after --to {until}: swap them")
    if (until - since).days >= MOST_DAYS:
        raise WrongUse(f"a backtest looks at {MOST_DAYS} days at most: choose a shorter range")
    return DayRange(since, until)


def _accounts(known: Sequence[Account], wanted: str | None) -> Sequence[Account]:
    if wanted is None:
        return known
    name = wanted.removeprefix("act_")
    if name not in {one.account_id for one in known}:
        raise WrongUse(f"account {name} has no stored days: `fbads backfill` reads them")
    return [one for one in known if one.account_id == name]


def _labels(path: Path | None) -> list[IncidentLabel] | None:
    if path is None:
        return None
    read = read_export(path, _LABELS, times=("first_day", "last_day")).dropna()
    columns = (read["campaign_id"], read["first_day"].dt.date, read["last_day"].dt.date)
    return [IncidentLabel(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _in(labels: Sequence[IncidentLabel], days: DayRange) -> list[IncidentLabel]:
    return [one for one in labels if one.last >= days.since and one.first <= days.until]


def _row(one: PastAnomaly, names: Mapping[str, str | None], language: Language) -> dict[str, object]:
    found = one.found
    return {
        "account_id": found.account_id,
        "campaign_id": found.campaign_id,
        "campaign": plain_name(names.get(found.campaign_id), found.campaign_id),
        "kind": found.kind,
        "severity": found.severity,
        "grain": found.grain,
        "since": one.since_on.isoformat(),
        "found": one.found_on.isoformat(),
        "ended": one.ended_at and one.ended_at.isoformat(),
        **{name: float(f"{getattr(found, name):.6g}") for name in ("observed", "expected", "low", "high")},
        "at_stake_per_day": round(found.money_at_stake_per_day, 2),
        "currency": found.currency,
        "message": translator().render(found.message, language),
    }


def _shown(row: Mapping[str, object]) -> list[str]:
    return [str(row[name]) for name in ("found", "account_id", "campaign", "severity", "message")]


def _print_json(
    days: DayRange, found: Sequence[AccountBacktest], rows: list[dict[str, object]], compared: LabelComparison | None
) -> None:
    answer = {
        "from": days.since,
        "to": days.until,
        "accounts": [
            {
                "account_id": one.account_id,
                "days_read": one.days_read,
                "half_hour_readings": one.half_hour_readings,
                "is_assessed": one.days_known >= one.days_needed,
                "marks": {**one.marks._asdict(), "precision": one.marks.precision},
            }
            for one in found
        ],
        "anomalies": rows,
        "labels": compared and {**vars(compared), "recall": compared.recall, "precision": compared.precision},
    }
    sys.stdout.write(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode() + "\n")


def _print_notes(
    days: DayRange, found: Sequence[AccountBacktest], anomalies: int, compared: LabelComparison | None
) -> None:
    """On stderr: what the table rests on, and how right it was."""
    note(f"{anomalies} anomalies in {len(days)} days from {days.since} to {days.until}")
    for one in found:
        about = f"account {one.account_id}: {one.days_read} of {len(days)} days read"
        if one.days_known < one.days_needed:
            note(f"{about}; {one.days_known} of the {one.days_needed} days that are needed: nothing was assessed")
        elif not one.half_hour_readings:
            note(f"{about}, by whole days alone: no half-hour readings are stored")
        else:
            note(f"{about}, {one.half_hour_readings} half-hour readings")
        if one.marks.marked:
            useful = f"{one.marks.useful} of {one.marks.marked} anomalies that people marked were of use"
            note(f"account {one.account_id}: {useful} (precision {_share(one.marks.precision)})")
    if compared is not None:
        note(f"{compared.found} of {compared.labels} labelled incidents found (recall {_share(compared.recall)})")
        note(f"{compared.right} of {compared.anomalies} anomalies labelled (precision {_share(compared.precision)})")


def _share(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2f}"


def _write(out: Path, rows: Sequence[Mapping[str, object]], style: CsvStyle) -> None:
    try:
        with out.open("w", newline="", encoding="utf-8") as file:
            writer = CsvWriter(file, style)
            writer.write(COLUMNS)
            for row in rows:
                writer.write([_cell(row[name], style) for name in COLUMNS])
    except OSError as error:
        raise WrongUse(f"{out} cannot be written: {error.strerror}") from None


def _cell(value: object, style: CsvStyle) -> str:
    return decimal_text(f"{value:.6g}", style) if isinstance(value, float) else str(value or "")


def _plot(path: Path, found: Sequence[AccountBacktest], names: Mapping[str, str | None], language: Language) -> None:
    """Spend per day of the campaigns with most anomalies, each anomaly drawn where it was found."""
    titles = {
        row.campaign_id: f"{plain_name(names.get(row.campaign_id), row.campaign_id)} ({one.currency})"
        for one in found
        for row in one.rows
    }
    rows = [row for one in found for row in spend_by_day(one)]
    marks = [
        PlotMark(one.found.campaign_id, pd.Timestamp(one.found_on).to_pydatetime(), "anomaly")
        for account in found
        for one in account.past
    ]
    write_plots(path, marks, pd.DataFrame(rows, columns=["campaign_id", "date", "spend"]), language, titles)


def spend_by_day(account: AccountBacktest) -> list[tuple[str, pd.Timestamp, float | None]]:
    """What each campaign spent on each day that was read; without a row on such a day it delivered nothing."""
    spend = {(row.campaign_id, row.day): row.spend for row in account.rows}
    campaigns = sorted({name for name, _ in spend})
    return [(name, pd.Timestamp(day), spend.get((name, day), 0.0)) for name in campaigns for day in account.days]
