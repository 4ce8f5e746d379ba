"""Who asks, and how they prove it."""

import threading
import time
from datetime import timedelta

import jwt
import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.identity import passwords
from fbads_pipeline.adapters.identity.access_tokens import AccessTokens
from fbads_pipeline.adapters.shared_state.rate_limits import ProcessLimits
from fbads_pipeline.api import rate_limits
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.support.people import NOW, PASSWORD, People

CAMPAIGNS = "/api/v1/campaigns"


@pytest.fixture
def people(app, database):
    return People(app, database)


def rows(database, query):
    with database.owner.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


class TestWithoutALogin:
    def test_whoever_sits_at_this_machine_may_until_somebody_has_a_login(self, client, people):
        assert client.get(CAMPAIGNS).status_code == 200
        assert client.get("/api/v1/me").json()["via"] == "loopback"
        people.add("viewer")
        answer = client.get(CAMPAIGNS)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert client.get("/healthz").status_code == 200

    def test_whoever_has_not_opened_the_printed_address_is_nobody(self, app, people):
        visitor = Client(app, is_opened=False)
        assert visitor.get(CAMPAIGNS).status_code == 401
        assert "fbads users create" in visitor.get("/login").text
        assert visitor.get("/local", secret="0" * 64).headers.get("set-cookie") is None
        opened = visitor.get("/local", secret=app.state.local_secret)
        assert (opened.status_code, opened.headers["location"]) == (303, "/")
        assert visitor.get(CAMPAIGNS).status_code == 200
        program = Client(app, is_opened=False, authorization=f"Bearer {app.state.local_secret}")
        assert program.get(CAMPAIGNS).status_code == 200
        people.add("viewer")
        assert (visitor.get(CAMPAIGNS).status_code, program.get(CAMPAIGNS).status_code) == (401, 401)

    @pytest.mark.parametrize(
        "headers",
        [
            {"host": "evil.example"},
            {"host": "127.0.0.1.evil.example"},
            {"x-forwarded-for": "127.0.0.1"},
            {"forwarded": "for=127.0.0.1"},
        ],
    )
    def test_a_rebound_name_or_a_proxy_is_not_this_machine(self, app, headers):
        assert Client(app, **headers).get(CAMPAIGNS).status_code == 401

    @pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
    def test_a_page_of_another_site_decides_nothing(self, client, headers):
        answer = client.post("/api/v1/suggestions/s101/accept", {"version": 1}, **headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "csrf")

    def test_no_header_of_nonsense_falls_back_to_the_owner(self, app):
        for value in ("Bearer", "Bearer x", "Basic YTpi", "Bearer fbk_a_b", "bearer  "):
            assert Client(app, authorization=value).get(CAMPAIGNS).status_code == 401


class TestSessions:
    def test_a_session_opens_with_the_password_and_ends_with_a_logout(self, people):
        client = people.logged_in("approver")
        assert client.get("/api/v1/me").json()["role"] == "approver"
        assert client.post("/api/v1/auth/logout").status_code == 204
        assert client.get(CAMPAIGNS).status_code == 401

    @pytest.mark.parametrize(
        "given", [{"password": "wrong-password"}, {"email": "nobody@x.example"}, {"email": "no address"}]
    )
    def test_wrong_address_and_wrong_password_are_the_same_answer(self, app, people, given):
        user = people.add("viewer")
        answer = Client(app).post("/api/v1/auth/login", {"email": user.email, "password": PASSWORD, **given})
        assert (answer.status_code, answer.json()["error"]["message"]) == (401, "address or password is wrong")
        assert "set-cookie" not in answer.headers

    def test_the_cookie_is_for_http_alone_and_over_https_for_this_host_alone(self, app, people):
        user = people.add("viewer")
        body = {"email": user.email, "password": PASSWORD}
        plain = Client(app).post("/api/v1/auth/login", body).headers["set-cookie"]
        assert plain.startswith("fbads_session=") and "HttpOnly" in plain and "samesite=lax" in plain.lower()
        secure = Client(app).send("POST", "https://127.0.0.1/api/v1/auth/login", json=body).headers["set-cookie"]
        assert secure.startswith("__Host-fbads_session=") and "Secure" in secure and "Path=/" in secure

    def test_a_form_without_the_sessions_own_token_changes_nothing(self, people):
        client = people.logged_in("approver")
        for token in ("", "x" * 43):
            client.headers["x-csrf-token"] = token
            answer = client.post("/api/v1/suggestions/s101/accept", {"version": 1})
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "csrf")
        assert client.get("/api/v1/suggestions/s101").json()["status"] == "PENDING"

    def test_neither_password_nor_session_nor_key_is_stored(self, people, database):
        client = people.logged_in("admin")
        made = client.post("/api/v1/me/keys", {"name": "k", "scopes": ["marts:read"]}).json()["key"]
        secrets = [PASSWORD, made.split("_", 2)[2], next(iter(client.cookies.jar)).value]
        tables = ("users", "sessions", "api_keys", "audit_log")
        stored = "".join(str(rows(database, f"select t::text from ops.{one} as t")) for one in tables)
        assert not [one for one in secrets if one in stored]

    def test_too_many_tries_wait(self, app, people):
        app.state.limits = ProcessLimits(NOW.timestamp)  # no window ends between the tries
        body = {"email": "a@b.example", "password": "wrong-password"}
        answers = [Client(app).post("/api/v1/auth/login", body) for _ in range(11)]
        assert [one.status_code for one in answers] == [401] * 10 + [429]
        assert 0 < int(answers[-1].headers["retry-after"]) <= 60

    def test_what_the_caller_shows_gives_no_further_tries(self, app, people):
        app.state.limits = ProcessLimits(NOW.timestamp)  # no window ends between the tries
        body = {"email": "a@b.example", "password": "wrong-password"}
        answers = [
            Client(app, authorization=f"Bearer x{n}", **{"x-forwarded-for": f"10.0.0.{n}", "cookie": f"x={n}"}).post(
                "/api/v1/auth/login", body
            )
            for n in range(11)
        ]
        assert [one.status_code for one in answers] == [401] * 10 + [429]

    def test_tries_of_others_lock_nobody_out_of_a_browser_of_theirs(self, app, people, monkeypatch):
        monkeypatch.setattr(rate_limits, "OTHERS_TRIES", 3)
        user = people.add("viewer")
        body = {"email": user.email, "password": PASSWORD}
        known = Client(app)
        assert known.post("/api/v1/auth/login", body).status_code == 200
        wrong = [Client(app).post("/api/v1/auth/login", {**body, "password": "wrong-password"}) for _ in range(3)]
        assert [one.status_code for one in wrong] == [401, 401, 429]
        assert Client(app).post("/api/v1/auth/login", body).status_code == 429, "one that never logged in waits"
        assert known.post("/api/v1/auth/login", body).status_code == 200
        known.cookies.set("fbads_device", "forged.0")
        assert known.post("/api/v1/auth/login", body).status_code == 429

    @pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
    def test_a_page_of_another_site_logs_nobody_in(self, app, people, headers):
        body = {"email": people.add("viewer").email, "password": PASSWORD}
        answer = Client(app).post("/api/v1/auth/login", body, **headers)
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
        page = Client(app, **headers, accept="text/html").send("POST", "/login", data=body)
        assert (page.status_code, "set-cookie" in page.headers) == (403, False)

    def test_a_password_is_changed_by_whoever_knows_it_and_ends_other_sessions(self, app, people):
        client = people.logged_in("analyst")
        email = client.get("/api/v1/me").json()["email"]
        other = Client(app)
        assert other.post("/api/v1/auth/login", {"email": email, "password": PASSWORD}).status_code == 200
        listed = client.get("/api/v1/me/sessions").json()
        assert sorted(one["is_this"] for one in listed) == [False, True]
        path = "/api/v1/me/password"
        wrong = client.post(path, {"current": "wrong-password", "new": f"{PASSWORD}!"})
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "wrong_password")
        assert client.post(path, {"current": PASSWORD, "new": "short"}).status_code == 422
        assert client.post(path, {"current": PASSWORD, "new": f"{PASSWORD}!"}).status_code == 204
        assert (client.get(CAMPAIGNS).status_code, other.get(CAMPAIGNS).status_code) == (200, 401)
        third = Client(app)
        assert third.post("/api/v1/auth/login", {"email": email, "password": f"{PASSWORD}!"}).status_code == 200
        (open_one,) = [one for one in client.get("/api/v1/me/sessions").json() if not one["is_this"]]
        assert client.send("DELETE", f"/api/v1/me/sessions/{open_one['session_id']}").status_code == 204
        assert third.get(CAMPAIGNS).status_code == 401

    def test_passwords_are_checked_a_few_at_once_and_the_rest_is_asked_to_come_again(self, monkeypatch):
        running, most, lock, go = [], [0], threading.Lock(), threading.Event()

        class Slow:
            def verify(self, password, stored):
                with lock:
                    running.append(1)
                    most[0] = max(most[0], len(running))
                go.wait(10)
                with lock:
                    running.pop()
                return True

        monkeypatch.setattr(passwords, "_hasher", Slow)
        said = []

        def check():
            try:
                said.append(passwords.is_password("x", "stored"))
            except passwords.HashingBusy:
                said.append("busy")

        threads = [threading.Thread(target=check) for _ in range(98)]
        for one in threads:
            one.start()
        while len(said) < 98 - passwords.AT_ONCE - passwords.WAITING:
            time.sleep(0.01)
        go.set()
        for one in threads:
            one.join()
        assert most[0] <= passwords.AT_ONCE
        assert said.count(True) == passwords.AT_ONCE + passwords.WAITING

    def test_who_is_disabled_is_out_at_once(self, people):
        client = people.logged_in("analyst")
        user_id = client.get("/api/v1/me").json()["user_id"]
        people.identity.change_user(user_id, disabled=True, actor="t", now=NOW)
        assert client.get(CAMPAIGNS).status_code == 401


class TestTokens:
    def pair(self, people):
        client = people.logged_in("analyst")
        answer = client.post("/api/v1/auth/token")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def test_an_access_token_opens_and_expires(self, app, people, monkeypatch):
        token = self.pair(people)["access_token"]
        program = Client(app, authorization=f"Bearer {token}")
        assert program.get(CAMPAIGNS).status_code == 200
        own = app.state.access_tokens
        family = jwt.decode(token, options={"verify_signature": False})["family"]
        old = own.make(people.identity.users()[0].user_id, family, now=NOW - timedelta(minutes=10))
        assert Client(app, authorization=f"Bearer {old}").get(CAMPAIGNS).status_code == 401

    def test_a_token_of_a_sidecar_whose_clock_is_ahead_opens(self, app, people):
        claims = jwt.decode(self.pair(people)["access_token"], options={"verify_signature": False})
        ahead = app.state.access_tokens.make(claims["sub"], claims["family"], now=NOW + timedelta(minutes=10))
        assert Client(app, authorization=f"Bearer {ahead}").get(CAMPAIGNS).status_code == 200

    @pytest.mark.parametrize(
        "change",
        [
            {"aud": "other"},
            {"iss": "other"},
            {"exp": None},
            {"jti": None},
            {"family": None},
            {"family": "0" * 32},
            {"sub": None},
            {"sub": "0" * 16},
            {"exp": "soon"},
            {"iat": 4102444800},
        ],
    )
    def test_a_claim_that_is_missing_or_wrong_is_refused(self, app, people, change):
        own: AccessTokens = app.state.access_tokens
        claims = jwt.decode(self.pair(people)["access_token"], options={"verify_signature": False})
        claims = {name: value for name, value in {**claims, **change}.items() if value is not None}
        forged = jwt.encode(claims, own.secret, algorithm="HS256") if change.get("exp") != "soon" else "a.b.c"
        assert Client(app, authorization=f"Bearer {forged}").get(CAMPAIGNS).status_code == 401

    def test_no_algorithm_and_another_secret_are_refused(self, app, people):
        own: AccessTokens = app.state.access_tokens
        claims = jwt.decode(self.pair(people)["access_token"], options={"verify_signature": False})
        unsigned = jwt.encode(claims, None, algorithm="none")
        other = AccessTokens("x" * 40).make(claims["sub"], claims["family"], now=NOW)
        for forged in (unsigned, other, jwt.encode(claims, own.secret.ljust(64, "0"), algorithm="HS512")):
            assert Client(app, authorization=f"Bearer {forged}").get(CAMPAIGNS).status_code == 401

    def test_a_refresh_token_buys_once_and_a_stolen_one_ends_the_family(self, app, people, database):
        first = self.pair(people)["refresh_token"]
        second = Client(app).post("/api/v1/auth/refresh", {"refresh_token": first}).json()["refresh_token"]
        assert Client(app).post("/api/v1/auth/refresh", {"refresh_token": first}).status_code == 401
        assert Client(app).post("/api/v1/auth/refresh", {"refresh_token": second}).status_code == 401
        assert rows(database, "select count(*) from ops.audit_log where action = 'refresh.reused'") == [(1,)]

    def test_a_logout_a_new_password_and_a_change_of_role_end_every_token_at_once(self, app, people):
        def ended(change):
            client = people.logged_in("analyst")
            pair = client.post("/api/v1/auth/token").json()
            program = Client(app, authorization=f"Bearer {pair['access_token']}")
            assert program.get(CAMPAIGNS).status_code == 200
            change(client, program.get("/api/v1/me").json()["user_id"])
            again = Client(app).post("/api/v1/auth/refresh", {"refresh_token": pair["refresh_token"]}).status_code
            return (program.get(CAMPAIGNS).status_code, again, client.get(CAMPAIGNS).status_code)

        assert ended(lambda client, _: client.post("/api/v1/auth/logout")) == (401, 401, 401)
        hashed = people.identity.with_password(people.add("viewer").email)[1]
        assert ended(lambda _, who: people.identity.set_password(who, hashed, actor="t", now=NOW)) == (401, 401, 401)
        assert ended(lambda _, who: people.identity.change_user(who, role="viewer", actor="t", now=NOW)) == (401,) * 3

    def test_no_password_is_taken_for_a_token(self, people):
        assert people.with_key("analyst").post("/api/v1/auth/token").status_code == 409


class TestKeys:
    def test_a_key_has_its_scopes_and_no_more_than_its_user(self, app, people):
        client = people.logged_in("analyst")
        client.headers["accept-language"] = "en"
        beyond = client.post("/api/v1/me/keys", {"name": "k", "scopes": ["admin"]})
        assert (beyond.status_code, "does not have admin" in beyond.json()["error"]["message"]) == (422, True)
        key = client.post("/api/v1/me/keys", {"name": "k", "scopes": ["suggestions:read"]}).json()
        program = Client(app, authorization=f"Bearer {key['key']}", **{"accept-language": "en"})
        assert program.get("/api/v1/suggestions").status_code == 200
        assert (
            program.get(CAMPAIGNS).json()["error"]["message"]
            == "this needs marts:read, which the role analyst does not have"
        )
        mine = ("", "/keys", "/export", "/preferences", "/sessions")
        for path in (f"/api/v1/me{one}" for one in mine):
            assert program.get(path).status_code == 403, "a key is not its owner's person"
        assert program.post("/api/v1/me/keys", {"name": "k", "scopes": ["marts:read"]}).status_code == 403
        assert [one["name"] for one in client.get("/api/v1/me/keys").json()] == ["k"]
        assert client.send("DELETE", f"/api/v1/me/keys/{key['key_id']}").status_code == 204
        assert program.get("/api/v1/suggestions").status_code == 401

    def test_another_ones_key_is_not_there(self, people):
        mine, other = people.logged_in("analyst"), people.logged_in("analyst")
        key = other.post("/api/v1/me/keys", {"name": "k", "scopes": ["marts:read"]}).json()["key_id"]
        assert mine.send("DELETE", f"/api/v1/me/keys/{key}").status_code == 404


class TestUsers:
    def test_an_admin_gives_and_takes_rights_and_all_of_it_is_in_the_log(self, people, database):
        admin = people.logged_in("admin")
        body = {"email": "Ana@Agencia.example ", "role": "viewer", "password": PASSWORD, "accounts": ["42"]}
        made = admin.post("/api/v1/users", body)
        assert (made.status_code, made.json()["email"]) == (201, "ana@agencia.example")
        assert admin.post("/api/v1/users", body).status_code == 409
        path = f"/api/v1/users/{made.json()['user_id']}"
        changed = admin.post(path, {"role": "approver", "accounts": ["43"]}, method="PATCH").json()
        assert (changed["role"], changed["accounts"]) == ("approver", ["43"])
        assert admin.post(path, {"sees_all_accounts": True}, method="PATCH").json()["accounts"] is None
        named = {"accounts": ["43"], "sees_all_accounts": True, "name": "Ana Lima"}
        changed = admin.post(path, named, method="PATCH").json()
        assert (changed["accounts"], changed["name"]) == (["43"], "Ana Lima"), "accounts that are set hold"
        assert admin.post("/api/v1/users/" + "0" * 16, {"role": "viewer"}, method="PATCH").status_code == 404
        log = rows(database, "select action, details from ops.audit_log order by seq")
        assert [action for action, _ in log] == ["user.added", "login", "user.added", *["user.changed"] * 3]
        assert log[3][1]["before"] == {"role": "viewer", "accounts": ["42"], "disabled": False}
        for _, details in log[1:]:
            assert {"entity", "before", "after"} <= set(details) and set(details["entity"]) == {"type", "id"}
            assert details["origin"]["network"] == "127.0.0.0/24" and details["origin"]["request_id"]
        assert log[3][1]["after"] == {"role": "approver", "accounts": ["43"], "sees_all": False}

    def test_the_last_admin_stays(self, people):
        admin = people.logged_in("admin")
        path = f"/api/v1/users/{admin.get('/api/v1/me').json()['user_id']}"
        for change in ({"role": "viewer"}, {"disabled": True}):
            answer = admin.post(path, change, method="PATCH")
            assert (answer.status_code, answer.json()["error"]["code"]) == (409, "last_admin")

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            ({"password": "short"}, "at least 12 characters"),
            ({"email": "ana"}, "no e-mail address"),
            ({"email": "a b@c.example"}, "no e-mail address"),
            ({"role": "god"}, "role: "),
            ({"accounts": ["loja"]}, "accounts"),
            ({"extra": 1}, "extra"),
        ],
    )
    def test_what_makes_no_sense_is_said(self, people, body, says):
        given = {"email": "ana@agencia.example", "role": "viewer", "password": PASSWORD, **body}
        answer = people.logged_in("admin").post("/api/v1/users", given)
        assert (answer.status_code, says in answer.json()["error"]["message"]) == (422, True), answer.text
        assert PASSWORD not in answer.text

    def test_ones_own_language_and_zone_are_ones_own(self, people):
        client = people.logged_in("viewer")
        assert client.post("/api/v1/me", {"language": "en"}, method="PATCH").json()["language"] == "en"
        assert client.get("/api/v1/me").json()["language"] == "en"
        assert client.post("/api/v1/me", {"timezone": "Mars/Olympus"}, method="PATCH").status_code == 422


def test_the_audit_log_cannot_be_rewritten_unseen(people, database):
    from fbads_pipeline.adapters.postgres.identity.audit import PostgresAudit

    for role in ("viewer", "analyst", "admin"):
        people.add(role)
    audit = PostgresAudit(database.owner)
    assert audit.verify() == (3, None)
    for change in ("update ops.audit_log set actor = 'x'", "delete from ops.audit_log", "truncate ops.audit_log"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.owner.begin() as connection:
            connection.execute(sa.text(change))
    with database.owner.begin() as connection:
        connection.execute(sa.text("alter table ops.audit_log disable trigger user"))
        connection.execute(sa.text("update ops.audit_log set details = '{}' where seq = 2"))
    assert audit.verify() == (2, 2)
