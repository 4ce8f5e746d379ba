"""The containers of docker-compose.yml under a project name of their own, with settings and ports of the check."""

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from checks.wheel import free_ports

ROOT = Path(__file__).parents[2]
PROJECT = "fbadscheck"
# As docker-compose.yml names it, and the one of a commit before it.
IMAGE, EARLIER_IMAGE = "fbads-pipeline:latest", "fbads-pipeline:earlier"
# In the home, which the next version of the image sees, too.
BACKUP_KEY = "/var/lib/fbads/home/backup.key"
# Settings that differ from their defaults, so that one which does not arrive is seen.
CHANGED = {
    "FBADS_CTR_LIMIT": "0.02",
    "FBADS_RESTATEMENT_DAYS": "3",
    "FBADS_HISTORY_DAYS": "0",
    "FBADS_LANGUAGE": "en",
    "FBADS_STALE_HOURS": "5",
    "FBADS_BREAKDOWNS": "country",
}


class CheckFailed(Exception):
    """What was expected and what was found, in one sentence."""


class Compose:
    """`docker compose` for this check: a copy of the file, an .env beside it, ports that are free."""

    project: str = PROJECT
    profiles: tuple[str, ...] = ("sandbox",)

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        dagster, api, postgres = free_ports(3)
        self.ports = {"dagster": dagster, "api": api}
        self._own = {
            **CHANGED,
            "POSTGRES_PASSWORD": secrets.token_hex(16),
            "POSTGRES_PORT": str(postgres),
            "FBADS_DAGSTER_PORT": str(dagster),
            "FBADS_API_PORT": str(api),
            "FBADS_ACCESS_TOKEN": "sandbox-token",
            "FBADS_GRAPH_URL": "http://sandbox:8090",
        }
        (folder / "files").mkdir()
        self._program = compose_program()
        self.use(IMAGE)

    def use(self, image: str, commit: str | None = None) -> None:
        """From now on that image, with compose file and settings of that commit; None for those of the checkout."""
        self.environment = {**example(_text(".env.example", commit)), **self._own}
        (self.folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in self.environment.items()))
        text = without_name(_text("docker-compose.yml", commit)).replace(IMAGE, image)
        (self.folder / "docker-compose.yml").write_text(text)

    def run(self, *arguments: str, timeout: float = 300, may_fail: bool = False, given: str = "") -> str:
        """The output of a compose command; raises CheckFailed where it fails. given: what it reads from stdin."""
        profiles = [part for one in self.profiles for part in ("--profile", one)]
        command = [*self._program, "-p", self.project, *profiles, *arguments]
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("FBADS_", "POSTGRES_"))}
        limit = timeout * busyness()
        try:
            done = subprocess.run(
                command, cwd=self.folder, env=clean, capture_output=True, text=True, timeout=limit, input=given
            )
        except subprocess.TimeoutExpired:
            raise CheckFailed(f"{' '.join(arguments)} did not end within {limit:.0f} s") from None
        if done.returncode and not may_fail:
            raise CheckFailed(
                f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr[-2000:]}{done.stdout[-500:]}"
            )
        return done.stdout

    def inside(self, service: str, *command: str, timeout: float = 300, may_fail: bool = False) -> str:
        """The output of a command in a service's container."""
        return self.run("exec", "-T", service, *command, timeout=timeout, may_fail=may_fail)

    def sql(self, statement: str, database: str = "fbads") -> str:
        """What one statement returns, as the owner of the database."""
        return self.inside("postgres", "psql", "-U", "fbads", "-d", database, "-Atc", statement).strip()

    def state(self, service: str) -> dict[str, object]:
        """State of a service's container, as the engine tells it."""
        container = self.run("ps", "-aq", service).strip().splitlines()
        if not container:
            raise CheckFailed(f"{service} has no container")
        found = subprocess.run(["docker", "inspect", container[0]], capture_output=True, text=True, check=True).stdout
        state: dict[str, object] = json.loads(found)[0]["State"]
        return state

    def is_healthy(self, service: str) -> bool:
        """Whether the service runs, and is healthy where it has a health check."""
        state = self.state(service)
        health = state.get("Health")
        return state["Status"] == "running" and (not isinstance(health, dict) or health["Status"] == "healthy")

    def kill(self, service: str) -> None:
        """Kill a service's first process from outside, as a lack of memory would; until the engine has seen its end."""
        number = self.state(service)["Pid"]
        assert isinstance(number, int) and number > 1
        os.kill(number, signal.SIGKILL)
        wait_for(f"{service} has ended", lambda: self.state(service)["Pid"] != number, 60)

    def logs(self, *services: str) -> str:
        """The last lines of what the services logged."""
        return self.run("logs", "--tail", "40", *services, may_fail=True)


def without_name(text: str) -> str:
    """docker-compose 1 does not know the name at the top; the project's is given with each command anyway."""
    return re.sub(r"(?m)^name: .*\n", "", text)


def wait_for(what: str, holds: Callable[[], bool], seconds: float) -> float:
    """Seconds until it holds; raises CheckFailed when it does not in that time, longer on a machine that is busy."""
    started = time.monotonic()
    while time.monotonic() - started < seconds * busyness():
        try:
            if holds():
                return time.monotonic() - started
        except (CheckFailed, OSError):
            pass
        time.sleep(2)
    waited = time.monotonic() - started
    raise CheckFailed(f"after {waited:.0f} s, at load {os.getloadavg()[0]:.0f}, it is still not so that {what}")


def busyness() -> float:
    """How much longer everything may take here: processes that want a core, for each core, from 1 to 4."""
    return min(4.0, max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)))


def temporary_folder() -> "tempfile.TemporaryDirectory[str]":
    """A folder for the copy of the compose file, its .env and its files."""
    return tempfile.TemporaryDirectory(prefix="fbads-compose-")


def compose_program() -> list[str]:
    if subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0:
        return ["docker", "compose"]
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    raise CheckFailed("neither `docker compose` nor `docker-compose` is installed")


def _text(name: str, commit: str | None) -> str:
    if commit is None:
        return (ROOT / name).read_text()
    return subprocess.run(
        ["git", "show", f"{commit}:{name}"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def example(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([A-Z_0-9]+)=(.*)$", text, re.MULTILINE))
