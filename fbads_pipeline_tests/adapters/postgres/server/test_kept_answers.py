"""Kept answers are those of now: whatever is written to what they come from makes them be read anew."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.grid import GRID_TABLES
from fbads_pipeline.adapters.postgres.metrics.pages import ACCOUNT_TABLES, COVERAGE_TABLES
from fbads_pipeline.adapters.postgres.server.analyst import ensure_role
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.postgres.server.kept_answers import REQUEST_STATES, KeptAnswers, RequestStates
from fbads_pipeline.api.app import create_app
from fbads_pipeline.api.pages import today
from fbads_pipeline.api.pages.clients.budgets import BUDGET_TABLES
from fbads_pipeline.api.pages.delivery import DELIVERY_TABLES
from fbads_pipeline.api.pages.today import DAY_TABLES
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.support.people import People

ALL = GRID_TABLES | DAY_TABLES | BUDGET_TABLES | COVERAGE_TABLES | ACCOUNT_TABLES | DELIVERY_TABLES
NOW = "2026-11-27T10:05:00+00:00"
# dbt's own: their state is that of its watermarks and of its views.
BUILT = ("intermediate.", "staging.", "marts.")


@pytest.fixture
def home(home_copy, tmp_path):
    # Another quarter of an hour is another state, and one may begin while a test runs.
    database = Database(home_copy, tmp_path, fixed_now=NOW)
    ensure_role(database.owner, database.analyst_password_file)
    yield database
    database.close()


def write(engine, statement):
    with engine.begin() as connection:
        connection.execute(sa.text(statement))


class Reading:
    """Counts how often it is made."""

    def __init__(self, kept, tables=frozenset({"raw.campaigns"})):
        self.times, self._kept, self._tables = 0, kept, tables

    def __call__(self, key="one"):
        return self._kept.of(self._tables, key, self._read)

    def _read(self):
        self.times += 1
        return self.times


def test_an_answer_is_read_again_after_every_write_to_a_table_that_it_names_and_after_no_other(home):
    readings = {table: Reading(KeptAnswers(home.owner), frozenset({table})) for table in sorted(ALL)}
    for read in readings.values():
        read()
    for written in readings:
        write(home.owner, f"delete from {written} where false")
        for table, read in readings.items():
            before = read.times
            read()
            assert read.times - before == (table == written), f"{table} after a write to {written}"


def test_a_write_counts_when_it_is_committed_and_an_older_one_that_is_committed_later_too(home):
    read = Reading(home.kept)
    read()
    with home.owner.connect() as older, home.owner.connect() as newer:
        for connection in (older, newer):
            connection.execute(sa.text("select pg_current_xact_id()"))
            connection.execute(sa.text("update raw.campaigns set name = name where campaign_id = '0'"))
        assert read() == 1, "not committed yet"
        newer.commit()
        assert (read(), read()) == (2, 2)
        older.commit()
        assert (read(), read()) == (3, 3)
        older.execute(sa.text("update raw.campaigns set name = name where campaign_id = '0'"))
        older.rollback()
    assert read() == 3


OTHER_STATES = (
    "update intermediate.watermarks set invocation_id = 'next' where model = 'int_campaign_daily'",
    "create view marts.another as select 1 as one",
    "truncate raw.campaigns cascade",
    "set local fbads.now = '2031-01-01T00:00Z'",
)


def test_what_dbt_builds_and_the_time_of_day_are_part_of_the_state(home):
    with home.owner.connect() as connection:
        state = sa.text("select ops.state_of(array['raw.campaigns'])")
        for statement in OTHER_STATES:
            before = connection.execute(state).scalar_one()
            assert connection.execute(state).scalar_one() == before
            connection.execute(sa.text(statement))
            assert connection.execute(state).scalar_one() != before, statement
            connection.rollback()


def test_without_what_dbt_builds_every_write_makes_another_state(migrated_engine):
    read = Reading(KeptAnswers(migrated_engine))
    assert (read(), read()) == (1, 1)
    write(migrated_engine, "create table raw.something as select 1 as one")
    assert read() == 2


def test_marks_of_a_table_do_not_pile_up(home):
    for _ in range(30):
        write(home.owner, "delete from raw.campaigns where false")
    with home.owner.connect() as connection:
        marks = sa.text("select count(*) from ops.table_changes where table_name = 'raw.campaigns'")
        assert connection.execute(marks).scalar_one() <= 2


def test_a_transaction_marks_a_table_once_and_never_with_the_mark_of_a_restored_copy(home):
    marks = sa.text("select mark from ops.table_changes where table_name = 'raw.campaigns'")
    write_nothing = sa.text("delete from raw.campaigns where false")
    with home.owner.connect() as writer, home.owner.connect() as reader:
        own = writer.execute(sa.text("select pg_current_xact_id()::text")).scalar_one()
        restored = "insert into ops.table_changes (table_name, changed_in) values ('raw.campaigns', '{}')"
        write(home.owner, restored.format(own))
        before = set(reader.execute(marks).scalars())
        reader.rollback()
        found = []
        for _ in range(2):
            writer.execute(write_nothing)
            found.append(set(writer.execute(marks).scalars()))
        writer.commit()
        after = set(reader.execute(marks).scalars())
    assert found[0] == found[1] == after and not after & before


def test_who_asks_meanwhile_waits_for_the_reading_and_a_reading_that_fails_is_made_anew(migrated_engine):
    kept, started, go, made = KeptAnswers(migrated_engine, most=2), threading.Event(), threading.Event(), []

    def slow():
        started.set()
        assert go.wait(10)
        made.append(1)
        return "read"

    def failing():
        raise ValueError("once")

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(kept.of, frozenset(), "slow", slow)
        assert started.wait(10)
        others = [pool.submit(kept.of, frozenset(), "slow", slow) for _ in range(3)]
        go.set()
        assert [one.result(10) for one in (first, *others)] == ["read"] * 4 and made == [1]
    with pytest.raises(ValueError, match="once"):
        kept.of(frozenset(), "failing", failing)
    assert kept.of(frozenset(), "failing", lambda: "well") == "well"
    for key in ("a", "b"):
        kept.of(frozenset(), key, lambda: "old")
    assert kept.of(frozenset(), "slow", lambda: "again") == "again", "only so many are kept"


def test_a_request_that_reads_asks_once_how_the_tables_stand_and_the_next_one_sees_what_was_written(home):
    one = Reading(home.kept)
    other = Reading(home.kept, frozenset({"raw.ads"}))
    asked = []
    sa.event.listen(home.owner, "before_cursor_execute", lambda *given: asked.append(given[2]))

    def shown():
        token = REQUEST_STATES.set(RequestStates())
        try:
            return one("one"), other("other"), one("one")
        finally:
            REQUEST_STATES.reset(token)

    assert shown() == (1, 1, 1) and len(asked) == 1
    write(home.owner, "delete from raw.campaigns where false")
    assert shown() == (2, 1, 2)


def test_a_page_that_is_asked_for_twice_sees_a_write_in_between_and_a_long_request_asks_again(home, monkeypatch):
    read, states = Reading(home.kept), RequestStates()
    token = REQUEST_STATES.set(states)
    try:
        assert read() == 1
        write(home.owner, "delete from raw.campaigns where false")
        assert read() == 1, "as of the beginning of the request"
        monkeypatch.setattr("fbads_pipeline.adapters.postgres.server.kept_answers.LONGEST_REQUEST_SECONDS", -1.0)
        assert read() == 2
    finally:
        REQUEST_STATES.reset(token)


def relations(plan, found):
    if "Relation Name" in plan:
        found.add(f"{plan['Schema']}.{plan['Relation Name']}")
    for below in plan.get("Plans", ()):
        relations(below, found)
    return found


def tables_of(engine, statements):
    found = set()
    with engine.connect() as connection:
        for statement, values in statements:
            shown = connection.exec_driver_sql(f"explain (verbose, format json) {statement}", values).scalar_one()
            relations(shown[0]["Plan"], found)
    return {one for one in found if not one.startswith(BUILT)}


def test_every_answer_that_a_page_keeps_names_all_tables_that_it_is_read_from(home, monkeypatch):
    write(home.owner, "delete from ops.users")
    asked, plain, seen = [], KeptAnswers.of, []

    def watched(self, tables, key, read):
        def noted():
            asked.clear()
            made = read()
            seen.append((key[0], tables, list(asked)))
            return made

        return plain(self, tables, key, noted)

    def note(connection, cursor, statement, values, context, many):
        asked.append((statement, values))

    monkeypatch.setattr(KeptAnswers, "of", watched)
    sa.event.listen(home.owner, "before_cursor_execute", note)
    visitor = Client(create_app(load_settings(), home))
    for path in ("/", *(f"/campaigns?level={one}" for one in ("campaign", "adset", "ad")), "/budgets", "/delivery"):
        assert visitor.get(path).status_code == 200, path
    sa.event.remove(home.owner, "before_cursor_execute", note)
    assert {what for what, _, _ in seen} == {"accounts", "day facts", "day", "grid", "coverage", "budgets", "delivery"}
    for what, tables, statements in seen:
        read = tables_of(home.owner, statements)
        assert (read or what == "day") and read <= tables, f"{what} reads {sorted(read - tables)}"


def test_the_day_of_one_account_is_the_same_whether_that_of_all_was_just_read_or_not(home, monkeypatch):
    write(home.owner, "delete from ops.users")
    with home.owner.begin() as connection:
        accounts = connection.execute(sa.text("select account_id from marts.accounts order by 1")).scalars().all()
        columns = "(name, language, set_at, set_by) values ('Two accounts', 'pt', now(), 'test')"
        client = connection.execute(sa.text(f"insert into ops.clients {columns} returning client_id")).scalar_one()
        owned = sa.text(
            "insert into ops.client_accounts (client_id, account_id, added_at) values (:client, :one, now())"
        )
        connection.execute(owned, [{"client": client, "one": one} for one in accounts[:2]])
    paths = [*(f"/?account={one}" for one in accounts), f"/?client={client}"]
    assert len(accounts) > 2
    read, plain = [], today._read_facts
    monkeypatch.setattr(today, "_read_facts", lambda readers, frame: read.append(frame.ids) or plain(readers, frame))

    def shown(*before):
        read.clear()
        own = Database(home.url, home.home, fixed_now=NOW)
        visitor = Client(create_app(load_settings(), own))
        pages = [visitor.get(path) for path in (*before, *paths)][len(before) :]
        own.close()
        assert {page.status_code for page in pages} == {200}
        return [page.text for page in pages], list(read)

    alone, readings = shown()
    assert readings == [*({one} for one in accounts), set(accounts[:2])]
    narrowed, readings = shown("/")
    assert readings == [set(accounts)]
    assert narrowed == alone and len(set(alone)) == len(paths)


def test_a_page_shows_what_was_written_since_it_was_kept_and_to_each_visitor_their_own_accounts(home):
    with home.owner.connect() as connection:
        accounts = connection.execute(sa.text("select account_id from marts.accounts order by 1")).scalars().all()
        campaign, account = connection.execute(
            sa.text("select campaign_id, account_id from marts.campaigns order by 1 limit 1")
        ).one()
    other = next(one for one in accounts if one != account)
    people = People(create_app(load_settings(), home), home)
    mine, theirs = (people.logged_in("viewer", accounts=[one]) for one in (account, other))
    path = "/campaigns?state=all"
    assert campaign in mine.get(path).text and campaign not in theirs.get(path).text
    write(home.owner, f"update raw.campaigns set name = 'Renamed since' where campaign_id = '{campaign}'")
    assert "Renamed since" in mine.get(path).text and "Renamed since" not in theirs.get(path).text
    write(home.owner, f"update raw.accounts set name = 'Another name' where account_id = '{account}'")
    assert "Another name" in mine.get("/").text and "Another name" not in theirs.get("/").text
