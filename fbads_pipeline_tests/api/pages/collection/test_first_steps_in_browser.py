"""An empty home becomes one that reads, by clicks, without JavaScript, against the sandbox's Marketing API."""

import json
import shutil

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.server.analyst import ensure_role
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.api.app import create_app
from fbads_pipeline.api.authentication import LOCAL_COOKIE
from fbads_pipeline.bootstrap.collection import named_tokens, token_store
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import Client, served
from fbads_pipeline_tests.support.people import People

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
READ = """
insert into raw.day_states (account_id, level, breakdown, day, state, attempted_at, read_at)
select account_ids[1], 'account', '', last_day, 'read', now(), now() from ops.collect_requests
"""


@pytest.fixture
def home(migrated_url, tmp_path, monkeypatch):
    """A home in which nothing was ever read, beside a Marketing API."""
    with SandboxServer() as sandbox:
        for name, value in {"HOME": tmp_path, "GRAPH_URL": sandbox.url, "NOW": "2026-11-10T15:00:00+00:00"}.items():
            monkeypatch.setenv(f"FBADS_{name}", str(value))
        database = Database(migrated_url, tmp_path)
        ensure_role(database.owner, database.analyst_password_file)
        yield database, sandbox
        database.close()


@pytest.fixture
def page(home):
    from playwright.sync_api import sync_playwright

    app = create_app(load_settings(), home[0])
    with served(app) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(base_url=address, java_script_enabled=False)
        cookies = {"fbads_language": "pt", LOCAL_COOKIE: app.state.local_secret}
        context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
        yield context.new_page()
        browser.close()


def rows(database, query):
    with database.owner.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_a_token_accounts_and_the_first_days_are_forms(page, home):
    database, sandbox = home
    answer = page.goto("/campaigns")
    assert (answer.status, page.url.split("/")[-1]) == (200, "start")
    page.fill("#token", "wrong-token")
    page.locator("text=Verificar e salvar").click()
    assert "A Meta recusa o token" in page.locator("[role=status]").inner_text()
    assert rows(database, "select count(*) from ops.tokens") == [(0,)] and "wrong-token" not in page.content()

    page.fill("#token", sandbox.token)
    page.locator("text=Verificar e salvar").click()
    assert page.url.endswith("/start/accounts") and page.locator("input[name=account]").count() == 4
    stored = load_settings()
    assert [one.token for one in named_tokens(stored, token_store(stored, database))] == [sandbox.token]
    assert (stored.home_path / "encryption.keys").stat().st_mode & 0o777 == 0o600

    for box in page.locator("input[name=account]").all()[1:]:
        box.uncheck()
    page.locator("text=Ler agora").click()
    assert "aguarda uma execução" in page.locator("main").inner_text()
    ((asked, days),) = rows(database, "select account_ids, last_day - first_day + 1 from ops.collect_requests")
    assert len(asked) == 1 and days == 28
    with database.owner.begin() as connection:
        connection.execute(sa.text(READ))
    page.goto("/start")
    assert "1 de 28 dias lidos" in page.locator("main").inner_text().replace("\xa0", " ")

    page.locator("text=Enviar uma mensagem de teste").click()
    assert "foi enviada" in page.locator("[role=status]").inner_text()


def test_a_test_message_is_what_the_channel_would_send(home, tmp_path):
    client = Client(create_app(load_settings(), home[0]))
    token = client.get("/start").text.split('name="csrf" value="')[1].split('"')[0]
    assert client.send("POST", "/start/message", data={"csrf": token}).headers["location"] == "/start?done=message"
    (line,) = (tmp_path / "outbox" / "dry_run.jsonl").read_text().splitlines()
    assert json.loads(line)["rule"] == "test"


def test_only_administrators_take_the_steps(home):
    app = create_app(load_settings(), home[0])
    people = People(app, home[0])
    for role in ("viewer", "analyst", "approver"):
        client = people.logged_in(role)
        shown = client.get("/start")
        assert shown.status_code == 200 and "/start/token" not in shown.text
        for path in ("/start/token", "/start/collect", "/start/message"):
            body = {"csrf": client.headers["x-csrf-token"], "token": "x", "days": "7"}
            assert client.send("POST", path, data=body).status_code == 403, (role, path)
        assert client.get("/start/accounts").status_code == 403
    admin = people.logged_in("admin")
    assert "/start/token" in admin.get("/start").text
    del admin.headers["x-csrf-token"]
    assert admin.send("POST", "/start/message", data={"csrf": "x"}).status_code in (401, 403)
