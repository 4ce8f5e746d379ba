"""Dagster's storage: a database beside the pipeline's, on the same server, found as the pipeline finds its own.

`dagster.yaml` names this class, so that `dagster dev`, `dg dev` and run workers need no variable that names a
database: the embedded server is started where it is needed and FBADS_DATABASE_URL names none.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from dagster_postgres import DagsterPostgresStorage, PostgresRunStorage
from dagster_postgres.utils import create_pg_engine

from fbads_pipeline.adapters.postgres.server.database import DAGSTER_DATABASE_URL
from fbads_pipeline.adapters.postgres.server.engine import replace_dead_connections, with_options
from fbads_pipeline.bootstrap.core import process_database
from fbads_pipeline.domain.core.encrypted_connections import require_database_tls
from fbads_pipeline.settings import SettingsError, load_settings

# What other processes read in an instance's reference: the name of the variable, never the address with its password.
_FROM_ENVIRONMENT = f"postgres_url:\n  env: {DAGSTER_DATABASE_URL}\n"
_RECYCLED_AFTER_SECONDS = 600
# A file per kind of daemon, touched with each of its heartbeats: a health check needs neither Python nor the database.
DAEMONS_ALIVE = Path(tempfile.gettempdir()) / "fbads-daemon.alive"


class NotedRunStorage(PostgresRunStorage):
    """PostgreSQL's, which leaves a trace of each heartbeat on this machine, once the database has it."""

    def add_daemon_heartbeat(self, daemon_heartbeat: Any) -> None:
        super().add_daemon_heartbeat(daemon_heartbeat)
        # Another user of this machine may have made the folder: then nothing here asks for it.
        with suppress(PermissionError):
            DAEMONS_ALIVE.mkdir(mode=0o700, exist_ok=True)
            (DAEMONS_ALIVE / daemon_heartbeat.daemon_type).touch()


class HomeDagsterStorage(DagsterPostgresStorage):
    """PostgreSQL storage whose address comes from FBADS_DAGSTER_DATABASE_URL, else from the database of the home.

    Its three storages share one pool of connections: Dagster's own opens a connection for each event, and a run stores
    hundreds of them (docs/decisions/operations/0911). None of them waits until the disk has it: a server that crashes
    loses less than a second of Dagster's events, never of the pipeline's own data (docs/decisions/operations/0920).
    """

    def __init__(self, postgres_url: str, **options: Any) -> None:
        super().__init__(postgres_url, **options)
        self._run_storage = NotedRunStorage(postgres_url, self.should_autocreate_tables)
        address, session = with_options(postgres_url, "-c synchronous_commit=off")
        pooled = create_pg_engine(
            address.render_as_string(hide_password=False),
            isolation_level="AUTOCOMMIT",
            pool_size=2,
            max_overflow=-1,
            pool_recycle=_RECYCLED_AFTER_SECONDS,
            connect_args={"options": session},
        )
        replace_dead_connections(pooled)
        for storage in (self._run_storage, self._event_log_storage, self._schedule_storage):
            storage._engine = pooled

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> "HomeDagsterStorage":
        """Opens the home's database for the life of this process, and tells children where Dagster's own one is."""
        if DAGSTER_DATABASE_URL not in os.environ:
            os.environ[DAGSTER_DATABASE_URL] = process_database().dagster_url
        address = os.environ[DAGSTER_DATABASE_URL]
        try:
            require_database_tls(address, load_settings().database_tls, os.environ)
        except ValueError as wrong:
            raise SettingsError(f"{DAGSTER_DATABASE_URL} is not usable: {wrong}") from None
        return cls(postgres_url=address, inst_data=inst_data)

    @property
    def event_storage_data(self) -> Any:
        return self._reference("PostgresEventLogStorage")

    @property
    def run_storage_data(self) -> Any:
        return self._reference("PostgresRunStorage")

    @property
    def schedule_storage_data(self) -> Any:
        return self._reference("PostgresScheduleStorage")

    def _reference(self, storage: str) -> Any:
        """The description of one of the three storages, of the class that Dagster handed over for this one."""
        return self.inst_data and type(self.inst_data)("dagster_postgres", storage, _FROM_ENVIRONMENT)
