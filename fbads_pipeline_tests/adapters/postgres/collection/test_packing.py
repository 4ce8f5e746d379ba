"""Lists of actions as one text: the same lists come back, whoever reads and writes them."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from hypothesis import given, settings
from hypothesis import strategies as st

from fbads_pipeline.adapters.postgres.collection import packing
from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.adapters.postgres.migrations.versions import v0058_packed_lists as migration
from fbads_pipeline_tests.adapters.postgres.collection.test_raw import D1, D2, T0, a_row, all_rows, apply, settle

TEXTS = st.text(st.sampled_from('a1;,"\\ç.'), max_size=4)
ENTRIES = st.dictionaries(
    st.sampled_from(["action_type", "value", "7d_click", "a,b", ""]), TEXTS | st.none() | st.integers()
)
LISTED = "jsonb_typeof(actions)"
ACTIONS = [
    {"action_type": "lead", "value": "3", "7d_click": "2", "1d_view": "1"},
    {"action_type": "post", "value": "1"},
]


@pytest.fixture
def store(migrated_engine):
    return PostgresRawStore(migrated_engine)


def pack(store, before=D2):
    with store._engine.begin() as connection:
        return packing.pack_days(connection, "42", before=before, now=T0 + timedelta(days=40))


def test_a_list_comes_back_as_it_was(migrated_engine):
    with migrated_engine.connect() as connection:

        @settings(max_examples=150, deadline=None)
        @given(st.lists(ENTRIES | TEXTS | st.lists(TEXTS, max_size=1), max_size=4) | st.none())
        def comes_back(listed):
            sent = {"listed": json.dumps(listed)}
            statement = "select raw.unpacked(raw.packed(cast(:listed as jsonb))), raw.packed(cast(:listed as jsonb))"
            unpacked, _ = connection.execute(sa.text(statement), sent).one()
            assert unpacked == listed

        comes_back()
        packed = connection.execute(sa.text("select raw.packed(cast(:a as jsonb))"), {"a": json.dumps(ACTIONS)})
        assert packed.scalar_one() == "1d_view,7d_click,action_type,value;1,2,lead,3;,,post,1"


def test_days_are_packed_once_and_others_are_left_alone(store):
    apply(store, [a_row(actions=ACTIONS), a_row("8"), a_row(day=D2, actions=ACTIONS)])
    assert (pack(store), pack(store)) == (1, 0)
    kinds = all_rows(store, "raw.insights", f"day, object_id, {LISTED}, actions = '[]'")
    assert kinds == [(D1, "7", "string", False), (D1, "8", "array", True), (D2, "7", "array", False)]


def test_a_packed_day_that_is_read_again_is_what_it_would_be_without(store):
    rows = [a_row(actions=ACTIONS), a_row("8", actions=ACTIONS)]
    apply(store, rows)
    pack(store, before=D2 + timedelta(days=1))
    same = apply(store, rows, at=T0 + timedelta(days=41), run_id="r2")
    assert (same.rows_changed, same.rows_doubtful) == (0, 0)
    assert all_rows(store, "raw.insights", f"object_id, {LISTED}, collected_at = '{T0}'") == [
        ("7", "array", True),
        ("8", "array", True),
    ]
    pack(store, before=D2 + timedelta(days=1))
    less = [a_row(actions=ACTIONS[1:]), rows[1]]
    assert apply(store, less, at=T0 + timedelta(days=42), run_id="r3").rows_doubtful == 1, "a known action did not come"
    settle(store, "r3", T0 + timedelta(days=42))
    kept = all_rows(store, "raw.insights", "object_id, jsonb_array_length(actions), stale_since is null")
    assert kept == [("7", 2, False), ("8", 2, True)]


def test_readings_are_kept_packed(store):
    apply(store, [a_row(actions=ACTIONS)])
    read = "raw.unpacked(actions)->0->>'action_type', raw.unpacked(actions) = (select actions from raw.insights)"
    assert all_rows(store, "raw.insight_readings", f"{LISTED}, {read}") == [("string", "lead", True)]


def test_a_packed_level_still_speaks_for_another(store):
    """What the account says of a day is compared with its campaigns, also where it is packed."""
    figures = {"figure": "actions", "action": "lead"}
    apply(store, [a_row(level="account", actions=ACTIONS)], level="account")
    pack(store)
    with store._engine.connect() as connection:
        amount = "select raw.figure_of(to_jsonb(rows), :figure, :action) from raw.insights as rows"
        assert connection.execute(sa.text(amount), figures).scalar_one() == 3


def test_the_schema_before_finds_lists_as_they_were(store):
    apply(store, [a_row(actions=ACTIONS)])
    pack(store)
    with store._engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        migration.downgrade()
        lists = "select jsonb_array_length(actions), actions -> 0 ->> 'action_type' from raw."
        for table in ("insights", "insight_readings"):
            assert connection.exec_driver_sql(lists + table).all() == [(2, "lead")]
        migration.upgrade()
    assert pack(store) == 1, "which days are packed is forgotten"
