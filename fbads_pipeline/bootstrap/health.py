"""Health: incidents of tokens, stale data, failed runs and account states; backups."""

import math
from datetime import UTC, datetime
from pathlib import Path

from fbads_pipeline.adapters.backups.folder import BackupFolder
from fbads_pipeline.adapters.backups.home_files import HomeArchive
from fbads_pipeline.adapters.postgres.health.incidents import PostgresIncidents
from fbads_pipeline.adapters.postgres.health.prometheus import MetricsCollector
from fbads_pipeline.adapters.postgres.health.records import PostgresRecords
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.postgres.server.dumps import PostgresDumps
from fbads_pipeline.adapters.run_files.folders import HomeRunFolders
from fbads_pipeline.domain.health.backups import BackupRetention
from fbads_pipeline.services.health.keep_backups import BackupMade, BackupRestored, make_backup, restore_backup
from fbads_pipeline.settings import Settings, SettingsError


def incident_store(database: Database) -> PostgresIncidents:
    """Open and resolved incidents."""
    return PostgresIncidents(database.owner)


def metrics_collector(settings: Settings, database: Database) -> MetricsCollector:
    """What Prometheus reads of the pipeline, of Dagster's runs and of the backups."""
    return MetricsCollector(database.owner, database.dagster_reader, lambda: _backup_age(settings))


def records(database: Database) -> PostgresRecords:
    """What the pipeline and Dagster keep of their own work."""
    return PostgresRecords(database.owner, database.dagster_reader)


def run_folders(settings: Settings) -> HomeRunFolders:
    """What Dagster's runs leave on the disk."""
    return HomeRunFolders(settings.home_path / "dagster" / "storage")


def _backup_age(settings: Settings) -> float | None:
    """Seconds since the newest backup, infinite where there is none; None where none is asked for."""
    if settings.backup_folder is None:
        return None
    made = backup_folder(settings).made()
    return (_now() - max(made)).total_seconds() if made else math.inf


def backup_folder(settings: Settings, identity: Path | None = None) -> BackupFolder:
    """The folder of backups; raises SettingsError without one. identity: the file with the private key, to read one."""
    return BackupFolder(_folder(settings), settings.backup_recipients, identity)


def back_up(settings: Settings, database: Database) -> BackupMade:
    """A new backup of that database and its home."""
    kept = BackupRetention(settings.backup_days, settings.backup_weeks, settings.backup_months)
    files = HomeArchive(settings.home_path, _folder(settings))
    return make_backup(PostgresDumps(database, _now), files, backup_folder(settings), kept)


def restore(settings: Settings, database: Database, folder: BackupFolder, name: str) -> BackupRestored:
    """A backup into that empty database and its home."""
    return restore_backup(PostgresDumps(database, _now), HomeArchive(settings.home_path), folder, name)


def _folder(settings: Settings) -> Path:
    if settings.backup_folder is None:
        raise SettingsError("FBADS_BACKUP_FOLDER is missing: name a folder, best on another machine's disk")
    return settings.backup_folder.expanduser().resolve()


def _now() -> datetime:
    return datetime.now(UTC)
