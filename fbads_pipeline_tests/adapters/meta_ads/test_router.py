"""Several tokens as one Marketing API: the sandbox over HTTP, and what is remembered in a real PostgreSQL."""

from datetime import UTC, datetime

import pytest

from fbads_pipeline.adapters.encryption import Cipher
from fbads_pipeline.adapters.meta_ads.client import GraphAds
from fbads_pipeline.adapters.meta_ads.router import TokenRouter
from fbads_pipeline.adapters.meta_ads.transport import GraphAccess, Transport
from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.adapters.postgres.collection.tokens import PostgresTokens
from fbads_pipeline.domain.collection.meta_errors import AccountStopped
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline.services.collection.plan_sync import SyncPlan, list_accounts, pick_accounts
from fbads_pipeline.services.collection.sync_ads import sync_ads
from fbads_pipeline_tests.support.fake_ads import FakeClock

NOW = datetime(2026, 11, 10, 15, tzinfo=UTC)
PAST = "2026-11-01T00:00:00+00:00"


@pytest.fixture(scope="module")
def sandbox():
    with SandboxServer(campaigns=3) as server:
        yield server


@pytest.fixture
def ids(sandbox):
    """The sandbox's accounts; the north sees the first two, the south the last three."""
    found = [account["account_id"] for account in sandbox.control("state")["accounts"]]
    sandbox.set_scenario(None)
    sandbox.grant("EAAnorth", found[:2])
    sandbox.grant("EAAsouth", found[1:])
    return found


@pytest.fixture
def tokens(migrated_engine):
    return PostgresTokens(migrated_engine, Cipher(None))


@pytest.fixture
def raw(migrated_engine):
    return PostgresRawStore(migrated_engine)


@pytest.fixture
def router(sandbox, tokens):
    def made(*names):
        clients = {
            name: GraphAds(Transport(GraphAccess(sandbox.url, "v25.0", f"EAA{name}"), sleep=lambda seconds: None))
            for name in names or ("north", "south")
        }
        return TokenRouter(clients, tokens, FakeClock(NOW))

    return made


def seen(router):
    return sorted(account.account_id for account in router.accounts())


def reports(router, raw):
    accounts = pick_accounts(list_accounts(router, raw, FakeClock(NOW)), [], [])
    plan = SyncPlan("run", levels=("account", "campaign"), restatement_days=2)
    return {one.account_id: one for one in sync_ads(router, raw, FakeClock(NOW), accounts, plan)}


def test_every_account_is_read_with_the_token_that_sees_it(router, raw, ids, tokens):
    done = reports(router(), raw)
    assert {key: one.status for key, one in done.items()} == dict.fromkeys(ids, "done")
    assert min(one.traffic.calls for one in done.values()) > 0
    assert [tokens.token_of(one) for one in ids] == ["north", "north", *["south"] * (len(ids) - 2)]


def test_the_accounts_of_an_expired_token_fail_in_their_own_reports_and_the_others_go_on(router, raw, ids, sandbox):
    reports(router(), raw)
    sandbox.grant("EAAnorth", ids[:2], expires_at=PAST)
    done = reports(router(), raw)
    assert {key: (one.status, one.error_kind) for key, one in done.items()} == {
        ids[0]: ("failed", "stopped"),
        **dict.fromkeys(ids[1:], ("done", None)),
    }
    assert "Session has expired" in done[ids[0]].error


def test_an_expired_token_is_known_to_be_dead_at_once_and_alive_when_it_works_again(router, raw, ids, sandbox, tokens):
    sandbox.grant("EAAnorth", ids[:2], expires_at=PAST)
    assert seen(router()) == sorted(ids[1:]), "before its first listing nothing is known of it"
    (check,) = tokens.last_checks()
    assert (check.name, check.facts.is_valid) == ("north", False)
    sandbox.grant("EAAnorth", ids[:2])
    assert {one.status for one in reports(router(), raw).values()} == {"done"}


def test_a_step_on_another_machine_finds_the_token_without_a_listing(router, ids):
    router().accounts()
    assert router().account(ids[-1]).account_id == ids[-1]


def test_an_account_that_no_listing_names_is_looked_for(router, ids, tokens):
    assert router().account(ids[-1]).account_id == ids[-1]
    assert tokens.token_of(ids[-1]) == "south"


def test_tokens_of_which_none_works_are_an_error_until_their_accounts_are_known(router, raw, ids, sandbox):
    for name in ("north", "south"):
        sandbox.grant(f"EAA{name}", ids, expires_at=PAST)
    with pytest.raises(AccountStopped, match="expired"):
        router().accounts()
    sandbox.grant("EAAnorth", ids)
    reports(router(), raw)
    sandbox.grant("EAAnorth", ids, expires_at=PAST)
    assert {one.error_kind for one in reports(router(), raw).values()} == {"stopped"}


def test_a_passing_fault_of_one_token_loses_none_of_its_accounts(router, raw, ids, sandbox, tokens):
    reports(router(), raw)
    sandbox.set_scenario({"name": "error-in-200", "path": "me/adaccounts", "count": 5})
    assert seen(router()) == sorted(ids)
    assert tokens.last_checks() == [], "that says nothing of the token itself"
