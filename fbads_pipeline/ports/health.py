"""What the services need of incidents. Adapters and the fakes of the tests implement it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import IO, Protocol

from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.health.backups import BackupContents, BackupLabel
from fbads_pipeline.domain.health.incident_messages import IncidentUpdate
from fbads_pipeline.domain.health.incidents import Incident, IncidentChanges, IncidentFacts


class IncidentStore(Protocol):
    """Incidents: at most one open per kind and entity. The same facts a second time write nothing."""

    def facts(self) -> IncidentFacts:
        """What is known now."""

    def note_run(self, job: str, run_id: str, *, ok: bool, error: str | None, at: datetime) -> None:
        """How a run of that job ended; a success is stored only where it ends a failure."""

    def update(self, evaluate: Callable[[IncidentFacts], IncidentChanges], *, now: datetime) -> IncidentChanges:
        """Evaluate the facts and store the changes, in one transaction."""

    def announce(
        self, *, compose: Callable[[IncidentUpdate], Alert], recipients: Sequence[Recipient], now: datetime
    ) -> int:
        """In one transaction: an alert with its deliveries per open incident that none has announced, and per recovery
        of one that was announced. Returns how many alerts were written: none without recipients, so that all of it
        waits for some."""

    def unannounced(self) -> int:
        """How many alerts `announce` would write now."""

    def current(self) -> list[Incident]:
        """The open ones, the oldest first."""


class Records(Protocol):
    """What the pipeline and Dagster keep of their own work. Each answer: rows that went, by what they were."""

    def thin_readings(self, *, before: date) -> dict[str, int]:
        """Of account-local days before that one: the last reading up to each of the kept ages, and the last of all."""

    def drop_breakdowns(self, *, before: date) -> int:
        """Rows by a breakdown of account-local days before that one, and that these days were read by it: how many."""

    def pack_days(self, *, before: date, now: datetime) -> int:
        """Packs the lists of actions of account-local days before that one; how many, by account, level, breakdown."""

    def drop_dagster_events(self, *, before: datetime, details_before: datetime) -> dict[str, int]:
        """Runs that ended before, with their events; of each partition the newest materialization stays.

        Of runs that succeeded the plans and hand-overs of their steps already go when they are older than the latter.
        """

    def rebuild_indexes(self) -> dict[str, int]:
        """Makes indexes of both databases anew that are far from full, while others read and write; by how many bytes
        each became smaller. One that others keep locked is left for the next time, which the log says."""

    def to_vacuum(self) -> tuple[str, ...]:
        """Tables of which a fifth and more are dead rows."""


class RunFolders(Protocol):
    """What runs leave on the disk: logs, and what their steps hand over."""

    def drop(self, *, before: datetime) -> int:
        """Folders that were last written before; how many went."""


class Dumps(Protocol):
    """The two databases of a home, saved and restored by PostgreSQL's own programs."""

    def label(self) -> BackupLabel:
        """The schema and the server, and when: now."""

    def dump(self, write: Callable[[str, IO[bytes]], None]) -> BackupContents:
        """Hands a stream per database to `write`, both of one instant each; what the first of them held then."""

    def refuse_unless_empty(self, schema: str) -> None:
        """Raises BackupRefused where there is data already, or where the program is older than that schema."""

    def restore(self, read: Callable[[str, IO[bytes]], None]) -> BackupContents:
        """Has `read` write each database's dump into a private file, restores it, brings it to the newest schema; what
        it held before that."""


class HomeFiles(Protocol):
    """The files of a home that are not its database."""

    def save(self, write: Callable[[str, IO[bytes]], None]) -> tuple[str, ...]:
        """Hands one archive of them to `write`; names of those that hold secrets, and stay where they are."""

    def restore(self, read: Callable[[str, IO[bytes]], None]) -> None:
        """Writes what is not there yet."""


class OpenBackup(Protocol):
    """A backup that is being made: nothing of it is a backup until it is finished."""

    def write(self, part: str, content: IO[bytes]) -> None:
        """Encrypts the stream to its end."""

    def finish(self, label: BackupLabel, contents: BackupContents) -> str:
        """Makes it a backup, whole; its name."""


class Backups(Protocol):
    """A folder of backups, each encrypted for the keys of its owner."""

    def begin(self, at: datetime) -> OpenBackup:
        """A new one; what an earlier try left half made is removed."""

    def made(self) -> Mapping[datetime, str]:
        """Names of the whole ones, by when they were made."""

    def remove(self, name: str) -> None:
        """Takes one away."""

    def check(self, name: str) -> BackupLabel:
        """Its label, after each part was found whole; raises BackupDamaged. Needs no key."""

    def read(self, name: str, part: str, into: IO[bytes]) -> None:
        """Decrypts a part into a file; raises BackupDamaged."""

    def contents(self, name: str) -> BackupContents:
        """What was saved; raises BackupDamaged."""
