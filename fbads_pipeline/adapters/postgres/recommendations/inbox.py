"""The suggestions and observations of a review, applied to what is stored, in one transaction of the caller's."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.identity.audit import append
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.core.messages import from_json, message, to_json
from fbads_pipeline.domain.recommendations.inbox.flags import CONTRADICTED, Flag, closing_of, flag_of
from fbads_pipeline.domain.recommendations.inbox.observations import Observation
from fbads_pipeline.domain.recommendations.inbox.presentation import OpenSuggestion, presented
from fbads_pipeline.domain.recommendations.new_suggestions import (
    EVEN_CHANCE,
    NewSuggestion,
    SuggestionChanges,
    decided_since,
    expires_at,
)
from fbads_pipeline.domain.recommendations.proposals import Proposals

SUGGESTIONS = Statements(__package__, "suggestions.sql")


def save_inbox(
    connection: sa.Connection,
    found: Proposals,
    *,
    now: datetime,
    answered: Sequence[str],
    accounts: Collection[str] | None,
    most: int,
) -> SuggestionChanges:
    """See the port Reviews."""
    rows = [_suggestion_row(one) for one in found.suggestions]
    observed = [_observation_row(one) for one in found.observations]
    values = {
        "answered": list(answered),
        "accounts": None if accounts is None else sorted(accounts),
        "rows": _json(rows),
        "observed": _json(observed),
        "contradicted": _json(to_json(message(CONTRADICTED))),
        "even_chance": EVEN_CHANCE,
        "now": now,
        "expires_at": expires_at(now),
        "decided_since": decided_since(now),
    }
    superseded = [
        row
        for name in ("close_contradicted", "close_observed")
        for row in connection.execute(SUGGESTIONS[name], values)
    ]
    expired = connection.execute(SUGGESTIONS["expire_suggestions"], values).rowcount
    renewed = connection.execute(SUGGESTIONS["renew_suggestions"], values).rowcount
    opened = set(connection.execute(SUGGESTIONS["open_suggestions"], values).scalars())
    connection.execute(SUGGESTIONS["remove_observations"], values)
    changed = connection.execute(SUGGESTIONS["save_observations"], values).all()
    is_new = {(row.account_id, row.campaign_id) for row in changed if row.is_new}
    flags = [closing_of(row.suggestion_id, row.campaign_id, row.kind, row.status, row.closing) for row in superseded]
    pairs = zip(rows, found.suggestions, strict=True)
    flags += [flag_of(one, row["suggestion_id"]) for row, one in pairs if row["suggestion_id"] in opened]
    flags += [flag_of(one) for one in found.observations if (one.account_id, one.campaign_id) in is_new]
    _audit(connection, flags, now)
    _present(connection, now, most)
    return SuggestionChanges(len(opened), renewed, expired, len(superseded), len(changed))


def observation(row: sa.RowMapping) -> Observation:
    """One that is stored."""
    plain = {name: row[name] for name in Observation.__dataclass_fields__}
    return Observation(**{**plain, "rules": tuple(row["rules"]), "reason": from_json(row["reason"])})


def _present(connection: sa.Connection, now: datetime, most: int) -> None:
    """Give each open suggestion its place, and hold back what is more than a person decides in a day."""
    rows = [OpenSuggestion(*row) for row in connection.execute(SUGGESTIONS["open_to_present"], {"now": now})]
    if not rows:
        return
    decided = {row.account_id: row.decided for row in connection.execute(SUGGESTIONS["decided_today"], {"now": now})}
    placed = [one._asdict() for one in presented(rows, decided_today=decided, most=most)]
    connection.execute(SUGGESTIONS["present_suggestions"], {"placed": _json(placed)})


def _audit(connection: sa.Connection, flags: Iterable[Flag], now: datetime) -> None:
    for one in flags:
        append(connection, at=now, actor="fbads", action=one.action, subject=one.subject, details=one.details)


def _suggestion_row(one: NewSuggestion) -> dict[str, Any]:
    promise = vars(one.promise) if one.promise else {}
    plain = {name: value for name, value in vars(one).items() if name != "promise"}
    texts = {"reason": to_json(one.reason), "note": None if one.note is None else to_json(one.note)}
    return {**plain, **promise, **texts, "evidence": dict(one.evidence), "suggestion_id": uuid4().hex}


def _observation_row(one: Observation) -> dict[str, Any]:
    closing = message("recommendations.closed.observed", reason=one.reason)
    texts = {"reason": to_json(one.reason), "closing": to_json(closing)}
    return {**vars(one), **texts, "evidence": dict(one.evidence)}


def _json(value: object) -> str:
    """JSON text; decimals travel as text, so that PostgreSQL reads every digit."""
    return orjson.dumps(value, default=str).decode()
