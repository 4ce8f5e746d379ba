"""A password, a key, tokens and a session through every door: none of them is in a log, a metric, an error or a row."""

import pytest

from fbads_pipeline.api.app import create_app
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.api.test_decisions import rows
from fbads_pipeline_tests.support.analytics_marts import fill
from fbads_pipeline_tests.support.people import PASSWORD, People

SETTINGS = {
    "app_secret": "canary-app-secret-1",
    "slack_signing_secret": "canary-slack-secret-2",
    "n8n_secret": "canary-n8n-secret-3",
    "access_token": "EAAcanarytoken4",
    "jwt_secret": "c4n4rY-q8Zt3vJx7LmN2bKcR5wY9uHd6sFa1gPe",
}
PATHS = ("/metrics", "/api/v1/me", "/api/v1/me/keys", "/api/v1/me/export", "/api/v1/users", "/openapi.json", "/readyz")


@pytest.fixture
def app(database):
    fill(database.owner)
    return create_app(load_settings(**SETTINGS, now="2026-11-10T12:00:00-03:00"), database)


def test_no_secret_is_anywhere(app, database, capfd, caplog):
    browser = People(app, database).logged_in("admin")
    made = browser.post("/api/v1/me/keys", {"name": "ci", "scopes": ["marts:read", "metrics:read", "admin"]}).json()
    tokens = browser.post("/api/v1/auth/token").json()
    following = Client(app).post("/api/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]}).json()
    cookie = next(iter(browser.cookies.values()))
    secrets = [PASSWORD, made["key"], made["key"].split("_", 2)[2], cookie, browser.headers["x-csrf-token"]]
    secrets += [*SETTINGS.values(), tokens["access_token"], tokens["refresh_token"], following["refresh_token"]]
    told = []
    for client in (browser, Client(app, authorization=f"Bearer {made['key']}"), Client(app)):
        told += [client.get(path).text for path in PATHS]
    for header in (f"Bearer {made['key']}x", f"Bearer {tokens['access_token']}x", f"Basic {PASSWORD}"):
        told.append(Client(app, authorization=header).get("/api/v1/campaigns").text)
    told.append(Client(app).post("/api/v1/auth/login", {"email": PASSWORD, "password": f"{PASSWORD}x"}).text)
    told.append(browser.post("/api/v1/users", {"email": "a@b.example", "role": "gold", "password": PASSWORD}).text)
    told.append(Client(app).post("/api/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]}).text)
    told.append(Client(app).get(f"/{made['key']}", key=made["key"]).text)
    out, err = capfd.readouterr()
    told += [out, err, caplog.text]
    for (table,) in rows(database, "select table_name from information_schema.tables where table_schema = 'ops'"):
        if table == "sessions":  # the token of forms lies there in clear: it proves nothing without the cookie
            told += [one for (one,) in rows(database, "select session_hash from ops.sessions")]
        else:
            told += [one for (one,) in rows(database, f"select t::text from ops.{table} as t")]
    assert len("".join(told)) > 20_000, "there is something to look through"
    for secret in secrets:
        assert len(secret) > 8
        assert not [one[:300] for one in told if secret in one], secret[:6]
