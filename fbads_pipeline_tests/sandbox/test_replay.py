"""The objects follow the clock: what had not happened yet is not shown."""

from collections.abc import Iterator

import pytest

from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline.sandbox.world.world import AdObject, LoggedChange, SandboxAccount
from fbads_pipeline_tests.sandbox.conftest import NOW, Reader

BEFORE_ALL = "2026-09-12T12:00:00+00:00"


@pytest.fixture
def alone() -> Iterator[Reader]:
    """A server of its own, a day of which can be lived again."""
    with SandboxServer(anchor="2026-11-10") as server:
        reader = Reader(server)
        yield reader
        reader.session.close()


def _change(reader: Reader, what: str, new: str = "") -> tuple[SandboxAccount, AdObject, LoggedChange]:
    """A campaign that was there before all of it, and the first such change in its log."""
    for account in reader.server.sandbox.world.accounts:
        for change in account.changes:
            one = account.objects[change.kind][change.index]
            is_wanted = (change.what, change.kind) == (what, "campaign") and new in ("", change.new)
            if is_wanted and one.created_at.isoformat() < BEFORE_ALL:
                return account, one, change
    raise AssertionError(f"no campaign has a {what} changed")


def _listed(reader: Reader, account: SandboxAccount) -> set[str]:
    return {row["id"] for row in reader.get(f"act_{account.id}/campaigns").json()["data"]}


def test_a_budget_edit_shows_from_its_instant_on(alone: Reader) -> None:
    _, campaign, change = _change(alone, "daily_budget")
    for now, budget in ((BEFORE_ALL, change.old), (change.at.isoformat(), change.new), (BEFORE_ALL, change.old)):
        alone.server.set_now(now)
        assert alone.get(campaign.id, fields="daily_budget").json()["daily_budget"] == budget


def test_an_archived_campaign_was_active_before(alone: Reader) -> None:
    account, campaign, _ = _change(alone, "status", "ARCHIVED")
    assert campaign.id not in _listed(alone, account)
    alone.server.set_now(BEFORE_ALL)
    assert campaign.id in _listed(alone, account)
    alone.server.set_now(NOW)
    assert alone.get(campaign.id, fields="status").json()["status"] == "ARCHIVED"


def test_what_is_created_later_is_not_there_yet(alone: Reader) -> None:
    account = alone.server.sandbox.world.accounts[0]
    young = max(account.objects["campaign"], key=lambda one: one.created_at)
    alone.server.set_now(BEFORE_ALL)
    assert alone.get(young.id).json()["error"]["error_subcode"] == 33
    assert young.id not in _listed(alone, account)
    alone.server.set_now(NOW)
    assert alone.get(young.id).json() == {"id": young.id}


def test_the_update_time_is_that_of_the_last_change(alone: Reader) -> None:
    _, campaign, change = _change(alone, "daily_budget")
    alone.server.set_now(BEFORE_ALL)
    before = alone.get(campaign.id, fields="updated_time,created_time").json()
    assert before["updated_time"] == before["created_time"]
    alone.server.set_now(change.at.isoformat())
    assert alone.get(campaign.id, fields="updated_time").json()["updated_time"] > before["updated_time"]


def test_a_write_in_an_earlier_time_comes_before_what_the_log_holds_for_later(alone: Reader) -> None:
    _, campaign, change = _change(alone, "daily_budget")
    alone.server.set_now(BEFORE_ALL)
    assert alone.post(campaign.id, daily_budget=77700).json() == {"success": True}
    a_moment_ago = "2026-09-12T11:59:59+00:00"
    shown = (
        (BEFORE_ALL, "77700"),
        (a_moment_ago, change.old),
        (BEFORE_ALL, "77700"),
        (change.at.isoformat(), change.new),
    )
    for now, budget in shown:
        alone.server.set_now(now)
        assert alone.get(campaign.id, fields="daily_budget").json()["daily_budget"] == budget
