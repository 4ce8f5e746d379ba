"""A report and the pages agree about an account and a period: figures, gaps, anomalies, suggestions, targets, tax."""

from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.clients.targets import PostgresTargets
from fbads_pipeline.api.app import create_app
from fbads_pipeline.domain.clients.targets import Target
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import HOSTILE
from fbads_pipeline_tests.api.pages.metrics.test_campaigns import OBJECTS, Grid
from fbads_pipeline_tests.api.pages.test_pages import Page
from fbads_pipeline_tests.support.analytics_marts import fill
from fbads_pipeline_tests.support.people import People

NOW = datetime(2026, 11, 10, 15, tzinfo=UTC)
# Columns of the grid that a report has only where its template asks for them: the budget, and amounts with tax.
_OTHERS = (1, 3)
# What the weekly report made on 10 November is about.
WEEK = {"account": "42", "from": "2026-11-02", "to": "2026-11-08"}
ANOMALY = """
insert into analysis.anomalies (anomaly_id, account_id, campaign_id, kind, metric, severity, status, since, detected_at,
    observed, expected, low, high, money_at_stake_per_day, currency, causes, message, data_used, detector_version,
    is_alert, updated_at)
values ('a1', '42', '102', 'delivery_stop', 'spend', 'critical', 'OPEN', '2026-11-04T12:00:00Z', '2026-11-04T15:00:00Z',
    0, 20, 10, 40, 480, 'BRL', '[]', '{"kind": "legacy", "texts": {"pt": "A veiculação parou.", "en": "Stopped."}}',
    '{}', '1', true, now())
"""


@pytest.fixture
def run(database):
    def execute(statement, **values):
        with database.owner.begin() as connection:
            connection.execute(sa.text(statement), values)

    return execute


@pytest.fixture
def person(database, run, tmp_path):
    fill(database.owner)
    run(OBJECTS, hostile=HOSTILE)
    run("create table marts.adset_daily as select daily.*, '' as adset_id from marts.campaign_daily as daily")
    settings = load_settings(home=tmp_path / "home", now="2026-11-10T12:00:00-03:00")
    client = People(create_app(settings, database), database).logged_in("approver")
    client.cookies.set("fbads_language", "pt")
    return client


def report(person, kind="weekly"):
    """The page of a report made now, as text."""
    asked = person.post("/api/v1/reports", {"kind": kind, "account_id": "42", "formats": ["html"]})
    (file,) = person.get(asked.headers["location"]).json()["files"]
    return Page(person.get(file["path"])).text.replace("\xa0", " ")


def page(person, path, **query):
    answer = person.send("GET", path, params=query, headers={"accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return Page(answer).text.replace("\xa0", " ")


def grid(person):
    answer = person.send("GET", "/campaigns", params=WEEK, headers={"accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return Grid(answer.text)


def test_figures_and_what_meta_did_not_report(person, run):
    made, listed = report(person), grid(person)
    (total,) = listed.totals
    assert "R$ 70,00" in total and "R$ 17,50" in total
    for row in listed.rows:
        amounts = [cell for place, cell in enumerate(row) if cell.startswith("R$ ") and place not in _OTHERS]
        assert amounts and all(amount in made for amount in amounts), row
    run("update marts.campaign_daily set conversions = null where campaign_id = '102'")
    made, (total,) = report(person), grid(person).totals
    assert "CPAR$ 17,50" not in made and "R$ 17,50" not in total
    assert "CPAnão informado pela Meta neste nível: R$ 17,50 nos anúncios" in made
    assert any("não informado" in cell for cell in total)


def test_days_that_were_not_read(person, run):
    assert "dias lidos" not in report(person)
    run("delete from marts.day_coverage where account_id = '42' and day = '2026-11-05'")
    assert "6 de 7 dias lidos" in report(person) and "6 de 7 dias lidos" in page(person, "/campaigns", **WEEK)


def test_anomalies_or_that_none_can_be_found_yet(person, run):
    learning = "Aprendendo: 0 de 14 dias lidos"
    run("delete from analysis.anomalies")
    assert learning in report(person) and "Nenhuma anomalia no período" not in report(person)
    assert learning in page(person, "/", account="42")
    for shown in (page(person, "/"), page(person, "/", account="42")):
        assert "Nenhuma anomalia aberta" not in shown, "nobody watches yet"
    assert "Aprendendo: 1 conta ainda não tem histórico para comparar." in page(person, "/", account="42")
    run(ANOMALY)
    made, listed = report(person), page(person, "/anomalies", account="42")
    assert "A veiculação parou." in made and "A veiculação parou." in listed
    assert "R$ 480,00" in made and "R$ 480,00" in listed


def test_suggestions_with_their_reason(person):
    shown = page(person, "/suggestions", account="42")
    reason = unescape(HOSTILE).replace("\u202e", "")[:20]
    assert reason in shown and reason in report(person, "daily")


def test_the_target_of_the_account(person, database):
    assert "meta:" not in report(person)
    PostgresTargets(database.owner).set(
        [Target("42", "BRL", date(2026, 11, 1), cpa=Decimal("15.5"))], actor="t", now=NOW
    )
    made = report(person)
    assert "meta: R$ 15,50" in made and "CPA de R$ 17,50, acima da meta de R$ 15,50." in made
    assert "15,5" in page(person, "/targets")


def test_amounts_with_tax_where_a_template_asks_for_them(person):
    client = person.post("/api/v1/clients", {"name": "Loja", "accounts": ["42"]}).json()
    assert "R$ 19,92" not in report(person)
    path = f"/api/v1/clients/{client['client_id']}/report-template"
    assert person.post(path, {"metrics": ["spend", "cost", "cpa_with_tax"]}, method="PUT").status_code == 200
    person.cookies.set("fbads_money", "cost")
    (total,) = grid(person).totals
    assert "R$ 19,92" in report(person) and "R$ 19,92" in total, "70 ÷ (1 − 0.1215) ÷ 4"


def test_days_in_another_currency_are_named_and_in_no_figure(person, run):
    run("update marts.campaign_daily set currency = 'EUR' where account_id = '42' and day = '2026-11-04'")
    made = report(person)
    assert "os dias em EUR não entram em nenhum número, todos em BRL" in made
    (total,) = [row for row in grid(person).totals if "BRL" in row[0]]
    spend = next(cell for cell in total if cell.startswith("R$ "))
    assert f"Investimento{spend}" in made
