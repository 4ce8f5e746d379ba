"""scripts/deploy.sh and backup.sh, with a `docker` that notes what it is asked and answers as the test says."""

import os
import subprocess

import pytest

from fbads_pipeline_tests.support.paths import ROOT

DOCKER = """#!/bin/bash
echo "$(sed -n s/^IMAGE_VERSION=//p .env) $*" >> calls
case "$*" in
  *"psql"*) head -1 runs_under_way; sed -i 1d runs_under_way;;
  *" up "*) [ "$(sed -n s/^IMAGE_VERSION=//p .env)" != broken ];;
  *"fbads backup") [ ! -e no_backup ] && echo 2026-11-27T120000Z;;
esac
"""


@pytest.fixture
def machine(tmp_path):
    """A checkout with version 1.0.0, and no run under way."""
    (tmp_path / "scripts").mkdir()
    for name in ("deploy.sh", "backup.sh"):
        (tmp_path / "scripts" / name).write_text((ROOT / "scripts" / name).read_text())
        (tmp_path / "scripts" / name).chmod(0o755)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/docker").write_text(DOCKER)
    (tmp_path / "bin/docker").chmod(0o755)
    (tmp_path / ".env").write_text("POSTGRES_PORT=1\nIMAGE_VERSION=1.0.0\n")
    (tmp_path / "runs_under_way").write_text("0\n")
    return tmp_path


def deploy(machine, version="1.1.0", **environment):
    path = {"PATH": f"{machine / 'bin'}:{os.environ['PATH']}", "PAUSE_SECONDS": "0"}
    return subprocess.run(
        [machine / "scripts/deploy.sh", version], env={**path, **environment}, capture_output=True, text=True
    )


def calls(machine):
    prefix = "compose -f docker-compose.prod.yml "
    return [one.replace(prefix, "") for one in (machine / "calls").read_text().splitlines()]


def version(machine):
    return (machine / ".env").read_text()


def test_a_backup_then_no_new_runs_then_the_version(machine):
    (machine / "runs_under_way").write_text("2\n1\n0\n")
    done = deploy(machine)
    assert done.returncode == 0, done.stderr
    made = calls(machine)
    steps = ("fbads backup", "verify", "stop daemon", " up ")
    order = [next(i for i, one in enumerate(made) if word in one) for word in steps]
    assert order == sorted(order) and sum("psql" in one for one in made) == 3
    assert made[-1].startswith("1.1.0 up -d") and "--wait" in made[-1]
    assert version(machine) == "POSTGRES_PORT=1\nIMAGE_VERSION=1.1.0\n"


def test_one_that_does_not_become_healthy_gives_way_to_the_one_before(machine):
    done = deploy(machine, "broken")
    assert done.returncode == 1 and "1.0.0 is healthy again" in done.stderr
    assert [one.split()[0] for one in calls(machine) if " up " in one] == ["broken", "1.0.0"]
    assert "IMAGE_VERSION=1.0.0" in version(machine)


def test_runs_that_do_not_end_leave_everything_as_it_is(machine):
    (machine / "runs_under_way").write_text("1\n" * 500)
    done = deploy(machine, DRAIN_MINUTES="0")
    assert done.returncode == 1 and "nothing was changed" in done.stderr
    assert "1.0.0 start daemon" in calls(machine) and not [one for one in calls(machine) if " up " in one]


def test_without_a_backup_nothing_is_deployed_unless_it_was_said_so(machine):
    (machine / "no_backup").touch()
    assert deploy(machine).returncode != 0
    assert not [one for one in calls(machine) if "stop daemon" in one or " up " in one]
    assert deploy(machine, SKIP_BACKUP="1").returncode == 0


@pytest.mark.parametrize("wrong", ["a b", "1;reboot", "", "../x", "1/2"])
def test_what_is_no_version_is_refused(machine, wrong):
    assert deploy(machine, wrong).returncode != 0
    assert "IMAGE_VERSION=1.0.0" in version(machine) and not (machine / "calls").exists()
