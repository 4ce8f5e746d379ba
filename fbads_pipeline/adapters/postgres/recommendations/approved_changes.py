"""Accepted suggestions that are to be applied at Meta, in PostgreSQL."""

from collections.abc import Callable, Sequence
from datetime import datetime
from secrets import token_hex

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline.adapters.postgres.identity.audit import append
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.core.messages import to_json
from fbads_pipeline.domain.recommendations.applied_messages import applied_state
from fbads_pipeline.domain.recommendations.applying import (
    GONE,
    AcceptedSuggestion,
    AdObjectState,
    AppliedDecision,
    CampaignMove,
    CampaignState,
    FieldChange,
    applied_since,
    approved_since,
)

SQL = Statements(__package__, "approved_changes.sql")


class PostgresApprovedChanges:
    """The port ApprovedChangeQueue on PostgreSQL."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def waiting(self, *, now: datetime) -> list[AcceptedSuggestion]:
        values = {"approved_since": approved_since(now), "applied_since": applied_since(now), "gone": sorted(GONE)}
        with reading(self._engine) as connection:
            moves: dict[str, list[CampaignMove]] = {}
            for row in connection.execute(SQL["waiting_moves"], values).mappings():
                moves.setdefault(row["suggestion_id"], []).append(
                    CampaignMove(row["campaign_id"], row["factor"], _state(row))
                )
            rows = connection.execute(SQL["waiting"], values).mappings()
            return [_accepted(row, tuple(moves.get(row["suggestion_id"], ()))) for row in rows]

    def intend(self, accepted: AcceptedSuggestion, changes: Sequence[FieldChange]) -> None:
        values = {"suggestion_id": accepted.suggestion_id, "changes": _json([vars(one) for one in changes])}
        with self._engine.begin() as connection:
            connection.execute(SQL["save_intended_changes"], values)

    def finish(
        self,
        decision: AppliedDecision,
        *,
        compose: Callable[[AppliedDecision], Alert],
        recipients: Sequence[Recipient],
        now: datetime,
    ) -> None:
        accepted, action = decision.accepted, applied_state(decision)
        before = "APPLIED" if accepted.is_undo else "ACCEPTED"
        after = {"applied": "APPLIED", "undone": "REJECTED", "failed": "APPLIED" if accepted.is_undo else "FAILED"}
        changes = [vars(one) for one in decision.changes]
        failure = None if decision.reason is None else to_json(decision.reason)
        details = {"changes": changes, "failure": failure}
        values = {
            "suggestion_id": accepted.suggestion_id,
            "before": before,
            "status": after[action],
            "action": action,
            "failure": None if failure is None else _json(failure),
            "decision_id": token_hex(12),
            "details": _json(details),
            "now": now,
        }
        with self._engine.begin() as connection:
            if connection.execute(SQL["finish"], values).rowcount == 0:
                return
            connection.execute(SQL["save_result"], values)
            append(
                connection,
                at=now,
                actor="fbads",
                action=f"suggestion.{action}",
                subject=accepted.suggestion_id,
                details={
                    "entity": {"type": "suggestion", "id": accepted.suggestion_id},
                    "before": {"status": before},
                    "after": {"status": after[action]},
                    **details,
                },
            )
            write_alert(connection, compose(decision), recipients, now)


def _state(row: sa.RowMapping) -> CampaignState:
    campaign = AdObjectState(row["campaign_id"], "campaign", row["campaign_status"], row["daily_budget_minor"] or None)
    adsets = tuple(AdObjectState(one, "adset", status, budget or None) for one, status, budget in row["adsets"] or ())
    return CampaignState(campaign, adsets)


def _accepted(row: sa.RowMapping, moves: tuple[CampaignMove, ...]) -> AcceptedSuggestion:
    return AcceptedSuggestion(
        suggestion_id=row["suggestion_id"],
        account_id=row["account_id"],
        campaign_id=row["campaign_id"],
        campaign_name=row["campaign_name"],
        kind=row["kind"],
        factor=row["factor"],
        known=_state(row),
        intended=tuple(FieldChange(**one) for one in row["changes"] or ()),
        is_undo=row["is_undo"],
        applied_today=row["applied_today"],
        moves=moves,
        adset_id=row["adset_id"],
        currency=row["currency"],
    )


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
