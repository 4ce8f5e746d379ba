"""One's own account: the second factor, and the page with password, sessions and keys."""

import re
from datetime import UTC, datetime

import pytest

from fbads_pipeline.adapters.encryption import new_key
from fbads_pipeline.api.app import create_app
from fbads_pipeline.domain.identity.second_factor import code_at
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.api.test_decisions import rows
from fbads_pipeline_tests.support.people import PASSWORD, People

PATH = "/api/v1/me/second-factor"
STEP = int(datetime(2026, 11, 10, 15, tzinfo=UTC).timestamp()) // 30


@pytest.fixture
def app(database):
    made = create_app(load_settings(encryption_keys=new_key(), now="2026-11-10T12:00:00-03:00"), database)
    made.state.limits.take = lambda key, most, *, seconds=60: None
    return made


@pytest.fixture
def people(app, database):
    return People(app, database)


def log_in(app, email, code=None):
    body = {"email": email, "password": PASSWORD, **({"code": code} if code else {})}
    return Client(app).post("/api/v1/auth/login", body).status_code


def test_a_second_factor_is_asked_for_once_it_was_proved_and_each_code_counts_once(app, people, database):
    client = people.logged_in("analyst")
    email = client.get("/api/v1/me").json()["email"]
    secret = client.post(PATH).json()["secret"]
    wrong = client.post(f"{PATH}/confirm", {"secret": secret, "code": "000000"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "wrong_code")
    assert log_in(app, email) == 200, "nothing is stored yet"
    made = client.post(f"{PATH}/confirm", {"secret": secret, "code": code_at(secret, STEP - 1)})
    codes = made.json()["recovery_codes"]
    assert (made.status_code, len(set(codes))) == (200, 10)
    assert log_in(app, email) == 401
    assert log_in(app, email, code_at(secret, STEP - 1)) == 401, "the code that proved it counts no second time"
    assert log_in(app, email, code_at(secret, STEP)) == 200
    assert log_in(app, email, code_at(secret, STEP)) == 401
    assert [log_in(app, email, codes[0]) for _ in range(2)] == [200, 401]
    stored = str(rows(database, "select t::text from ops.users t union all select t::text from ops.recovery_codes t"))
    assert not [one for one in (secret, *codes) if one in stored]
    assert client.post(f"{PATH}/remove", {"code": "000000"}).status_code == 422
    assert client.post(f"{PATH}/remove", {"code": codes[1]}).status_code == 204
    assert log_in(app, email) == 200
    actions = [row[0] for row in rows(database, "select action from ops.audit_log where action like 'second%'")]
    assert actions == ["second_factor.added", "second_factor.removed"]


def test_a_second_factor_needs_a_session_and_keys(database, people):
    assert people.with_key("viewer").post(PATH).status_code == 409
    without = People(create_app(load_settings(now="2026-11-10T12:00:00-03:00"), database), database)
    refused = without.logged_in("viewer").post(PATH)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "no_keys")


def test_the_page_changes_the_password_ends_sessions_and_keys_and_sets_a_factor_up(app, people):
    client = people.logged_in("viewer")
    client.headers["accept"] = "text/html"
    token = client.headers.pop("x-csrf-token")
    other = Client(app)
    email = people.identity.users()[0].email
    assert other.post("/api/v1/auth/login", {"email": email, "password": PASSWORD}).status_code == 200

    def send(path, **form):
        return client.send("POST", path, data={"csrf": token, **form})

    page = client.get("/account").text
    (session,) = re.findall(r'name="session_id" value="([0-9a-f]{16})"', page)
    assert client.send("POST", "/account/sessions", data={"session_id": session}).status_code == 403
    assert send("/account/sessions", session_id=session).status_code == 303
    assert other.get("/api/v1/me").status_code == 401
    (secret,) = set(re.findall(r"<code>([A-Z2-7]{32})</code>", send("/account/second-factor", step="begin").text))
    done = send("/account/second-factor", step="confirm", secret=secret, code=code_at(secret, STEP))
    assert len(re.findall(r"<code>[0-9a-f]{16}</code>", done.text)) == 10
    assert send("/account/password", current="wrong-password", new=f"{PASSWORD}!").status_code == 422
    assert send("/account/password", current=PASSWORD, new=f"{PASSWORD}!").status_code == 200
    assert client.get("/account").status_code == 200, "this session stays"
    assert Client(app).get("/account").status_code == 303
