"""The sidecar behind a real socket, and its documents in a real browser."""

import shutil
import subprocess
from datetime import UTC, datetime

import httpx
import pytest

from fbads_pipeline.adapters.identity.secret_files import local_secret
from fbads_pipeline.adapters.postgres.identity.users import PostgresIdentity
from fbads_pipeline.adapters.processes import PortTaken
from fbads_pipeline.api.authentication import LOCAL_COOKIE
from fbads_pipeline.api.server import opening_address, require_protected, require_users, serve
from fbads_pipeline.settings import SettingsError, load_settings

CHROMIUM = shutil.which("chromium")


def test_it_answers_over_a_socket(address, app):
    opened = {LOCAL_COOKIE: app.state.local_secret}
    with httpx.Client(base_url=address, trust_env=False, cookies=opened) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").status_code == 200
        assert len(client.get("/api/v1/campaigns", params={"status": "ACTIVE"}).json()["data"]) == 6


def test_a_log_names_the_file_and_not_the_secret(tmp_path):
    settings = load_settings(home=tmp_path)
    shown = opening_address(settings, shows_secret=True)
    assert shown == f"open http://127.0.0.1:8000/local?secret={local_secret(tmp_path)}"
    logged = opening_address(settings, shows_secret=False)
    assert local_secret(tmp_path) not in logged and str(tmp_path / "local.secret") in logged


STRONG = "q8Zt3vJx7LmN2bKcR5wY9uHd6sFa1gPe"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.1", "::", "example.com"])
def test_beyond_this_machine_it_wants_a_secret_and_somebody_who_can_log_in(host, database):
    with pytest.raises(SettingsError, match="beyond this machine: set FBADS_JWT_SECRET"):
        require_protected(load_settings(api_host=host))
    protected = load_settings(api_host=host, jwt_secret=STRONG)
    require_protected(protected)
    identity = PostgresIdentity(database.owner)
    with pytest.raises(SettingsError, match="nobody can log in yet"):
        require_users(protected, identity)
    identity.add_user("a@b.example", "admin", password_hash=None, accounts=None, actor="t", now=datetime.now(UTC))
    require_users(protected, identity)


@pytest.mark.parametrize("secret", ["short", "change-me-change-me-change-me-change-me", "a" * 64, "example" + STRONG])
def test_a_weak_secret_is_refused_everywhere_and_not_shown(secret):
    with pytest.raises(SettingsError, match="FBADS_JWT_SECRET is too weak") as wrong:
        require_protected(load_settings(jwt_secret=secret))
    assert secret not in str(wrong.value)


def test_writing_to_meta_wants_somebody_with_a_name(database):
    with pytest.raises(SettingsError, match="FBADS_APPLY_DECISIONS writes to Meta"):
        require_users(load_settings(apply_decisions=True), PostgresIdentity(database.owner))


def test_a_taken_port_is_named_before_anything_is_started(address, monkeypatch):
    monkeypatch.setenv("FBADS_API_PORT", address.rsplit(":", 1)[1])
    with pytest.raises(PortTaken, match="FBADS_API_PORT"):
        serve(load_settings())


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: make browser")
def test_swagger_shows_the_routes_in_a_browser_without_asking_anybody_else(address, tmp_path):
    assert CHROMIUM is not None
    command = [
        *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
        *("--disable-component-update", "--disable-sync", "--disable-quic", f"--user-data-dir={tmp_path}"),
        *("--virtual-time-budget=8000", "--dump-dom", f"{address}/docs"),
    ]
    page = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    assert "/api/v1/campaigns/{campaign_id}/insights" in page.replace("\u200b", "")
    assert "Failed to load" not in page
