"""What the half-hour and the day-level detectors both read of an account."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.anomalies.account_readings import ObjectState

INPUTS = Statements(__package__, "detector_inputs.sql")


class ObjectInputs(TypedDict):
    """Status and budgets of campaigns and ad sets over time, when campaigns were made, which are learning, and which
    have a goal of their own."""

    states: Sequence[ObjectState]
    created: Mapping[str, datetime]
    learning: frozenset[str]
    goals: Mapping[str, str]


def object_inputs(connection: sa.Connection, account_id: str) -> ObjectInputs:
    """All of it, states in the order of time."""
    values = {"account": account_id}
    return ObjectInputs(
        states=[ObjectState(*row) for row in connection.execute(INPUTS["object_states"], values)],
        created={row.campaign_id: row.created_at for row in connection.execute(INPUTS["creation_times"], values)},
        learning=frozenset(connection.execute(INPUTS["learning_campaigns"], values).scalars()),
        goals={row.campaign_id: row.goal_family for row in connection.execute(INPUTS["own_goals"], values)},
    )
