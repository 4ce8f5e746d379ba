"""`make production-check`: docker-compose.prod.yml is started, asked through its edge, broken, brought back.

Needs a Docker engine of this machine (DOCKER_HOST) with the images that the file names, and the right to kill their
processes; what a profile needs and the engine has not is left out, in words. Prints each step with its seconds; ends
with 1 at the first thing that is not so. Arguments name single steps, such as `start edge`.
"""

import sys
import time
from functools import partial

from checks.compose.__main__ import WHOLE, collect
from checks.compose.engine import CheckFailed, wait_for
from checks.compose.steps import run_steps
from checks.production.profiles import observed, scaled
from checks.production.stack import ADMIN, Production, expect

SERVICES = ("postgres", "redis", "code-location", "webserver", "daemon", "sidecar", "edge", "sandbox")
# As scripts/point-in-time.sh makes the folder.
ARCHIVE = ("install", "-d", "-o", "postgres", "-g", "postgres", "-m", "700", "/var/lib/wal")
PAGE = {"accept": "text/html", "sec-fetch-site": "none"}


def start(stack: Production) -> str:
    """On fresh volumes: the database, an admin, then everything."""
    stack.up("postgres", "redis", "migrate")
    wait_for("the migration has ended", lambda: stack.state("migrate")["Status"] == "exited", 180)
    create = ("run", "--rm", "-T", "migrate", "fbads", "users", "create", "--role", "admin", "--email", ADMIN)
    stack.run(*create, given=f"{stack.password}\n")
    stack.run("exec", "-T", "-u", "root", "postgres", *ARCHIVE)
    begun = time.monotonic()
    stack.up()
    for service in SERVICES:
        wait_for(f"{service} is healthy", partial(stack.is_each_healthy, service), 240)
    return f"{len(SERVICES)} services, two sidecars, all healthy {time.monotonic() - begun:.0f} s after the first user"


def edge(stack: Production) -> str:
    """What the edge lets through, and to whom."""
    led = stack.ask("web", "GET", "/today", host="ads.example")
    expect("HTTP leads to HTTPS", led.status_code in (301, 308), led)
    for path, status in (("/login", 200), ("/healthz", 200), ("/metrics", 404), ("/edge/grafana", 404)):
        answer = stack.ask("websecure", "GET", path)
        expect(f"{path} answers {status}", answer.status_code == status, answer)
    expect("another name is none", stack.ask("websecure", "GET", "/", host="evil.example").status_code == 404)
    nobody = stack.ask("dagster", "GET", "/", headers=PAGE)
    expect("Dagster leads to the login", "/login" in nobody.headers.get("location", ""), nobody)
    admin = {**PAGE, "cookie": stack.log_in()}
    shown = stack.ask("dagster", "GET", "/", headers=admin)
    expect("an admin sees Dagster", shown.status_code == 200 and "dagster" in shown.text.lower(), shown)
    # Its service is of another profile: the edge has let the admin through and finds nobody.
    expect("a service that is not there", stack.ask("flower", "GET", "/", headers=admin).status_code == 502)
    return "redirects, login, Dagster, other names, what stays inside"


def first_tick(stack: Production) -> str:
    """A run of the daemon, read back over the API."""
    found = collect(stack)
    answer = stack.ask("websecure", "GET", "/api/v1/campaigns", headers={"cookie": stack.log_in()})
    expect("the API shows campaigns", answer.status_code == 200 and answer.json().get("data"), answer)
    return found


def neighbours(stack: Production) -> str:
    """Nobody reaches whom they have no business with, and only the edge and those with a way out reach the outside."""
    probe = "timeout 3 bash -c 'exec 3<>/dev/tcp/{}/{}' 2>/dev/null"
    meetings = {
        # The network of the Marketing API's stand-in; the sidecar asks whoever comes from there for a login.
        ("sandbox", "sidecar", 8000): True,
        ("sandbox", "postgres", 5432): False,
        # Both are on the database's network; the sidecar asks for a login here, too.
        ("webserver", "sidecar", 8000): True,
        ("webserver", "redis", 6379): False,
        ("sidecar", "postgres", 5432): True,
        ("sidecar", "redis", 6379): True,
        ("code-location", "sandbox", 8090): True,
        ("daemon", "code-location", 4000): True,
    }
    for (one, other, port), may in meetings.items():
        said = stack.inside(
            one, "bash", "-c", f"{probe.format(other, port)} && echo reached || echo not", may_fail=True
        )
        expect(f"{one} {'reaches' if may else 'does not reach'} {other}", (said.strip() == "reached") is may, said)
    return f"{len(meetings)} meetings"


def killed_sidecar(stack: Production) -> str:
    """One of two sidecars dies, then Redis: nobody is logged out, and answers stay what they were."""
    cookie = {"cookie": stack.log_in()}
    before = stack.ask("websecure", "GET", "/api/v1/campaigns", headers=cookie)
    lost, slowest = 0, 0.0
    for service in ("sidecar", "redis"):
        stack.kill(service)
        for _ in range(60):
            begun = time.monotonic()
            answer = stack.ask("websecure", "GET", "/api/v1/campaigns", headers=cookie)
            slowest = max(slowest, time.monotonic() - begun)
            lost += answer.status_code >= 500
            held = answer.status_code >= 500 or (answer.status_code, answer.text) == (200, before.text)
            expect(f"the same answer without one {service}", held, answer)
            time.sleep(0.1)
        wait_for(f"{service} is back", partial(stack.is_each_healthy, service), 240)
    tag = {"if-none-match": before.headers["etag"], **cookie}
    expect("the ETag is kept", stack.ask("websecure", "GET", "/api/v1/campaigns", headers=tag).status_code == 304)
    return f"120 requests of one login, {lost} of them answered 5xx, the slowest after {slowest:.1f} s"


def killed_services(stack: Production) -> str:
    """Each service comes back by itself after its process was killed."""
    took = {}
    for service in SERVICES:
        stack.kill(service)
        took[service] = wait_for(f"{service} is back", partial(stack.is_each_healthy, service), 240)
    for service in SERVICES:
        wait_for(f"{service} is healthy", partial(stack.is_each_healthy, service), 240)
    wait_for("the edge answers", lambda: stack.ask("websecure", "GET", "/healthz").status_code == 200, 120)
    return ", ".join(f"{service} {seconds:.0f} s" for service, seconds in took.items())


def point_in_time(stack: Production) -> str:
    """Back to before a wrong delete, by the commands of scripts/point-in-time.sh."""
    base = stack.run("exec", "-T", "-u", "postgres", "postgres", "sh", "/etc/postgres/base.sh").strip()
    before, moment = stack.sql(WHOLE), stack.sql("select now()")
    stack.run("stop", "daemon", timeout=120)
    stack.sql("delete from raw.insights where true; drop schema marts cascade")
    # Runs that are under way end first, and want their database for that.
    stack.run("stop", "edge", "webserver", "sidecar", "code-location", timeout=700)
    stack.run("stop", "postgres", timeout=120)
    lay = ("run", "--rm", "-T", "--no-deps", "--entrypoint", "sh", "-u", "root", "postgres", "/etc/postgres/restore.sh")
    stack.run(*lay, moment)
    begun = time.monotonic()
    stack.up()
    wait_for("PostgreSQL takes writes", lambda: stack.sql("select pg_is_in_recovery()") == "f", 240)
    if stack.sql(WHOLE) != before:
        raise CheckFailed(f"marts.campaign_daily held {before} and now {stack.sql(WHOLE)}")
    for service in SERVICES:
        wait_for(f"{service} is healthy", partial(stack.is_each_healthy, service), 240)
    expect("somebody can log in", bool(stack.log_in()))
    return f"from the copy {base} to {moment}, everything healthy {time.monotonic() - begun:.0f} s later"


STEPS = (
    *(start, edge, first_tick, neighbours, killed_sidecar, killed_services, point_in_time),
    *(observed, scaled),
)

if __name__ == "__main__":
    sys.exit(run_steps("production-check", Production, STEPS, sys.argv[1:]))
