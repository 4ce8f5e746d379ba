"""A home, a sandbox, and the command line as a user calls it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline_tests.support.forked_program import run_forked
from fbads_pipeline_tests.support.postgres_fixture import empty_home

FBADS = str(Path(sys.executable).parent / "fbads")
NOW = "2026-11-10T15:00:00+00:00"


class Program:
    """`fbads` in a home of its own. `settings` are its environment, less the prefix."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.settings = {"HOME": str(home), **settings}

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("FBADS_", "DAGSTER_"))}
        return kept | {f"FBADS_{name}": value for name, value in (self.settings | more).items()}

    def run(self, *arguments: str, timeout: float = 420, **more: str) -> "subprocess.CompletedProcess[str]":
        return run_forked(FBADS, arguments, self.environment(**more), timeout=timeout)

    def sync(self, since: str, until: str, *arguments: str, **more: str) -> tuple[int, dict, str]:
        """Exit code, the JSON object, and what was said on stderr."""
        done = self.run("sync", "--from", since, "--to", until, "--json", *arguments, **more)
        return done.returncode, json.loads(done.stdout or "{}"), done.stderr

    def sql(self, query: str) -> list[dict]:
        done = self.run("sql", query, "--format", "json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def sandbox():
    with SandboxServer(campaigns=12, now=NOW) as server:
        yield server


@pytest.fixture
def program(open_home, calm):
    """The program in an empty home, pointed at the sandbox."""
    return Program(open_home, GRAPH_URL=calm.url, ACCESS_TOKEN=calm.token, NOW=NOW)


@pytest.fixture
def calm(sandbox):
    """The sandbox without misbehaviour, at its first instant."""
    sandbox.set_scenario(None)
    sandbox.set_now(NOW)
    return sandbox


@pytest.fixture(scope="module")
def used_home():
    """A home that the tests of a module share: its database and Dagster's tables are made once."""
    with empty_home() as home:
        yield home


@pytest.fixture
def used(used_home, calm):
    """The program in the shared home, pointed at the sandbox."""
    return Program(used_home, GRAPH_URL=calm.url, ACCESS_TOKEN=calm.token, NOW=NOW)
