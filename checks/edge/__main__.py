"""`make edge-check`: the real Traefik with production's rules, before a real sidecar, attacked as a browser would be.

Prints each thing that held; ends with 1 at the first that did not.
"""

import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
import uvicorn

from checks.edge.traefik import NAME, PORTS, PROGRAM, Traefik
from checks.wheel import free_ports
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.analyst import ensure_role
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.api.app import create_app
from fbads_pipeline.api.http_server import server_config
from fbads_pipeline.domain.identity.operator_services import OPERATOR_SERVICES
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.support.people import PASSWORD, People
from fbads_pipeline_tests.support.postgres_fixture import fresh_database, postgres_server

_SPOOFED = {
    "X-Fbads-User": "owner",
    "X-Fbads-Role": "Admin",
    "X_Fbads_User": "owner",
    "X.Fbads.Role": "Admin",
    "X-Forwarded-Host": NAME,
    "X-Forwarded-Proto": "https",
}


class CheckFailed(Exception):
    """What was expected and what was found, in one sentence."""


def main() -> int:
    """0 when everything held."""
    if not PROGRAM.is_file():
        print(f"edge-check: {PROGRAM} is missing: call `make edge-check`", file=sys.stderr)
        return 1
    # Its requests are recognised by the check itself.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    with (
        tempfile.TemporaryDirectory(prefix="fbads-edge-") as name,
        sidecar(Path(name)) as (address, people),
        Traefik(Path(name), ports, address) as edge,
    ):
        try:
            for check in (names, headers, services, other_sites, limits):
                check(edge, people)
        except CheckFailed as wrong:
            print(f"edge-check failed: {wrong}\n{edge.log()[-3000:]}", file=sys.stderr)
            return 1
    return 0


@contextmanager
def sidecar(folder: Path) -> Iterator[tuple[str, People]]:
    """A sidecar behind a proxy of this machine; its address, and its users."""
    (port,) = free_ports(1)
    with postgres_server() as server, fresh_database(server) as url:
        database = Database(url, folder)
        migrate.upgrade(database.owner)
        ensure_role(database.owner, database.analyst_password_file)
        os.environ |= {"FBADS_PUBLIC_URL": f"https://{NAME}", "FBADS_HOME": str(folder)}
        app = create_app(load_settings(), database)
        served = uvicorn.Server(server_config(app, host="127.0.0.1", port=port, trusted_proxies=["127.0.0.1"]))
        thread = threading.Thread(target=served.run)
        thread.start()
        while not served.started:
            time.sleep(0.05)
        try:
            yield f"http://127.0.0.1:{port}", People(app, database)
        finally:
            served.should_exit = True
            thread.join()
            database.close()


def names(edge: Traefik, people: People) -> None:
    """Only the public name, only encrypted, and nothing of what is between the edge and the sidecar."""
    led = edge.ask("web", "GET", "/today?x=1", host=NAME)
    expect("HTTP leads to HTTPS", led.status_code in (301, 308) and led.headers["location"].startswith("https://"), led)
    expect("the sidecar answers", edge.ask("websecure", "GET", "/healthz").status_code == 200)
    for entry in PORTS[1:]:
        answer = edge.ask(entry, "GET", "/", host="evil.example")
        expect(f"another name is none of {entry}", answer.status_code == 404, answer)
    for path in ("/edge/grafana", "/metrics", "/edge/../edge/grafana", "//edge/grafana", "/%65dge/grafana"):
        answer = edge.ask("websecure", "GET", path, headers=_SPOOFED)
        is_kept = answer.status_code in (301, 308, 400, 404) and "x-fbads-user" not in answer.headers
        expect(f"{path} is not reached from outside", is_kept, answer)


def headers(edge: Traefik, people: People) -> None:
    """What each answer says to a browser."""
    answer = edge.ask("websecure", "GET", "/login")
    wanted = {"strict-transport-security": "max-age=31536000", "x-frame-options": "DENY"}
    wanted |= {"x-content-type-options": "nosniff", "referrer-policy": "same-origin"}
    expect("security headers", {name: answer.headers.get(name) for name in wanted} == wanted, answer.headers)
    expect("no server's name", "server" not in answer.headers, answer.headers)


def services(edge: Traefik, people: People) -> None:
    """Who passes to services without logins, and what these learn."""
    page = {"accept": "text/html", "sec-fetch-site": "none"}
    for service in OPERATOR_SERVICES:
        led = edge.ask(service, "GET", "/", headers=page | _SPOOFED)
        expect(f"{service}: a page leads to the login", led.headers.get("location") == f"https://{NAME}/login", led)
        refused = edge.ask(service, "POST", "/api", headers=_SPOOFED | {"sec-fetch-site": "same-origin"})
        expect(f"{service}: nobody passes without a session", refused.status_code == 401, refused)
    viewer, admin = session(edge, people, "viewer"), session(edge, people, "admin")
    passed = edge.ask("grafana", "GET", "/d/x?y=1", headers=page | _SPOOFED | {"cookie": f"{viewer}; grafana=1"})
    expect("a viewer sees Grafana", passed.status_code == 200, passed)
    learnt = {name.lower(): value for name, value in passed.json()["headers"].items()}
    expect("as a viewer, whatever the browser claims", learnt["x-fbads-role"] == "Viewer", learnt)
    expect("by an id, whatever the browser claims", learnt["x-fbads-user"] not in ("owner", ""), learnt)
    expect("nor by another spelling", not {"x_fbads_user", "x.fbads.role"} & set(learnt), learnt)
    expect("without the session", learnt["cookie"] == "grafana=1", learnt)
    expect("with the query", passed.json()["path"] == "/d/x?y=1", passed.json())
    alone = edge.ask("grafana", "GET", "/", headers=page | {"cookie": viewer})
    expect("without any cookie where there is none but ours", "cookie" not in str(alone.json()).lower(), alone.json())
    for service in ("flower", "prometheus", "n8n"):
        refused = edge.ask(service, "GET", "/", headers=page | {"cookie": viewer})
        expect(f"a viewer has no {service}", refused.status_code == 403, refused)
        passed = edge.ask(service, "GET", "/", headers=page | {"cookie": admin})
        expect(f"an admin has {service}", passed.status_code == 200, passed)
    kept = edge.ask("dagster", "GET", "/", headers=page | {"cookie": admin}).json()
    expect("Dagster's UI, which is ours, asks for the session again", "fbads_session" in str(kept), kept)


def other_sites(edge: Traefik, people: People) -> None:
    """What a page of another site sends with an admin's cookies."""
    admin = {"cookie": session(edge, people, "admin")}
    own = {"origin": f"https://{NAME}:{edge.ports['flower']}", "sec-fetch-site": "same-origin"}
    expect("one's own page", edge.ask("flower", "POST", "/api/x", headers=admin | own).status_code == 200)
    attacks = {
        "another origin": {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        "the sidecar's own page": {"origin": f"https://{NAME}", "sec-fetch-site": "same-site"},
        "a sandboxed frame": {"origin": "null"},
        "a form without an origin": {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
        "nothing at all": {},
        "another origin that claims its host": {"origin": "https://evil.example", "x-forwarded-host": "evil.example"},
    }
    for name, sent in attacks.items():
        answer = edge.ask("flower", "POST", "/api/worker/shutdown", headers=admin | sent)
        expect(f"{name}: refused", answer.status_code == 403, answer)
    linked = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    answer = edge.ask("n8n", "GET", "/webhook/x", headers=admin | linked)
    expect("a link to a command: refused", answer.status_code == 403, answer)
    expect("a link to a page", edge.ask("n8n", "GET", "/home", headers=admin | linked).status_code == 200)


def limits(edge: Traefik, people: People) -> None:
    """Large bodies and floods end at the edge."""
    answer = edge.ask("websecure", "POST", "/api/v1/chat", content=b"x" * (2 * 2**20 + 1))
    expect("a body of more than 2 MB", answer.status_code == 413, answer)
    answers = [edge.ask("websecure", "POST", "/api/v1/auth/login", json={}) for _ in range(60)]
    at_edge = [one for one in answers if one.status_code == 429 and "x-request-id" not in one.headers]
    expect("a flood of logins ends at the edge", len(at_edge) >= 20, len(at_edge))
    expect("others go on", edge.ask("websecure", "GET", "/healthz").status_code == 200)


def session(edge: Traefik, people: People, role: str) -> str:
    """The cookie of a new user who has logged in at the edge."""
    user = people.add(role)  # type: ignore[arg-type]
    answer = edge.ask("websecure", "POST", "/api/v1/auth/login", json={"email": user.email, "password": PASSWORD})
    expect(f"{role} logs in over HTTPS", "__Host-fbads_session" in answer.headers.get("set-cookie", ""), answer)
    return answer.headers["set-cookie"].partition(";")[0]


def expect(what: str, holds: bool, found: object = "") -> None:
    """Print what held; raises CheckFailed with what was found instead."""
    if not holds:
        shown = f"{found.status_code} {dict(found.headers)} {found.text[:300]}" if hasattr(found, "text") else found
        raise CheckFailed(f"{what}: {shown}")
    print(f"ok  {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
