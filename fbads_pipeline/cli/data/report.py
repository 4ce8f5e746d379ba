"""`fbads report`: a report as files, now."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fbads_pipeline.settings import load_settings

DAY = ["%Y-%m-%d"]


class Kind(StrEnum):
    """What it is about: yesterday, the last whole week, or the last 28 days of all accounts."""

    DAILY = "daily"
    WEEKLY = "weekly"
    EXECUTIVE = "executive"


class FileFormat(StrEnum):
    """How it is written."""

    HTML = "html"
    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"
    ALL = "all"


class Words(StrEnum):
    """The language of what people read."""

    PT = "pt"
    EN = "en"


def report(
    kind: Annotated[Kind, typer.Argument(help="Which report.")],
    fmt: Annotated[FileFormat, typer.Option("--format", help="How it is written.")] = FileFormat.PDF,
    account: Annotated[list[str] | None, typer.Option(help="Only this account; may be repeated.")] = None,
    day: Annotated[
        datetime | None, typer.Option(formats=DAY, metavar="DAY", help="As if made on that day; today without it.")
    ] = None,
    language: Annotated[Words | None, typer.Option("--lang", help="FBADS_LANGUAGE without it.")] = None,
    out: Annotated[Path | None, typer.Option(help="The folder; `exports` in FBADS_HOME without it.")] = None,
) -> None:
    """Write a report of stored days: one file per account (one in all for `executive`); the paths go to stdout."""
    from fbads_pipeline.cli.data.report_run import run_report

    code = run_report(
        load_settings(),
        kind.value,
        fmt.value,
        accounts=[one.removeprefix("act_") for one in account or []] or None,
        day=day.date() if day else None,
        language=language.value if language else None,
        out=out,
    )
    raise typer.Exit(code)
