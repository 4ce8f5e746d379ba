"""Services beside the sidecar that have no logins of ours, and who may use each."""

from typing import Literal, get_args

from fbads_pipeline.domain.identity.users import Principal, may_change_runs, may_see_runs

OperatorService = Literal["dagster", "grafana", "flower", "prometheus", "n8n"]
ServiceRole = Literal["Admin", "Viewer"]
OPERATOR_SERVICES: tuple[OperatorService, ...] = get_args(OperatorService)
# They show every account to whoever may look, and change nothing of what they show.
_FOR_READERS: frozenset[OperatorService] = frozenset({"dagster", "grafana"})


def service_role(who: Principal, service: OperatorService) -> ServiceRole | None:
    """What somebody is at a service; None where they may not use it.

    Admins who see every account use all of them: workers are stopped in Flower, and n8n executes what its workflows
    say. Whoever else sees every account may look at Dagster and Grafana.
    """
    if may_change_runs(who):
        return "Admin"
    return "Viewer" if service in _FOR_READERS and may_see_runs(who) else None
