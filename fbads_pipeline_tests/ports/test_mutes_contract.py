"""The contract of the port Mutes, for the fake of the tests and for PostgreSQL."""

from datetime import timedelta

import pytest

from fbads_pipeline.adapters.postgres.alerts.mutes import PostgresMutes
from fbads_pipeline.domain.alerts.mutes import Mute
from fbads_pipeline_tests.support.fakes import NOW, FakeMutes

DAY = timedelta(days=1)
ACCOUNT, CAMPAIGN = Mute("1", NOW + DAY), Mute("1", NOW + 2 * DAY, "7", "ctr", "on purpose")


@pytest.fixture(params=["fake", "postgres"])
def mutes(request):
    return FakeMutes() if request.param == "fake" else PostgresMutes(request.getfixturevalue("migrated_engine"))


def test_a_mute_is_active_from_now_until_its_end(mutes):
    number = mutes.mute(ACCOUNT, made_by="ana", now=NOW)
    assert mutes.active(now=NOW) == [(number, ACCOUNT)]
    assert mutes.active(now=NOW + DAY) == []


def test_mutes_have_numbers_of_their_own_the_oldest_first(mutes):
    first, second = (mutes.mute(one, made_by="ana", now=NOW) for one in (CAMPAIGN, ACCOUNT))
    assert first < second
    assert mutes.active(now=NOW) == [(first, CAMPAIGN), (second, ACCOUNT)]


def test_a_mute_is_lifted_once(mutes):
    number = mutes.mute(ACCOUNT, made_by="ana", now=NOW)
    assert mutes.lift(number, now=NOW)
    assert mutes.active(now=NOW) == []
    assert not mutes.lift(number, now=NOW)
    assert not mutes.lift(number + 1, now=NOW)


def test_a_mute_that_has_ended_cannot_be_lifted(mutes):
    number = mutes.mute(ACCOUNT, made_by="ana", now=NOW)
    assert not mutes.lift(number, now=NOW + DAY)
