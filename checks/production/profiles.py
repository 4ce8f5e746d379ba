"""The profiles beside `core`, as far as the engine has their images: workers with Flower, and what watches them all."""

import json
import re
from functools import partial

import yaml

from checks.compose.__main__ import inspected, launch, runs
from checks.compose.engine import ROOT, wait_for
from checks.production.stack import Production, expect

WATCHERS = ("prometheus", "alertmanager", "node-exporter", "postgres-exporter", "redis-exporter")
REPORTED = "select count(*) from ops.alerts where rule = 'incident.platform' and facts ->> 'place' = '{place}'"
_PLACE = "of-the-check"
_SUCCEEDED = re.compile(r'^flower_events_total\{(?=[^}]*type="task-succeeded")[^}]*worker="([^"]+)"[^}]*\} (\d+)', re.M)


def scaled(stack: Production) -> str:
    """Celery's workers do the steps of a tick, and Flower shows an admin which."""
    here, absent = _present(("flower",))
    stack.add("scale", {"FBADS_EXECUTOR": "celery"})
    succeeded = runs(stack).get("SUCCESS", 0)
    stack.up("worker", "code-location", "webserver", "daemon", "sidecar", *here)
    for service in ("worker", "code-location", "daemon", "sidecar", *here):
        wait_for(f"{service} is healthy", partial(stack.is_each_healthy, service), 300)
    launch(stack)
    wait_for("a run over the workers succeeds", lambda: runs(stack).get("SUCCESS", 0) > succeeded, 600)
    if absent:
        return "a tick over two workers; Flower was left out: there is no image of it"
    shown = stack.ask("flower", "GET", "/metrics", headers={"cookie": stack.log_in()})
    steps = {worker: int(count) for worker, count in _SUCCEEDED.findall(shown.text)}
    expect("Flower has seen steps succeed", shown.status_code == 200 and sum(steps.values()) > 0, shown)
    return f"a tick over two workers, {sum(steps.values())} steps of it seen by Flower at {len(steps)} of them"


def observed(stack: Production) -> str:
    """Prometheus reads each service, its rules hold together, and what Alertmanager is given reaches our own alerts."""
    here, absent = _present((*WATCHERS, "grafana"))
    if "prometheus" not in here or "alertmanager" not in here:
        return f"left out: there is no image of {', '.join(absent)}"
    stack.add("observe", {})
    (stack.folder / "secrets/metrics_key").write_text(stack.make_key("metrics:read"))
    stack.up(*here)
    for service in here:
        wait_for(f"{service} runs", partial(stack.is_each_running, service), 120)
    admin = {"cookie": stack.log_in()}
    jobs = {"sidecar", "node", "postgres", "redis", "prometheus"} & {"sidecar", "prometheus", *map(_job, here)}

    def healthy() -> set[str]:
        answer = stack.ask("prometheus", "GET", "/api/v1/targets", headers=admin)
        return {one["labels"]["job"] for one in answer.json()["data"]["activeTargets"] if one["health"] == "up"}

    wait_for(f"Prometheus reads {', '.join(sorted(jobs))}", lambda: jobs <= healthy(), 180)
    rules = stack.ask("prometheus", "GET", "/api/v1/rules", headers=admin).json()["data"]["groups"]
    wrong = [rule["name"] for group in rules for rule in group["rules"] if rule["health"] == "err"]
    expect("its rules are evaluated", rules and not wrong, wrong)
    found = stack.ask("prometheus", "GET", "/api/v1/alertmanagers", headers=admin).json()["data"]
    expect("it knows Alertmanager", len(found["activeAlertmanagers"]) == 1, found)
    sent = json.dumps([{"labels": {"alertname": "disk_full", "instance": _PLACE}}])
    address = "http://127.0.0.1:9093/api/v2/alerts"
    post = ("wget", "-q", "-O", "-", "--header", "Content-Type: application/json", f"--post-data={sent}", address)
    stack.inside("alertmanager", *post)
    took = wait_for("the alert is among our own", lambda: int(stack.sql(REPORTED.format(place=_PLACE))) > 0, 120)
    left = f"; left out, for want of an image: {', '.join(absent)}" if absent else ""
    return (
        f"{len(here)} services, targets {', '.join(sorted(jobs))} read, {len(rules)} groups of rules, "
        f"an alert of Alertmanager among ours after {took:.0f} s{left}"
    )


def _present(services: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Those services whose image is here, and the others."""
    named = yaml.safe_load((ROOT / "docker-compose.prod.yml").read_text())["services"]
    here = [one for one in services if inspected(named[one]["image"]) is not None]
    return here, [one for one in services if one not in here]


def _job(service: str) -> str:
    return service.removesuffix("-exporter")
