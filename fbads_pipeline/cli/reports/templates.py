"""`fbads report-templates show|set|waiting|approve`: what a client's reports contain, and those that wait."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import orjson
import typer

from fbads_pipeline.adapters.postgres.identity.audit import ORIGIN
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.bootstrap.alerts import recipients
from fbads_pipeline.bootstrap.clients import client_store
from fbads_pipeline.bootstrap.reports import report_service, report_templates
from fbads_pipeline.cli.home import prepared_database
from fbads_pipeline.cli.output import print_rows
from fbads_pipeline.domain.clients.errors import UnusableClient
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.domain.reports.template import (
    DEFAULT_TEMPLATE,
    OFFERED_METRICS,
    ReportTemplate,
    template_document,
)
from fbads_pipeline.settings import Settings, load_settings

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="What a client's reports contain, and reports that wait for approval.",
)

Name = Annotated[str, typer.Argument(help="The client's name.")]
_HEADER = ("id", "report", "account", "last day", "comment")
_LISTED = 500


@contextmanager
def _opened() -> Iterator[tuple[Settings, Database, str]]:
    ORIGIN.set({"via": "command line"})
    settings = load_settings()
    with prepared_database(settings) as database:
        yield settings, database, f"cli:{getpass.getuser()}"


def _client(settings: Settings, database: Database, name: str) -> int:
    for one in client_store(settings, database).all():
        if one.details.name.casefold() == name.strip().casefold():
            return one.client_id
    raise UnusableClient(message("clients.client.unknown", text=name[:60]))


@app.command("show")
def show(name: Name) -> None:
    """Print what the client's reports contain, as JSON; the defaults where nothing was set."""
    with _opened() as (settings, database, _):
        versions = report_templates(database).versions(_client(settings, database, name))
    template = versions[0].template if versions else DEFAULT_TEMPLATE
    print(orjson.dumps(template_document(template), option=orjson.OPT_INDENT_2).decode())


@app.command("set")
def change(
    name: Name,
    section: Annotated[
        list[str] | None, typer.Option(help="A section, in the order of the report; may be repeated.")
    ] = None,
    metric: Annotated[list[str] | None, typer.Option(help="A metric of the catalogue; may be repeated.")] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="A report on schedule: daily, weekly or monthly; may be repeated.")
    ] = None,
    comment: Annotated[str | None, typer.Option(help="What every report says first.")] = None,
    comment_file: Annotated[Path | None, typer.Option(help="The same, from a file.")] = None,
    language: Annotated[str | None, typer.Option(help="Of the files: pt, en; `every` for all.")] = None,
    approval: Annotated[bool | None, typer.Option(help="Whether a person approves a report before it leaves.")] = None,
) -> None:
    """Set what the client's reports contain; what is not named stays as it is."""
    with _opened() as (settings, database, actor):
        templates, client_id = report_templates(database), _client(settings, database, name)
        known = templates.versions(client_id)
        before = known[0].template if known else DEFAULT_TEMPLATE
        made = replace(
            before,
            sections=tuple(section) if section else before.sections,
            metrics=tuple(metric) if metric else before.metrics,
            kinds=tuple(kind) if kind else before.kinds,
            comment=_comment(comment, comment_file, before),
            language=before.language if language is None else None if language == "every" else language,
            needs_approval=before.needs_approval if approval is None else approval,
        )
        made.require_metrics(OFFERED_METRICS, translator().languages)
        now = report_service(settings, database).clock.now()
        version = templates.set(client_id, made, actor=actor, now=now)
    print(f"version {version} holds from the next report on", file=sys.stderr)


@app.command("waiting")
def waiting() -> None:
    """Print the reports that wait for approval, tab-separated."""
    with _opened() as (settings, database, _):
        found = [one for one in report_service(settings, database).reports.newest(_LISTED) if one.is_waiting]
    print_rows(_HEADER, [(one.report_id, one.kind, one.account_id, str(one.last_day), one.comment) for one in found])


@app.command("approve")
def approve(
    report_id: Annotated[str, typer.Argument(help="Its id, as `fbads report-templates waiting` prints it.")],
    comment: Annotated[str | None, typer.Option(help="Make it anew with this comment first.")] = None,
) -> None:
    """Send a report that waits."""
    with _opened() as (settings, database, actor):
        service = report_service(settings, database)
        is_there = comment is None or service.with_comment(report_id, comment, None, actor=actor)
        everybody = recipients(settings, database).everybody()
        if not is_there or not service.approve(report_id, None, everybody, actor=actor):
            raise WrongUse(f"no report {report_id} waits: `fbads report-templates waiting` prints those that do")
    print(f"report {report_id} is on its way", file=sys.stderr)


def _comment(text: str | None, file: Path | None, before: ReportTemplate) -> str:
    if file is None:
        return before.comment if text is None else text
    if text is not None:
        raise WrongUse("give --comment or --comment-file, not both")
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise WrongUse(f"{file} cannot be read as text: {fault}") from None
