"""config/postgres: a file of the log is archived whole and once, and no server's folder is exchanged by mistake.

`make recovery-check` brings a real PostgreSQL back with them.
"""

import os
import shutil
import subprocess

import pytest
import yaml

from fbads_pipeline_tests.support.paths import ROOT

SCRIPTS = ROOT / "config/postgres"


@pytest.fixture
def run(tmp_path):
    (tmp_path / "archive/base").mkdir(parents=True)
    (tmp_path / "data").mkdir()
    environment = {"WAL_ARCHIVE": f"{tmp_path}/archive", "PGDATA": f"{tmp_path}/data", "PATH": os.environ["PATH"]}

    def made(name, *arguments):
        command = ["sh", SCRIPTS / name, *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, cwd="/")

    return made


def test_a_file_is_archived_whole_once_and_another_of_its_name_is_refused(run, tmp_path):
    log, kept = tmp_path / "log", tmp_path / "archive/000000010000000000000001"
    log.write_bytes(b"first" * 1000)
    assert [run("archive.sh", log, kept.name).returncode for _ in range(2)] == [0, 0]
    log.write_bytes(b"other" * 1000)
    assert run("archive.sh", log, kept.name).returncode == 1
    assert kept.read_bytes() == b"first" * 1000
    assert run("archive.sh", tmp_path / "missing", "000000010000000000000002").returncode != 0
    assert [one.name for one in (tmp_path / "archive").iterdir() if one.is_file()] == [kept.name]


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        (None, "give the moment with its offset"),
        ("2026-11-27 10:15", "give the moment with its offset"),
        ("2026-11-27 10:15:00+00", "there is no copy from before"),
        ("2026-11-27 07:15:00-03:00", "there is no copy from before"),
        ("latest", "there is no copy from before"),
    ],
)
def test_without_a_moment_or_a_copy_from_before_the_folder_stays(run, tmp_path, moment, sentence):
    (tmp_path / "data/PG_VERSION").write_text("18")
    if moment != "latest":
        (tmp_path / "archive/base/20261127T101501Z").mkdir()
    done = run("restore.sh", *filter(None, [moment]))
    assert done.returncode in (1, 2) and sentence in done.stderr, done.stderr
    assert (tmp_path / "data/PG_VERSION").read_text() == "18"


def test_the_folder_of_a_running_server_stays_and_what_a_crash_has_left_is_no_server(run, tmp_path):
    (tmp_path / "data/PG_VERSION").write_text("18")
    running = tmp_path / "postgres"
    shutil.copy(shutil.which("sleep"), running)
    with subprocess.Popen([running, "60"]) as server:
        (tmp_path / "data/postmaster.pid").write_text(f"{server.pid}\n/data\n")
        done = run("restore.sh", "latest")
        server.kill()
    assert done.returncode == 1 and "stop the server first" in done.stderr
    for left_over in (server.pid, 1):
        (tmp_path / "data/postmaster.pid").write_text(f"{left_over}\n/data\n")
        assert "there is no copy" in run("restore.sh", "latest").stderr
    assert (tmp_path / "data/PG_VERSION").read_text() == "18"


def test_production_archives_with_these_where_the_operator_says_so():
    service = yaml.safe_load((ROOT / "docker-compose.prod.yml").read_text())["services"]["postgres"]
    assert "archive_mode=${WAL_ARCHIVING:-off}" in service["command"]
    (command,) = [one for one in service["command"] if one.startswith("archive_command=")]
    assert command.endswith("/etc/postgres/archive.sh %p %f")
    assert "./config/postgres:/etc/postgres:ro" in service["volumes"]
    assert service["environment"]["WAL_ARCHIVE"] in {one.split(":")[1] for one in service["volumes"]}
    for name in ("base.sh", "restore.sh"):
        assert f"/etc/postgres/{name}" in (ROOT / "scripts/point-in-time.sh").read_text()
