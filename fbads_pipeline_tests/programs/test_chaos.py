"""A short `make chaos`: kills leave whole days behind, and the check finds one that is half."""

import pytest
import sqlalchemy as sa

from chaos.collecting import BEGIN, CollectKillTest
from chaos.damage import Damage, State, check_after_kill, check_end, is_in_doubt
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline_tests.support.postgres_fixture import fresh_database


@pytest.fixture(scope="module")
def sandbox():
    with SandboxServer(campaigns=3, now=BEGIN.isoformat()) as server:
        yield server


def test_killed_loads_and_ticks_leave_no_day_half_and_lose_nothing(sandbox, postgres, migrated_template):
    kill_test = CollectKillTest(sandbox, postgres, migrated_template, seed=11, kills_per_load=3)
    counts = kill_test.run(5)
    assert (counts.kills, counts.load_kills > 0, counts.tick_kills > 0) == (5, True, True)
    assert not counts.damage, counts.damage


def test_a_store_that_commits_page_by_page_is_detected(sandbox, postgres, migrated_template):
    kill_test = CollectKillTest(sandbox, postgres, migrated_template, seed=11, is_protected=False)
    damage = kill_test.run(12, until_damaged=True).damage
    assert damage, "half a day, or rows lost and duplicated: which of them depends on the moment of the kill"
    assert damage.examples


ROW = (
    "insert into raw.insights (account_id, level, day, object_id, spend, collected_at)"
    " values ('1', 'campaign', date '2026-11-01', '7', {spend}, now())"
)


def write(database, statement):
    with database.begin() as connection:
        connection.execute(sa.text(statement))


def test_a_row_that_no_reading_recorded_is_half_a_day_and_an_unrecorded_change(migrated_engine):
    before, damage = State.of(migrated_engine), Damage()
    write(migrated_engine, ROW.format(spend="1.00"))
    check_after_kill(damage, migrated_engine, before, before, "run1")
    assert (damage.half_days, damage.unrecorded) == (1, 1)


@pytest.mark.parametrize(("is_row_kept", "half_days"), [(True, 0), (False, 1)])
def test_a_doubtful_reading_may_keep_figures_and_loses_no_row(migrated_engine, is_row_kept, half_days):
    """A figure that was left out stays beside newer ones; the day is marked, and read again."""
    write(migrated_engine, ROW.format(spend="1.00"))
    before, damage = State.of(migrated_engine), Damage()
    write(
        migrated_engine,
        "insert into raw.reading_runs (account_id, level, day, read_at, run_id, ok, state)"
        " values ('1', 'campaign', '2026-11-01', now(), 'run1', false, 'doubtful')",
    )
    write(migrated_engine, "update raw.insights set spend = 1.01, stale_since = now()")
    if not is_row_kept:
        write(migrated_engine, "delete from raw.insights")
    check_after_kill(damage, migrated_engine, before, State({}, 0), "run1")
    assert (damage.half_days, is_in_doubt(migrated_engine)) == (half_days, True)


def test_a_row_that_is_another_in_the_end_is_one_lost_and_one_too_many(migrated_engine, postgres, migrated_template):
    write(migrated_engine, ROW.format(spend="1.00"))
    damage = Damage()
    with fresh_database(postgres, template=migrated_template) as url:
        undisturbed = engine(url, application_name="test")
        write(undisturbed, ROW.format(spend="1.01"))
        check_end(damage, migrated_engine, undisturbed)
        undisturbed.dispose()
    assert (damage.rows_lost, damage.rows_duplicated, damage.unrecorded) == (1, 1, 1)
