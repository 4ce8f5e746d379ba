"""`fbads report`: files on demand, their paths on stdout, progress on stderr."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from fbads_pipeline.adapters.clock import clock_from
from fbads_pipeline.adapters.exports import Exports
from fbads_pipeline.adapters.postgres.server.database import open_database
from fbads_pipeline.adapters.rendering.renderers import RENDERERS
from fbads_pipeline.bootstrap.reports import report_service
from fbads_pipeline.cli.home import WrongUse
from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.reports.facts import ReportAccount
from fbads_pipeline.domain.reports.report import ReportKind
from fbads_pipeline.settings import Settings


def run_report(
    settings: Settings,
    kind: ReportKind,
    fmt: str,
    *,
    accounts: list[str] | None = None,
    day: date | None = None,
    language: Language | None = None,
    out: Path | None = None,
) -> int:
    """Write the files; returns 0. Raises WrongUse for an account without marts and a folder that cannot be written."""
    formats = list(RENDERERS) if fmt == "all" else [fmt]
    with open_database(settings) as database:
        database.prepare()
        service = report_service(settings, database)
        if out is not None:
            service = replace(service, files=Exports(out.expanduser()))
        found = service.builder.facts.accounts(accounts, now=clock_from(settings.now).now())
        _require(found, accounts)
        total = len(formats) * (1 if kind == "executive" else len(found))
        written = service.write(
            kind, found, language or settings.language, formats, day, are_chosen=accounts is not None
        )
        _print(written, kind, total)
    return 0


def _print(written: Iterator[str], kind: ReportKind, total: int) -> None:
    """Each path as its file is there."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(f"{kind} report", total=total)
        try:
            for path in written:
                progress.advance(task)
                print(path)
        except (PermissionError, FileNotFoundError, NotADirectoryError) as fault:
            raise WrongUse(f"{fault.filename} cannot be written: {fault.strerror}") from None


def _require(found: list[ReportAccount], wanted: list[str] | None) -> None:
    missing = sorted(set(wanted or ()) - {one.account_id for one in found})
    if missing:
        raise WrongUse(f"the marts have no account {', '.join(missing)}: `fbads sync` reads it, or check the number")
    if not found:
        raise WrongUse("the marts have no account yet: read some days first, with `fbads sync` or `make demo`")
