"""Kills at random instants of loads and ticks, with the tables checked after each."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from chaos.collector import CollectorRun, finish, kill
from chaos.damage import Damage, State, check_after_kill, check_end, is_in_doubt
from fbads_pipeline.adapters.postgres.server.embedded import EmbeddedPostgres
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline_tests.support.postgres_fixture import fresh_database

BEGIN = datetime(2026, 11, 2, 15, tzinfo=UTC)
FIRST_DAY = date(2026, 10, 5)
# A third of a day: every third tick is the first of a local day and reads the whole window again.
BETWEEN_TICKS = timedelta(hours=8)
LARGE_PAGE_ROWS = 5000
KILLS_PER_TICK, TICKS_PER_LOAD = 3, 8
# A figure that a second reading leaves out too is gone.
_MOST_SETTLING_RUNS = 3


@dataclass
class KillCounts:
    """What was done. early: runs that had ended before their kill came, which counts as none."""

    load_kills: int = 0
    tick_kills: int = 0
    early: int = 0
    runs: int = 0
    loads: int = 0
    damage: Damage = field(default_factory=Damage)

    @property
    def kills(self) -> int:
        return self.load_kills + self.tick_kills


class CollectKillTest:
    """One sandbox and one server; each load begins in a database of its own."""

    def __init__(
        self,
        sandbox: SandboxServer,
        server: EmbeddedPostgres,
        template: str,
        *,
        seed: int,
        kills_per_load: int = 6,
        is_protected: bool = True,
    ) -> None:
        self._sandbox, self._server, self._template = sandbox, server, template
        self._kills_per_load = kills_per_load
        self._random, self._is_protected = random.Random(seed), is_protected  # noqa: S311 - no secret
        self.counts = KillCounts()
        self._now = BEGIN
        self._is_over: Callable[[], bool] = lambda: False
        self._has_found_damage: Callable[[], bool] = lambda: False
        self._load_seconds = self._tick_seconds = 1.0

    def run(self, kills: int, *, until_damaged: bool = False) -> KillCounts:
        """So many kills, or fewer where the first damage ends it."""
        self._has_found_damage = lambda: until_damaged and bool(self.counts.damage)
        self._is_over = lambda: self.counts.kills >= kills or self._has_found_damage()
        while not self._is_over():
            with self._database() as ours, self._database() as undisturbed:
                self._load_and_tick(ours, undisturbed)
        return self.counts

    @contextmanager
    def _database(self) -> Iterator[sa.Engine]:
        with fresh_database(self._server, template=self._template) as url:
            made = engine(url, application_name="chaos check_after_kill")
            yield made
            made.dispose()

    def _load_and_tick(self, ours: sa.Engine, undisturbed: sa.Engine) -> None:
        self.counts.loads += 1
        expected = self._read_undisturbed(undisturbed)
        state = State.of(ours)
        for _ in range(self._kills_per_load):
            state = self._kill(ours, state, expected, self._days())
        if self._has_found_damage():
            return
        self._load_seconds = finish(self._run(ours, self._days()))
        state = State.of(ours)
        for _ in range(TICKS_PER_LOAD):
            if self._is_over():
                break
            self._now += BETWEEN_TICKS
            expected = self._read_undisturbed(undisturbed)
            for _ in range(KILLS_PER_TICK):
                state = self._kill(ours, state, expected, None)
            if self._random.random() < 0.5:
                self._tick_seconds = (self._tick_seconds + finish(self._run(ours, None))) / 2
                state = State.of(ours)
        for _ in range(_MOST_SETTLING_RUNS):
            finish(self._run(ours, self._days()))
            if not is_in_doubt(ours):
                break
        check_end(self.counts.damage, ours, undisturbed)

    def _read_undisturbed(self, undisturbed: sa.Engine) -> State:
        """What the tables should hold at this instant, from a run that nobody disturbs."""
        self._sandbox.set_now(self._now.isoformat())
        finish(replace(self._run(undisturbed, self._days()), page_rows=LARGE_PAGE_ROWS, is_protected=True))
        return State.of(undisturbed)

    def _kill(self, ours: sa.Engine, before: State, expected: State, days: DayRange | None) -> State:
        if self._is_over():
            return before
        run = self._run(ours, days)
        seconds = self._load_seconds if days else self._tick_seconds
        if not kill(run, self._random.uniform(0.02, seconds)):
            self.counts.early += 1
            self._load_seconds, self._tick_seconds = 0.9 * self._load_seconds, 0.9 * self._tick_seconds
        elif days:
            self.counts.load_kills += 1
        else:
            self.counts.tick_kills += 1
        return check_after_kill(self.counts.damage, ours, before, expected, run.run_id)

    def _run(self, database: sa.Engine, days: DayRange | None) -> CollectorRun:
        self.counts.runs += 1
        return CollectorRun(
            f"run{self.counts.runs}",
            database.url.render_as_string(hide_password=False),
            self._sandbox.url,
            self._sandbox.token,
            self._now.isoformat(),
            days,
            is_protected=self._is_protected,
        )

    def _days(self) -> DayRange:
        """Every day that any run of this kill test may read."""
        return DayRange(FIRST_DAY, self._now.date() + timedelta(days=1))
