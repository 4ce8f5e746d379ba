"""docker-compose.prod.yml as it is, on free ports of this machine's loopback, with a certificate of the check's own."""

import re
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx

from checks.compose.engine import ROOT, CheckFailed, Compose, busyness, compose_program, example, without_name
from checks.edge.traefik import NAME, PORTS, answer_of, make_certificate, with_certificate
from checks.wheel import free_ports

PUBLISHED = dict(zip(PORTS, ("80", "443", "3000", "3001", "5555", "9090", "5678"), strict=True))
ADMIN = "admin@agencia.example"


class Production(Compose):
    """The services of `core` and the sandbox, two sidecars, and an admin."""

    project = "fbadsproduction"
    profiles: tuple[str, ...] = ("core", "sandbox")

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._program = compose_program()
        self.ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        self.password = secrets.token_urlsafe(16)
        self.environment = {
            **example((ROOT / ".env.example").read_text()),
            "PUBLIC_HOST": NAME,
            "ACME_EMAIL": f"ops@{NAME}",
            "FBADS_GRAPH_URL": "http://sandbox:8090",
            "FBADS_HISTORY_DAYS": "0",
            "FBADS_BREAKDOWNS": "country",
            "WAL_ARCHIVING": "on",
        }
        self._write_environment()
        for name in ("config", "scripts"):
            shutil.copytree(ROOT / name, folder / name)
        (folder / "files").mkdir()
        subprocess.run(["bash", folder / "scripts/secrets.sh"], check=True, capture_output=True)
        (folder / "secrets/access_token").write_text("sandbox-token")
        rules = folder / "config/traefik/dynamic.yml"
        rules.write_text(with_certificate(rules.read_text(), Path("/etc/traefik")))
        make_certificate(rules.parent)
        text = without_name((ROOT / "docker-compose.prod.yml").read_text())
        for entry, inside in PUBLISHED.items():
            text = text.replace(f'"{inside}:{inside}"', f'"127.0.0.1:{self.ports[entry]}:{inside}"')
        text = text.replace(
            "./config/traefik/dynamic.yml:/etc/traefik/dynamic.yml:ro", "./config/traefik:/etc/traefik:ro"
        )
        (folder / "docker-compose.yml").write_text(text)

    def add(self, profile: str, settings: dict[str, str]) -> None:
        """From the next start on with that profile too, and with those settings."""
        self.profiles = (*self.profiles, profile)
        self.environment |= settings
        self._write_environment()

    def _write_environment(self) -> None:
        lines = [f"{name}={value}\n" for name, value in self.environment.items()]
        (self.folder / ".env").write_text("".join(lines))

    def up(self, *services: str) -> None:
        """Start those services, or all of the profiles; of sidecars and workers two."""
        scaled = [one for one in ("sidecar", "worker") if one in services or (not services and one == "sidecar")]
        scale = [part for one in scaled for part in ("--scale", f"{one}=2")]
        self.run("up", "-d", "--no-build", *scale, *services, timeout=600)

    def ask(self, entry: str, method: str, path: str, *, host: str | None = None, **request: Any) -> httpx.Response:
        """Of the edge, under the public name unless another is given; 599 where nobody answers."""
        port, scheme = self.ports[entry], "http" if entry == "web" else "https"
        headers = {"host": host or f"{NAME}:{port}", **request.pop("headers", {})}
        return answer_of(method, f"{scheme}://127.0.0.1:{port}{path}", 20 * busyness(), headers=headers, **request)

    def log_in(self) -> str:
        """The admin's cookie; raises CheckFailed."""
        return self._session()[0]

    def make_key(self, scope: str) -> str:
        """A key of the admin's for a program; raises CheckFailed."""
        cookie, token = self._session()
        headers = {"cookie": cookie, "x-csrf-token": token}
        made = self.ask(
            "websecure", "POST", "/api/v1/me/keys", headers=headers, json={"name": scope, "scopes": [scope]}
        )
        expect("a key is made", made.status_code == 201, made)
        return str(made.json()["key"])

    def _session(self) -> tuple[str, str]:
        """The admin's cookie, and what goes with each change."""
        sent = {"email": ADMIN, "password": self.password}
        answer = self.ask("websecure", "POST", "/api/v1/auth/login", json=sent)
        found = re.match(r"__Host-fbads_session=[^;]+", answer.headers.get("set-cookie", ""))
        expect("the admin can log in", found, answer)
        assert found is not None
        return found[0], str(answer.json()["csrf_token"])

    def is_each_healthy(self, service: str) -> bool:
        """Whether every container of the service is."""
        states = self._states(service, "{{.State.Status}} {{.State.Health.Status}}")
        return states == {"running healthy"}

    def is_each_running(self, service: str) -> bool:
        """Whether every container of the service is, and healthy where it is asked."""
        states = self._states(service, "{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}")
        return bool(states) and states <= {"running healthy", "running"}

    def _states(self, service: str, form: str) -> set[str]:
        numbers = self.run("ps", "-q", service).split()
        if not numbers:
            return set()
        shown = subprocess.run(["docker", "inspect", "--format", form, *numbers], capture_output=True, text=True)
        return {line.strip() for line in shown.stdout.split("\n")[: len(numbers)]}


def expect(what: str, holds: object, found: object = "") -> None:
    """Raises CheckFailed with what was found instead."""
    if not holds:
        if isinstance(found, httpx.Response):
            found = f"{found.status_code} {dict(found.headers)} {found.text[:300]}"
        raise CheckFailed(f"{what}: {found}")
