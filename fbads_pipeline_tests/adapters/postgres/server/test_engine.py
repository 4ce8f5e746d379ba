"""Addresses and refusals of the database: one sentence, no password."""

import socket
import time

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.server import engine as engine_module
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.engine import (
    DatabaseUnfit,
    DatabaseUnreachable,
    clock_offset,
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


class Asked:
    """A pool of one connection."""

    def __init__(self, url):
        self.engine = engine(url, application_name="asked", pool_size=1)

    def read(self):
        """Which of the server's processes answers."""
        with reading(self.engine) as connection:
            return connection.execute(sa.text("select pg_backend_pid()")).scalar_one()


def states(url):
    made = engine(url, application_name="watching")
    with made.connect() as connection:
        shown = "select state from pg_stat_activity where application_name = 'asked'"
        found = connection.execute(sa.text(shown)).scalars().all()
    made.dispose()
    return found


def test_whoever_reads_begins_no_transaction_and_whoever_writes_after_them_has_one(database_url):
    pool = Asked(database_url).engine
    with reading(pool) as connection:
        connection.execute(sa.text("select 1"))
        assert states(database_url) == ["idle"]
    with pool.connect() as connection:
        connection.execute(sa.text("create table written (one int)"))
        assert states(database_url) == ["idle in transaction"]
    with reading(pool) as connection:
        assert connection.execute(sa.text("select to_regclass('written')")).scalar_one() is None
        driver = connection.connection.driver_connection
    assert (driver.autocommit, driver.isolation_level) == (False, None), "no level to go back to, which would be asked"
    pool.dispose()


def test_a_connection_that_the_server_ended_is_replaced_and_another_is_used_unasked(database_url, monkeypatch):
    pool = Asked(database_url)
    first = pool.read()
    monkeypatch.setattr(engine_module, "_ask", pytest.fail)
    assert pool.read() == first, "used again without a question"
    monkeypatch.undo()
    admin = engine(database_url, application_name="ending")
    with admin.connect() as connection:
        assert connection.execute(sa.text("select pg_terminate_backend(:one, 5000)"), {"one": first}).scalar_one()
    admin.dispose()
    assert pool.read() != first
    pool.engine.dispose()


def test_a_connection_that_was_idle_for_long_is_asked_first(database_url, monkeypatch):
    asked, ask = [], engine_module._ask
    monkeypatch.setattr(engine_module, "_ask", lambda connection: asked.append(connection) or ask(connection))
    pool = Asked(database_url)
    first = pool.read()
    assert pool.read() == first and not asked
    monkeypatch.setattr(engine_module, "LONGEST_UNASKED_SECONDS", 0.0)
    assert pool.read() == first and len(asked) == 1
    pool.engine.dispose()


def test_a_sign_of_life_leaves_a_connection_as_it_was(database_url, monkeypatch):
    monkeypatch.setattr(engine_module, "LONGEST_UNASKED_SECONDS", 0.0)
    for isolation, state in (("AUTOCOMMIT", "idle"), ("READ COMMITTED", "idle in transaction")):
        made = sa.create_engine(
            database_url, pool_size=1, isolation_level=isolation, connect_args={"application_name": "asked"}
        )
        engine_module.replace_dead_connections(made)
        for _ in range(2):
            with made.connect() as connection:
                connection.execute(sa.text("select 1"))
                assert states(database_url) == [state]
        made.dispose()


@pytest.mark.parametrize("moved", [-600, 0, 600])
def test_the_clock_is_compared_with_the_server_s(migrated_engine, monkeypatch, moved):
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + moved)
    assert clock_offset(migrated_engine) == pytest.approx(moved, abs=2)
