"""The whole specification, with made-up parameters and bodies: no fault of ours, no status that is not documented."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from fbads_pipeline_tests.support.analytics_marts import fill
from fbads_pipeline_tests.support.people import People

EXAMPLES = 12
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]


@pytest.fixture
def described(app, database):
    fill(database.owner)
    return schemathesis.openapi.from_asgi("/openapi.json", app), People(app, database).with_key("admin").headers


def test_every_operation_keeps_its_word(described, app):
    schema, headers = described
    app.state.limits.take = lambda key, most, *, seconds=60: None
    count = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        # The chat needs more than these stand-in marts: test_chat.py.
        if operation.path == "/metrics" or operation.path.startswith("/api/v1/chat"):
            continue
        count += 1
        hold_to_its_word(operation, headers)
    assert count > 38


def hold_to_its_word(operation, headers, *, examples=EXAMPLES):
    """Made-up parameters and bodies, valid ones and others: no 5xx, and the answers are as documented."""

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def look(case):
        case.call_and_validate(headers=headers, checks=CHECKS)

    look()
