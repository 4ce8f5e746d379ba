"""`fbads report-links` and `fbads report-templates`: what a client reads, and what its reports contain."""

import json

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.api.app import create_app
from fbads_pipeline.bootstrap.clients import client_store
from fbads_pipeline.bootstrap.reports import report_service
from fbads_pipeline.cli.errors import report
from fbads_pipeline.cli.reports import links, templates
from fbads_pipeline.domain.clients.client import ClientDetails
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import HOSTILE, MARTS, Client
from fbads_pipeline_tests.support.analytics_marts import fill


@pytest.fixture
def database(monkeypatch, migrated_engine, migrated_url, tmp_path):
    with migrated_engine.begin() as connection:
        connection.execute(sa.text(MARTS), {"hostile": HOSTILE})
    fill(migrated_engine)
    monkeypatch.setenv("FBADS_DATABASE_URL", migrated_url)
    monkeypatch.setenv("FBADS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FBADS_NOW", "2026-11-10T12:00:00-03:00")
    opened = Database(migrated_url, tmp_path)
    yield opened
    opened.close()


def run(group, *arguments):
    return CliRunner().invoke(group.app, arguments)


def test_a_link_is_made_listed_opened_and_revoked(database):
    address = run(links, "make", "weekly", "--account", "42", "--days", "7").stdout.strip()
    assert address.startswith("http://127.0.0.1:8000/shared/") and address.endswith("/report.html")
    stranger, path = Client(create_app(load_settings(), database), is_opened=False), address.partition(":8000")[2]
    assert "Relatório semanal" in stranger.get(path).text
    (row,) = [line.split("\t") for line in run(links, "list").stdout.splitlines()[1:]]
    assert row[2:] == ["42", "pt", "2026-11-10", "2026-11-17", "open", "1", "0"]
    assert run(links, "revoke", row[0]).exit_code == 0 and stranger.get(path).status_code == 404
    for wrong in (
        ("make", "weekly"),
        ("make", "executive", "--account", "42"),
        ("make", "weekly", "--account", "42", "--days", "0"),
        ("revoke", "0" * 16),
    ):
        assert report(run(links, *wrong).exception) == 2, wrong


def test_a_template_is_set_shown_and_a_report_that_waits_is_approved(database):
    settings = load_settings()
    client_store(settings, database).add(ClientDetails("Loja Sul", ("42",)), actor="t", now=report_time(settings))
    assert run(templates, "set", "loja sul", "--section", "figures", "--metric", "spend", "--approval").exit_code == 0
    assert run(templates, "set", "Loja Sul", "--comment", "Olá", "--language", "pt").exit_code == 0
    shown = json.loads(run(templates, "show", "Loja Sul").stdout)
    assert (shown["sections"], shown["metrics"], shown["comment"], shown["needs_approval"]) == (
        ["figures"],
        ["spend"],
        "Olá",
        True,
    )
    for wrong in (("set", "Loja Sul", "--metric", "reach"), ("set", "Norte", "--comment", "x"), ("approve", "0" * 32)):
        assert report(run(templates, *wrong).exception) == 2, wrong
    report_service(settings, database).make_due("daily", [])
    (row,) = [line.split("\t") for line in run(templates, "waiting").stdout.splitlines()[1:]]
    assert row[1:] == ["daily", "42", "2026-11-09", "Olá"]
    assert run(templates, "approve", row[0], "--comment", "Tudo certo.").exit_code == 0
    assert run(templates, "waiting").stdout.count("\n") == 1


def report_time(settings):
    return settings.now
