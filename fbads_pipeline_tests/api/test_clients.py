"""Clients over HTTP and on their page: a form without JavaScript, rights that follow, nothing of another's shown."""

import re

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.clients.logo_drawing import drawn_logo
from fbads_pipeline_tests.adapters.postgres.clients.test_clients import PNG
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.api.pages.test_pages import MARTS as PAGES
from fbads_pipeline_tests.support.people import People

LIMA = {
    "name": "Loja Lima",
    "accounts": ["act_42"],
    "contact": {"email": "ana@lima.example"},
    "channels": ["slack:C01"],
}


@pytest.fixture
def people(app, database):
    return People(app, database)


def test_a_client_is_added_changed_and_removed_with_its_history(people):
    person = people.with_key("approver")
    made = person.post("/api/v1/clients", LIMA)
    assert made.status_code == 201, made.text
    path = f"/api/v1/clients/{made.json()['client_id']}"
    assert (
        person.post(f"{path}/budgets", {"currency": "BRL", "amount": "9000", "valid_from": "2026-11-01"}).status_code
        == 201
    )
    changed = person.post(path, {**LIMA, "name": "Lima", "tax": {"mode": "rate", "rate": "0.05"}}, method="PUT").json()
    assert (changed["name"], changed["version"], changed["budget"]["amount"]) == ("Lima", 2, "9000")
    periods = person.get("/api/v1/clients/taxes/42").json()
    assert [(one["rate"], one["origin"]) for one in periods] == [("0.05", "client")]
    assert [one["document"]["name"] for one in person.get(f"{path}/history").json()] == ["Loja Lima", "Lima"]
    assert person.send("PUT", f"{path}/logo", content=PNG).status_code == 204
    logo = person.get(f"{path}/logo")
    assert (logo.headers["content-type"], logo.headers["x-content-type-options"]) == ("image/png", "nosniff")
    assert logo.content == drawn_logo(PNG).content
    assert person.send("PUT", f"{path}/logo", content=b"<svg onload='x'/>").status_code == 422
    assert person.get(path, method="DELETE").status_code == 204 and person.get(path).status_code == 404


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"accounts": ["43", "43"]}, "given twice"),
        ({"accounts": ["99"]}, "account 99 is not known"),
        ({"tax": {"mode": "rate"}}, "needs a rate"),
        ({"channels": ["fax:1"]}, "is no channel"),
        ({"branding": {"primary_color": "blue"}}, "is no colour"),
        ({"name": "x" * 121}, "name"),
        ({"accounts": ["42"], "name": "Outra"}, "belongs to the client Loja Lima"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(people, changes, text):
    person = people.with_key("approver")
    person.post("/api/v1/clients", LIMA)
    answer = person.post("/api/v1/clients", {**LIMA, "name": "Nova", "accounts": [], **changes})
    assert answer.status_code == 422 and text in answer.text
    assert [one["name"] for one in person.get("/api/v1/clients").json()] == ["Loja Lima"]


def test_rights_follow_the_client_and_nobody_sees_another_ones(people):
    admin, viewer = people.with_key("admin"), people.add("viewer", accounts=["43"])
    number = admin.post("/api/v1/clients", LIMA).json()["client_id"]
    admin.post("/api/v1/clients", {"name": "Segredo", "accounts": ["43"]})
    stranger = people.with_key("approver", accounts=["42"])
    assert [one["name"] for one in stranger.get("/api/v1/clients").json()] == ["Loja Lima"]
    assert stranger.post("/api/v1/clients", {"name": "Minha"}).status_code == 403
    assert stranger.get("/api/v1/clients/2").status_code == 404
    assert stranger.post(f"/api/v1/clients/{number}/users", {"email": viewer.email}).status_code == 403
    assert admin.post(f"/api/v1/clients/{number}/users", {"email": viewer.email}).status_code == 204

    def seen():
        return people.identity.user(viewer.user_id).accounts

    assert seen() == {"42", "43"}
    assert admin.get(f"/api/v1/clients/{number}/users/{viewer.email}", method="DELETE").status_code == 204
    assert seen() == {"43"}


def test_one_form_makes_a_client_with_budget_targets_and_tax(app, database):
    visitor = Client(app, **{"accept-language": "pt-BR"})
    form = {"name": "Loja <b>Lima</b>", "accounts": "act_42", "budget": "9.000,00", "cpa": "30", "tax": "12,15",
            "contact_email": "ana@lima.example"}  # fmt: skip
    made = visitor.send("POST", "/clients", data=form)
    assert made.status_code == 303, made.text
    page = visitor.get("/clients", done="saved").text
    assert "Loja &lt;b&gt;Lima&lt;/b&gt;" in page and "R$ 9.000,00 por mês" in page.replace("\xa0", " ")
    with database.owner.connect() as connection:
        target = connection.execute(sa.text("select account_id, cpa from ops.targets")).one()
        rate = connection.execute(sa.text("select rate from ops.tax_periods where account_id = '42'")).scalar_one()
    assert (tuple(target), str(rate)) == (("42", 30), "0.1215")
    again = visitor.send("POST", "/clients", data={**form, "name": "Outra"})
    assert again.status_code == 422 and "já pertence ao cliente" in again.text and 'value="Outra"' in again.text
    own = visitor.get("/clients/1").text
    assert 'value="ana@lima.example"' in own and 'value="12.15"' in own
    logo = visitor.send("POST", "/clients/1/logo", files={"logo": ("x.svg", PNG, "image/svg+xml")})
    assert logo.status_code == 303 and visitor.get("/api/v1/clients/1/logo").content == drawn_logo(PNG).content
    assert visitor.send("POST", "/clients/1/logo", files={"logo": ("x.png", b"<svg/>")}).status_code == 422
    assert visitor.send("POST", "/clients/1/remove").status_code == 303 and "Lima" not in visitor.get("/clients").text


def test_the_morning_and_the_budgets_answer_on_one_page_each(app, database):
    visitor = Client(app, **{"accept-language": "pt-BR"})
    with database.owner.begin() as connection:
        connection.execute(sa.text(PAGES), {"name": "Campanha"})
    form = {"name": "Loja Lima", "accounts": "42", "budget": "1000"}
    assert visitor.send("POST", "/clients", data=form).status_code == 303
    page = visitor.get("/budgets").text.replace("\xa0", " ")
    assert re.search(r"vai estourar 2\d\d(,\d+)? ?%", page), page
    assert "R$ 1.000,00" in page and "alíquota desconhecida" in page
    row = visitor.get("/api/v1/budgets").json()[0]
    assert (row["name"], row["state"], row["spent"], row["cost"]) == ("Loja Lima", "over", "900", None)
    old = visitor.get("/morning")
    assert (old.status_code, old.headers["location"]) == (301, "/"), "one start page answers the morning's questions"
    morning = visitor.get("/")
    assert morning.status_code == 200, morning.text
    questions = ("De quem o dinheiro acaba", "O que foi rejeitado", "Quem está fora do orçamento", "O que está errado")
    for text in (*questions, "Loja Lima", "Faça agora", "Pausar"):
        assert text in morning.text
    assert visitor.get("/api/v1/benchmark").json() == [], "one account is no benchmark"
