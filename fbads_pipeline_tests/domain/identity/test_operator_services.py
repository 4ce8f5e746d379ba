"""Who may use the services beside the sidecar."""

import pytest

from fbads_pipeline.domain.identity.operator_services import OPERATOR_SERVICES, service_role
from fbads_pipeline.domain.identity.users import ROLES, User, principal_of


def roles_of(role, accounts):
    who = principal_of(User("u", "a@b", role, accounts=accounts), "session")
    return {service: found for service in OPERATOR_SERVICES if (found := service_role(who, service))}


def test_only_an_admin_of_all_accounts_uses_what_changes_something():
    assert roles_of("admin", None) == dict.fromkeys(OPERATOR_SERVICES, "Admin")


@pytest.mark.parametrize("role", ["viewer", "analyst", "approver"])
def test_whoever_sees_all_accounts_may_look(role):
    assert roles_of(role, None) == {"dagster": "Viewer", "grafana": "Viewer"}


@pytest.mark.parametrize("role", ROLES)
def test_whoever_sees_some_accounts_sees_no_service_that_shows_all(role):
    assert roles_of(role, frozenset({"42"})) == {}


def test_a_dpo_sees_no_figures():
    assert roles_of("dpo", None) == {}
