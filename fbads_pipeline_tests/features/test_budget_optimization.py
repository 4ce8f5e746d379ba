"""budget_optimization.feature: proposal → Slack → signed button → sidecar → the sandbox's Marketing API → Slack."""

from datetime import timedelta

import pytest
from pytest_bdd import given, parsers, scenarios, then, when

from fbads_pipeline.adapters.meta_ads.writer import GraphWriter
from fbads_pipeline.adapters.postgres.identity.audit import PostgresAudit
from fbads_pipeline.adapters.postgres.recommendations.reviews import PostgresReviews
from fbads_pipeline.adapters.postgres.server.analyst import ensure_role
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.api.app import create_app
from fbads_pipeline.domain.core.messages import LegacyText
from fbads_pipeline.domain.recommendations.new_suggestions import NewSuggestion, Promise
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline.services.recommendations.apply_decisions import apply_decisions
from fbads_pipeline.services.recommendations.review_performance import announce
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.services.recommendations.test_apply_decisions import NOW, World
from fbads_pipeline_tests.support.sample_marts import SampleMarts
from fbads_pipeline_tests.support.slack_channel import APPROVER, SIGNING_SECRET, STRANGER, TEAM

scenarios("budget_optimization.feature")

DIFFERENT = 7_777


class Warehouse(World):
    """One sandbox whose campaigns were read, a sidecar beside it, and one proposal."""

    def __init__(self, server, database, slack):
        super().__init__(server, database.owner)
        self.collect()
        self.slack, self.told = slack, ""
        settings = load_settings(slack_signing_secret=SIGNING_SECRET, slack_approvers=APPROVER, now=NOW.isoformat())
        self.sidecar = Client(create_app(settings, database))
        self.decisions = PostgresReviews(database.owner)
        self.account, self.campaign = self.pick()
        self.before = self.budget()

    def budget(self):
        return self.writer.state(self.account, self.campaign).campaign.daily_budget

    def budget_writes(self):
        return [one for one in self.written() if one[1] == "daily_budget"]

    def propose(self, factor):
        marts = SampleMarts(self.engine)
        marts.account(self.account)
        marts.campaign(self.campaign, self.account)
        marts.days(self.campaign, (NOW - timedelta(days=1)).date(), self.account, count=14)
        promise = Promise(factor, 10.0, 55.0, 120.0, 0.93, "m1")
        made = NewSuggestion(
            self.account, self.campaign, "BUDGET_UP", "high", ("posterior",),
            LegacyText({"pt": "O CPA está abaixo do alvo.", "en": "CPA is below its target."}),
            {"currency": "BRL", "spend": "140"}, (NOW - timedelta(days=1)).date(), 1,
            promise=promise,
        )  # fmt: skip
        changes = self.decisions.open_suggestions([made], now=NOW, answered=("posterior",))
        assert changes.opened == 1

    def carry_out(self, writer=None):
        done = apply_decisions(self.book, writer or self.writer, self.clock, TEAM)
        self.slack.deliver(self.engine)
        return done


@pytest.fixture
def warehouse(slack, migrated_url, migrated_engine, tmp_path):
    database = Database(migrated_url, tmp_path)
    ensure_role(database.owner, database.analyst_password_file)
    with SandboxServer(campaigns=8, now=NOW.isoformat()) as server:
        yield Warehouse(server, database, slack)
    database.close()


@given("an active campaign with a daily budget of its own")
def campaign(warehouse):
    assert warehouse.before > 0


@given(parsers.parse("the program proposes to raise its budget by {percent:d} %"))
def proposed(warehouse, percent):
    warehouse.propose(1 + percent / 100)


@when("the proposal is announced")
def announced(warehouse, slack):
    assert announce(warehouse.decisions, warehouse.clock, TEAM) == 1
    slack.deliver(warehouse.engine)
    assert set(slack.buttons()) == {"Aceitar", "Rejeitar", "Adiar", "Útil", "Não foi útil"}


@when(parsers.parse('the approver presses "{label}"'))
def pressed(warehouse, slack, label):
    warehouse.told = slack.press(warehouse.sidecar, label, APPROVER, NOW)


@when(parsers.parse('a stranger presses "{label}"'))
def pressed_by_stranger(warehouse, slack, label):
    warehouse.told = slack.press(warehouse.sidecar, label, STRANGER, NOW)


@when("decisions are carried out")
def carried_out(warehouse):
    warehouse.carry_out()


@when("somebody changes the budget in Ads Manager")
def changed_elsewhere(warehouse):
    warehouse.transport.post(warehouse.campaign, {"daily_budget": str(DIFFERENT)}, account_id=warehouse.account)


@when("the manager undoes it within half an hour")
def undone(warehouse):
    suggestion_id, version = warehouse.rows("select suggestion_id, version from ops.suggestions")[0]
    warehouse.clock.instant = NOW + timedelta(minutes=5)
    answer = warehouse.sidecar.post(f"/api/v1/suggestions/{suggestion_id}/undo", {"version": version})
    assert answer.status_code == 200, answer.text


@when("the run that carries out decisions dies right after writing")
def dies(warehouse):
    class Dying(GraphWriter):
        def write(self, account_id, change):
            super().write(account_id, change)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        warehouse.carry_out(Dying(lambda account_id: warehouse.transport))


@then(parsers.parse("the campaign's daily budget at Meta is {factor:g} times what it was"))
def budget_is(warehouse, factor):
    assert warehouse.budget() == round(warehouse.before * factor)


@then("the campaign's daily budget at Meta is the one that somebody set")
def budget_is_theirs(warehouse):
    assert warehouse.budget() == DIFFERENT


@then("nothing was written to Meta")
def nothing_written(warehouse):
    assert warehouse.written() == [] and warehouse.budget() == warehouse.before


@then(parsers.parse("the budget was written to Meta {times:d} time"))
def written_times(warehouse, times):
    assert len(warehouse.budget_writes()) == times


@then("the stranger is told whom to ask")
def stranger_told(warehouse):
    assert "FBADS_SLACK_APPROVERS" in warehouse.told


@then("the audit log is whole and names the approver")
def audited(warehouse):
    entries = reversed(PostgresAudit(warehouse.engine).newest(10))
    assert [(one.actor, one.action) for one in entries] == [
        ("fbads", "BUDGET_UP_SUGGESTED"),
        (f"slack:{APPROVER}", "suggestion.accept"),
        ("fbads", "suggestion.applied"),
    ]
    assert PostgresAudit(warehouse.engine).verify()[1] is None
