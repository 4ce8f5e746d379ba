"""The analyst reads marts, one statement at a time, and can do nothing else; failures are one sentence."""

import psycopg2
import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.server import analyst as analyst_module
from fbads_pipeline.adapters.postgres.server.analyst import (
    QueryRefused,
    analyst_engine,
    analyst_url,
    ensure_role,
    read_only_query,
)
from fbads_pipeline.adapters.postgres.server.engine import (
    DatabaseUnfit,
    DatabaseUnreachable,
    check_server,
    engine,
    ensure_database,
    normalise_url,
    redacted,
)


@pytest.fixture
def analyst(migrated_engine, tmp_path):
    with migrated_engine.begin() as connection:
        connection.execute(sa.text("create table marts.numbers as select n from generate_series(1, 12000) n"))
    ensure_role(migrated_engine, tmp_path / "password")
    made = analyst_engine(migrated_engine, tmp_path / "password")
    yield made
    made.dispose()


def rows(analyst, statement, **limits):
    columns, found = read_only_query(analyst, statement, **limits)
    return columns, [tuple(row) for row in found]


def test_marts_are_read_in_full_and_streamed(analyst):
    columns, found = rows(analyst, "select n, 'x' as label from marts.numbers order by n;")
    assert columns == ["n", "label"]
    assert len(found) == 12000
    assert len(rows(analyst, "select n from marts.numbers", max_rows=7)[1]) == 7
    assert rows(analyst, "select n from marts.numbers where n > 99999") == (["n"], [])
    assert rows(analyst, "-- why\nwith a as (values (1)) select * from a")[1] == [(1,)]


def test_tables_that_come_later_are_read_too(analyst, migrated_engine):
    with migrated_engine.begin() as connection:
        connection.execute(sa.text("drop table marts.numbers; create table marts.numbers as select 1 as n"))
    assert rows(analyst, "select n from marts.numbers")[1] == [(1,)]


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("", "is empty"),
        (" ; ", "cannot open"),
        ("select 1; select 2", "cannot open multi-query plan"),
        ("select 1; drop table marts.numbers", "cannot open multi-query plan"),
        ("commit; delete from marts.numbers", "cannot open multi-query plan"),
        ("drop table marts.numbers", "cannot open DROP TABLE"),
        ("insert into marts.numbers values (1) returning n", "permission denied|read-only"),
        ("with gone as (delete from marts.numbers returning n) select * from gone", "permission denied|read-only"),
        ("select * from raw.accounts", "permission denied for schema raw"),
        ("select * from ops.suggestions", "permission denied for schema ops"),
        ("select rolpassword from pg_authid", "permission denied"),
        ("select pg_read_file('/etc/passwd')", "permission denied"),
        ("select pg_sleep(0), set_config('role', 'fbads', false)", "permission denied"),
        ("copy marts.numbers to program 'true'", "cannot open COPY"),
        ("select \x00", "NUL"),
        ("select nothing from marts.numbers", 'column "nothing" does not exist'),
    ],
)
def test_anything_else_is_refused_in_one_sentence(analyst, statement, reason):
    with pytest.raises(QueryRefused, match=reason) as refusal:
        rows(analyst, statement)
    assert "\n" not in str(refusal.value)


def test_a_statement_has_its_time_for_each_part_whatever_it_sets_itself(analyst, monkeypatch):
    assert "set local statement_timeout = '30s'" in analyst_module.SQL.texts["limit_statement"]
    monkeypatch.setitem(analyst_module.SQL.texts, "limit_statement", "set local statement_timeout = '300ms'")
    monkeypatch.setattr(analyst_module, "_FETCH_ROWS", 1)
    with pytest.raises(QueryRefused, match="statement timeout"):
        rows(analyst, "select pg_sleep(60)")
    # The first parts switch the limit off; the third one sleeps.
    off = "select set_config('statement_timeout', '0', false), pg_sleep(60 * (n / 3)) from generate_series(1, 3) n"
    with pytest.raises(QueryRefused, match="statement timeout"):
        rows(analyst, off)


def test_an_answer_that_is_too_large_is_cut(analyst, monkeypatch):
    monkeypatch.setattr(analyst_module, "MOST_CHARACTERS", 10_000)
    with pytest.raises(QueryRefused, match="larger than"):
        rows(analyst, "select repeat('x', 200) from marts.numbers")
    monkeypatch.setattr(analyst_module, "MOST_ROWS", 10_000)
    with pytest.raises(QueryRefused, match="larger than 10000 rows"):
        rows(analyst, "select n from marts.numbers")
    assert len(rows(analyst, "select n from marts.numbers limit 10000")[1]) == 10_000


@pytest.mark.parametrize(
    "attempt",
    [
        "insert into marts.numbers values (1)",
        "create table marts.mine (x int)",
        "create table public.mine (x int)",
        "create temp table mine (x int)",
        "create schema mine",
        "update raw.accounts set name = 'x'",
        "set role fbads",
        "alter role fbads_analyst superuser",
    ],
)
def test_no_setting_that_the_analyst_resets_gives_a_right(analyst, migrated_engine, tmp_path, attempt):
    url = analyst_url(migrated_engine.url.render_as_string(hide_password=False), tmp_path / "password")
    connection = psycopg2.connect(url.replace("+psycopg2", "", 1))
    try:
        with connection.cursor() as cursor:
            cursor.execute("set default_transaction_read_only = off; set transaction read write")
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(attempt)
    finally:
        connection.close()


def test_another_homes_password_is_replaced_by_ours(analyst, migrated_engine, tmp_path):
    ensure_role(migrated_engine, tmp_path / "other")
    other = analyst_engine(migrated_engine, tmp_path / "other")
    assert rows(other, "select 1")[1] == [(1,)]
    other.dispose()
    assert (tmp_path / "other").stat().st_mode & 0o077 == 0


def test_an_address_is_normalised_or_refused():
    for scheme in ("postgres", "postgresql", "postgresql+psycopg2", "postgresql+psycopg"):
        assert normalise_url(f"{scheme}://u:p%40@h:1/d") == "postgresql+psycopg2://u:p%40@h:1/d"
    for wrong in ("mysql://u@h/d", "localhost:5432", "", "postgresql"):
        with pytest.raises(DatabaseUnfit, match="FBADS_DATABASE_URL is no PostgreSQL address"):
            normalise_url(wrong)
    assert "secret" not in redacted("postgresql://u:secret@h/d")


def test_a_server_that_is_away_or_says_no_is_one_sentence_without_the_password(migrated_url):
    nobody_home = engine("postgresql://u:canary@127.0.0.1:1/d", application_name="t")
    with pytest.raises(DatabaseUnreachable, match=r"127\.0\.0\.1:1/d .*check FBADS_DATABASE_URL") as away:
        nobody_home.connect()
    wrong = sa.engine.make_url(migrated_url).set(password="canary").render_as_string(hide_password=False)
    with pytest.raises(DatabaseUnreachable, match="password authentication failed") as refused:
        engine(wrong, application_name="t").connect()
    assert "canary" not in str(away.value) + str(refused.value)
    assert "\n" not in str(away.value)


def test_a_database_beside_ours_is_made_once(migrated_url):
    name = sa.engine.make_url(migrated_url).database + "_beside"
    url = ensure_database(migrated_url, name)
    assert ensure_database(migrated_url, name) == url
    made = engine(url, application_name="t")
    assert made.connect().execute(sa.text("select current_database()")).scalar() == name
    made.dispose()


def test_a_server_that_is_too_old_is_refused(migrated_engine, monkeypatch):
    assert check_server(migrated_engine).can_create_role
    monkeypatch.setattr("fbads_pipeline.adapters.postgres.server.engine.OLDEST_VERSION", 990000)
    with pytest.raises(DatabaseUnfit, match="is too old"):
        check_server(migrated_engine)
