"""What is kept of persons goes when its time is over."""

from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.domain.identity.personal_data import RETENTION, RetentionRule


class PostgresRetention:
    """Applies the rules of `domain.identity.personal_data.RETENTION` to `ops`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def apply(self, *, now: datetime) -> dict[str, int]:
        """Table → rows that went, or whose column was replaced. A transaction per table."""
        done = {}
        for rule in RETENTION:
            with self._engine.begin() as connection:
                done[rule.table] = connection.execute(_statement(rule, now)).rowcount
        return done


def _statement(rule: RetentionRule, now: datetime) -> sa.Delete | sa.Update:
    columns: list[sa.ColumnClause[object]] = [
        sa.column(one) for one in (rule.instant, rule.replaced, rule.key) if one is not None
    ]
    table = sa.table(rule.table, *columns, schema="ops")
    is_over = table.c[rule.instant] < now - rule.kept
    if rule.replaced is None or rule.key is None:
        return sa.delete(table).where(is_over)
    column = table.c[rule.replaced]
    forgotten = sa.literal("forgotten-") + sa.cast(table.c[rule.key], sa.Text)
    return sa.update(table).where(is_over, column.not_like("forgotten-%")).values({rule.replaced: forgotten})
