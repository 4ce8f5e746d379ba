"""The form of the rule for names and links: tried before it is saved, and nobody sets one over what they do not see."""

import re

import pytest
import sqlalchemy as sa

from fbads_pipeline_tests.support.people import People

NAMES = ("Vestido | topo", "Sapato | fundo", "sem padrão <b>")
FORM = {"pattern": "{product} | {stage}", "utm_source": "facebook", "utm_campaign": "{campaign}"}
PATH = "/links/rule?account=42"


@pytest.fixture(autouse=True)
def named(database):
    added = "insert into raw.campaigns (campaign_id, account_id, name, collected_at) values (:id, '42', :name, now())"
    with database.owner.begin() as connection:
        connection.execute(sa.text(added), [{"id": f"77{n}", "name": name} for n, name in enumerate(NAMES)])


@pytest.fixture
def people(app, database):
    return People(app, database)


def rules(database):
    with database.owner.connect() as connection:
        found = connection.execute(sa.text("select scope, scope_id, pattern, parameters from ops.naming_rules"))
        return [tuple(row) for row in found]


def post(browser, path=PATH, **form):
    csrf = re.search(r'name="csrf" value="([^"]*)"', browser.get("/settings").text).group(1)
    return browser.send("POST", path, data={**form, "csrf": csrf}, headers={"Accept": "text/html"})


def rows(answer):
    return [
        re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(<td>.*?)</tr>", answer.text.replace("\n", ""))
    ]


def test_a_rule_is_tried_on_names_then_saved_then_removed(people, database):
    browser = people.logged_in("approver")
    tried = post(browser, **FORM, action="try")
    assert tried.status_code == 200 and rules(database) == []
    assert rows(tried) == [
        *(["Vestido | topo", "Vestido", "–", "topo"], ["Sapato | fundo", "Sapato", "–", "fundo"]),
        ["sem padrão &lt;b&gt;", "–", "–", "–"],
    ]
    assert "2 de 3 nomes de campanhas se encaixam no padrão." in tried.text
    saved = post(browser, **FORM, action="save")
    assert (saved.status_code, saved.headers["location"]) == (303, "/links/rule?account=42&done=saved")
    parameters = {"utm_source": "facebook", "utm_campaign": "{campaign}"}
    assert rules(database) == [("account", "42", FORM["pattern"], parameters)]
    shown = browser.get(saved.headers["location"]).text
    assert 'value="{product} | {stage}"' in shown and "A regra foi salva" in shown
    assert post(browser, action="remove").headers["location"].endswith("done=removed")
    assert rules(database) == []


def test_a_rule_that_cannot_be_read_comes_back_as_typed_with_the_reason(people, database):
    browser = people.logged_in("approver")
    for wrong, reason in (
        ({"pattern": "{produto} | {stage}"}, "existem product, audience, stage"),
        ({"pattern": "{product}{stage}"}, "use cada dimensão uma vez"),
    ):
        answer = post(browser, **wrong, utm_source="facebook", action="save")
        assert answer.status_code == 422 and reason in answer.text
        assert f'value="{wrong["pattern"]}"' in answer.text and 'value="facebook"' in answer.text
        assert rules(database) == []


def test_who_may_not_decide_or_does_not_see_it_sets_no_rule(people, database):
    with database.owner.begin() as connection:
        added = "insert into ops.clients (name, language, set_by, set_at) values ('Loja', 'pt', 't', now())"
        client = connection.exec_driver_sql(f"{added} returning client_id").scalar_one()
        connection.exec_driver_sql(f"insert into ops.client_accounts values ('42', {client}, now())")
    viewer = people.logged_in("viewer")
    assert 'name="action"' not in viewer.get(PATH).text and post(viewer, **FORM, action="save").status_code == 403
    assert people.logged_in("approver", accounts=["43"]).get(PATH).status_code == 404
    part, whole = people.logged_in("approver", accounts=["42"]), people.logged_in("approver")
    of_client = f"/links/rule?client={client}"
    assert post(part, of_client, **FORM, action="save").status_code == 403 and rules(database) == []
    assert post(whole, of_client, **FORM, action="save").status_code == 303
    assert [one[:2] for one in rules(database)] == [("client", str(client))]
    shown = 'value="{product} | {stage}"'
    assert shown in whole.get(of_client).text and shown not in whole.get(PATH).text, "the account has none of its own"
    assert of_client in whole.get(f"/clients/{client}").text and of_client in whole.get(f"/links?client={client}").text
