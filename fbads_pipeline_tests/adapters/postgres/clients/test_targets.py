"""Targets are added and never changed, refused as a whole where one is wrong, and each is in the audit log."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.clients.targets import PostgresTargets
from fbads_pipeline.adapters.postgres.identity.audit import PostgresAudit
from fbads_pipeline.domain.clients.targets import Target, UnusableTarget
from fbads_pipeline_tests.support.rendering import reads

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
DAY = date(2026, 11, 10)
KNOWN = """
insert into raw.accounts (account_id, name, currency, timezone_name, collected_at) values
    ('42', 'Loja', 'BRL', 'America/Sao_Paulo', now()), ('43', 'Shop', 'USD', 'UTC', now());
insert into raw.campaigns (campaign_id, account_id, name, collected_at) values ('7', '42', '[VENDAS] Natal', now())
"""


def target(**values):
    return Target(**{"account_id": "42", "currency": "BRL", "valid_from": DAY, **values})


@pytest.fixture
def store(migrated_engine):
    with migrated_engine.begin() as connection:
        connection.execute(sa.text(KNOWN))
    return PostgresTargets(migrated_engine)


def test_what_was_set_comes_back_to_the_last_digit_with_who_set_it(store, migrated_engine):
    made = [target(cpa=D("30.10"), goal_family="lead", monthly_budget=D(9000)), target(campaign_id="7", roas=D("3.5"))]
    numbers = store.set(made, actor="cli:ana", now=NOW)
    stored = store.all()
    assert [(one.target_id, one.target, one.set_by, one.set_at) for one in stored] == [
        (number, one, "cli:ana", NOW) for number, one in zip(numbers, made, strict=True)
    ]
    assert store.all(frozenset({"43"})) == []
    assert store.campaign_names({"42"}) == {"42": {"7": "[VENDAS] Natal"}}
    newest, _ = PostgresAudit(migrated_engine).newest(2)
    assert (newest.actor, newest.action, newest.subject, newest.details) == (
        *("cli:ana", "TARGET_SET", "account:42"),
        {"campaign_id": "7", "currency": "BRL", "roas": "3.5", "valid_from": "2026-11-10"},
    )
    assert PostgresAudit(migrated_engine).verify() == (2, None)


def test_a_later_target_replaces_an_earlier_one_and_leaves_it_in_the_history(store):
    store.set([target(cpa=D(30))], actor="a", now=NOW)
    store.set([target(cpa=D(40), valid_from=date(2026, 12, 1))], actor="a", now=NOW)
    targets = store.of("42")
    held = [targets.of_account(day, currency="BRL").cpa for day in (DAY, date(2026, 12, 1))]
    assert (held, len(store.all())) == ([30, 40], 2)


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"account_id": "44"}, "no_account"),
        ({"currency": "USD"}, "other_currency"),
        ({"account_id": "43", "currency": "USD", "campaign_id": "7"}, "no_campaign"),
    ],
)
def test_one_that_fits_no_account_keeps_all_of_them_out(store, values, key):
    with pytest.raises(UnusableTarget) as refused:
        store.set([target(cpa=D(30)), target(cpa=D(9), **values)], actor="a", now=NOW)
    assert refused.value.message.key == f"clients.target.{key}"
    assert store.all() == []


def test_patterns_as_narrow_as_each_other_that_contradict_are_refused_as_a_whole(store):
    store.set([target(name_pattern="[vendas]*", cpa=D(10))], actor="a", now=NOW)
    with pytest.raises(UnusableTarget) as refused:
        store.set([target(name_pattern="*s] natal", cpa=D(20))], actor="a", now=NOW)
    assert reads(refused.value.message, "en") == (
        "the patterns *s] natal and [vendas]* say different things of campaign 7 and neither is narrower: make one of"
        " them longer, or set the target for the campaign itself"
    )
    assert len(store.all()) == 1, "nothing of it was kept"
    store.set([target(name_pattern="*s] natal", cpa=D(10))], actor="a", now=NOW)
    store.set([target(name_pattern="*natal", cpa=D(20)), target(campaign_id="7", cpa=D(5))], actor="a", now=NOW)
    (conflict,) = store.conflicts(None, DAY)["42"]
    assert (conflict.campaign_id, conflict.is_contradiction) == ("7", False)


def test_goals_of_campaigns_follow_targets_names_and_the_account_s_own_day(store, migrated_engine):
    def goals():
        with migrated_engine.connect() as connection:
            rows = connection.execute(sa.text("select campaign_id, goal_family from ops.campaign_goals order by 1"))
            return {row.campaign_id: row.goal_family for row in rows}

    def campaign(campaign_id, name):
        add = (
            "insert into raw.campaigns (campaign_id, account_id, name, collected_at) values (:c, '42', :n, now())"
            " on conflict (campaign_id) do update set name = excluded.name"
        )
        with migrated_engine.begin() as connection:
            connection.execute(sa.text(add), {"c": campaign_id, "n": name})

    assert (store.refresh_goals(NOW), goals()) == (0, {})
    store.set(
        [target(goal_family="lead"), target(name_pattern="[vendas]*", goal_family="purchase")], actor="a", now=NOW
    )
    assert goals() == {"7": "purchase"}
    campaign("8", "[VENDAS] Carnaval")
    campaign("9", "Feira")
    assert (store.refresh_goals(NOW), goals()) == (1, {"7": "purchase", "8": "purchase"})
    campaign("8", "Carnaval")
    store.set([target(campaign_id="9", goal_family="registration", valid_from=date(2026, 11, 11))], actor="a", now=NOW)
    assert goals() == {"7": "purchase"}
    # Midnight in UTC is 21:00 in São Paulo: the target of the 11th does not hold yet.
    assert store.refresh_goals(datetime(2026, 11, 11, 1, tzinfo=UTC)) == 0
    assert store.refresh_goals(datetime(2026, 11, 11, 4, tzinfo=UTC)) == 1
    assert goals() == {"7": "purchase", "9": "registration"}
    assert store.refresh_goals(datetime(2026, 11, 11, 4, tzinfo=UTC)) == 0
