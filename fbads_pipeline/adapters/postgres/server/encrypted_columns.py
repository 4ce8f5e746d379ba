"""Every column that is encrypted under FBADS_ENCRYPTION_KEYS: what a new key has to reach before the old one goes."""

from collections.abc import Mapping

import sqlalchemy as sa

from fbads_pipeline.adapters.encryption import Cipher

# Table of `ops` → its encrypted columns; those of tokens are encrypted anew by their store, which notes when.
ENCRYPTED: Mapping[str, tuple[str, ...]] = {
    "tokens": ("token_encrypted", "app_secret_encrypted"),
    "users": ("totp_secret",),
    "order_sources": ("secret", "secret_before"),
    "conversations": ("question",),
    "chat_misses": ("question",),
    "audit_keys": ("key_encrypted",),
}
# Columns of bytes that hold no secret; and keys of the audit log in a home that has no encryption key yet.
PLAIN = frozenset(
    {
        "analysis.detector_states.state",
        "ops.client_logos.content",
        "ops.creative_pictures.content",
        "ops.report_links.page",
        "ops.report_links.document",
        "ops.audit_keys.key_plain",
    }
)


def encrypt_anew(engine: sa.Engine, cipher: Cipher) -> int:
    """Every secret but tokens under the first key, all or none; how many. Raises SettingsError where none opens one."""
    with engine.begin() as connection:
        others = {name: columns for name, columns in ENCRYPTED.items() if name != "tokens"}
        return sum(_table_anew(connection, cipher, name, columns) for name, columns in others.items())


def _table_anew(connection: sa.Connection, cipher: Cipher, name: str, columns: tuple[str, ...]) -> int:
    table = sa.table(name, sa.column("ctid"), *map(sa.column, columns), schema="ops")
    held = [table.c[column] for column in columns]
    rows = sa.select(table.c.ctid, *held).where(sa.or_(*(one.is_not(None) for one in held))).with_for_update()
    count = 0
    for row in connection.execute(rows).mappings().all():
        anew = {
            one: cipher.rotate(bytes(row[one]), name=f"secrets of ops.{name}")
            for one in columns
            if row[one] is not None
        }
        connection.execute(sa.update(table).where(table.c.ctid == row["ctid"]).values(**anew))
        count += len(anew)
    return count
