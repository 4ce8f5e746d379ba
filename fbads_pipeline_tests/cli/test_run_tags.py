"""A run of `fbads run` carries the tags that the sensor of its job would have given it."""

import dagster as dg
import pytest

from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.bootstrap import alerts, anomalies, delivery, health, metrics, recommendations
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.cli.operations.run_tags import run_tags
from fbads_pipeline.defs.analyse.sensors import review_after_marts_refresh
from fbads_pipeline.defs.maintenance.sensors import announce_incidents_when_due
from fbads_pipeline.defs.notify.sensors import send_due_messages
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.support.fakes import NOW, a_suggestion
from fbads_pipeline_tests.support.sample_marts import SampleMarts


@pytest.fixture
def home(migrated_url, tmp_path):
    """Settings and a database in which a message, a failed run and two published states of the marts wait."""
    settings, database = load_settings(now=NOW), Database(migrated_url, tmp_path)
    marts = SampleMarts(database.owner)
    marts.account("1")
    marts.publish()
    marts.publish()
    recommendations.review_store(database).open_suggestions([a_suggestion()], now=NOW)
    health.incident_store(database).note_run("review", "r1", ok=False, error="broken", at=NOW)
    yield settings, database
    database.close()


def tags_of_sensor(sensor, settings, database):
    stores = {
        "marts": metrics.marts(database),
        "decisions": recommendations.review_store(database),
        "anomalies": anomalies.anomaly_store(database),
        "incidents": health.incident_store(database),
        "delivery": delivery.delivery_problems(database),
        "outbox": alerts.outbox(database),
        "channels": alerts.channels(settings),
        "recipients": alerts.recipients(settings, database),
        "clock": clock(settings),
        "settings": settings,
    }
    with dg.DagsterInstance.ephemeral() as instance:
        needed = {key: stores[key] for key in sensor.required_resource_keys}
        return dict(sensor(dg.build_sensor_context(instance, resources=needed)).tags)


@pytest.mark.parametrize(
    ("job", "sensor"),
    [
        ("review", review_after_marts_refresh),
        ("dispatch", send_due_messages),
        ("announce_incidents", announce_incidents_when_due),
    ],
)
def test_the_tags_are_those_of_the_sensor(home, job, sensor):
    assert run_tags(job, *home) == tags_of_sensor(sensor, *home)


def test_what_is_not_due_is_tagged_with_zero(home):
    assert run_tags("detect", *home) == {"fbads/accounts_behind": "0"}
    assert run_tags("apply", *home) == {"fbads/waiting": "0"}


@pytest.mark.parametrize("job", ["learn", "reports", "check_tokens", "read_calendars"])
def test_a_job_that_a_schedule_launches_has_none(home, job):
    assert run_tags(job, *home) == {}
