"""The home of an installation made ready: database migrated, Dagster's home written, dbt's manifest built."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fbads_pipeline.adapters.dbt.project import build_manifest, manifest_is_stale
from fbads_pipeline.adapters.home_folder import private_folder
from fbads_pipeline.adapters.packaged_files import packaged
from fbads_pipeline.adapters.postgres.server.database import Database, open_database
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.setting_sources import answers_for_children
from fbads_pipeline.settings import Settings, SettingsError

PROJECT = packaged(".")
# Two months of four accounts take about 250 MB, Dagster's records of the runs included.
FREE_MB = 400


@contextmanager
def prepared_database(settings: Settings) -> Iterator[Database]:
    """The open database of these settings, migrated."""
    with open_database(settings) as database:
        database.prepare()
        yield database


@contextmanager
def ready_home(settings: Settings) -> Iterator[Database]:
    """The open database of these settings, everything prepared, and the environment that children and Dagster read."""
    home = settings.home_path
    require_writable(home)
    if settings.database_url is None:
        require_free_space(home)
    with prepared_database(settings) as database:
        write_dagster_home(home)
        before = dict(os.environ)
        os.environ.update(database.environment())
        try:
            os.environ.update(answers_for_children(Settings))
            build_manifest_if_stale()
            yield database
        finally:
            os.environ.clear()
            os.environ.update(before)


def require_writable(home: Path) -> None:
    """Raises SettingsError when the home cannot be written."""
    try:
        private_folder(home)
        probe = home / ".writable"
        probe.write_bytes(b"0" * 65536)
        probe.unlink()
    except OSError as fault:
        raise SettingsError(f"FBADS_HOME {home} cannot be written ({fault.strerror}): choose another folder") from None


def require_free_space(home: Path) -> None:
    """Raises SettingsError when the disk is too full for a database in the home."""
    free = shutil.disk_usage(home).free // 2**20
    if free < FREE_MB:
        raise SettingsError(
            f"FBADS_HOME {home} has {free} MB free and {FREE_MB} are needed: free some space, or choose another disk"
        )


def write_dagster_home(home: Path) -> None:
    """Copy dagster.yaml into DAGSTER_HOME, whole or not at all."""
    folder = home / "dagster"
    folder.mkdir(parents=True, exist_ok=True)
    source = packaged("dagster.yaml")
    target, fresh = folder / "dagster.yaml", folder / f".dagster.yaml.{os.getpid()}"
    if not target.exists() or target.read_bytes() != source.read_bytes():
        shutil.copyfile(source, fresh)
        fresh.replace(target)


def build_manifest_if_stale() -> None:
    """dbt's manifest must exist before Dagster reads the definitions."""
    if manifest_is_stale():
        build_manifest()


@contextmanager
def only_one(home: Path, what: str) -> Iterator[None]:
    """Locks the home for one `up` or `demo`; raises WrongUse where another one runs in it."""
    private_folder(home)
    with open(home / "up.lock", "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip() or "another process"
            raise WrongUse(
                f"{what} cannot start: {holder} already runs in {home}; stop it, or set FBADS_HOME to another folder"
            ) from None
        lock.truncate(0)
        lock.write(f"{what} (process {os.getpid()})")
        lock.flush()
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                lock.truncate(0)
