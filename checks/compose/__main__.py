"""`make compose-check`: the containers are built, started on fresh volumes, filled, broken, and taken down.

Needs a Docker engine of this machine (DOCKER_HOST) and the right to kill the containers' processes. Prints each step
with its seconds; ends with 1 at the first thing that is not so. BUILD=0 takes `fbads-pipeline:latest` as it is, and for
the upgrade `fbads-pipeline:earlier`; UPGRADE_FROM names the commit that is upgraded from (the one before this).
Arguments name single steps, such as `start collect backup`.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from checks.compose.bad_input import bad_input
from checks.compose.clocks import clocks
from checks.compose.engine import BACKUP_KEY, CHANGED, EARLIER_IMAGE, IMAGE, ROOT, CheckFailed, Compose, wait_for
from checks.compose.steps import run_steps
from fbads_pipeline.defs.collect.jobs import range_tags
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.settings import Settings

LARGEST_IMAGE_MB = 1200
# Older servers know not all that pg_dump of the image writes.
OLDEST_RESTORED = 17
# The code server asks twice a second, and connects several times before it gives up.
LOOKS_SECONDS = 10
LONG_RUNNING = ("postgres", "code-location", "webserver", "daemon", "sidecar", "gate", "dagster-gate", "sandbox")
OURS = ("code-location", "webserver", "daemon", "sidecar", "sandbox")
COUNT = "select count(*) from marts.campaign_daily"
WHOLE = "select count(*), sum(spend) from marts.campaign_daily"
# Those that a code server's fork server has forked are the processes of runs (docs/decisions/operations/0923).
KILL_RUN = (
    "import psutil; found = {one.pid: one for one in psutil.process_iter() if 'forkserver' in ' '.join(one.cmdline())};"
    " [one.kill() for one in found.values() if one.ppid() in found]"
)
SCHEMA = "select version_num from public.schema_version"
RUN_STATES = "select status, count(*) from runs where pipeline_name = 'collect_and_model' group by 1"


def build(compose: Compose) -> str:
    """The image, labelled with its commit, without root, and no larger than promised."""
    if builds():
        built(IMAGE, "HEAD", str(ROOT))
    image = inspected(IMAGE)
    assert image is not None, "it was built, or BUILD=0 says that it is there"
    megabytes = image["Size"] // 10**6
    if image["Config"]["User"] != "fbads":
        raise CheckFailed(f"the image's user is {image['Config']['User']!r}")
    if megabytes > LARGEST_IMAGE_MB:
        raise CheckFailed(f"the image has {megabytes} MB, {LARGEST_IMAGE_MB} are promised")
    return f"{megabytes} MB, commit {commit_of(image)[:12]}"


def start(compose: Compose) -> str:
    """Every service is up on fresh volumes, and the migration has ended well."""
    compose.run("up", "-d", "--no-build", timeout=600)
    for service in LONG_RUNNING:
        wait_for(f"{service} is healthy", partial(compose.is_healthy, service), 240)
    migrated = compose.state("migrate")
    if migrated["ExitCode"] != 0:
        raise CheckFailed(f"the migration ended with {migrated['ExitCode']}: {compose.logs('migrate')}")
    return f"{len(LONG_RUNNING)} services healthy on fresh volumes"


def settings_arrive(compose: Compose) -> str:
    """Each setting of .env is what each service reads, but for the containers' own addresses and ports."""
    own = {
        "home",
        "database_url",
        "database_tls",
        "redis_tls",
        "dagster_port",
        "api_port",
        "sandbox_port",
        "log_format",
    }
    program = "from fbads_pipeline.settings import load_settings as l; print(l().model_dump_json())"
    expected = Settings.model_validate({name.removeprefix("FBADS_").lower(): value for name, value in CHANGED.items()})
    for service in OURS:
        read = json.loads(compose.inside(service, "python", "-c", program))
        for name in (name.removeprefix("FBADS_").lower() for name in CHANGED):
            wanted = json.loads(expected.model_dump_json())[name]
            if read[name] != wanted:
                raise CheckFailed(f"{service} reads {name} as {read[name]!r}, .env says {wanted!r}")
        environment = dict(line.split("=", 1) for line in compose.inside(service, "env").splitlines() if "=" in line)
        missing = {f"FBADS_{name.upper()}" for name in Settings.model_fields if name not in own} - set(environment)
        if missing:
            raise CheckFailed(f"{', '.join(sorted(missing))} do not reach {service}")
    return f"{len(Settings.model_fields)} settings in {len(OURS)} services"


def collect(compose: Compose) -> str:
    """A tick by the daemon fills raw tables and marts."""
    launch(compose)
    wait_for("the first run has succeeded", lambda: runs(compose).get("SUCCESS", 0) >= 1, 420)
    spend = compose.sql("select round(sum(spend), 2) from marts.campaign_daily")
    if not spend or float(spend) <= 0:
        raise CheckFailed(f"marts.campaign_daily holds {spend!r} of spend")
    return f"{spend} of spend in marts.campaign_daily"


def pages(compose: Compose) -> str:
    """Dagster and the sidecar answer on this machine's loopback."""
    for path, port in (("server_info", "dagster"), ("healthz", "api")):
        with urllib.request.urlopen(f"http://127.0.0.1:{compose.ports[port]}/{path}", timeout=10) as answer:
            if answer.status != 200:
                raise CheckFailed(f"{port} answers {answer.status} to /{path}")
    return "Dagster and the sidecar answer"


def killed_services(compose: Compose) -> str:
    """Each service comes back by itself after its process was killed."""
    took = {}
    for service in LONG_RUNNING:
        compose.kill(service)
        took[service] = wait_for(f"{service} is back", partial(compose.is_healthy, service), 240)
    for service in ("code-location", "webserver", "daemon"):
        wait_for(f"{service} is healthy", partial(compose.is_healthy, service), 240)
    # Service and gate have both been killed: each time the gate has to find the service's new network.
    wait_for("the sidecar answers", lambda: bool(pages(compose)), 240)
    return ", ".join(f"{service} {seconds:.0f} s" for service, seconds in took.items())


def killed_run(compose: Compose) -> str:
    """A run whose process was killed with its code location is ended, and its figures are read by the next one."""
    before = runs(compose)
    launch(compose)
    wait_for("the run has started", lambda: runs(compose).get("STARTED", 0) == 1, 120)
    compose.kill("code-location")
    ended = wait_for("no run is STARTED without a process", lambda: failed_since(compose, before), 420)
    wait_for("a run succeeds again", lambda: runs(compose).get("SUCCESS", 0) > before.get("SUCCESS", 0), 600)
    return f"ended after {ended:.0f} s, read again by the next run"


def killed_database(compose: Compose) -> str:
    """PostgreSQL killed in the middle of a run: no run stays STARTED, and the figures are read by it or by the next."""
    before, rows = runs(compose), compose.sql(COUNT)
    launch(compose)
    wait_for("the run has started", lambda: runs(compose).get("STARTED", 0) == 1, 120)
    compose.kill("postgres")
    back = wait_for("PostgreSQL is back", partial(compose.is_healthy, "postgres"), 240)
    wait_for("no run is STARTED without a process", lambda: runs(compose).get("STARTED", 0) == 0, 420)
    # One whose steps failed is not started again by itself: the next tick reads what it did not.
    succeeded = runs(compose).get("SUCCESS", 0)
    launch(compose)
    wait_for("the next run succeeds", lambda: runs(compose).get("SUCCESS", 0) > succeeded, 600)
    if int(compose.sql(COUNT)) < int(rows):
        raise CheckFailed(f"marts.campaign_daily had {rows} rows and now has {compose.sql(COUNT)}")
    failed = runs(compose).get("FAILURE", 0) - before.get("FAILURE", 0)
    return f"back after {back:.0f} s; {failed} runs ended by it, the figures read again"


def run_killed_without_database(compose: Compose) -> str:
    """A run whose process dies while PostgreSQL is away is ended once it is back, and its figures are read again."""
    before = runs(compose)
    launch(compose)
    wait_for("the run has started", lambda: runs(compose).get("STARTED", 0) == 1, 120)
    compose.run("stop", "postgres", timeout=120)
    compose.inside("code-location", "python", "-c", KILL_RUN)
    time.sleep(LOOKS_SECONDS)
    compose.run("start", "postgres", timeout=120)
    wait_for("PostgreSQL is back", partial(compose.is_healthy, "postgres"), 240)
    ended = wait_for("the run is ended", lambda: failed_since(compose, before), 120)
    wait_for("a run succeeds again", lambda: runs(compose).get("SUCCESS", 0) > before.get("SUCCESS", 0), 600)
    return f"ended {ended:.0f} s after PostgreSQL was back, read again by the next run"


def backup(compose: Compose) -> str:
    """A backup is made in its volume, opens with its key, and restored into an empty database holds the same spend."""
    kept, name = make_backup(compose)
    compose.inside("code-location", *kept, "fbads", "backup", "verify", name, "--identity", BACKUP_KEY)
    if int(compose.sql("show server_version_num")) < OLDEST_RESTORED * 10_000:
        return f"{name} made and opened; the restore was left out: this is not the PostgreSQL that compose names"
    took = restored(compose, kept, name, compose.sql(WHOLE))
    return f"{name} restored in {took:.0f} s, rows and spend of marts.campaign_daily equal"


def make_backup(compose: Compose) -> tuple[tuple[str, ...], str]:
    """A backup by the code location's program: the environment in which commands find it, and its name."""
    public = compose.inside("code-location", "fbads", "backup", "key", BACKUP_KEY).strip()
    kept = ("env", f"FBADS_BACKUP_RECIPIENTS={public}", "FBADS_BACKUP_FOLDER=/var/lib/fbads/backups")
    return kept, compose.inside("code-location", *kept, "fbads", "backup").strip()


def restored(compose: Compose, kept: Sequence[str], name: str, saved: str) -> float:
    """Seconds for that backup into an empty database; raises CheckFailed where rows or spend are not what was saved."""
    compose.sql("create database restored")
    address = f"postgresql://fbads:{compose.environment['POSTGRES_PASSWORD']}@postgres:5432/restored"
    fresh = (*kept, f"FBADS_DATABASE_URL={address}", "FBADS_HOME=/tmp/restored")
    begun = time.monotonic()
    compose.inside("code-location", *fresh, "fbads", "restore", name, "--identity", BACKUP_KEY)
    took = time.monotonic() - begun
    if compose.sql(WHOLE, "restored") != saved:
        raise CheckFailed(f"restored are {compose.sql(WHOLE, 'restored')}, saved were {saved}")
    return took


def restart(compose: Compose) -> str:
    """Taken down and started again on the same volumes, everything is still there."""
    kept = taken_down_and_up(compose, lambda: None)
    start(compose)
    return f"{kept.split('|')[1]} of spend before and after"


def taken_down_and_up(compose: Compose, change: Callable[[], None]) -> str:
    """Rows and spend, the same before everything is taken down and once the database is there again, with nobody who
    collects meanwhile. change: what is done in between."""
    compose.run("stop", "daemon", timeout=120)
    wait_for("no run is under way", lambda: runs(compose).get("STARTED", 0) == 0, 300)
    before = compose.sql(WHOLE)
    compose.run("down", timeout=300)
    change()
    compose.run("up", "-d", "--no-build", "postgres", "migrate", timeout=600)
    wait_for("the migration has ended", lambda: compose.state("migrate")["Status"] == "exited", 240)
    again = compose.sql(WHOLE)
    if again != before:
        raise CheckFailed(f"marts.campaign_daily held {before} before and {again} after")
    return before


def upgrade(compose: Compose) -> str:
    """What an earlier version has stored on fresh volumes is there under this one, which goes on collecting."""
    compose.run("down", "-v", "--remove-orphans", timeout=300)
    commit = revision_of(os.environ.get("UPGRADE_FROM", "HEAD~1"))
    earlier = inspected(EARLIER_IMAGE)
    if builds() and (earlier is None or commit_of(earlier) != commit):
        source = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
        built(EARLIER_IMAGE, commit, "-", source)
        earlier = inspected(EARLIER_IMAGE)
    if earlier is None:
        return f"left out: there is no {EARLIER_IMAGE}"
    commit = commit_of(earlier)
    compose.use(EARLIER_IMAGE, commit)
    start(compose)
    spend, schema = collect(compose), compose.sql(SCHEMA)
    kept, name = make_backup(compose)
    before = taken_down_and_up(compose, partial(compose.use, IMAGE))
    start(compose)
    succeeded = runs(compose).get("SUCCESS", 0)
    launch(compose)
    wait_for("a run succeeds after it", lambda: runs(compose).get("SUCCESS", 0) > succeeded, 600)
    took = restored(compose, kept, name, before)
    return (
        f"from {commit[:12]}, schema {schema} to {compose.sql(SCHEMA)}; {spend}, before and after;"
        f" its backup of before restored in {took:.0f} s, schema {compose.sql(SCHEMA, 'restored')}"
    )


def builds() -> bool:
    """Whether images are built here."""
    return os.environ.get("BUILD", "1") != "0"


def built(image: str, commit: str, source: str, context: bytes | None = None) -> None:
    """An image of that commit, from a folder or the archive that is handed over; raises CheckFailed."""
    command = ["docker", "build", "-q", "-t", image, "--build-arg", f"COMMIT={revision_of(commit)}", source]
    if subprocess.run(command, input=context).returncode:
        raise CheckFailed(f"the image of {commit} cannot be built")


def revision_of(commit: str) -> str:
    """The whole name of a commit of this checkout."""
    asked = ["git", "rev-parse", "--verify", f"{commit}^{{commit}}"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True)
    if found.returncode:
        raise CheckFailed(f"this checkout has no commit {commit}")
    return found.stdout.strip()


def commit_of(image: dict[str, Any]) -> str:
    """The commit that an image is of, by its label."""
    return str(image["Config"]["Labels"]["org.opencontainers.image.revision"])


def inspected(image: str) -> dict[str, Any] | None:
    """What the engine knows of an image; None for one that is not there."""
    found = subprocess.run(["docker", "image", "inspect", image], capture_output=True, text=True)
    image_of: list[dict[str, Any]] = json.loads(found.stdout or "[]")
    return image_of[0] if image_of else None


def launch(compose: Compose) -> None:
    """Ask the daemon for a run over yesterday and the day before, as a backfill does."""
    today = date.today()
    tags = json.dumps(range_tags(DayRange(today - timedelta(days=2), today - timedelta(days=1))))
    job = ("dagster", "job", "launch", "-w", "/srv/fbads/workspace.yaml", "-j", "collect_and_model", "--tags", tags)
    compose.inside("daemon", *job)


def runs(compose: Compose) -> dict[str, int]:
    """Number of collecting runs by status."""
    rows = compose.sql(RUN_STATES, "fbads_dagster").splitlines()
    return {status: int(count) for status, count in (row.split("|") for row in rows)}


def failed_since(compose: Compose, before: dict[str, int]) -> bool:
    """Whether one more run has failed than before."""
    return runs(compose).get("FAILURE", 0) > before.get("FAILURE", 0)


STEPS = (
    *(build, start, settings_arrive, collect, pages, killed_services, killed_run, killed_database),
    *(run_killed_without_database, clocks, backup, bad_input, restart, upgrade),
)

if __name__ == "__main__":
    sys.exit(run_steps("compose-check", Compose, STEPS, sys.argv[1:]))
