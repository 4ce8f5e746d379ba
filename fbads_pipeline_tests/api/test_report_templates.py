"""What a client's reports contain, set over HTTP and on a page; reports that wait until a person lets them go."""

import pytest
import sqlalchemy as sa

from fbads_pipeline.api.app import create_app
from fbads_pipeline.bootstrap.reports import report_service
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.adapters.postgres.clients.test_clients import PNG
from fbads_pipeline_tests.api.test_clients import LIMA
from fbads_pipeline_tests.support.analytics_marts import fill
from fbads_pipeline_tests.support.people import People

MONDAY = "2026-11-09T12:00:00-03:00"
TO = [Recipient("email", "ana@lima.example", reports=frozenset({"weekly", "monthly"}))]
BROWSER = {"accept": "text/html"}
# One pixel.
WEBP = bytes.fromhex("524946461c000000574542505650384c0f0000002f000000000710458efe0722a2ff0100")


@pytest.fixture
def settings(tmp_path):
    return load_settings(home=tmp_path / "home", now=MONDAY)


@pytest.fixture
def people(database, settings):
    fill(database.owner)
    return People(create_app(settings, database), database)


@pytest.fixture
def person(people):
    return people.with_key("approver")


@pytest.fixture
def client_id(person):
    branding = {"agency_name": "Agência Um", "primary_color": "#ffcc00"}
    return person.post("/api/v1/clients", {**LIMA, "branding": branding}).json()["client_id"]


def set_template(person, client_id, **body):
    answer = person.post(f"/api/v1/clients/{client_id}/report-template", body, method="PUT")
    assert answer.status_code == 200, answer.text
    return answer.json()


def page_of(person, **more):
    asked = person.post("/api/v1/reports", {"kind": "weekly", "account_id": "42", "formats": ["html"], **more})
    made = person.get(asked.headers["location"]).json()
    assert made["state"] == "ready", made
    return person.get(made["files"][0]["path"]).text


def test_a_template_chooses_sections_metrics_and_comment_and_keeps_its_history(person, client_id):
    logo = f"/api/v1/clients/{client_id}/logo"
    assert person.send("PUT", logo, content=PNG).status_code == 204
    for wrong in (b"<svg xmlns='x' onload='alert(1)'/>", PNG + bytes(20 * 1024 * 1024)):
        assert person.send("PUT", logo, content=wrong).status_code in (413, 422)
    assert person.send("PUT", logo, content=WEBP).status_code == 204
    whole = page_of(person)
    assert "Todas as campanhas" in whole and "Do anúncio ao resultado" in whole and ">CPM<" in whole
    set_template(person, client_id, sections=["campaigns", "figures", "glossary"], metrics=["spend", "cpc"])
    made = set_template(
        person, client_id, sections=["campaigns", "figures", "glossary"], metrics=["spend", "cpc"], comment="<b>Olá"
    )
    page = page_of(person)
    assert made["version"] == 2
    assert "&lt;b&gt;Olá" in page and "Agência Um" in page and "data:image/png;base64," in page
    assert page.index("Todas as campanhas") < page.index("O que cada indicador significa")
    assert "Do anúncio ao resultado" not in page and "CPC" in page and ">CPM<" not in page
    assert "#ffcc00" not in page, "yellow on white cannot be read"
    history = person.get(f"/api/v1/clients/{client_id}/report-template").json()
    assert [(one["version"], one["comment"]) for one in history] == [(2, "<b>Olá"), (1, "")]


def test_what_is_wrong_with_a_template_is_one_sentence(person, client_id):
    for body, text in (
        ({"sections": []}, "at least one section"),
        ({"sections": ["nonsense"]}, "nonsense is no section"),
        ({"metrics": ["reach"]}, "reach is no metric"),
        ({"metrics": []}, "from 1 to"),
        ({"kinds": ["hourly"]}, "hourly is no report"),
        ({"language": "xx"}, "language xx"),
        ({"comment": "x" * 2001}, "at most 2000"),
    ):
        answer = person.post(f"/api/v1/clients/{client_id}/report-template", body, method="PUT")
        assert answer.status_code == 422 and text in answer.json()["error"]["message"], body


def test_a_report_that_needs_approval_leaves_when_a_person_lets_it_go_and_as_they_saw_it(
    people, person, client_id, database, settings
):
    set_template(person, client_id, needs_approval=True, language="pt", kinds=["weekly"])
    service = report_service(settings, database)
    assert [one.account_id for one in service.make_due("daily", TO)] == ["43"], "its kinds leave the daily one out"
    made = {one.account_id: one for one in service.make_due("weekly", TO)}
    waiting = made["42"]
    assert waiting.is_waiting and {one.language for one in waiting.files} == {"pt"} and not made["43"].is_waiting
    with database.owner.connect() as connection:
        sent = "select count(*) from ops.deliveries d join ops.alerts a using (alert_id) where a.account_id = '42'"
        assert connection.execute(sa.text(sent)).scalar() == 0
    path = f"/api/v1/reports/{waiting.report_id}"
    assert person.get(path).json()["needs_approval"] is True
    assert person.post(f"{path}/links", {}).status_code == 404, "nothing leaves before it is approved"
    stranger, viewer = people.with_key("approver", accounts=["43"]), people.with_key("viewer", accounts=["42"])
    assert stranger.post(f"{path}/approve").status_code == 404 and viewer.post(f"{path}/approve").status_code == 403
    assert person.post(f"{path}/comment", {"comment": "Semana boa."}, method="PUT").status_code == 204
    assert person.post(f"{path}/comment", {"comment": "a\u0000"}, method="PUT").status_code == 422
    files = {one["format"]: one for one in person.get(path).json()["files"]}
    seen = person.get(files["html"]["path"]).content
    assert b"Semana boa." in seen
    assert person.post(f"{path}/approve").status_code == 204
    assert person.post(f"{path}/approve").status_code == 404, "only once"
    assert person.get(files["html"]["path"]).content == seen
    with database.owner.connect() as connection:
        body = connection.execute(sa.text("select body::text from ops.alerts where account_id = '42'")).scalar_one()
        audit = connection.execute(sa.text("select action from ops.audit_log order by seq desc limit 2")).scalars()
        assert list(audit) == ["REPORT_APPROVED", "REPORT_COMMENTED"]
    assert "Semana boa." in body
    assert person.get(path).json()["needs_approval"] is False
    assert service.make_due("weekly", TO) == []


def test_a_month_is_made_for_who_asks_for_it_once_it_has_ended(person, client_id, database, settings):
    set_template(person, client_id, kinds=["monthly"])
    first = report_service(load_settings(home=settings.home, now="2026-12-01T12:00:00-03:00"), database)
    (made,) = first.make_due("monthly", TO)
    assert (made.account_id, str(made.first_day), str(made.last_day)) == ("42", "2026-11-01", "2026-11-30")
    assert first.make_due("monthly", TO) == []
    assert "Relatório mensal" in page_of(person, kind="monthly", day="2026-12-01")


def test_the_form_keeps_and_previews_without_a_script(people, person, client_id):
    browser, path = people.logged_in("approver"), f"/clients/{client_id}/report"
    shown = browser.send("GET", path, headers=BROWSER).text
    assert 'name="place_figures"' in shown and 'name="metrics" value="cpc"' in shown
    form = {
        "csrf": browser.headers["x-csrf-token"],
        "place_figures": "2",
        "place_campaigns": "1",
        "metrics": ["spend", "cpa"],
        "kinds": ["weekly", "monthly"],
        "comment": "Bom mês",
    }
    preview = browser.send("POST", path, data={**form, "action": "preview"}, headers=BROWSER)
    assert "Bom mês" in preview.text and "unsafe" not in preview.headers["content-security-policy"]
    assert "sha256-" in preview.headers["content-security-policy"]
    wrong = browser.send("POST", path, data={**form, "place_figures": "x"}, headers=BROWSER)
    assert wrong.status_code == 422 and browser.get(f"/api/v1{path}-template").json()[0]["version"] == 0
    assert browser.send("POST", path, data=form, headers=BROWSER).status_code == 303
    kept = browser.get(f"/api/v1{path}-template").json()[0]
    assert (kept["sections"], kept["metrics"], kept["kinds"]) == (
        ["campaigns", "figures"],
        ["spend", "cpa"],
        ["weekly", "monthly"],
    )
    assert people.logged_in("approver", accounts=["42"]).send("GET", path, headers=BROWSER).status_code == 404
