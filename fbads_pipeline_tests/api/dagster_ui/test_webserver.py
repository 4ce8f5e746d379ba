"""Dagster's own webserver behind the gate, over sockets: who may look, who may change, and what is read-only."""

from datetime import UTC, datetime

import httpx
import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.identity.secret_files import local_secret
from fbads_pipeline.adapters.postgres.identity.users import PostgresIdentity
from fbads_pipeline.adapters.postgres.server.engine import ensure_database
from fbads_pipeline.adapters.processes import Children, free_port
from fbads_pipeline.api.dagster_ui import webserver
from fbads_pipeline.cli.home import write_dagster_home
from fbads_pipeline_tests.cli.conftest import FBADS, Program

DEFINITIONS = """
import dagster as dg

@dg.asset
def thing():
    return 1

job = dg.define_asset_job("tiny_job", [thing])
defs = dg.Definitions(assets=[thing], jobs=[job])
"""
PERMISSIONS = "{ permissions { permission value } }"
SHUT_DOWN = 'mutation { shutdownRepositoryLocation(repositoryLocationName: "tiny") { __typename } }'
RELOAD = "mutation { reloadWorkspace { __typename } }"


class Ui:
    """The running UI. cookies: as a browser of that visitor would send them."""

    def __init__(self, url, identity, home):
        self.url, self.identity, self.home = url, identity, home

    def session(self, role, accounts=None):
        now = datetime.now(UTC)
        address = f"{role}@x.example"
        user = self.identity.add_user(address, role, password_hash=None, accounts=accounts, actor="t", now=now)
        return {"fbads_session": self.identity.open_session(user.user_id, now=now, details={})[0]}

    def ask(self, query, cookies, **headers):
        with httpx.Client(base_url=self.url, cookies=cookies, trust_env=False, timeout=30) as client:
            return client.post("/graphql", json={"query": query}, headers={"origin": self.url, **headers})


@pytest.fixture
def ui(migrated_url, migrated_engine, tmp_path):
    (tmp_path / "tiny.py").write_text(DEFINITIONS)
    workspace = tmp_path / "workspace.yaml"
    workspace.write_text("load_from:\n  - python_file: {relative_path: tiny.py, location_name: tiny}\n")
    home, port = tmp_path / "home", free_port()
    write_dagster_home(home)
    dagster_url = ensure_database(migrated_url, f"{sa.engine.make_url(migrated_url).database}_dagster")
    environment = Program(home, DAGSTER_PORT=str(port), DATABASE_URL=migrated_url).environment(
        DAGSTER_DATABASE_URL=dagster_url
    )
    with Children(home / "logs") as children:
        command = [FBADS, "dagster-ui", "--workspace", str(workspace)]
        children.start("ui", command, {**environment, "DAGSTER_HOME": str(home / "dagster")})
        children.wait_for_http("ui", f"http://127.0.0.1:{port}/server_info", seconds=90)
        yield Ui(f"http://127.0.0.1:{port}", PostgresIdentity(migrated_engine), home)


def test_who_looks_and_who_changes(ui):
    opened = {"fbads_local": local_secret(ui.home)}
    assert ui.ask(PERMISSIONS, {}).status_code == 401
    assert ui.ask(RELOAD, opened).json()["data"]["reloadWorkspace"]["__typename"] == "Workspace"

    admin, viewer = ui.session("admin"), ui.session("viewer")
    assert ui.ask(PERMISSIONS, opened).status_code == 401, "somebody has a login now"
    assert ui.ask(RELOAD, admin).json()["data"]["reloadWorkspace"]["__typename"] == "Workspace"
    for cookies, may in ((admin, True), (viewer, False)):
        found = {one["permission"]: one["value"] for one in ui.ask(PERMISSIONS, cookies).json()["data"]["permissions"]}
        assert (found["launch_pipeline_execution"], found["wipe_assets"]) == (may, may)
    assert ui.ask(SHUT_DOWN, viewer).status_code == 403
    assert ui.ask(SHUT_DOWN, admin, origin="https://evil.example").status_code == 403
    assert ui.ask("{ version }", ui.session("analyst", accounts=["42"])).status_code == 403
    assert ui.ask("{ version }", ui.session("dpo")).status_code == 403
    assert ui.ask("{ version }", admin).status_code == 200


def test_a_webserver_that_cannot_be_put_behind_the_gate_is_not_served(monkeypatch, tmp_path):
    monkeypatch.setattr(webserver, "_HOSTING", "another_function")
    with pytest.raises(webserver.WebserverChanged, match="cannot be protected"):
        webserver.serve_dagster(None, tmp_path, "127.0.0.1")
