"""Logins by forms: given, changed and ended by administrators alone."""

import pytest

from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.support.people import PASSWORD, People

NEW = {"email": "Ana@Agencia.example", "role": "analyst", "password": PASSWORD, "accounts": "act_42, 43", "name": "Ana"}


@pytest.fixture
def people(app, database):
    return People(app, database)


def post(client, path, **data):
    return client.send("POST", path, data={"csrf": client.headers["x-csrf-token"], **data})


def ana(people):
    return next(one for one in people.identity.users() if one.email == "ana@agencia.example")


def test_a_user_is_added_with_a_role_and_accounts_and_can_log_in(people, app):
    admin = people.logged_in("admin")
    assert post(admin, "/users", **NEW).headers["location"] == "/users?done=added"
    made = ana(people)
    assert (made.role, made.accounts, made.name) == ("analyst", frozenset({"42", "43"}), "Ana")
    login = Client(app).post("/api/v1/auth/login", {"email": made.email, "password": PASSWORD})
    assert login.status_code == 200
    assert "Ana" in admin.get("/users").text


def test_rights_and_password_are_changed_and_a_login_ends(people, app):
    admin = people.logged_in("admin")
    post(admin, "/users", **NEW)
    made = ana(people)
    assert post(admin, f"/users/{made.user_id}", role="approver", accounts="*").status_code == 303
    assert (ana(people).role, ana(people).accounts) == ("approver", None)
    post(admin, f"/users/{made.user_id}/password", password="another-password-9")
    assert Client(app).post("/api/v1/auth/login", {"email": made.email, "password": PASSWORD}).status_code == 401
    post(admin, f"/users/{made.user_id}/login", disabled="true")
    assert ana(people).is_disabled
    post(admin, f"/users/{made.user_id}/login", disabled="false")
    assert not ana(people).is_disabled
    assert post(admin, f"/users/{made.user_id}/second-factor").headers["location"] == "/users?done=factor"


@pytest.mark.parametrize(
    "wrong",
    [{"email": "nobody"}, {"password": "short"}, {"accounts": "everything"}, {"email": "admin0@agencia.example"}],
)
def test_what_cannot_be_is_said_and_nobody_is_added(people, wrong):
    admin = people.logged_in("admin")
    answer = post(admin, "/users", **{**NEW, **wrong})
    assert answer.headers["location"].startswith("/users?why=") and len(people.identity.users()) == 1
    assert "Nada mudou" in admin.get(answer.headers["location"]).text


def test_the_last_administrator_stays(people):
    admin = people.logged_in("admin")
    (only,) = people.identity.users()
    for path, data in (
        (f"/users/{only.user_id}", {"role": "viewer"}),
        (f"/users/{only.user_id}/login", {"disabled": "true"}),
    ):
        assert post(admin, path, **data).headers["location"].startswith("/users?why=")
    assert people.identity.users() == [only]


@pytest.mark.parametrize("role", ["viewer", "analyst", "approver", "dpo"])
def test_others_see_and_change_nobody(people, role):
    somebody = people.add("viewer")
    client = people.logged_in(role)
    assert client.get("/users").status_code == 403
    if role != "dpo":
        assert 'href="/users"' not in client.get("/alerts").text
    for path in ("/users", f"/users/{somebody.user_id}", f"/users/{somebody.user_id}/password"):
        assert post(client, path, **NEW).status_code == 403, path


def test_a_form_without_its_token_does_nothing(people):
    admin = people.logged_in("admin")
    del admin.headers["x-csrf-token"]
    assert admin.send("POST", "/users", data={**NEW, "csrf": "x"}).status_code in (401, 403)
    assert len(people.identity.users()) == 1
