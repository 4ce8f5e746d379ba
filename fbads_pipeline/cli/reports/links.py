"""`fbads report-links make|list|revoke`: what clients open without a login. The address goes to stdout, once."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from secrets import token_hex
from typing import Annotated

import typer

from fbads_pipeline.adapters.postgres.identity.audit import ORIGIN
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.bootstrap.reports import link_service, report_requests, report_service
from fbads_pipeline.cli.accounts import account_ids
from fbads_pipeline.cli.home import prepared_database
from fbads_pipeline.cli.options import DAY_FORMATS, AnyLanguage
from fbads_pipeline.cli.output import print_rows
from fbads_pipeline.cli.reports.report import ReportOption
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.core.links import shared_report_page
from fbads_pipeline.domain.identity.users import SCOPES_OF, Principal
from fbads_pipeline.domain.reports.requests import ReportRequest
from fbads_pipeline.services.reports.make_reports import make_requested
from fbads_pipeline.settings import Settings, load_settings

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Links to reports for clients: make, list, revoke.")

_HEADER = ("id", "report", "accounts", "language", "made", "ends", "state", "views", "downloads")
_LISTED = 500


@contextmanager
def _opened() -> Iterator[tuple[Settings, Database, Principal]]:
    """Whoever sits at this machine sees every account."""
    actor = f"cli:{getpass.getuser()}"
    ORIGIN.set({"via": "command line"})
    settings = load_settings()
    with prepared_database(settings) as database:
        yield settings, database, Principal(actor, "", "admin", SCOPES_OF["admin"], None, "loopback")


@app.command("make")
def make(
    kind: Annotated[ReportOption, typer.Argument(help="Which report.")],
    account: Annotated[
        str | None, typer.Option(help="The ad account, by id or name; not for the executive report.")
    ] = None,
    day: Annotated[
        datetime | None,
        typer.Option(formats=DAY_FORMATS, metavar="DAY", help="As if made on that day; today without it."),
    ] = None,
    days: Annotated[
        int | None, typer.Option(help="How long the link leads to it; FBADS_REPORT_LINK_DAYS without it.")
    ] = None,
    language: AnyLanguage = None,
) -> None:
    """Make a report now and print the address under which a client reads it as it is now, without a login."""
    if (account is None) != (kind is ReportOption.EXECUTIVE):
        raise WrongUse("name one --account for that report, and none for the executive one")
    with _opened() as (settings, database, who):
        service, requests = report_service(settings, database), report_requests(database)
        asked = ReportRequest(
            token_hex(16),
            who.user_id,
            kind.value,
            next(iter(account_ids([account], database)), None) if account else None,
            language or settings.language,
            ("html", "pdf"),
            day.date() if day else None,
            service.clock.now(),
        )
        requests.add(asked)
        make_requested(service, requests, asked, None)
        link, secret = link_service(settings, database).share(asked.request_id, who, asked.language, days)
        base = settings.public_url or f"http://127.0.0.1:{settings.api_port}"
    print(shared_report_page(base, secret))
    print(f"link {link.link_id} ends on {link.expires_at:%Y-%m-%d}; the address cannot be shown again", file=sys.stderr)


@app.command("list")
def show() -> None:
    """Print the newest links, tab-separated; their addresses are not kept."""
    with _opened() as (settings, database, who):
        service = link_service(settings, database)
        now, found = service.clock.now(), service.of(who, _LISTED)
    print_rows(
        _HEADER,
        [
            (
                one.link_id,
                one.name,
                "all" if one.account_ids is None else ",".join(one.account_ids),
                one.language,
                f"{one.made_at:%Y-%m-%d}",
                f"{one.expires_at:%Y-%m-%d}",
                one.state_at(now),
                str(one.views),
                str(one.downloads),
            )
            for one in found
        ],
    )


@app.command("revoke")
def revoke(link_id: Annotated[str, typer.Argument(help="Its id, as `fbads report-links list` prints it.")]) -> None:
    """End a link at once, and delete what it led to."""
    with _opened() as (settings, database, who):
        if not link_service(settings, database).revoke(link_id, who):
            raise WrongUse(f"there is no link {link_id}: `fbads report-links list` prints those that there are")
    print(f"link {link_id} is revoked", file=sys.stderr)
