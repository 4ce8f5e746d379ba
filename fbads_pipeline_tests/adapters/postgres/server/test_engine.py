"""Addresses and refusals of the database: one sentence, no password."""

import socket

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.engine import (
    DatabaseUnfit,
    DatabaseUnreachable,
    engine,
    normalise_url,
    redacted,
)


@pytest.fixture
def closed_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.mark.parametrize(
    ("query", "reason"),
    [("", "Connection refused"), ("?sslmode=bogus", 'invalid sslmode value: "bogus"')],
)
def test_an_unreachable_server_is_named_with_its_reason_alone(closed_port, query, reason):
    address = f"postgresql://someone:hunter2@127.0.0.1:{closed_port}/ads{query}"
    with pytest.raises(DatabaseUnreachable) as said:
        engine(address, application_name="test").connect()
    assert str(said.value) == (
        f"the database at 127.0.0.1:{closed_port}/ads does not let us in ({reason}): check FBADS_DATABASE_URL"
    )


@pytest.mark.parametrize(
    "address",
    ["postgresql://someone:hunter2@host/ads", "postgresql://someone@host/ads?password=hunter2&sslpassword=hunter2"],
)
def test_no_password_is_shown_wherever_it_stands(address):
    assert "hunter2" not in redacted(address)
    assert "someone" in redacted(address)


@pytest.mark.parametrize("address", ["mysql://host/ads", "no address", "", "postgres"])
def test_what_is_no_postgresql_address_is_refused(address):
    with pytest.raises(DatabaseUnfit, match="FBADS_DATABASE_URL is no PostgreSQL address"):
        normalise_url(address)


def test_the_options_of_the_address_are_kept_and_ours_win(database_url):
    own = "-c work_mem=1234kB -c timezone=Asia/Tokyo"
    address = sa.make_url(database_url).update_query_dict({"options": own}).render_as_string(hide_password=False)
    made = engine(address, application_name="test", read_only=True)
    with made.connect() as connection:
        shown = [
            connection.execute(sa.text(f"show {name}")).scalar()
            for name in ("work_mem", "timezone", "transaction_read_only")
        ]
    made.dispose()
    assert shown == ["1234kB", "UTC", "on"]


def test_a_schema_of_a_newer_version_is_refused_and_stays(migrated_url):
    made = engine(migrated_url, application_name="test")
    known = migrate.revision(made)
    with made.begin() as connection:
        connection.execute(sa.text("update public.schema_version set version_num = '9999'"))
    with pytest.raises(DatabaseUnfit) as said:
        migrate.upgrade(made)
    assert str(said.value).startswith(
        f"the database has the schema 9999 of a newer version of this program, which knows {known} at most: install"
    )
    assert migrate.revision(made) == "9999"
