"""A short `make chaos`: kills leave whole days behind, and the judgement can see one that is half."""

import pytest

from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline_tests.chaos.ordeal import BEGIN, Ordeal


@pytest.fixture(scope="module")
def sandbox():
    with SandboxServer(campaigns=3, now=BEGIN.isoformat()) as server:
        yield server


def test_killed_loads_and_ticks_leave_no_day_half_and_lose_nothing(sandbox, postgres, migrated_template):
    ordeal = Ordeal(sandbox, postgres, migrated_template, seed=11, kills_per_load=3)
    tally = ordeal.run(5)
    assert (tally.kills, tally.load_kills > 0, tally.tick_kills > 0) == (5, True, True)
    assert not tally.damage, tally.damage


def test_a_store_that_commits_page_by_page_is_found_out(sandbox, postgres, migrated_template):
    ordeal = Ordeal(sandbox, postgres, migrated_template, seed=11, is_protected=False)
    damage = ordeal.run(12, until_damaged=True).damage
    assert damage.half_days > 0
    assert damage.examples
