"""Whether views and seeds are as the last whole build left them: then a tick builds the facts alone.

dbt's own materializations make every view anew and load every seed at every build. What is kept instead is the state of
the project and of its settings, and which relations PostgreSQL has: a release, another setting or a view that somebody
dropped makes another state, and the next build makes all of them anew.
"""

from typing import Any

from fbads_pipeline.adapters.postgres.statements import Statements

_SQL = Statements(__package__, "current_views.sql")


def views_are_current(connection: Any, state: str) -> bool:
    """connection: psycopg2's, autocommitting. state: one hash over the project and its settings."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL.texts["is_recorded"])
        if cursor.fetchone() == (None,):
            return False
        cursor.execute(_SQL.texts["is_current"], {"state": state})
        return bool(cursor.fetchone() == (True,))


def record_views(connection: Any, state: str) -> None:
    """To be called after a whole build in which nothing failed."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL.texts["record"], {"state": state})


def existing_views(connection: Any) -> frozenset[str]:
    """Names of the views that the database has in the schemas of the project."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL.texts["existing_views"])
        return frozenset(name for (name,) in cursor.fetchall())
