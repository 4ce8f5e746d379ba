"""`make dashboards-check`: a real Prometheus reads a demo and exporters; every panel has data, every rule is whole.

Prints the panels with how many series each has; ends with 1 where one has none. Panels over Flower are left out, and
said to be: workers are the matter of `make celery-check`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
import yaml

from checks.dashboards.panels import DASHBOARDS
from checks.wheel import free_ports
from fbads_pipeline.adapters.identity.secret_files import local_secret
from fbads_pipeline.adapters.processes import Children

ROOT = Path(__file__).parents[2]
PROGRAMS = (
    "prometheus",
    "redis-server",
    "prometheus-node-exporter",
    "prometheus-redis-exporter",
    "prometheus-postgres-exporter",
)
_FBADS = str(Path(sys.executable).parent / "fbads")
# Rates need several readings.
_READINGS, _EVERY_SECONDS = 8, 3
_PAGES = ("/api/v1/campaigns", "/api/v1/suggestions", "/", "/today", "/api/v1/none", "/api/v1/analytics/summary")


def main() -> int:
    """0 when every panel has data."""
    missing = [one for one in PROGRAMS if shutil.which(one) is None]
    if missing:
        print(f"dashboards-check: {', '.join(missing)} missing: apt-get install them (Debian's names)", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="fbads-dashboards-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with watched_demo(folder) as prometheus:
            return 1 if empty_panels(prometheus) else 0


@contextmanager
def watched_demo(folder: Path) -> Iterator[str]:
    """A demo with a sidecar, the exporters, and a Prometheus that has read all of them; its address."""
    api, redis, node, of_redis, of_postgres, prometheus, sandbox, dagster = free_ports(8)
    home, backups = folder / "home", folder / "backups"
    backups.mkdir()
    environment = {
        **os.environ,
        "FBADS_HOME": str(home),
        "FBADS_API_PORT": str(api),
        "FBADS_SANDBOX_PORT": str(sandbox),
        "FBADS_DAGSTER_PORT": str(dagster),
        "FBADS_BACKUP_FOLDER": str(backups),
    }
    subprocess.run(
        [_FBADS, "demo", "--once"], env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    with Children(folder / "logs") as children:
        children.start("sidecar", [_FBADS, "api"], environment)
        children.wait_for_http("sidecar", f"http://127.0.0.1:{api}/healthz", seconds=90)
        children.start("redis", ["redis-server", "--port", str(redis), "--save", ""], {}, folder)
        children.start("node", ["prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{node}"], {})
        address = ("--redis.addr", f"redis://127.0.0.1:{redis}", "--web.listen-address", f"127.0.0.1:{of_redis}")
        children.start("redis-exporter", ["prometheus-redis-exporter", *address], {})
        source = {"DATA_SOURCE_NAME": database_url(environment)}
        command = ["prometheus-postgres-exporter", f"--web.listen-address=127.0.0.1:{of_postgres}"]
        children.start("postgres-exporter", command, source)
        targets = {"sidecar": api, "node": node, "redis": of_redis, "postgres": of_postgres}
        configure(folder, targets, local_secret(home))
        url = f"http://127.0.0.1:{prometheus}"
        flags = (f"--web.listen-address=127.0.0.1:{prometheus}", f"--storage.tsdb.path={folder / 'tsdb'}")
        children.start("prometheus", ["prometheus", f"--config.file={folder / 'prometheus.yml'}", *flags], {})
        children.wait_for_http("prometheus", f"{url}/-/ready", seconds=30)
        for _ in range(_READINGS):
            for page in _PAGES:
                with httpx.Client(trust_env=False) as client:
                    headers = {"authorization": f"Bearer {local_secret(home)}"}
                    client.get(f"http://127.0.0.1:{api}{page}", headers=headers)
            time.sleep(_EVERY_SECONDS)
        yield url


def database_url(environment: dict[str, str]) -> str:
    """The demo's database, as the exporter wants it."""
    done = subprocess.run(
        [_FBADS, "db", "url", "--role", "owner"], env=environment, check=True, capture_output=True, text=True
    )
    url = sa.engine.make_url(done.stdout.strip()).set(drivername="postgresql")
    return url.update_query_dict({"sslmode": "disable"}).render_as_string(hide_password=False)


def configure(folder: Path, targets: dict[str, int], secret: str) -> None:
    """Production's configuration, with the addresses of this machine."""
    settings: dict[str, Any] = yaml.safe_load((ROOT / "config/prometheus/prometheus.yml").read_text())
    settings["global"] = {"scrape_interval": f"{_EVERY_SECONDS}s", "evaluation_interval": f"{_EVERY_SECONDS}s"}
    settings["rule_files"] = [str(ROOT / "config/prometheus/rules.yml")]
    settings.pop("alerting")
    kept = [one for one in settings["scrape_configs"] if one["job_name"] in targets]
    for job in kept:
        for name in ("dns_sd_configs", "authorization", "scrape_timeout"):
            job.pop(name, None)
        job["static_configs"] = [{"targets": [f"127.0.0.1:{targets[job['job_name']]}"]}]
        if job["job_name"] == "sidecar":
            job["authorization"] = {"credentials": secret}
    settings["scrape_configs"] = kept
    (folder / "prometheus.yml").write_text(yaml.safe_dump(settings))


def empty_panels(prometheus: str) -> list[str]:
    """Titles of panels without data; prints a line for each panel."""
    empty = []
    with httpx.Client(base_url=prometheus, trust_env=False) as client:
        for dashboard in DASHBOARDS:
            for panel in dashboard.panels:
                if panel.of_workers:
                    print(f"left out  {dashboard.title}: {panel.title} (Flower)")
                    continue
                answer = client.get("/api/v1/query", params={"query": panel.expression}).json()
                found = answer.get("data", {}).get("result", [])
                numbers = [one for one in found if one["value"][1] != "NaN"]
                print(f"{len(numbers):>8}  {dashboard.title}: {panel.title} {answer.get('error', '')}", flush=True)
                if not numbers:
                    empty.append(panel.title)
        rules = [rule for group in client.get("/api/v1/rules").json()["data"]["groups"] for rule in group["rules"]]
        broken = [rule["name"] for rule in rules if rule["health"] != "ok"]
        print(f"{len(rules):>8}  rules, of which broken: {', '.join(broken) or 'none'}")
    return empty + broken


if __name__ == "__main__":
    sys.exit(main())
