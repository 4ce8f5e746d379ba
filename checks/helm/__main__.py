"""`make helm-check`: our chart and our values for Dagster's own chart, rendered by Helm and held against schemas.

Helm is the one on PATH, else npm's. `--chart` names Dagster's chart, unpacked or as `helm pull` brings it; without it
what Dagster's chart makes of our values is left out, in words. Ends with 1 at the first thing that is not so.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from checks.helm.program import HelmFailed, find_helm
from checks.helm.resources import Resource, faults, missing, named

ROOT = Path(__file__).parents[2]
CHART, DAGSTER_VALUES = ROOT / "config/helm/fbads", ROOT / "config/helm/dagster-values.yaml"
VALIDATE = ROOT / "build/helm/bin/kubernetes-validate"
# The oldest that Kubernetes' own people look after, and a newer one.
KUBERNETES = ("1.34", "1.37")
EVERYTHING: dict[str, Any] = {
    "settings": {"FBADS_EXECUTOR": "celery", "FBADS_CTR_LIMIT": "0.02", "FBADS_TRUSTED_PROXIES": "10.0.0.0/8"},
    "files": {"recipients.yaml": "recipients: []\n"},
    "worker": {"replicas": 3},
    "ingress": {"enabled": True, "className": "nginx", "annotations": {"cert-manager.io/cluster-issuer": "acme"}},
    "networkPolicy": {"metricsNamespace": "monitoring"},
    "home": {"storageClass": "nfs"},
    "imagePullSecrets": [{"name": "pull"}],
}
REFUSED: dict[str, dict[str, Any]] = {
    "FBADS_CTR_LIMT": {"settings": {"FBADS_CTR_LIMT": "0.02"}},
    "FBADS_DATABASE_URL": {"settings": {"FBADS_DATABASE_URL": "postgresql://u:p@h/d"}},
    "workspace.yaml": {"files": {"workspace.yaml": "load_from: []"}},
    "replicas": {"sidecar": {"replicas": 0}},
    "FBADS_EXECUTOR": {"worker": {"replicas": 1}},
}


class Helm:
    """`helm template` with values of the check."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program, self._folder = program, folder
        self._environment = {**os.environ, **{f"HELM_{one}_HOME": str(folder) for one in ("CACHE", "CONFIG", "DATA")}}

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([self._program, *arguments], env=self._environment, capture_output=True, text=True)

    def refusal(self, values: dict[str, Any]) -> str:
        """What Helm says against these values for our chart; empty where it takes them."""
        done = self.run("template", "fbads", str(CHART), "--values", str(self._written(values)))
        return done.stderr if done.returncode else ""

    def rendered(self, release: str, chart: Path, values: Path | dict[str, Any], *options: str) -> list[Resource]:
        """What Kubernetes would be given; raises HelmFailed, also where a resource is none of Kubernetes'."""
        path = values if isinstance(values, Path) else self._written(values)
        done = self.run("template", release, str(chart), "--values", str(path), *options)
        if done.returncode:
            raise HelmFailed(f"helm template fails: {done.stderr.strip()[-600:]}")
        written = self._folder / f"{release}-rendered.yaml"
        written.write_text(done.stdout)
        for version in KUBERNETES:
            validated = subprocess.run([VALIDATE, "--strict", "-k", version, written], capture_output=True, text=True)
            if validated.returncode:
                wrong = [line for line in validated.stdout.splitlines() if "passed" not in line]
                raise HelmFailed(f"Kubernetes {version} does not know {release}: {' / '.join(wrong[:5])}")
        return [one for one in yaml.safe_load_all(done.stdout) if one]

    def _written(self, values: dict[str, Any]) -> Path:
        path = self._folder / "values.json"
        path.write_text(json.dumps(values))
        return path


def main() -> int:
    """0 when everything held."""
    parser = argparse.ArgumentParser(prog="helm-check", description=__doc__)
    parser.add_argument("--chart", type=Path, default=os.environ.get("DAGSTER_CHART"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fbads-helm-") as name:
        try:
            helm = Helm(find_helm(ROOT / "build/helm"), Path(name))
            _ours(helm)
            if asked.chart is None:
                print("Dagster's own chart was left out: name it with --chart (`helm pull dagster/dagster --untar`)")
            else:
                _theirs(helm, asked.chart)
        except HelmFailed as failed:
            print(f"helm-check: {failed}", file=sys.stderr)
            return 1
    return 0


def _ours(helm: Helm) -> None:
    linted = helm.run("lint", "--strict", str(CHART))
    _say("helm lint finds nothing in our chart", linted.returncode == 0, linted.stdout)
    wholes: tuple[tuple[str, dict[str, Any]], ...] = (("its defaults", {}), ("everything on", EVERYTHING))
    for what, values in wholes:
        resources = helm.rendered("fbads", CHART, values)
        _say(f"our chart with {what}: {len(resources)} resources, each Kubernetes' own", len(resources) > 8, resources)
        wrong = faults(resources)
        _say("no container has a right or a limit that it should not have", not wrong, wrong)
    settings = named(resources, "ConfigMap", "fbads-settings")["data"]
    _say("the settings arrive", settings.items() >= EVERYTHING["settings"].items(), settings)
    for word, values in REFUSED.items():
        said = helm.refusal(values)
        _say(f"{values} is refused, and {word} named", word in said, said)


def _theirs(helm: Helm, chart: Path) -> None:
    """What Dagster's chart makes of our values, by its schema and beside our release."""
    shown = helm.run("show", "chart", str(chart))
    version = yaml.safe_load(shown.stdout or "{}").get("version")
    _say(f"Dagster's chart {version} is there", shown.returncode == 0, shown.stderr)
    merged = _merged(yaml.safe_load(helm.run("show", "values", str(chart)).stdout), _values())
    wrong = [f"{'.'.join(map(str, one.absolute_path))}: {one.message[:200]}" for one in _schema_of(chart, merged)]
    _say("its schema takes our values", not wrong, wrong)
    # Helm would fetch the definitions that the schema names at Kubernetes' own: these are held against them rendered.
    resources = helm.rendered("dagster", chart, DAGSTER_VALUES, "--skip-schema-validation")
    _say(f"{len(resources)} resources, each Kubernetes' own", len(resources) > 5, resources)
    running = [one for one in resources if one["kind"] == "Deployment" and one["spec"]["replicas"]]
    names = [one["metadata"]["name"] for one in running]
    _say("the code location and the daemon run, and no UI without a login", len(running) == 2, names)
    wrong = faults(running)
    _say("no container has a right or a limit that it should not have", not wrong, wrong)
    ours = helm.rendered("fbads", CHART, EVERYTHING)
    absent = [one for deployment in running for one in missing(deployment, ours)]
    _say("what they mount and read is in our release", not absent, absent)
    service = named(resources, "Service", "code-location")
    policy = named(ours, "NetworkPolicy", "fbads-code-location")["spec"]
    labels = named(resources, "Deployment", names[0])["spec"]["template"]["metadata"]["labels"]
    _say(
        "our policy guards their code location", policy["podSelector"]["matchLabels"].items() <= labels.items(), labels
    )
    place, their = (
        yaml.safe_load(named(made, "ConfigMap", name)["data"]["workspace.yaml"])["load_from"][0]
        for made, name in ((ours, "fbads-files"), (resources, "dagster-workspace-yaml"))
    )
    _say("our UI and their daemon find the same code location", place == their, (place, their))
    _say("and its service is there", service["spec"]["ports"][0]["port"] == place["grpc_server"]["port"], service)


def _schema_of(chart: Path, values: dict[str, Any]) -> list[Any]:
    schema = json.loads((chart / "values.schema.json").read_text())
    return list(Draft202012Validator(_without_remote(schema)).iter_errors(values))


def _without_remote(part: Any) -> Any:
    """A schema without references to other machines."""
    if isinstance(part, dict):
        is_remote = str(part.get("$ref", "")).startswith("http")
        return {key: _without_remote(one) for key, one in part.items() if not (is_remote and key == "$ref")}
    return [_without_remote(one) for one in part] if isinstance(part, list) else part


def _values() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(DAGSTER_VALUES.read_text())
    return read


def _merged(base: Any, over: Any) -> Any:
    """As Helm lays values over a chart's own."""
    if isinstance(base, dict) and isinstance(over, dict):
        return {**base, **{key: _merged(base.get(key), one) for key, one in over.items()}}
    return over


def _say(what: str, is_so: bool, shown: object) -> None:
    """One line; ends everything where it is not so."""
    print(f"{'ok ' if is_so else 'NO '} {what}", flush=True)
    if not is_so:
        raise HelmFailed(f"{what}: it is not so ({str(shown)[:600]})")


if __name__ == "__main__":
    sys.exit(main())
