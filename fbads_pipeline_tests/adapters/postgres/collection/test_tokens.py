"""Tokens at rest: unreadable without the key, readable with any of several, rotated under the first."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from fbads_pipeline.adapters.encryption import Cipher, new_key
from fbads_pipeline.adapters.postgres.collection.tokens import PostgresTokens
from fbads_pipeline.domain.collection.tokens import NamedToken, TokenCheck, TokenFacts, is_token_name
from fbads_pipeline.settings import SettingsError, load_settings

NOW = datetime(2026, 11, 10, 15, tzinfo=UTC)
ACME = NamedToken("acme", "EAAcanary", "99", "shh-canary")
OLD, NEW = new_key(), new_key()


@pytest.fixture
def store(migrated_engine):
    return lambda *keys: PostgresTokens(migrated_engine, Cipher(SecretStr(",".join(keys)) if keys else None))


def columns(engine):
    with engine.connect() as connection:
        return connection.execute(sa.text("select token_encrypted, app_secret_encrypted from ops.tokens")).one()


def test_a_stored_token_comes_back_and_lies_encrypted(store, migrated_engine):
    store(OLD).add(ACME, now=NOW)
    assert store(OLD).load() == [ACME]
    assert all(b"canary" not in bytes(column) for column in columns(migrated_engine))
    assert "canary" not in repr(ACME)


def test_rotation_leaves_the_old_key_useless(store):
    store(OLD).add(ACME, now=NOW)
    assert store(NEW, OLD).load() == [ACME], "any key opens"
    assert store(NEW, OLD).rotate(now=NOW) == 1
    assert store(NEW).load() == [ACME]
    with pytest.raises(SettingsError, match="does not open the stored token acme"):
        store(OLD).load()


def test_a_rotation_that_cannot_read_one_changes_none(store):
    store(OLD).add(ACME, now=NOW)
    store(NEW).add(NamedToken("other", "EAAother"), now=NOW + timedelta(days=1))
    with pytest.raises(SettingsError, match="stored token other"):
        store(OLD).rotate(now=NOW)
    assert store(OLD, NEW).load()[0] == ACME


def test_without_a_key_nothing_is_stored_or_opened_and_what_is_no_secret_is_shown(store):
    with pytest.raises(SettingsError, match="FBADS_ENCRYPTION_KEYS is missing"):
        store().add(ACME, now=NOW)
    assert store().load() == [], "who stores no token needs no key"
    store(OLD).add(ACME, now=NOW)
    with pytest.raises(SettingsError, match="FBADS_ENCRYPTION_KEYS is missing"):
        store().load()
    (entry,) = store().entries()
    assert (entry.name, entry.app_id, entry.has_app_secret, entry.last_check) == ("acme", "99", True, None)


def test_a_token_that_is_replaced_or_removed_leaves_nothing_behind(store):
    check = TokenCheck("acme", NOW, TokenFacts(is_valid=False, error="expired"))
    store(OLD).add(ACME, now=NOW)
    store().save_checks([check])
    store().remember({"1": "acme"}, now=NOW)
    store(OLD).add(NamedToken("acme", "EAAnew"), now=NOW)
    assert (store(OLD).load(), store().last_checks(), store().token_of("1")) == (
        [NamedToken("acme", "EAAnew")],
        [],
        None,
    )
    assert store().remove("acme")
    assert not store().remove("acme")
    assert store().entries() == []


@pytest.mark.parametrize(
    "keys",
    ["secret-but-short", f"{NEW},secret-but-short", f"{NEW},", "secrét" * 8],
    ids=["short", "second is short", "second is empty", "not ASCII"],
)
def test_malformed_keys_are_refused_in_one_sentence_that_shows_none(keys):
    with pytest.raises(SettingsError, match=r"^FBADS_ENCRYPTION_KEYS is not usable: key \d of \d is no Fernet") as told:
        load_settings(encryption_keys=keys)
    assert "secr" not in str(told.value)
    assert NEW not in str(told.value)


@pytest.mark.parametrize("name", ["", "environment", "Acme", "-x", "a b", "a\n", "x" * 64])
def test_names_that_are_none(name):
    assert not is_token_name(name)
    assert is_token_name("acme-br_2")
