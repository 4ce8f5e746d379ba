"""People's marks on alerts and suggestions in `ops.feedback`, and the precision that they make."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.identity.audit import append
from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, bound
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.recommendations.inbox.feedback import (
    FeedbackMark,
    FeedbackRefused,
    FeedbackSubject,
    PerceivedPrecision,
)

SQL = Statements(__package__, "feedback.sql")


class PostgresFeedback:
    """Marks: one per person and thing, the newest counts."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def mark(
        self, who: Principal, subject: FeedbackSubject, subject_id: str, *, is_useful: bool, now: datetime
    ) -> FeedbackMark:
        """Keep the mark, with an audit entry where it says something new. Raises FeedbackRefused for a thing that is
        not there, or of an account that is not the caller's."""
        named = {"subject": subject, "subject_id": subject_id, "accounts": bound(who.accounts)}
        with self._engine.begin() as connection:
            found = connection.execute(SQL[subject], named).one_or_none()
            if found is None:
                raise FeedbackRefused(subject, subject_id)
            mark = FeedbackMark(subject, subject_id, found.account_id, found.kind, is_useful, now)
            values = {**vars(mark), "user_id": who.user_id, "via": who.via, "now": now}
            if connection.execute(SQL["mark"], values).rowcount:
                details = {"entity": {"type": subject, "id": subject_id}, "kind": mark.kind, "is_useful": is_useful}
                append(
                    connection,
                    at=now,
                    actor=who.user_id,
                    action="feedback.marked",
                    subject=subject_id,
                    details={**details, "account_id": mark.account_id, "via": who.via},
                )
        return mark

    def own_marks(self, who: Principal, subject: FeedbackSubject, ids: Sequence[str]) -> dict[str, bool]:
        """Of those things the ones that the person marked → whether as useful."""
        values = {"subject": subject, "user_id": who.user_id, "ids": list(ids)}
        with reading(self._engine) as connection:
            return {row.subject_id: row.is_useful for row in connection.execute(SQL["own_marks"], values)}

    def precision(self, accounts: Accounts = None, account_id: str | None = None) -> list[PerceivedPrecision]:
        """By subject, account and kind. accounts: that the caller sees, None for all."""
        values = {"accounts": bound(accounts), "account_id": account_id}
        with reading(self._engine) as connection:
            return [PerceivedPrecision(*row) for row in connection.execute(SQL["precision"], values)]
