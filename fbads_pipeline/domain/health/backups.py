"""Backups: what one holds, which ones are kept, and how a restored database is compared with what was saved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fbads_pipeline.domain.core.errors import OutsideFailed, WrongUse

FORMAT = 1
DATABASE, DAGSTER_DATABASE, HOME_FILES, CONTENTS = "database", "dagster", "home", "contents"
PARTS = (DATABASE, DAGSTER_DATABASE, HOME_FILES, CONTENTS)


class BackupDamaged(OutsideFailed):
    """A backup that is cut short, changed, or cannot be opened; the sentence says which part."""


class BackupRefused(WrongUse):
    """A backup that cannot be made or restored here; the sentence says what to change."""


@dataclass(frozen=True)
class PartFact:
    """size: bytes of the encrypted part; sha256: of these bytes, in hexadecimal digits."""

    size: int
    sha256: str


@dataclass(frozen=True)
class BackupLabel:
    """What is not encrypted of a backup: no figure, no name. schema: the database's revision; server: the version of
    PostgreSQL; parts: by name."""

    made_at: datetime
    program: str
    schema: str
    server: str
    parts: Mapping[str, PartFact] = field(default_factory=dict)


@dataclass(frozen=True)
class BackupContents:
    """What the database held at the instant of the dump.

    tables: rows by `schema.table`; spend: by currency, of the accounts' own rows in major units, as decimal text;
    left_out: names of the home's files that hold secrets, and are never copied.
    """

    tables: Mapping[str, int]
    spend: Mapping[str, str]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class BackupRetention:
    """How many of the newest days, weeks (ISO) and months keep their newest backup."""

    days: int = 7
    weeks: int = 4
    months: int = 12


def kept_backups(made: Iterable[datetime], retention: BackupRetention) -> set[datetime]:
    """The instants of the backups that are kept: the newest of each of the newest days, weeks and months that have one.

    The newest of all is always kept.
    """
    newest_first = sorted(made, reverse=True)
    kept = set(newest_first[:1])
    for count, period in (
        (retention.days, lambda at: at.date()),
        (retention.weeks, lambda at: at.isocalendar()[:2]),
        (retention.months, lambda at: (at.year, at.month)),
    ):
        newest: dict[object, datetime] = {}
        for at in newest_first:
            newest.setdefault(period(at), at)
        kept.update(list(newest.values())[:count])
    return kept


def differences(saved: BackupContents, found: BackupContents) -> list[str]:
    """A sentence per table and currency in which a restored database is not what was saved; none where it is whole."""
    said = []
    for name in sorted(saved.tables.keys() | found.tables.keys()):
        before, after = saved.tables.get(name), found.tables.get(name)
        if before != after:
            said.append(f"{name} has {_count(after)}, the backup {_count(before)}")
    for currency in sorted(saved.spend.keys() | found.spend.keys()):
        was, now = saved.spend.get(currency, "none"), found.spend.get(currency, "none")
        if was != now:
            said.append(f"spend in {currency} is {now}, in the backup {was}")
    return said


def _count(rows: int | None) -> str:
    return "no such table" if rows is None else f"{rows} rows"
