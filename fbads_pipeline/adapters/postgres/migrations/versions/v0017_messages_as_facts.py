"""Texts of anomalies, suggestions and verdicts are stored as messages; what was stored per language stays readable.

The old texts become `{"kind": "legacy", "texts": {"pt": …, "en": …}}` (domain.core.messages.LegacyText).
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Table, the new column, the old columns without their language, whether it is required.
TEXTS = (
    ("analysis.anomalies", "message", "message", True),
    ("analysis.anomalies", "recovery", "recovery", False),
    ("ops.suggestions", "reason", "reason", True),
    ("ops.suggestions", "note", "note", False),
)
# Verdicts are replaced by each review, and their texts follow from their evidence.
VERDICT_TEXTS = ("reason_pt", "reason_en", "would_change_pt", "would_change_en")


def upgrade() -> None:
    for table, new, old, is_required in TEXTS:
        op.execute(f"alter table {table} add column {new} jsonb")
        texts = f"jsonb_build_object('pt', {old}_pt, 'en', {old}_en)"
        op.execute(
            f"update {table} set {new} = jsonb_build_object('kind', 'legacy', 'texts', {texts})"
            f" where {old}_pt is not null"
        )
        if is_required:
            op.execute(f"alter table {table} alter column {new} set not null")
        op.execute(f"alter table {table} drop column {old}_pt, drop column {old}_en")
    # Why an accepted suggestion could not be applied; decision_reason keeps what a person wrote.
    op.execute("alter table ops.suggestions add column failure jsonb")
    for column in VERDICT_TEXTS:
        op.execute(f"alter table analysis.verdicts drop column {column}")


def downgrade() -> None:
    for column in VERDICT_TEXTS:
        op.execute(f"alter table analysis.verdicts add column {column} text not null default ''")
        op.execute(f"alter table analysis.verdicts alter column {column} drop default")
    op.execute("alter table ops.suggestions drop column failure")
    for table, new, old, is_required in reversed(TEXTS):
        op.execute(f"alter table {table} add column {old}_pt text, add column {old}_en text")
        op.execute(
            f"update {table} set {old}_pt = coalesce({new} #>> '{{texts,pt}}', {new} ->> 'key', ''),"
            f" {old}_en = coalesce({new} #>> '{{texts,en}}', {new} ->> 'key', '') where {new} is not null"
        )
        if is_required:
            op.execute(f"alter table {table} alter column {old}_pt set not null, alter column {old}_en set not null")
        op.execute(f"alter table {table} drop column {new}")
