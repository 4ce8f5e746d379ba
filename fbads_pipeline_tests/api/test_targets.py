"""Targets over HTTP and on their page: rights follow accounts, and what is wrong is said."""

import pytest

from fbads_pipeline_tests.support.people import People

NEW = {"account_id": "act_42", "currency": "BRL", "valid_from": "2026-11-01", "cpa": "30.5"}


def test_a_target_is_set_and_listed_in_the_order_of_setting(app, database):
    person = People(app, database).with_key("approver")
    made = person.send("POST", "/api/v1/targets", json=NEW)
    assert made.status_code == 201
    assert (made.json()["account_id"], made.json()["cpa"], made.json()["roas"]) == ("42", "30.5", None)
    later = person.send("POST", "/api/v1/targets", json={**NEW, "cpa": None, "roas": "4", "name_pattern": "[V*"})
    listed = person.get("/api/v1/targets", account_id="42").json()
    assert [one["target_id"] for one in listed] == [made.json()["target_id"], later.json()["target_id"]]


@pytest.mark.parametrize(
    ("changes", "status", "text"),
    [
        ({"roas": "4"}, 422, "a CPA, a ROAS or a margin"),
        ({"cpa": "0"}, 422, "cpa"),
        ({"currency": "USD"}, 422, "spends in BRL"),
        ({"goal_family": "vendas"}, 422, "neither one of"),
        ({"campaign_id": "555"}, 422, "has no campaign 555"),
        ({"account_id": "99"}, 422, "account 99 is not known"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(app, database, changes, status, text):
    person = People(app, database).with_key("approver")
    answer = person.send("POST", "/api/v1/targets", json={**NEW, **changes}, headers={"Accept-Language": "en"})
    assert answer.status_code == status, answer.text
    assert text in answer.json()["error"]["message"]
    assert person.get("/api/v1/targets").json() == []


def test_nobody_sets_or_sees_the_targets_of_another_ones_account(app, database):
    people = People(app, database)
    people.with_key("approver").send("POST", "/api/v1/targets", json=NEW)
    stranger = people.with_key("approver", accounts=["43"])
    assert stranger.get("/api/v1/targets").json() == []
    assert stranger.send("POST", "/api/v1/targets", json=NEW).status_code == 404
    assert people.with_key("viewer").send("POST", "/api/v1/targets", json=NEW).status_code == 403
