"""`fbads rules` and `fbads backtest --rules`: rows on stdout, sentences on stderr."""

import csv
import io
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TextIO

from fbads_pipeline.adapters.postgres.server.database import open_database
from fbads_pipeline.adapters.rules_file import read_rules
from fbads_pipeline.bootstrap.alerts import rule_store
from fbads_pipeline.bootstrap.metrics import metric_units
from fbads_pipeline.cli.home import WrongUse
from fbads_pipeline.domain.alerts.rules import UserRule
from fbads_pipeline.domain.core.formatting import plain_name
from fbads_pipeline.services.alerts.apply_rules import preview
from fbads_pipeline.settings import Settings

COLUMNS = (
    *("at", "rule", "severity", "account_id", "object_id", "object_name", "metric", "value", "before", "currency"),
    *("first_day", "last_day"),
)
# Every account's yesterday is over by then, and its figures have been read at least once.
_MORNING = time(12)
_LONGEST = timedelta(days=400)


def run_check(file: Path) -> None:
    """One line per rule; raises SettingsError with the line that is wrong."""
    for rule in read_rules(file, metric_units()):
        print(_meaning(rule))


def run_preview(settings: Settings, file: Path, since: date, until: date, out: TextIO = sys.stdout) -> None:
    """One row per rule, object and day on which it would have been told."""
    if since > until:
        raise WrongUse(f"--from {since} lies after --to {until}: swap them")
    if until - since > _LONGEST:
        raise WrongUse("a preview looks at 400 days at most: choose a shorter range")
    rules = read_rules(file, metric_units())
    moments = [datetime.combine(since + timedelta(days=n), _MORNING, UTC) for n in range((until - since).days + 1)]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    rows = 0
    with open_database(settings) as database:
        database.prepare()
        store = rule_store(database)
        for one in preview(store, rules, moments):
            reading = one.reading
            name = plain_name(reading.object_name, reading.object_id)
            writer.writerow(
                (
                    *(f"{one.at:%Y-%m-%d %H:%M}", one.rule.name, one.rule.severity, reading.account_id),
                    *(reading.object_id, _inert(name), one.rule.metric, reading.value, reading.before),
                    *(reading.currency, reading.first_day, reading.last_day),
                )
            )
            rows += 1
    print(f"{rows} times something would have been said, on {len(moments)} days", file=sys.stderr)


def run_backtest_of_rules(settings: Settings, file: Path, since: date | None, until: date | None, out: Path) -> int:
    """`run_preview` into a file, written whole or not at all."""
    if since is None or until is None:
        raise WrongUse("--rules looks at stored days: say which with --from and --to")
    whole = io.StringIO()
    run_preview(settings, file, since, until, whole)
    try:
        partial = out.with_name(out.name + ".partial")
        partial.write_text(whole.getvalue(), encoding="utf-8")
        partial.replace(out)
    except OSError as fault:
        raise WrongUse(f"{out} cannot be written: {fault.strerror}") from None
    return 0


def _inert(text: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "＝", "\t", "\r") else text


def _meaning(rule: UserRule) -> str:
    window = "today" if rule.days == 0 else f"{rule.days} complete days"
    limit = f"{rule.threshold:.0%}" if rule.is_of_change else f"{rule.threshold} {rule.currency or ''}".strip()
    guards = "".join(f", {name} at least {least}" for name, least in rule.guard.items())
    return (
        f"{rule.key}: {rule.metric} of each {rule.level} {rule.comparison} {limit} over {window}{guards};"
        f" {rule.severity}, {rule.channel or 'every channel'}, again after {rule.cooldown}"
    )
