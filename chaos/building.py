"""`make chaos`, third part: PostgreSQL gets SIGKILL at random instants of a dbt build, and the next build mends it.

Exit code 1 where a build that lost its server did not end within its deadline or called itself done with other figures,
or where the build after it leaves marts that differ from those of a database that nobody disturbed. `--control` leaves
the build after it out, and has to turn red.
"""

import argparse
import os
import random
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from chaos.collecting import BEGIN, FIRST_DAY
from chaos.collector import CONTEXT, CollectorRun, finish
from fbads_pipeline.adapters.dbt.runner import Dbt
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.embedded import EmbeddedPostgres
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline_tests.support.postgres_fixture import fresh_database, postgres_server

# How long a build may go on after its server is gone.
DEADLINE_SECONDS = 90.0
_LONGEST_OUTAGE_SECONDS = 3.0
MARTS = ("account_daily", "campaign_daily", "adset_daily", "ad_daily", "campaign_breakdown_daily", "actions_daily")
_ENDED_WELL, _ENDED_WITH_AN_ERROR = 0, 1
# Facts that depend on nothing but what was read.
_ROWS = (
    "select md5(string_agg(figures, ' ' order by figures))"
    " from (select {columns}::text as figures from marts.{mart} as m) as t"
)
_OWN = "(to_jsonb(m) - array['version', 'built_at', 'updated_at', 'changed_at', 'published_at'])"


@dataclass
class BuildCounts:
    """What was found. early: builds that had ended before their kill came, which counts as none."""

    kills: int = 0
    early: int = 0
    frozen: int = 0
    untrue: int = 0
    unmended: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def is_damaged(self) -> bool:
        return bool(self.frozen or self.untrue or self.unmended)


class BuildKillTest:
    """One server, whose database `template` holds what was read; each kill begins with a copy of it."""

    def __init__(self, server: EmbeddedPostgres, template: str, *, seed: int, is_mended: bool = True) -> None:
        self._server, self._template, self._is_mended = server, template, is_mended
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self.counts = BuildCounts()

    def run(self, kills: int) -> BuildCounts:
        seconds, expected = 0.0, {}
        for _ in range(2):  # the first one imports and parses, which none after it does
            with fresh_database(self._server, template=self._template) as url:
                build = _building(url)
                _wait_for_statements(url)
                begun = time.monotonic()
                assert _end_of(build) == _ENDED_WELL, "a build that nobody disturbs succeeds"
                seconds, expected = time.monotonic() - begun, figures(url)
        assert "missing" not in expected.values(), "there is something to compare"
        while self.counts.kills < kills:
            with fresh_database(self._server, template=self._template) as url:
                self._kill_once(url, self._random.uniform(0.0, 0.9) * seconds, expected)
        return self.counts

    def _kill_once(self, url: str, after: float, expected: Mapping[str, str]) -> None:
        build = _building(url)
        _wait_for_statements(url)
        build.join(after)
        if build.exitcode is not None:
            self.counts.early += 1
            return
        postmaster = self._server._postmaster()
        assert postmaster is not None
        os.kill(postmaster, signal.SIGKILL)
        self.counts.kills += 1
        time.sleep(self._random.uniform(0.0, _LONGEST_OUTAGE_SECONDS))
        self._server.start()
        ended = _end_of(build)
        if ended is None:
            self.counts.frozen += 1
        elif ended == _ENDED_WELL and figures(url) != expected:
            self._found("untrue", f"after {after:.1f} s: it called itself done")
        if self._is_mended:
            assert _end_of(_building(url)) == _ENDED_WELL, "the build after it succeeds"
        if (found := figures(url)) != expected:
            self._found("unmended", f"after {after:.1f} s: {', '.join(m for m in MARTS if found[m] != expected[m])}")

    def _found(self, kind: str, example: str) -> None:
        setattr(self.counts, kind, getattr(self.counts, kind) + 1)
        self.counts.examples.append(example)


def figures(url: str) -> dict[str, str]:
    """Mart → a digest of its rows; `missing` where there is no such mart."""
    made, found = engine(url, application_name="chaos check"), {}
    for mart in MARTS:
        with made.connect() as connection:
            exists = connection.execute(sa.text("select to_regclass(:name)"), {"name": f"marts.{mart}"}).scalar()
            query = sa.text(_ROWS.format(columns=_OWN, mart=mart))
            found[mart] = "missing" if exists is None else str(connection.execute(query).scalar())
    made.dispose()
    return found


def build(url: str) -> None:
    """Ends with 1, and says why, where dbt did not succeed."""
    outcome = Dbt(url).build()
    if not outcome.succeeded:
        print(f"  {' '.join(str(outcome.error).split())[:150]}", file=sys.stderr)
    sys.exit(_ENDED_WELL if outcome.succeeded else _ENDED_WITH_AN_ERROR)


def _building(url: str):  # type: ignore[no-untyped-def]
    process = CONTEXT.Process(target=build, args=(url,))
    process.start()
    return process


def _wait_for_statements(url: str) -> None:
    """Until dbt has a connection: before that a build imports and parses, and a kill would meet nothing."""
    made, deadline = engine(url, application_name="chaos check"), time.monotonic() + DEADLINE_SECONDS
    query = (
        "select count(*) from pg_stat_activity where application_name = 'fbads-dbt' and datname = current_database()"
    )
    with made.connect() as connection:
        while not connection.execute(sa.text(query)).scalar_one() and time.monotonic() < deadline:
            connection.rollback()
            time.sleep(0.02)
    made.dispose()


def _end_of(process) -> int | None:  # type: ignore[no-untyped-def]
    """Its exit code; None where it goes on for ever, and is ended here."""
    process.join(DEADLINE_SECONDS)
    if process.exitcode is None:
        process.kill()
        process.join()
        return None
    return int(process.exitcode)


def main() -> None:
    """Print the table."""
    arguments = _arguments()
    begun = time.monotonic()
    sandbox = SandboxServer(campaigns=4, now=BEGIN.isoformat())
    with sandbox, postgres_server() as server, fresh_database(server) as template:
        made = engine(template, application_name="chaos")
        migrate.upgrade(made)
        days = DayRange(FIRST_DAY, BEGIN.date())
        finish(CollectorRun("load", template, sandbox.url, sandbox.token, BEGIN.isoformat(), days, page_rows=5000))
        made.dispose()
        kill_test = BuildKillTest(server, str(made.url.database), seed=arguments.seed, is_mended=not arguments.control)
        counts = kill_test.run(arguments.kills)
    rows = {"kills of PostgreSQL in builds": counts.kills, "builds that ended before their kill": counts.early}
    rows |= {"frozen": counts.frozen, "done with other figures": counts.untrue, "not mended": counts.unmended}
    for name, value in {**rows, "seconds": round(time.monotonic() - begun)}.items():
        print(f"{name:<38}{value:>8}")
    for example in counts.examples[:10]:
        print(f"  {example}")
    sys.exit(1 if counts.is_damaged else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m chaos.building", description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--control", action="store_true", help="leave the build after a kill out: this has to turn red")
    return parser.parse_args()


if __name__ == "__main__":
    main()
