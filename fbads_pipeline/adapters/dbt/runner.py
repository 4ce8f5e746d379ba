"""dbt in this process, through its programmatic interface (dbtRunner).

dagster-dbt starts a second Python for every build and asks it for its version first: 6 s more per run than this.
"""

import contextlib
import json
import tempfile
import time
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg2

from fbads_pipeline.adapters.csv_reading import FileRefused
from fbads_pipeline.adapters.dbt.current_views import existing_views, record_views, views_are_current
from fbads_pipeline.adapters.dbt.goals import goal_complaint
from fbads_pipeline.adapters.dbt.invocation import DbtOutcome, run_dbt
from fbads_pipeline.adapters.dbt.kept_parses import keep_parse, kept_parse, state_of
from fbads_pipeline.adapters.dbt.project import (
    ATTRIBUTION_WINDOWS,
    GOAL_FAMILY,
    THREADS,
    dbt_environment,
    fresh_manifest,
    project_dir,
    project_hash,
    read_manifest,
    target_dir,
)
from fbads_pipeline.adapters.dbt.seeds import readable_project

_LOCK_POLL_SECONDS = 0.1
# Longer than any build of a tick; a rebuild of years of days may take as long.
_LONGEST_WAIT_SECONDS = 3600.0
_FACTS_AND_TESTS = ("config.materialized:incremental", "resource_type:test")


class Dbt:
    """dbt against one database. Knows no secret but the URL, which it hands to dbt as environment variables."""

    def __init__(
        self,
        database_url: str,
        *,
        threads: int = THREADS,
        goal_family: str = GOAL_FAMILY,
        reporting_currency: str | None = None,
        attribution_windows: Sequence[str] = ATTRIBUTION_WINDOWS,
        wait_seconds: float = _LONGEST_WAIT_SECONDS,
    ) -> None:
        """goal_family: what accounts go for that the seed account_goals does not name.
        reporting_currency: what amounts are converted to besides, by the seed exchange_rates.
        attribution_windows: those that Meta was asked for.
        wait_seconds: how long a build waits for another one of the same database; then it fails."""
        self._goal_family, self._wait_seconds = goal_family, wait_seconds
        self._environment = dbt_environment(
            database_url,
            threads=threads,
            goal_family=goal_family,
            reporting_currency=reporting_currency,
            attribution_windows=attribution_windows,
        )

    def build(
        self, select: Sequence[str] = (), *, variables: Mapping[str, Any] | None = None, full_refresh: bool = False
    ) -> DbtOutcome:
        """Seeds, models and data tests; `select`: names of nodes, empty for all. Unit tests run in the test-suite.

        Leaves out views and seeds where they are as the last whole build left them, and says so. Views that went with
        one below them, or with a build that failed, are made again.
        """
        if complaint := goal_complaint(self._goal_family):
            return DbtOutcome(False, error=complaint)
        args = ["build", "--exclude-resource-type", "unit_test", *(["--full-refresh"] if full_refresh else ())]
        args += ["--vars", json.dumps(dict(variables))] if variables else []
        try:
            with _alone_in(self._environment, self._wait_seconds) as connection:
                is_current = views_are_current(connection, self._state())
                before = existing_views(connection)
                chosen = _without_views(select) if is_current else _with_views_above(select, before)
                if select and not chosen:
                    return DbtOutcome(True, views_are_current=True)
                args += _selected(chosen or (_FACTS_AND_TESTS if is_current else ()))
                outcome = self._run(args, parses_anew=bool(variables), makes_views=not is_current)
                if lost := before - existing_views(connection):
                    self._run(["run", *_selected(sorted(lost))], makes_views=True)
                if outcome.succeeded and not select:
                    record_views(connection, self._state())
                return replace(outcome, views_are_current=is_current)
        except (_NoDatabase, FileRefused) as refused:
            return DbtOutcome(False, error=str(refused))

    def run(self, args: Sequence[str], select: Sequence[str] = ()) -> DbtOutcome:
        """Any dbt command that works on nodes, with exactly the named ones where some are named."""
        try:
            with _alone_in(self._environment, self._wait_seconds):
                return self._run([*args, *_selected(select)])
        except (_NoDatabase, FileRefused) as refused:
            return DbtOutcome(False, error=str(refused))

    def _run(self, command: list[str], *, parses_anew: bool = False, makes_views: bool = False) -> DbtOutcome:
        if makes_views:
            # One at a time: a view takes those above it with it, and two that share some would wait in a circle.
            command = [*command, "--threads", "1"]
        with tempfile.TemporaryDirectory(prefix="fbads-dbt-") as folder:
            target, parse = Path(folder), kept_parse(target_dir(), self._state())
            if parse.is_file() and not parses_anew:
                command = [*command, "--partial-parse-file-path", str(parse)]
            outcome = run_dbt(self._project(), command, environment=self._environment, target=target)
            if not parses_anew:
                keep_parse(target, parse)
        return outcome

    def _project(self) -> Path:
        """The project as dbt reads it: raises FileRefused for a seed that cannot be read."""
        return readable_project(project_dir(), project_hash(), target_dir())

    def _state(self) -> str:
        return state_of(self._project(), project_hash(), self._environment)


class _NoDatabase(Exception):
    """The database did not let us in, or another build did not end; the message is PostgreSQL's, or says which."""


@contextlib.contextmanager
def _alone_in(environment: Mapping[str, str], wait_seconds: float) -> Iterator[Any]:
    """Builds of one database wait for each other, in whatever process: dbt acts on the tables that it saw at its start.

    The lock goes with its connection, so a killed build frees it. It is asked for again and again, because a wait
    inside libpq would not hear Ctrl-C. Yields that connection.
    """
    try:
        connection = psycopg2.connect(
            host=environment["FBADS_DBT_HOST"],
            port=environment["FBADS_DBT_PORT"],
            user=environment["FBADS_DBT_USER"],
            password=environment["FBADS_DBT_PASSWORD"],
            dbname=environment["FBADS_DBT_NAME"],
            sslmode=environment["FBADS_DBT_SSLMODE"],
            sslrootcert=environment["FBADS_DBT_SSLROOTCERT"],
            connect_timeout=10,
            application_name="fbads-dbt-lock",
        )
    except psycopg2.OperationalError as refused:
        raise _NoDatabase(" ".join(str(refused).split())) from None
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            until = time.monotonic() + wait_seconds
            while True:
                cursor.execute("select pg_try_advisory_lock(hashtext('fbads.dbt'))")
                if cursor.fetchone() == (True,):
                    break
                if time.monotonic() > until:
                    raise _NoDatabase(_holder(cursor, wait_seconds))
                time.sleep(_LOCK_POLL_SECONDS)
        yield connection
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as gone:
        reason = next(iter(str(gone).strip().splitlines()), type(gone).__name__)
        raise _NoDatabase(f"the database went away in the middle of the build ({reason}): build again") from None
    finally:
        connection.close()


def _holder(cursor: Any, wait_seconds: float) -> str:
    """Which build was waited for, in a sentence: who runs the database can end it."""
    cursor.execute(
        "select string_agg(format('%s, connected since %s', pid,"
        " to_char(backend_start, 'YYYY-MM-DD HH24:MI TZ')), '; ')"
        " from pg_locks inner join pg_stat_activity using (pid)"
        " where locktype = 'advisory' and granted and pg_stat_activity.datname = current_database()"
        " and objid = (hashtext('fbads.dbt')::bigint & 4294967295)::oid"
    )
    (found,) = cursor.fetchone()
    return (
        f"another build of this database did not end within {wait_seconds / 60:g} minutes"
        f" (PostgreSQL's process {found or 'not known'}): wait for it, or end it with pg_terminate_backend"
    )


def _selected(names: Sequence[str]) -> list[str]:
    """dbt's options for exactly these nodes, without the tests that hang on them; for none: all nodes."""
    return ["--select", *names, "--indirect-selection", "empty"] if names else []


def _with_views_above(names: Sequence[str], existing: Container[str]) -> list[str]:
    """The named nodes, and the existing views that go with a view among them when it is made anew."""
    if not names:
        return []
    manifest = read_manifest(fresh_manifest())
    nodes, children = manifest["nodes"], manifest["child_map"]
    chosen = dict.fromkeys(names)
    waiting = [one for one in nodes if nodes[one]["name"] in chosen and _is_view(nodes[one])]
    while waiting:
        for child in children[waiting.pop()]:
            node = nodes.get(child)
            if node and _is_view(node) and node["name"] in existing and node["name"] not in chosen:
                chosen[node["name"]] = None
                waiting.append(child)
    return list(chosen)


def _is_view(node: Mapping[str, Any]) -> bool:
    return bool(node["config"]["materialized"] == "view")


def _without_views(names: Sequence[str]) -> list[str]:
    """The named nodes that are neither views nor seeds."""
    if not names:
        return []
    nodes = {node["name"]: node for node in read_manifest(fresh_manifest())["nodes"].values()}
    return [name for name in names if nodes[name]["config"]["materialized"] not in ("view", "seed")]
