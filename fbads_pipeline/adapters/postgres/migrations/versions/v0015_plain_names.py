"""Tables and columns get the names that the field uses: incidents, request strategies, announced, detected."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

RENAMES = (
    ("table ops.troubles", "ops.incidents", "incidents"),
    ("table ops.reading_habits", "ops.request_strategies", "request_strategies"),
)
COLUMNS = (
    ("ops.incidents", "trouble_id", "incident_id"),
    ("ops.incidents", "told_alert_id", "announced_alert_id"),
    ("analysis.anomalies", "told_alert_id", "announced_alert_id"),
    ("analysis.anomalies", "said_at", "detected_at"),
    ("analysis.models", "said", "reason"),
    ("ops.rule_hits", "said_at", "matched_at"),
)
INDEXES = (
    ("ops", "troubles_pkey", "incidents_pkey"),
    ("ops", "one_open_trouble", "one_open_incident"),
    ("ops", "reading_habits_pkey", "request_strategies_pkey"),
    ("ops", "mutes_standing", "mutes_active"),
    ("analysis", "anomalies_untold", "anomalies_unannounced"),
)


def upgrade() -> None:
    for old, _, new in RENAMES:
        op.execute(f"alter {old} rename to {new}")
    for table, old, new in COLUMNS:
        op.execute(f"alter table {table} rename column {old} to {new}")
    for schema, old, new in INDEXES:
        op.execute(f"alter index {schema}.{old} rename to {new}")
    op.execute("alter table ops.incidents rename constraint troubles_kind_check to incidents_kind_check")
    op.execute("update ops.job_outcomes set job = 'announce_incidents' where job = 'tell_troubles'")
    op.execute("drop table if exists intermediate.standing_views")


def downgrade() -> None:
    op.execute("drop table if exists intermediate.current_views")
    op.execute("update ops.job_outcomes set job = 'tell_troubles' where job = 'announce_incidents'")
    op.execute("alter table ops.incidents rename constraint incidents_kind_check to troubles_kind_check")
    for schema, old, new in INDEXES:
        op.execute(f"alter index {schema}.{new} rename to {old}")
    for table, old, new in reversed(COLUMNS):
        op.execute(f"alter table {table} rename column {new} to {old}")
    for old, new, _ in RENAMES:
        op.execute(f"alter table {new} rename to {old.split('.')[-1]}")
