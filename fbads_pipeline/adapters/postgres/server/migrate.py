"""Brings a database to the newest schema; two processes may ask at once."""

from pathlib import Path

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.server.engine import SQL, DatabaseInterrupted, DatabaseUnfit

# For another process that migrates, and for each table that somebody holds.
LONGEST_WAIT = "15min"
_LOCK = 0x66626164735F6462  # "fbads_db"


def upgrade(engine: sa.Engine) -> str:
    """Apply what is missing, in one transaction under an advisory lock; returns the revision reached.

    Raises DatabaseUnfit, and changes nothing, where the schema is that of a newer version of the program.
    """
    # Alembic is heavy: imported where it is needed.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    newest = ScriptDirectory.from_config(config).get_current_head()
    with engine.begin() as connection:
        connection.execute(SQL["limit_waiting"], {"longest": LONGEST_WAIT})
        try:
            connection.execute(SQL["lock"], {"key": _LOCK})
        except DatabaseInterrupted:
            raise DatabaseUnfit(
                f"another process has been migrating this database for {LONGEST_WAIT}: end it, and start again"
            ) from None
        reached = _revision(connection)
        if reached and not knows(reached):
            raise DatabaseUnfit(
                f"the database has the schema {reached} of a newer version of this program, which knows {newest}"
                " at most: install that version again, or restore a backup from before the upgrade"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return str(newest)


def knows(revision: str) -> bool:
    """Whether this program has the migration of that name."""
    return any(Path(__file__).parents[1].glob(f"migrations/versions/v{revision}_*.py"))


def revision(engine: sa.Engine) -> str | None:
    """The revision that the database has, or None where nothing was migrated yet."""
    with engine.connect() as connection:
        return _revision(connection)


def _revision(connection: sa.Connection) -> str | None:
    if not connection.execute(SQL["has_revision"]).scalar_one():
        return None
    return connection.execute(SQL["revision"]).scalar()
