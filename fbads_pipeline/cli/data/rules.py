"""`fbads rules`: your own rules. Rows on stdout, sentences on stderr."""

import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, TextIO

import typer

from fbads_pipeline.adapters.csv_writing import CsvStyle, CsvWriter, inert
from fbads_pipeline.adapters.rules_file import read_rules
from fbads_pipeline.bootstrap.alerts import rule_store
from fbads_pipeline.bootstrap.metrics import metric_units
from fbads_pipeline.cli.home import prepared_database
from fbads_pipeline.cli.options import CsvForm, FirstDay, LastDay
from fbads_pipeline.domain.alerts.rules import UserRule
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.core.formatting import plain_name
from fbads_pipeline.services.alerts.apply_rules import RuleGap, RuleMatch
from fbads_pipeline.services.alerts.apply_rules import preview as preview_rules
from fbads_pipeline.settings import Settings, load_settings

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Your own automation rules: check a file, preview its messages."
)

RuleFile = Annotated[Path, typer.Argument(help="A YAML file of rules.")]
COLUMNS = (
    *("at", "rule", "severity", "account_id", "object_id", "object_name", "metric", "value", "before", "currency"),
    *("first_day", "last_day", "figures"),
)
# Every account's yesterday is over by then, and its figures have been read at least once.
_MORNING = time(12)
_LONGEST = timedelta(days=400)
_NOT_READ = "days that it looks at were not read (`fbads backfill --from DAY --to DAY` reads them)"


@app.command("check")
def check(file: RuleFile) -> None:
    """Print the meaning of each rule, or the line that is wrong. Needs no database."""
    for rule in read_rules(file, metric_units()):
        print(_meaning(rule))


@app.command("preview")
def preview(file: RuleFile, since: FirstDay, until: LastDay, style: CsvForm = CsvStyle.PLAIN) -> None:
    """Print, as CSV, the messages that the rules would have sent each morning over the stored days, as known then.

    Days that were read later only, by a backfill, count as they are stored, and the last column says so. What could not
    be evaluated, because days were not read or Meta did not report a figure, is named on stderr.
    """
    write_preview(load_settings(), file, since.date(), until.date(), sys.stdout, style)


def write_preview(
    settings: Settings, file: Path, since: date, until: date, out: TextIO, style: CsvStyle = CsvStyle.PLAIN
) -> None:
    """CSV, one row per rule, object and day on which it would have sent a message."""
    if since > until:
        raise WrongUse(f"--from {since} lies after --to {until}: swap them")
    if until - since > _LONGEST:
        raise WrongUse("a preview looks at 400 days at most: choose a shorter range")
    rules = read_rules(file, metric_units())
    moments = [datetime.combine(since + timedelta(days=n), _MORNING, UTC) for n in range((until - since).days + 1)]
    writer = CsvWriter(out, style)
    writer.write(COLUMNS)
    matches, gaps, later = 0, list[RuleGap](), 0
    with prepared_database(settings) as database:
        for one in preview_rules(rule_store(database), rules, moments):
            if isinstance(one, RuleGap):
                gaps.append(one)
                continue
            writer.write(_row(one))
            matches, later = matches + 1, later + one.reading.was_read_later
    days = f"{len(moments)} {'day' if len(moments) == 1 else 'days'}"
    print(f"{matches} messages would have been sent, on {days}", file=sys.stderr)
    if later:
        print(f"{later} of them over days that were read later: by the figures that are stored now", file=sys.stderr)
    for line in gap_lines(gaps):
        print(line, file=sys.stderr)


def gap_lines(gaps: Sequence[RuleGap]) -> list[str]:
    """A sentence per rule, object and reason: on how many of the days it could not be evaluated, and why. Unread days
    are those of a whole account."""
    moments = dict[tuple[str, str, str], set[datetime]]()
    objects = dict[tuple[str, str, str], set[str]]()
    for one in gaps:
        reading = one.reading
        if one.reason == "not_read":
            about, why = f"account {reading.account_id}", _NOT_READ
        else:
            about = f"{plain_name(reading.object_name, reading.object_id)} ({reading.object_id})"
            why = f"Meta did not report what {one.rule.metric} is made of at this level"
        key = (one.rule.name, about, why)
        moments.setdefault(key, set()).add(one.at)
        objects.setdefault(key, set()).add(reading.object_id)
    return [
        f"{rule}: {about}{_counted(len(objects[rule, about, why]))} could not be evaluated on {len(at)} of the days:"
        f" {why}"
        for (rule, about, why), at in moments.items()
    ]


def _counted(objects: int) -> str:
    return f" ({objects} objects)" if objects > 1 else ""


def _row(one: RuleMatch) -> tuple[object, ...]:
    reading = one.reading
    name = plain_name(reading.object_name, reading.object_id)
    is_stored = reading.was_read_later or one.rule.level != "campaign"
    return (
        *(f"{one.at:%Y-%m-%d %H:%M}", one.rule.name, one.rule.severity, reading.account_id),
        *(reading.object_id, inert(name), one.rule.metric, reading.value, reading.before),
        *(reading.currency, reading.first_day, reading.last_day, "as stored" if is_stored else "as known"),
    )


def _meaning(rule: UserRule) -> str:
    window = "today" if rule.days == 0 else f"{rule.days} complete days"
    limit = f"{rule.threshold:.0%}" if rule.is_of_change else f"{rule.threshold} {rule.currency or ''}".strip()
    guards = "".join(f", {name} at least {least}" for name, least in rule.guard.items())
    return (
        f"{rule.key}: {rule.metric} of each {rule.level} {rule.comparison} {limit} over {window}{guards};"
        f" {rule.severity}, {rule.channel or 'every channel'}, again after {rule.cooldown}"
    )
