"""The month's budgets on a database: from marts to rows, worst first, and each alert once."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.clients.tax_rates_file import read_tax_rates
from fbads_pipeline.adapters.postgres.clients.clients import PostgresClients
from fbads_pipeline.adapters.postgres.clients.months import PostgresBudgetAlerts, PostgresMonths
from fbads_pipeline.adapters.postgres.clients.targets import PostgresTargets
from fbads_pipeline.adapters.postgres.clients.taxes import PostgresTaxes
from fbads_pipeline.adapters.translation.translator import localizer
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.clients.client import ClientBudget, ClientDetails
from fbads_pipeline.domain.clients.targets import Target
from fbads_pipeline.services.clients.announce_budgets import BudgetAlerts
from fbads_pipeline.services.clients.read_budgets import BudgetService
from fbads_pipeline_tests.support.fakes import FixedClock

NOW = datetime(2026, 11, 11, 15, tzinfo=UTC)
MARTS = """
create table marts.accounts (account_id text, name text, currency text, timezone_name text);
create table marts.campaigns (account_id text, campaign_id text, effective_status text, timezone_name text,
    stop_at timestamptz, name text);
create table marts.day_coverage (account_id text, level text, day date, is_read boolean);
create table marts.account_daily (account_id text, day date, spend numeric);
create table marts.campaign_daily (account_id text, campaign_id text, day date, spend numeric);
insert into marts.accounts select n::text, 'Conta ' || n, 'BRL', 'America/Sao_Paulo' from generate_series(1, 3) n;
insert into raw.accounts (account_id, name, currency, timezone_name, country, collected_at)
    select account_id, name, currency, timezone_name, 'BR', now() from marts.accounts;
insert into marts.campaigns values ('1', '10', 'PAUSED', 'America/Sao_Paulo', null, '[A] x'),
    ('1', '11', 'ACTIVE', 'America/Sao_Paulo', '2026-11-16T03:00Z', '[A] y'),
    ('1', '12', 'ACTIVE', 'America/Sao_Paulo', null, 'z');
insert into raw.campaigns (campaign_id, account_id, name, collected_at)
    select campaign_id, account_id, name, now() from marts.campaigns;
insert into marts.day_coverage select account_id, level, day::date, true from marts.accounts,
    unnest(array['account', 'campaign']) level,
    generate_series(date '2026-09-01', date '2026-11-11', '1 day') day;
insert into marts.account_daily select account_id, day::date, 100 from marts.accounts,
    generate_series(date '2026-09-01', date '2026-11-10', '1 day') day;
insert into marts.campaign_daily select '1', c, day::date, s from (values ('10', 30), ('11', 40), ('12', 30)) v (c, s),
    generate_series(date '2026-09-01', date '2026-11-10', '1 day') day
"""


@pytest.fixture
def service(migrated_engine):
    with migrated_engine.begin() as connection:
        connection.execute(sa.text(MARTS))
    table = read_tax_rates(None)
    clients = PostgresClients(migrated_engine, table)
    number = clients.add(ClientDetails("Loja Lima", ("1",)), actor="a", now=NOW)
    clients.set_budget(number, ClientBudget("BRL", D(1200), date(2026, 11, 1)), actor="a", now=NOW)
    target = Target("2", "BRL", date(2026, 11, 1), monthly_budget=D(3000))
    PostgresTargets(migrated_engine).set([target], actor="a", now=NOW)
    taxes = PostgresTaxes(migrated_engine, table)
    taxes.refresh()
    return BudgetService(clients, PostgresMonths(migrated_engine), taxes)


def test_what_stopped_spends_no_more_and_what_ends_spends_until_then(service):
    rows = service.read(None, NOW)
    assert [(one.name, one.state) for one in rows] == [
        ("Loja Lima", "over"),
        ("Conta 2", "on_plan"),
        ("Conta 3", "no_budget"),
    ]
    assert rows[0].landing.mean == pytest.approx(1000 + 20 * 30 + 5 * 40, rel=0.01)
    assert rows[0].spent == 1000 and round(rows[0].cost, 2) == D("1138.30")
    assert [one.name for one in service.read(frozenset({"2"}), NOW)] == ["Conta 2"]


def test_a_budget_that_is_off_is_said_once_a_month_to_who_sees_the_account(service, migrated_engine):
    alerts = BudgetAlerts(service, PostgresBudgetAlerts(migrated_engine))
    people = [
        Recipient("email", "ana@x.example", accounts=frozenset({"1"})),
        Recipient("email", "eva@x.example", accounts=frozenset({"2"})),
    ]
    assert [alerts.announce(FixedClock(NOW), people) for _ in range(2)] == [1, 0]
    with migrated_engine.connect() as connection:
        (sent,) = connection.execute(
            sa.text("select recipient, severity from ops.deliveries join ops.alerts using (alert_id)")
        )
        title = connection.execute(sa.text("select title from ops.alerts")).scalar_one()
    assert tuple(sent) == ("ana@x.example", "warning") and "will_burst" not in str(title)


def test_a_day_that_was_not_read_keeps_the_alarm_silent(service, migrated_engine):
    with migrated_engine.begin() as connection:
        connection.execute(sa.text("update marts.day_coverage set is_read = false where day = '2026-11-05'"))
    assert {one.state for one in service.read(None, NOW)} == {"not_read", "no_budget"}
    assert BudgetAlerts(service, PostgresBudgetAlerts(migrated_engine)).announce(FixedClock(NOW), []) == 0


def test_the_pages_words_are_there_in_both_languages():
    for language in ("pt", "en"):
        t = localizer(language)
        assert len({t(f"clients.budget.{one}") for one in ("on_plan", "over", "under", "not_read", "no_budget")}) == 5


def test_campaigns_and_patterns_have_budgets_of_their_own_with_a_pace(service, migrated_engine):
    store = PostgresTargets(migrated_engine)
    made = [
        Target("1", "BRL", date(2026, 11, 1), name_pattern="[A]*", monthly_budget=D(900)),
        Target("1", "BRL", date(2026, 11, 1), campaign_id="12", monthly_budget=D(400)),
        Target("1", "BRL", date(2026, 12, 1), campaign_id="11", monthly_budget=D(1)),
    ]
    store.set(made, actor="a", now=NOW)
    rows = {one.name: one for one in service.read(frozenset({"1"}), NOW)}
    assert list(rows) == ["Conta 1 › z", "Loja Lima", "Conta 1 › [A]*"]
    both, one = rows["Conta 1 › [A]*"], rows["Conta 1 › z"]
    # The pattern's campaigns together: one is paused, the other one ends on the 15th.
    assert (both.spent, both.scope, both.state) == (700, "pattern:[a]*", "on_plan")
    assert both.landing.mean == pytest.approx(700 + 5 * 40, rel=0.01)
    assert (one.spent, one.budget, one.scope, one.state) == (300, 400, "campaign:12", "over")
    assert one.landing.mean == pytest.approx(30 * 30, rel=0.01) and round(one.planned, 2) == D("133.33")
    with migrated_engine.begin() as connection:
        connection.execute(
            sa.text("update marts.campaign_daily set spend = null where campaign_id = '10' and day = '2026-11-02'")
        )
    rows = {one.name: one for one in service.read(frozenset({"1"}), NOW)}
    assert (rows["Conta 1 › [A]*"].spent, rows["Conta 1 › z"].spent) == (None, 300)
    alerts = BudgetAlerts(service, PostgresBudgetAlerts(migrated_engine))
    assert [alerts.announce(FixedClock(NOW), [Recipient("email", "a@x.example")]) for _ in range(2)] == [2, 0]


def test_a_month_begins_with_the_accounts_own_day(service, migrated_engine):
    at_night = datetime(2026, 12, 1, 2, 30, tzinfo=UTC)
    made = [Target("3", "BRL", date(2026, 12, 1), monthly_budget=D(5))]
    PostgresTargets(migrated_engine).set(made, actor="a", now=NOW)
    (november,) = service.read(frozenset({"3"}), at_night)
    assert (november.today, november.budget) == (date(2026, 11, 30), None)
    (december,) = service.read(frozenset({"3"}), datetime(2026, 12, 1, 3, 30, tzinfo=UTC))
    assert (december.today, december.budget) == (date(2026, 12, 1), 5)
