"""A new key reaches every encrypted column, and no column of bytes is forgotten."""

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from fbads_pipeline.adapters.encryption import Cipher, new_key
from fbads_pipeline.adapters.postgres.server.encrypted_columns import ENCRYPTED, PLAIN, encrypt_anew
from fbads_pipeline.settings import SettingsError

OLD, NEW = new_key(), new_key()
USER = (
    "insert into ops.users (user_id, email, role, totp_secret, totp_step, created_at)"
    " values ('u1', 'a@b.c', 'admin', :secret, 0, now())"
)
SOURCE = (
    "insert into ops.order_sources (source, mapping, timezone_name, secret, secret_before, set_by, added_at)"
    " values ('shop', 'generic', 'UTC', :secret, :secret, 'u1', now())"
)


def cipher(*keys):
    return Cipher(SecretStr(",".join(keys)))


def secrets(engine):
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text(
                "select totp_secret from ops.users where totp_secret is not null"
                " union all select unnest(array[secret, secret_before]) from ops.order_sources"
            )
        )
        return [bytes(one) for one in rows.scalars()]


@pytest.fixture
def stored(migrated_engine):
    with migrated_engine.begin() as connection:
        for statement in (USER, SOURCE):
            connection.execute(sa.text(statement), {"secret": cipher(OLD).encrypt("canary")})
    return migrated_engine


def test_after_a_rotation_the_new_key_alone_opens_everything(stored):
    assert encrypt_anew(stored, cipher(NEW, OLD)) == 3
    assert [cipher(NEW).decrypt(one, name="secret") for one in secrets(stored)] == ["canary"] * 3
    with pytest.raises(SettingsError, match="does not open the stored secret"):
        cipher(OLD).decrypt(secrets(stored)[0], name="secret")


def test_a_rotation_that_cannot_open_one_changes_none(stored):
    with stored.begin() as connection:
        connection.execute(sa.text("update ops.order_sources set secret = :one"), {"one": cipher(NEW).encrypt("other")})
    before = secrets(stored)
    with pytest.raises(SettingsError, match="does not open the stored secrets of ops.order_sources"):
        encrypt_anew(stored, cipher(OLD))
    assert secrets(stored) == before


def test_every_column_of_bytes_is_encrypted_anew_or_known_to_hold_no_secret(migrated_engine):
    with migrated_engine.connect() as connection:
        found = connection.execute(
            sa.text(
                "select format('%s.%s.%s', table_schema, table_name, column_name) from information_schema.columns"
                " where data_type = 'bytea' and table_schema in ('raw', 'ops', 'analysis')"
            )
        )
        columns = set(found.scalars())
    named = {f"ops.{table}.{column}" for table, held in ENCRYPTED.items() for column in held}
    assert columns == named | PLAIN
