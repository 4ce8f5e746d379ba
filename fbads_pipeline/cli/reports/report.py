"""`fbads report`: a report as files, now; their paths on stdout, progress on stderr."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fbads_pipeline.adapters.exports import Exports
from fbads_pipeline.adapters.rendering.renderers import RENDERERS
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.bootstrap.reports import report_service
from fbads_pipeline.cli.accounts import account_ids
from fbads_pipeline.cli.home import prepared_database
from fbads_pipeline.cli.options import DAY_FORMATS, Accounts, AnyLanguage
from fbads_pipeline.cli.output import progress_bar
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.reports.facts import ReportAccount
from fbads_pipeline.settings import load_settings

app = typer.Typer(add_completion=False)


class ReportOption(StrEnum):
    """What it is about: yesterday, the last whole week or month, or the last 28 days of all accounts."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    EXECUTIVE = "executive"


class ReportFormat(StrEnum):
    """How it is written; csv: as spreadsheets of the language open it; csv_br: with ; and decimal comma; csv_plain:
    with , and decimal point; all: each of the first four."""

    HTML = "html"
    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"
    CSV_BR = "csv_br"
    CSV_PLAIN = "csv_plain"
    ALL = "all"


@app.command()
def report(
    kind: Annotated[ReportOption, typer.Argument(help="Which report.")],
    fmt: Annotated[ReportFormat, typer.Option("--format", help="How it is written.")] = ReportFormat.PDF,
    account: Accounts = None,
    day: Annotated[
        datetime | None,
        typer.Option(formats=DAY_FORMATS, metavar="DAY", help="As if made on that day; today without it."),
    ] = None,
    language: AnyLanguage = None,
    out: Annotated[Path | None, typer.Option(help="The folder; `exports` in FBADS_HOME without it.")] = None,
) -> None:
    """Write a report of stored days as files.

    One per account, and one in all for `executive`; the paths go to stdout. Without --lang it is in the language of
    FBADS_LANGUAGE.
    """
    settings = load_settings()
    formats = list(RENDERERS) if fmt is ReportFormat.ALL else [fmt.value]
    with prepared_database(settings) as database:
        wanted = account_ids(account, database) or None
        service = report_service(settings, database)
        if out is not None:
            service = replace(service, files=Exports(out.expanduser()))
        found = service.builder.facts.accounts(wanted, now=clock(settings).now())
        _require(found, wanted)
        written = service.write(
            kind.value,
            found,
            language or settings.language,
            formats,
            day.date() if day else None,
            are_chosen=wanted is not None,
        )
        count = len(formats) * (1 if kind is ReportOption.EXECUTIVE else len(found))
        _print(written, f"{kind} report", count)


def _print(written: Iterator[str], title: str, count: int) -> None:
    """Each path as soon as its file is there."""
    with progress_bar(title) as progress:
        try:
            for number, path in enumerate(written, 1):
                print(path)
                progress(Path(path).name, number, count)
        except (PermissionError, FileNotFoundError, NotADirectoryError) as fault:
            raise WrongUse(f"{fault.filename} cannot be written: {fault.strerror}") from None


def _require(found: list[ReportAccount], wanted: list[str] | None) -> None:
    missing = sorted(set(wanted or ()) - {one.account_id for one in found})
    if missing:
        raise WrongUse(f"the marts have no account {', '.join(missing)}: `fbads sync` reads it, or check the number")
    if not found:
        raise WrongUse("the marts have no account yet: read some days first, with `fbads sync` or `make demo`")
