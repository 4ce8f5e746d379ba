"""Anomalies of whole days beside those of half hours, corrections, and how far an account's detectors have learned.

grain: whether half-hour readings or whole days showed it. analysis.day_watches: per account how many complete days are
known of those that the day-level detectors need, and what they judged last. days_known: days that the half-hour
detectors have learned from.
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STATEMENTS = (
    "alter table analysis.anomalies add column grain text not null default 'half_hour'"
    " check (grain in ('half_hour', 'day'))",
    "alter table analysis.anomalies drop constraint anomalies_resolution_check",
    "alter table analysis.anomalies add constraint anomalies_resolution_check"
    " check (resolution in ('recovered', 'new_usual', 'paused', 'notice', 'corrected'))",
    "alter table analysis.detector_states add column days_known integer not null default 0",
    """
create table analysis.day_watches (
    account_id text primary key,
    fingerprint text not null,
    days_read integer not null,
    days_needed integer not null,
    updated_at timestamptz not null
)
""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table analysis.day_watches")
    op.execute("alter table analysis.detector_states drop column days_known")
    op.execute("update analysis.anomalies set resolution = 'recovered' where resolution = 'corrected'")
    op.execute("alter table analysis.anomalies drop constraint anomalies_resolution_check")
    op.execute(
        "alter table analysis.anomalies add constraint anomalies_resolution_check"
        " check (resolution in ('recovered', 'new_usual', 'paused', 'notice'))"
    )
    op.execute("alter table analysis.anomalies drop column grain")
