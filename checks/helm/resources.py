"""What Kubernetes would be given: found by name, and what its containers may."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Resource = dict[str, Any]
# Programs that start Python, which no probe does.
SLOW = ("python", "fbads", "dagster")


def named(resources: Iterable[Resource], kind: str, name: str) -> Resource:
    """The one resource of that kind and name."""
    (found,) = [one for one in resources if (one["kind"], one["metadata"]["name"]) == (kind, name)]
    return found


def faults(resources: Iterable[Resource]) -> list[str]:
    """What a pod of ours must not be: root, with rights, without a limit, with a Python in a probe."""
    return [f"{one['metadata']['name']}: {wrong}" for one in resources for wrong in _faults_of(one)]


def missing(deployment: Resource, others: Sequence[Resource]) -> list[str]:
    """ConfigMaps and claims of our release's names that a deployment names and the release does not make."""
    made = {(one["kind"], one["metadata"]["name"]) for one in others}
    spec = deployment["spec"]["template"]["spec"]
    wanted = {
        ("PersistentVolumeClaim", one["persistentVolumeClaim"]["claimName"])
        for one in spec["volumes"]
        if "persistentVolumeClaim" in one
    }
    wanted |= {("ConfigMap", one["configMap"]["name"]) for one in spec["volumes"] if "configMap" in one}
    for container in spec["containers"]:
        wanted |= {("ConfigMap", one["configMapRef"]["name"]) for one in container["envFrom"] if "configMapRef" in one}
    return [f"{kind} {name}" for kind, name in sorted(wanted - made) if name.startswith("fbads")]


def _faults_of(resource: Resource) -> Iterator[str]:
    if resource["kind"] != "Deployment":
        return
    spec = resource["spec"]["template"]["spec"]
    if not spec["securityContext"].get("runAsNonRoot"):
        yield "may be root"
    for container in spec["containers"]:
        rights: Mapping[str, Any] = container["securityContext"]
        if rights.get("allowPrivilegeEscalation") is not False or rights.get("capabilities") != {"drop": ["ALL"]}:
            yield f"{container['name']} keeps rights"
        if not rights.get("readOnlyRootFilesystem"):
            yield f"{container['name']} writes its root"
        if "memory" not in container["resources"].get("limits", {}):
            yield f"{container['name']} has no limit of memory"
        for probe in ("readinessProbe", "livenessProbe", "startupProbe"):
            command = container.get(probe, {}).get("exec", {}).get("command", [""])
            if command[0] in SLOW:
                yield f"{container['name']}'s {probe} starts Python"
        if "startupProbe" not in container:
            yield f"{container['name']} is never seen to have started"
