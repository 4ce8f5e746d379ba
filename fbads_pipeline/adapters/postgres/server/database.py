"""The database of this home, opened: the user's own PostgreSQL, or the embedded one, migrated, with its analyst."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa

from fbads_pipeline.adapters.encryption import Cipher
from fbads_pipeline.adapters.home_folder import private_folder
from fbads_pipeline.adapters.postgres.identity.pseudonyms import CIPHER, encrypt_plain_keys
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.analyst import analyst_engine, analyst_url, ensure_role
from fbads_pipeline.adapters.postgres.server.embedded import EmbeddedPostgres
from fbads_pipeline.adapters.postgres.server.engine import check_server, engine, ensure_database, normalise_url
from fbads_pipeline.adapters.postgres.server.kept_answers import KeptAnswers
from fbads_pipeline.setting_sources import only_here
from fbads_pipeline.settings import Settings

DATABASE_URL = "FBADS_DATABASE_URL"
DAGSTER_DATABASE_URL = "FBADS_DAGSTER_DATABASE_URL"


class Database:
    """An open database. `url` is the owner's; children find it in their environment. cipher: of the keys that the audit
    log's pseudonyms are made with; None where there are no encryption keys."""

    def __init__(self, url: str, home: Path, *, fixed_now: str | None = None, cipher: Cipher | None = None) -> None:
        self.url = normalise_url(url)
        self.home = home
        self._fixed_now, self._cipher = fixed_now, cipher

    @cached_property
    def owner(self) -> sa.Engine:
        """The owner's connections, as many as there are readers."""
        made = engine(self.url, application_name="fbads", pool_size=20, fixed_now=self._fixed_now)
        made.update_execution_options(**{CIPHER: self._cipher})
        return made

    @cached_property
    def analyst(self) -> sa.Engine:
        """Connections that log in as the read-only analyst."""
        return analyst_engine(self.owner, self.analyst_password_file, fixed_now=self._fixed_now)

    @cached_property
    def kept(self) -> KeptAnswers:
        """Answers that this process keeps while nothing is written to what they come from."""
        return KeptAnswers(self.owner)

    @property
    def analyst_password_file(self) -> Path:
        return self.home / "analyst.password"

    @property
    def analyst_url(self) -> str:
        """An address that logs in as the read-only analyst."""
        self.analyst.dispose()
        return analyst_url(self.url, self.analyst_password_file)

    def prepare(self) -> str:
        """Check the server, migrate, make the analyst and Dagster's own database; returns the revision."""
        check_server(self.owner)
        revision = migrate.upgrade(self.owner)
        encrypt_plain_keys(self.owner)
        ensure_role(self.owner, self.analyst_password_file)
        return revision

    @cached_property
    def dagster_url(self) -> str:
        """Dagster keeps its runs and events in a database of its own on the same server."""
        return ensure_database(self.url, self._dagster_name)

    @cached_property
    def dagster_reader(self) -> sa.Engine:
        """A connection at a time to Dagster's database, which may not be there yet."""
        url = sa.engine.make_url(self.url).set(database=self._dagster_name)
        return sa.create_engine(url, poolclass=sa.NullPool, connect_args={"application_name": "fbads metrics"})

    @property
    def _dagster_name(self) -> str:
        return f"{sa.engine.make_url(self.url).database}_dagster"

    def environment(self) -> dict[str, str]:
        """What child processes need to find the same databases."""
        return {
            **only_here(DATABASE_URL, self.url),
            DAGSTER_DATABASE_URL: self.dagster_url,
            "FBADS_HOME": str(self.home),
            "DAGSTER_HOME": str(self.home / "dagster"),
            # Dagster writes an event per asset and partition: one by one, a range of 60 days would cost 20 s more.
            "DAGSTER_EVENT_BATCH_SIZE": "500",
        }

    def close(self) -> None:
        for name in ("owner", "analyst"):
            if name in vars(self):
                getattr(self, name).dispose()


@contextmanager
def open_database(settings: Settings, *, leave_running: bool = False) -> Iterator[Database]:
    """The database of these settings; the embedded server is started where needed, and stopped by its last client."""
    home = settings.home_path
    fixed_now = settings.now.isoformat() if settings.now else None
    cipher = Cipher(settings.encryption_keys) if settings.encryption_keys else None
    if settings.database_url:
        address = settings.database_url.get_secret_value()
        database = Database(address, home, fixed_now=fixed_now, cipher=cipher)
        private_folder(home)
        try:
            yield database
        finally:
            database.close()
        return
    with EmbeddedPostgres(home) as server:
        if leave_running:
            server.leave_running()
        database = Database(server.url(), home, fixed_now=fixed_now, cipher=cipher)
        try:
            yield database
        finally:
            database.close()
