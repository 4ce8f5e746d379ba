"""docker-compose.prod.yml as it is, on free ports of this machine's loopback, with a certificate of the check's own."""

import re
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx

from checks.compose.engine import ROOT, CheckFailed, Compose, compose_program, example, without_name
from checks.edge.traefik import NAME, PORTS, answer_of, make_certificate, with_certificate
from checks.wheel import free_ports

PUBLISHED = dict(zip(PORTS, ("80", "443", "3000", "3001", "5555", "9090", "5678"), strict=True))
ADMIN = "admin@agencia.example"


class Production(Compose):
    """The services of `core` and the sandbox, two sidecars, and an admin."""

    project = "fbadsproduction"
    profiles = ("core", "sandbox")

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
        (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in self.environment.items()))
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

    def up(self, *services: str) -> None:
        """Start those services, or all with two sidecars."""
        scale = () if services else ("--scale", "sidecar=2")
        self.run("up", "-d", "--no-build", *scale, *services, timeout=600)

    def ask(self, entry: str, method: str, path: str, *, host: str | None = None, **request: Any) -> httpx.Response:
        """Of the edge, under the public name unless another is given; 599 where nobody answers."""
        port, scheme = self.ports[entry], "http" if entry == "web" else "https"
        headers = {"host": host or f"{NAME}:{port}", **request.pop("headers", {})}
        return answer_of(method, f"{scheme}://127.0.0.1:{port}{path}", headers=headers, **request)

    def log_in(self) -> str:
        """The admin's cookie; raises CheckFailed."""
        sent = {"email": ADMIN, "password": self.password}
        answer = self.ask("websecure", "POST", "/api/v1/auth/login", json=sent)
        found = re.match(r"__Host-fbads_session=[^;]+", answer.headers.get("set-cookie", ""))
        if found is None:
            raise CheckFailed(f"the admin cannot log in: {answer.status_code} {answer.text[:300]}")
        return found[0]

    def is_each_healthy(self, service: str) -> bool:
        """Whether every container of the service is."""
        numbers = self.run("ps", "-q", service).split()
        shown = ["docker", "inspect", "--format", "{{.State.Status}} {{.State.Health.Status}}", *numbers]
        states = subprocess.run(shown, capture_output=True, text=True).stdout.split("\n")[: len(numbers)]
        return bool(numbers) and set(states) == {"running healthy"}
