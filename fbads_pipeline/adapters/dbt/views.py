"""Whether the views stand as the last whole build left them: then a tick need not ask dbt about each (20 ms a view).

The mark is the state of the project and of its variables, and the identity and comment of every view in PostgreSQL: a
release, another setting or a dropped view makes another mark, and dbt looks at all of them again.
"""

from typing import Any

_VIEWS = """
select md5(coalesce(string_agg(format('%%s %%s', c.oid, obj_description(c.oid, 'pg_class')), ',' order by c.oid), ''))
from pg_class as c
where c.relkind = 'v' and c.relnamespace in (
    select oid from pg_namespace where nspname in ('staging', 'intermediate', 'marts')
)
"""
_STANDS = f"select mark = %(state)s || ({_VIEWS}) from intermediate.current_views"
_NOTE = f"""
create table if not exists intermediate.current_views (only_row boolean primary key default true, mark text not null);
insert into intermediate.current_views (mark) select %(state)s || ({_VIEWS})
on conflict (only_row) do update set mark = excluded.mark where current_views.mark <> excluded.mark
"""


def views_are_current(connection: Any, state: str) -> bool:
    """connection: psycopg2's, autocommitting. state: one hash over the project and its variables."""
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('intermediate.current_views')")
        if cursor.fetchone() == (None,):
            return False
        cursor.execute(_STANDS, {"state": state})
        return bool(cursor.fetchone() == (True,))


def note_views(connection: Any, state: str) -> None:
    """After a whole build in which nothing failed: this is how the views stand."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, {"state": state})
