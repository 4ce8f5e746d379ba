"""Alertmanager's reports become messages of our own channels, once, and nobody else can send any."""

import pytest
import sqlalchemy as sa

from checks.production.profiles import REPORTED
from fbads_pipeline.adapters.translation.translator import localizer
from fbads_pipeline.api.app import create_app
from fbads_pipeline.domain.health.platform_alerts import PLATFORM_ALERTS
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import HOSTILE, Client
from fbads_pipeline_tests.support.paths import ROOT

TOKEN = "a token of enough characters"
PATH = "/api/v1/webhooks/alertmanager"
FIRING = {
    "status": "firing",
    "labels": {"alertname": "disk_full", "instance": "node-exporter:9100", "job": "node"},
    "annotations": {"summary": "x"},
    "startsAt": "2026-11-10T14:00:00.123Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "fingerprint": "9f86d081884c7d65",
}
RESOLVED = {**FIRING, "status": "resolved", "endsAt": "2026-11-10T14:30:00Z"}


@pytest.fixture
def app(database, monkeypatch):
    monkeypatch.setenv("FBADS_ALERTMANAGER_TOKEN", TOKEN)
    monkeypatch.setenv("FBADS_DRY_RUN", "true")
    monkeypatch.setenv("FBADS_NOW", "2026-11-10T12:00:00-03:00")
    return create_app(load_settings(), database)


def report(client, *alerts, token=TOKEN):
    body = {"version": "4", "status": "firing", "groupKey": "{}", "receiver": "fbads", "alerts": list(alerts)}
    return client.post(PATH, body, authorization=f"Bearer {token}")


def messages(database):
    with database.owner.connect() as connection:
        statement = (
            "select alert.rule, alert.severity, alert.title, delivery.state from ops.alerts as alert"
            " left join ops.deliveries as delivery using (alert_id) order by alert.created_at, alert.rule"
        )
        return [tuple(row) for row in connection.execute(sa.text(statement))]


def test_an_alert_is_sent_once_and_so_is_its_end(app, database):
    client = Client(app, is_opened=False)
    assert report(client, FIRING).json() == {"kept": 1}
    assert report(client, FIRING).json() == {"kept": 0}
    assert report(client, RESOLVED).json() == {"kept": 1}
    sent = messages(database)
    assert [(rule, severity) for rule, severity, _, _ in sent] == [
        ("incident.platform", "critical"),
        ("recovery.platform", "info"),
    ]
    assert {state for *_, state in sent} <= {"sent", None}, "the sidecar sends by itself: Dagster may be what is down"
    with database.owner.connect() as connection:
        replies = connection.execute(sa.text("select count(*) from ops.alerts where replies_to is not null")).scalar()
        found = connection.execute(sa.text(REPORTED.format(place="node-exporter:9100"))).scalar()
    assert replies == 1
    assert found == 1, "the check of the containers looks for it so"


def test_an_end_whose_beginning_was_missed_says_both(app, database):
    assert report(Client(app, is_opened=False), RESOLVED).json() == {"kept": 2}


@pytest.mark.parametrize("token", ["", "another token of enough characters", TOKEN[:-1], f"{TOKEN}x"])
def test_whoever_does_not_show_the_token_reports_nothing(app, database, token):
    assert report(Client(app), FIRING, token=token).status_code == 401
    assert messages(database) == []


def test_what_is_not_ours_is_left_out_and_what_is_malformed_refused(app, database):
    client = Client(app, is_opened=False)
    assert report(client, {**FIRING, "labels": {"alertname": "Watchdog"}}).json() == {"kept": 0}
    for wrong in ({"fingerprint": "x|y"}, {"startsAt": "yesterday"}, {"labels": {}}, {"status": "on"}):
        assert report(client, {**FIRING, **wrong}).status_code == 422, wrong
    assert messages(database) == []
    hostile = {**FIRING, "labels": {"alertname": "disk_full", "instance": HOSTILE[:150] + "\n\u0007"}}
    assert report(client, hostile).json() == {"kept": 1}


def test_without_a_token_of_ones_own_there_is_no_such_webhook(database):
    assert report(Client(create_app(load_settings(), database)), FIRING).status_code == 404


def test_each_alert_has_its_words_and_a_runbook():
    runbook = (ROOT / "docs/runbooks/platform-alerts.md").read_text()
    for name in PLATFORM_ALERTS:
        for language in ("pt", "en"):
            words = [localizer(language)(f"health.platform.{part}.{name}") for part in ("what", "to_do")]
            assert all(words) and not any("health.platform" in one for one in words), name
        assert f"## {name}" in runbook
