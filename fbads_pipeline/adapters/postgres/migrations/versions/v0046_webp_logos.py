"""Logos may be WebP pictures."""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_TYPES = ("image/png", "image/jpeg", "image/webp")


def upgrade() -> None:
    _allow(_TYPES)


def downgrade() -> None:
    op.execute("delete from ops.client_logos where media_type = 'image/webp'")
    _allow(_TYPES[:2])


def _allow(types: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{one}'" for one in types)
    op.execute("alter table ops.client_logos drop constraint client_logos_media_type_check")
    op.execute(
        f"alter table ops.client_logos add constraint client_logos_media_type_check check (media_type in ({listed}))"
    )
