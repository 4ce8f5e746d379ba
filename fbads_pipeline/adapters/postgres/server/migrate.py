"""Brings a database to the newest schema; two processes may ask at once."""

from pathlib import Path

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.server.engine import SQL

_LOCK = 0x66626164735F6462  # "fbads_db"


def upgrade(engine: sa.Engine) -> str:
    """Apply what is missing, in one transaction under an advisory lock; returns the revision reached."""
    # Alembic is heavy: imported where it is needed.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    newest = ScriptDirectory.from_config(config).get_current_head()
    with engine.begin() as connection:
        connection.execute(SQL["lock"], {"key": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return str(newest)


def revision(engine: sa.Engine) -> str | None:
    """The revision that the database has, or None where nothing was migrated yet."""
    with engine.connect() as connection:
        if not connection.execute(SQL["has_revision"]).scalar_one():
            return None
        return connection.execute(SQL["revision"]).scalar()
