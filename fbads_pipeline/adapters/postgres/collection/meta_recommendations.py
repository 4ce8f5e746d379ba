"""Meta's recommendations in `raw`: each with when it was seen first and last, a score per reading, and refusals."""

from datetime import datetime

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.collection.account_reports import RowCounts
from fbads_pipeline.domain.core.redaction import redact
from fbads_pipeline.domain.recommendations.inbox.meta_recommendations import (
    RECOMMENDATIONS_KEPT,
    RECOMMENDATIONS_LAST,
    MetaRecommendations,
)

SQL = Statements(__package__, "meta_recommendations.sql")


def is_due(connection: sa.Connection, account_id: str, now: datetime) -> bool:
    """Whether the account was not asked about within a day."""
    values = {"account": account_id, "asked_since": now - RECOMMENDATIONS_LAST}
    return not connection.execute(SQL["was_asked"], values).scalar_one()


def apply(connection: sa.Connection, account_id: str, reading: MetaRecommendations, read_at: datetime) -> RowCounts:
    """Write what the reading shows."""
    of_account = {"account": account_id, "read_at": read_at, "kept_since": read_at - RECOMMENDATIONS_KEPT}
    for part, refused in (("score", reading.score_refused), ("list", reading.list_refused)):
        reason = None if refused is None else redact(refused)[:500]
        connection.execute(SQL["note_part"], {**of_account, "part": part, "refused": reason})
    if reading.score_refused is None:
        connection.execute(SQL["keep_score"], {**of_account, "score": reading.score})
    if reading.list_refused is None and reading.listed:
        rows = orjson.dumps([one._asdict() for one in reading.listed], default=str).decode()
        connection.execute(SQL["keep_recommendations"], {**of_account, "rows": rows})
    for forget in ("forget_scores", "forget_recommendations"):
        connection.execute(SQL[forget], of_account)
    return RowCounts(len(reading.listed))
