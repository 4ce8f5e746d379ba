"""The telling room: what waits goes out although the marts stand still."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from fbads_pipeline.adapters.postgres.server.engine import DatabaseUnreachable
from fbads_pipeline.defs.notify import sensors
from fbads_pipeline.defs.shared.tables import markdown_table
from fbads_pipeline.domain.alerts.alerts import DeliveryAttempt, FailedDelivery
from fbads_pipeline.domain.recommendations.targets import SettingsTargets
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.defs.analyse.test_analyse import checks_of, definitions, metadata_of, run
from fbads_pipeline_tests.support.fake_anomalies import FakeAnomalies
from fbads_pipeline_tests.support.fake_performance import FakePerformance
from fbads_pipeline_tests.support.fakes import (
    HOSTILE_NAMES,
    FakeCalendarEvents,
    FakeChannel,
    FakeMarts,
    FakeOutbox,
    FakeReviews,
    FakeRules,
    FixedClock,
    RecipientsOf,
    a_delivery,
    a_suggestion,
    no_budget_alerts,
)


@pytest.fixture
def world():
    made = {
        "marts": FakeMarts(),
        "targets": SettingsTargets(load_settings()),
        "decisions": FakeReviews(),
        "anomalies": FakeAnomalies(),
        "performance": FakePerformance(),
        "calendar_events": FakeCalendarEvents(),
        "rules": FakeRules(),
        "outbox": FakeOutbox(),
        "channels": {"fake": FakeChannel()},
        "clock": FixedClock(),
        "settings": load_settings(),
    }
    made["recipients"] = RecipientsOf(made)
    made["budget_alerts"] = no_budget_alerts()
    return made


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def waiting(world):
    world["decisions"].open_suggestions([a_suggestion()], now=world["clock"].now())


class TestTheJob:
    def test_it_announces_and_sends_and_reviews_nothing(self, world):
        waiting(world)
        world["outbox"] = FakeOutbox(a_delivery())
        result = run(world, "dispatch")
        keys = [one.asset_key.to_user_string() for one in result.get_asset_materialization_events()]
        assert keys == ["ops/alerts", "ops/deliveries"]
        assert world["marts"].asked == []
        assert (len(world["decisions"].alerts), len(world["channels"]["fake"].sent)) == (1, 1)

    def test_a_channel_that_fails_fails_no_run_and_is_shown(self, world):
        world["outbox"] = FakeOutbox(a_delivery(1), a_delivery(2, "slack"))
        world["channels"] = {"fake": FakeChannel("fake", DeliveryAttempt("failed", error="is archived"))}
        result = run(world, "dispatch")
        assert result.success
        told = metadata_of(result, "ops/deliveries")
        assert (told["failed"], told["waiting_for_a_channel"]) == (1, {"slack": 1})
        assert "given up | is archived |" in told["table"]

    def test_a_message_that_was_given_up_is_a_red_check_that_names_it(self, world):
        world["outbox"].given_up = [
            FailedDelivery(account_id="1", title="t", channel="slack", recipient="C1", error="is archived")
        ]
        check = checks_of(run(world, "dispatch"))["every_message_goes_out"]
        assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
        assert check.description == "account 1 by slack: is archived"

    def test_recipients_are_those_of_the_settings(self, world):
        waiting(world)
        world["settings"] = load_settings(slack_token="xoxb-1", slack_channel="C1")
        run(world, "dispatch")
        assert [one.channel for _, one in world["decisions"].deliveries] == ["slack"]


class TestTheSensor:
    def tick(self, world, instance):
        keys = ("decisions", "anomalies", "outbox", "channels", "clock", "recipients", "settings")
        context = dg.build_sensor_context(instance, resources={key: world[key] for key in keys})
        return sensors.send_due_messages(context)

    def test_it_runs_by_itself(self):
        assert sensors.send_due_messages.default_status == dg.DefaultSensorStatus.RUNNING
        assert sensors.send_due_messages.job_name == "dispatch"

    def test_nothing_due_is_skipped(self, world, instance):
        assert self.tick(world, instance).skip_message.startswith("nothing is due")

    def test_what_is_due_asks_for_one_run_a_minute(self, world, instance):
        world["outbox"] = FakeOutbox(a_delivery(1), a_delivery(2))
        before = datetime.now(UTC)
        request = self.tick(world, instance)
        keys = {f"dispatch-{moment:%Y-%m-%dT%H:%M}" for moment in (before, datetime.now(UTC))}
        assert request.run_key in keys
        assert request.tags["fbads/due"] == "2"

    def test_newcomers_that_wait_for_their_day_are_due_on_it(self, world, instance):
        waiting(world)
        assert self.tick(world, instance).tags["fbads/accounts_to_announce"] == "1"

    def test_anomalies_that_nobody_has_heard_of_are_due(self, world, instance):
        world["anomalies"] = FakeAnomalies(waiting=2)
        assert self.tick(world, instance).tags["fbads/accounts_to_announce"] == "2"

    def test_a_channel_that_is_not_configured_starts_nothing(self, world, instance):
        world["outbox"] = FakeOutbox(a_delivery(1, "slack"))
        assert isinstance(self.tick(world, instance), dg.SkipReason)

    def test_half_a_slack_starts_no_run_that_must_fail(self, world, instance):
        waiting(world)
        world["settings"] = load_settings(slack_token="xoxb-1")
        assert "FBADS_SLACK_CHANNEL is missing" in self.tick(world, instance).skip_message

    @pytest.mark.parametrize("job", ["review", "dispatch"])
    def test_a_run_under_way_is_left_alone(self, world, instance, job):
        world["outbox"] = FakeOutbox(a_delivery(1))
        definition = definitions(world).resolve_job_def(job)
        busy = instance.create_run_for_job(definition, status=dg.DagsterRunStatus.STARTED)
        assert self.tick(world, instance).skip_message == f"run {busy.run_id} is sending already"
        done = instance.get_run_by_id(busy.run_id)
        instance.report_run_failed(done)
        assert isinstance(self.tick(world, instance), dg.RunRequest)

    def test_a_database_that_is_away_is_a_reason_to_skip(self, world, instance):
        world["outbox"].fails = DatabaseUnreachable("the database at x does not let us in")
        assert self.tick(world, instance).skip_message.startswith("skipped, the database is away: the database at x")


def test_a_long_table_is_cut_and_says_so():
    table = markdown_table(("n",), [(number,) for number in range(25)]).md_str
    assert len([line for line in table.splitlines() if line.startswith("| ")]) == 21
    assert table.endswith("… and 5 more")


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_have_no_effect_in_a_table(name):
    _, _, row = markdown_table(("a", "b"), [(name, 1)]).md_str.splitlines()
    bare = row.replace("\\\\", "")
    active = {character: bare.count(character) - bare.count("\\" + character) for character in "<>`[]*&|:@"}
    assert active == {**dict.fromkeys(active, 0), "|": 3}
