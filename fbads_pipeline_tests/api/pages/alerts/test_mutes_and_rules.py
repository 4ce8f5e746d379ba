"""Mutes and rules by forms: with the rights, the checks and the store of the command line."""

import pytest
import sqlalchemy as sa

from fbads_pipeline.bootstrap.alerts import user_rules
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.support.people import People

RULE = {
    "name": "CPA alto: #1",
    "metric": "cpa",
    "comparison": "above",
    "threshold": "1.060,50",
    "currency": "brl",
    "spend": "200",
    "window": "3d",
    "step": "add",
}


@pytest.fixture
def people(app, database, monkeypatch, tmp_path):
    monkeypatch.setenv("FBADS_HOME", str(tmp_path))
    app.state.settings = load_settings()
    return People(app, database)


def post(client, path, **data):
    return client.send("POST", path, data={"csrf": client.headers["x-csrf-token"], **data})


def rows(database, query):
    with database.owner.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


class TestMutes:
    def test_an_account_is_muted_until_a_time_and_again_announced(self, people, database):
        client = people.logged_in("approver")
        answer = post(client, "/alerts/mutes", account="42", length="3d", rule="anomalies", reason="Férias")
        assert (answer.status_code, answer.headers["location"]) == (303, "/alerts?done=muted")
        ((number, rule, hours),) = rows(
            database, "select mute_id, rule, extract(epoch from until - made_at) / 3600 from ops.mutes"
        )
        assert (rule, int(hours)) == ("anomalies", 72)
        shown = client.get("/alerts").text
        assert "Férias" in shown and f"/alerts/mutes/{number}/end" in shown
        assert post(client, f"/alerts/mutes/{number}/end").status_code == 303
        assert "Férias" not in client.get("/alerts").text
        assert post(client, f"/alerts/mutes/{number}/end").status_code == 404, "it has ended"

    def test_only_whoever_decides_and_only_of_accounts_that_they_see(self, people, database):
        for role in ("viewer", "analyst"):
            client = people.logged_in(role)
            assert post(client, "/alerts/mutes", account="42", length="1d").status_code == 403
            assert "/alerts/mutes" not in client.get("/alerts").text
        stranger, owner = people.logged_in("approver", accounts=["43"]), people.logged_in("admin")
        assert post(stranger, "/alerts/mutes", account="42", length="1d").status_code == 404
        post(owner, "/alerts/mutes", account="42", length="1d")
        ((number,),) = rows(database, "select mute_id from ops.mutes")
        assert post(stranger, f"/alerts/mutes/{number}/end").status_code == 404
        token = owner.headers.pop("x-csrf-token")
        assert owner.send("POST", "/alerts/mutes", data={"account": "42", "length": "1d"}).status_code in (401, 403)
        owner.headers["x-csrf-token"] = token
        for wrong in ({"length": "91d"}, {"length": "x"}, {"account": "44"}, {"campaign": "abc"}):
            assert post(owner, "/alerts/mutes", **{"account": "42", "length": "1d", **wrong}).status_code in (404, 422)
        assert rows(database, "select count(*) from ops.mutes") == [(1,)]


class TestRules:
    def test_a_rule_is_what_the_file_says_and_what_is_evaluated(self, people, app):
        client, home = people.logged_in("admin"), app.state.settings.home_path
        file = home / "rules.yml"
        file.write_text("# of the agency\nrules:\n  - {name: CTR, metric: ctr, below: 0.5%, window: 7d}  # old\n")
        assert post(client, "/rules", **RULE).headers["location"] == "/rules?done=added"
        text = file.read_text()
        assert text.startswith("# of the agency\n") and "# old" in text
        (_, made), _ = user_rules(load_settings())
        assert (made.name, str(made.threshold), made.currency, made.days) == ("CPA alto: #1", "1060.50", "BRL", 3)
        assert {name: int(least) for name, least in made.guard.items()} == {"spend": 200}
        page = client.get("/rules").text.replace("\xa0", " ")
        assert "CPA alto: #1" in page and "passa de R$ 1.060,50" in page
        assert post(client, "/rules/remove", key=made.key).headers["location"] == "/rules?done=removed"
        assert file.read_text() == text[: text.index("  - name: ")]
        assert post(client, "/rules/remove", key=made.key).status_code == 404

    @pytest.mark.parametrize(
        "wrong", [{"currency": ""}, {"threshold": "viel"}, {"window": "99d"}, {"name": " "}, {"cooldown": "never"}]
    )
    def test_a_wrong_rule_is_said_and_the_file_stays(self, people, app, wrong):
        client = people.logged_in("admin")
        answer = post(client, "/rules", **{**RULE, **wrong})
        assert answer.status_code == 200 and "Nada mudou: rules.yml line" in answer.text
        assert not (app.state.settings.home_path / "rules.yml").exists()
        assert 'value="CPA alto: #1"' in answer.text or wrong.get("name") == " ", "what was typed is kept"

    def test_a_rule_is_changed_in_its_place_and_keeps_what_the_form_does_not_have(self, people, app):
        client, file = people.logged_in("admin"), app.state.settings.home_path / "rules.yml"
        before = (
            "# of the agency\nrules:\n  - name: CTR\n    metric: ctr\n    below: 0.5%\n    window: 5d\n"
            "    accounts: ['42']\n    guard: {clicks: 10, spend: 5}\n    currency: BRL\n\n"
            "  # the second\n  - {name: ROAS, metric: roas, below: 2, window: 7d}\n"
        )
        file.write_text(before)
        page = client.get("/rules", edit="rule.ctr").text
        for said in ('value="CTR"', 'value="0.5%"', '<option value="5d" selected>', 'name="key" value="rule.ctr"'):
            assert said in page, said
        changed = {**RULE, "name": "CTR baixo", "metric": "ctr", "comparison": "below", "threshold": "0,8 %"}
        changed |= {"window": "5d", "key": "rule.ctr"}
        wrong = post(client, "/rules", **{**changed, "threshold": "viel"}).text
        assert file.read_text() == before and 'name="key" value="rule.ctr"' in wrong and "CTR baixo" in wrong
        answer = post(client, "/rules", **changed)
        assert answer.headers["location"] == "/rules?done=changed"
        first, second = user_rules(load_settings())[0]
        assert (first.name, str(first.threshold), first.days, second.name) == ("CTR baixo", "0.008", 5, "ROAS")
        assert first.accounts == {"42"} and {name: int(one) for name, one in first.guard.items()} == {
            "clicks": 10,
            "spend": 200,
        }
        text = file.read_text()
        assert text.startswith("# of the agency\n") and "\n\n  # the second\n  - {name: ROAS" in text
        for wrong, status in (({"key": "rule.ctr"}, 404), ({"key": "rule.roas", "threshold": "viel"}, 200)):
            assert post(client, "/rules", **{**changed, **wrong}).status_code == status and file.read_text() == text
        assert client.get("/rules", edit="rule.none").status_code == 404
        assert 'name="key"' not in people.logged_in("viewer").get("/rules", edit="rule.roas").text

    def test_a_file_that_is_wrong_is_shown_as_that_and_not_changed(self, people, app):
        client, file = people.logged_in("admin"), app.state.settings.home_path / "rules.yml"
        file.write_text("rules:\n  - {name: CTR, metric: nothing, below: 1}\n")
        assert "rules.yml line 2" in client.get("/rules").text
        assert "Nada mudou" in post(client, "/rules", **RULE).text
        assert file.read_text().count("name") == 1

    def test_only_administrators_change_it_and_everybody_reads_it(self, people, app):
        for role in ("viewer", "analyst", "approver"):
            client = people.logged_in(role)
            assert client.get("/rules").status_code == 200 and 'action="/rules' not in client.get("/rules").text
            assert post(client, "/rules", **RULE).status_code == 403
            assert post(client, "/rules/remove", key="rule.ctr").status_code == 403
        admin = people.logged_in("admin")
        del admin.headers["x-csrf-token"]
        assert admin.send("POST", "/rules", data={**RULE, "csrf": "x"}).status_code in (401, 403)
        assert not (app.state.settings.home_path / "rules.yml").exists()
