"""The daily token check and the alerts about incidents under Dagster, against the sandbox and a real PostgreSQL."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from fbads_pipeline.adapters.encryption import Cipher, new_key
from fbads_pipeline.adapters.meta_ads.inspector import GraphInspector
from fbads_pipeline.adapters.meta_ads.transport import GraphAccess, Transport
from fbads_pipeline.adapters.postgres.collection.tokens import PostgresTokens
from fbads_pipeline.adapters.postgres.delivery.creatives import PostgresCreatives
from fbads_pipeline.adapters.postgres.delivery.problems import PostgresDeliveryProblems
from fbads_pipeline.adapters.postgres.health.incidents import PostgresIncidents
from fbads_pipeline.adapters.postgres.server.engine import DatabaseUnreachable
from fbads_pipeline.defs.maintenance import assets, checks, jobs, schedules, sensors
from fbads_pipeline.domain.collection.tokens import NamedToken
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.defs.analyse.test_analyse import checks_of, metadata_of
from fbads_pipeline_tests.support.fake_ads import FakeClock
from fbads_pipeline_tests.support.fakes import RecipientsOf

NOW = datetime(2026, 11, 10, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def sandbox():
    with SandboxServer(campaigns=2) as server:
        yield server


@pytest.fixture
def world(migrated_engine, sandbox):
    settings = load_settings(encryption_keys=new_key(), graph_url=sandbox.url, access_token=sandbox.token)
    tokens = PostgresTokens(migrated_engine, Cipher(settings.encryption_keys))
    for name, ends in (("soon", "2026-11-20T00:00:00+00:00"), ("gone", "2026-11-01T00:00:00+00:00")):
        sandbox.grant(f"EAA{name}", expires_at=ends)
        tokens.add(NamedToken(name, f"EAA{name}"), now=NOW)
    incidents = PostgresIncidents(migrated_engine)
    made = {"settings": settings, "tokens": tokens, "clock": FakeClock(NOW), "incidents": incidents}
    made["delivery"] = PostgresDeliveryProblems(migrated_engine)
    made["creatives"], made["pictures"] = PostgresCreatives(migrated_engine), None
    made |= dict.fromkeys(("links", "landing_pages", "retention", "database", "records", "run_folders"))
    made["recipients"] = RecipientsOf(made)
    return made


def run(world, job):
    definitions = dg.Definitions(
        assets=dg.load_assets_from_modules([assets]),
        asset_checks=dg.load_asset_checks_from_modules([checks]),
        jobs=[jobs.token_job, jobs.incidents_job],
        resources=world,
        executor=dg.in_process_executor,
    )
    return definitions.resolve_job_def(job).execute_in_process()


def tick(world):
    keys = ("incidents", "delivery", "clock", "recipients", "settings")
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance, resources={key: world[key] for key in keys})
        return sensors.announce_incidents_when_due(context)


def test_every_token_is_asked_for_and_the_dead_one_is_a_red_check(world):
    result = run(world, "check_tokens")
    found = {one.name: (one.facts.is_valid, str(one.facts.ends_at)) for one in world["tokens"].last_checks()}
    assert found == {
        "environment": (True, "None"),
        "gone": (False, "None"),
        "soon": (True, "2026-11-20 00:00:00+00:00"),
    }
    check = checks_of(result)["every_token_works"]
    assert (check.passed, "token gone: Error validating access token" in check.description) == (False, True)
    shown = metadata_of(result, "ops/token_checks")["table"]
    assert "ads\\_read" in shown
    assert "EAA" not in shown


@pytest.mark.parametrize(
    ("version", "passed", "severity"),
    [("v26.0", True, "WARN"), ("v25.0", False, "WARN"), ("v24.0", False, "ERROR")],
)
def test_a_version_near_its_end_is_a_yellow_check_and_an_ended_one_a_red_one(world, version, passed, severity):
    world["settings"] = world["settings"].model_copy(update={"api_version": version})
    world["clock"] = FakeClock(datetime(2027, 1, 5, tzinfo=UTC))
    check = checks_of(run(world, "check_tokens"))["api_version_is_current"]
    assert (check.passed, check.severity.value) == (passed, severity)
    assert "the newest version is v27.0" in check.description


def test_meta_that_does_not_answer_says_nothing_of_a_token(world, sandbox, monkeypatch):
    sandbox.set_scenario({"name": "dropped-connection", "path": "debug_token", "count": 99})
    monkeypatch.setattr(assets, "token_inspector", inspector_without_retries)
    try:
        result = run(world, "check_tokens")
    finally:
        sandbox.set_scenario(None)
    assert set(metadata_of(result, "ops/token_checks")["unanswered"]) == {"environment", "soon"}
    assert [one.name for one in world["tokens"].last_checks()] == ["gone"], "Meta did answer on that one"


def inspector_without_retries(settings):
    return GraphInspector(lambda token: Transport(GraphAccess(settings.graph_url, "v25.0", token.token, attempts=1)))


def test_incidents_are_announced_without_any_marts(world):
    assert tick(world).skip_message == "no incident is new, over, or unannounced"
    run(world, "check_tokens")
    assert tick(world).tags == {"fbads/incidents": "2"}
    told = metadata_of(run(world, "announce_incidents"), "ops/incidents")
    assert (told["opened"], told["announced"], told["open"]) == (2, 2, 2)
    assert isinstance(tick(world), dg.SkipReason)


def test_the_schedule_and_the_sensor_run_by_themselves():
    assert schedules.check_tokens_daily.default_status == dg.DefaultScheduleStatus.RUNNING
    assert sensors.announce_incidents_when_due.default_status == dg.DefaultSensorStatus.RUNNING
    from fbads_pipeline.definitions import defs

    assert defs.resolve_job_def("announce_incidents")
    assert defs.resolve_job_def("check_tokens")


def test_a_database_that_is_away_and_half_a_slack_are_reasons_to_skip(world, monkeypatch):
    def away(self):
        raise DatabaseUnreachable("the database at x does not let us in")

    monkeypatch.setattr(PostgresIncidents, "facts", away)
    assert tick(world).skip_message.startswith("skipped, the database is away")
    world["settings"] = load_settings(slack_token="xoxb-1")
    assert "FBADS_SLACK_CHANNEL is missing" in tick(world).skip_message


def test_a_run_that_fails_is_noted_with_its_innermost_sentence_and_its_success_too(world):
    fails = [True]

    @dg.op
    def build():
        try:
            raise ValueError("the disk is full\nsecond line")
        except ValueError as cause:
            if fails[0]:
                raise RuntimeError("could not build") from cause

    @dg.job
    def collect():
        build()

    with dg.DagsterInstance.ephemeral() as instance:
        for sensor in (sensors.record_failed_runs, sensors.record_recovered_runs):
            result = collect.execute_in_process(instance=instance, raise_on_error=False)
            event = result.get_run_failure_event() if fails[0] else result.get_run_success_event()
            context = dg.build_run_status_sensor_context(
                "s", event, instance, result.dagster_run, resources={"incidents": world["incidents"]}
            )
            sensor(context.for_run_failure() if fails[0] else context)
            facts = world["incidents"].facts().jobs
            assert [(one.job, one.ok) for one in facts] == [("collect", not fails[0])]
            if fails[0]:
                assert facts[0].error == "build: ValueError: the disk is full"
            fails[0] = False
