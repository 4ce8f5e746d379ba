"""Arguments and options that several commands share."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from fbads_pipeline.adapters.csv_writing import CsvStyle

DAY_FORMATS = ["%Y-%m-%d"]


class DatabaseRole(StrEnum):
    """Who logs in to the database."""

    OWNER = "owner"
    ANALYST = "analyst"


def _language(code: str | None) -> str | None:
    if code is None:
        return None
    from fbads_pipeline.adapters.translation.translator import translator  # Babel takes a tenth of a second to import

    known = translator().languages
    if code not in known:
        raise typer.BadParameter(f"{code!r} is none of {', '.join(known)}")
    return code


Accounts = Annotated[
    list[str] | None, typer.Option("--account", help="Only this ad account, by id or name; may be repeated.")
]
FirstDay = Annotated[datetime, typer.Option("--from", formats=DAY_FORMATS, metavar="DAY", help="First day.")]
LastDay = Annotated[datetime, typer.Option("--to", formats=DAY_FORMATS, metavar="DAY", help="Last day.")]
CsvForm = Annotated[
    CsvStyle, typer.Option("--csv", help="How CSV is written; brazilian: with ; and decimal comma, for spreadsheets.")
]
AnyLanguage = Annotated[
    str | None,
    typer.Option("--lang", "--language", callback=_language, metavar="CODE", help="Language, such as pt or en."),
]
