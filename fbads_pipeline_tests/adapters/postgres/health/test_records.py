"""Old records go, and nothing that a figure is made of: what was known at each kept age is known afterwards."""

import os
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from fbads_pipeline.adapters.postgres.health import records as records_module
from fbads_pipeline.adapters.postgres.health.records import SQL, PostgresRecords
from fbads_pipeline.adapters.postgres.server.database import DAGSTER_DATABASE_URL
from fbads_pipeline.adapters.run_files.folders import HomeRunFolders
from fbads_pipeline.domain.health.pruning import KEPT_AGES
from fbads_pipeline.services.health.prune_records import prune_records
from fbads_pipeline_tests.support.dagster_instance import stored_instance
from fbads_pipeline_tests.support.fake_ads import FakeClock

NOW = datetime(2026, 11, 10, 15, tzinfo=UTC)
OLD, YOUNG = date(2026, 5, 1), date(2026, 11, 1)
# Age in days and hour (of São Paulo, three behind) of each reading of a day; spend counts them.
READ = ((0, 10), (0, 14), (0, 23), (1, 1), (2, 5), (5, 5), (6, 5), (7, 5), (7, 9), (20, 5), (28, 5), (40, 5), (41, 5))
KNOWN = f"""
select ages.age, last.spend
from unnest(array{list(KEPT_AGES)} || 1000) as ages (age)
left join lateral (
    select spend from raw.insight_readings
    where day = :day and (read_at at time zone 'America/Sao_Paulo')::date - day <= ages.age
    order by read_at desc limit 1
) as last on true
order by ages.age
"""


@pytest.fixture
def stored(migrated_engine):
    """An account with an old and a young day, read well at each of READ; the old one's last attempt failed."""
    with migrated_engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into raw.accounts (account_id, name, currency, timezone_name, collected_at)"
            " values ('42', 'Loja', 'BRL', 'America/Sao_Paulo', now())"
        )
        for day in (OLD, YOUNG):
            for number, (age, hour) in enumerate(READ, 1):
                at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC) + timedelta(days=age, hours=3)
                values = {"day": day, "at": at, "spend": number, "run": f"run {number}"}
                connection.execute(
                    sa.text(
                        "insert into raw.insight_readings (account_id, level, breakdown, day, object_id,"
                        " breakdown_value, read_at, is_removed, currency, spend) values ('42', 'account', '', :day,"
                        " '42', '', :at, false, 'BRL', :spend)"
                    ),
                    values,
                )
                connection.execute(sa.text(READING), {**values, "ok": True, "state": "read"})
        failed = {"day": OLD, "at": NOW - timedelta(days=1), "run": "failed", "ok": False, "state": "failed"}
        connection.execute(sa.text(READING), failed)
    return migrated_engine


READING = (
    "insert into raw.reading_runs (account_id, level, breakdown, day, read_at, run_id, ok, state)"
    " values ('42', 'account', '', :day, :at, :run, :ok, :state)"
)


def rows(engine, statement, **values):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(statement), values)]


def test_what_was_known_at_each_kept_age_stays_known(stored):
    records = PostgresRecords(stored, stored)
    before = {day: rows(stored, KNOWN, day=day) for day in (OLD, YOUNG)}
    states = rows(stored, "select * from raw.day_states order by day")
    with stored.begin() as connection:
        connection.exec_driver_sql("delete from raw.changed_days")
    gone = records.thin_readings(before=date(2026, 8, 1))
    left = rows(stored, "select spend from raw.insight_readings where day = :day order by read_at", day=OLD)
    assert [int(spend) for (spend,) in left] == [3, 4, 5, 9, 11, 13], "the newest of ages 0, 1, 2, 4–7, 8–28 and later"
    assert {day: rows(stored, KNOWN, day=day) for day in (OLD, YOUNG)} == before
    assert gone == {"insight_readings": len(READ) - 6, "reading_runs": len(READ) - 6}
    assert rows(stored, "select count(*) from raw.insight_readings where day = :day", day=YOUNG) == [(len(READ),)]
    assert rows(stored, "select * from raw.day_states order by day") == states
    assert rows(stored, "select run_id from raw.reading_runs where not ok") == [("failed",)]
    assert rows(stored, "select account_id, day from raw.changed_days") == [("42", OLD)], "its models are made anew"
    assert records.thin_readings(before=date(2026, 8, 1)) == {"insight_readings": 0, "reading_runs": 0}
    assert rows(stored, "select count(*) from raw.changed_days") == [(1,)]


def test_rows_by_a_breakdown_go_by_age_and_their_days_are_unknown_afterwards(stored):
    with stored.begin() as connection:
        for day in (OLD, YOUNG):
            for breakdown, value in (("age,gender", "25-34,female"), ("", "")):
                row = {"day": day, "breakdown": breakdown, "value": value}
                connection.execute(
                    sa.text(
                        "insert into raw.insights (account_id, level, breakdown, day, object_id, breakdown_value,"
                        " currency, spend, collected_at) values ('42', 'campaign', :breakdown, :day, '7', :value,"
                        " 'BRL', 1, now())"
                    ),
                    row,
                )
                read = "insert into raw.reading_runs (account_id, level, breakdown, day, read_at, run_id, ok, state)"
                read += " values ('42', 'campaign', :breakdown, :day, now(), 'r', true, 'read')"
                connection.execute(sa.text(read), row)
        connection.exec_driver_sql("delete from raw.changed_days")
    records = PostgresRecords(stored, stored)
    kept = "select breakdown, day from raw.{} where level = 'campaign' order by 1, 2"
    left = [("", OLD), ("", YOUNG), ("age,gender", YOUNG)]
    assert records.drop_breakdowns(before=date(2026, 8, 1)) == 1
    assert [rows(stored, kept.format(one)) for one in ("insights", "reading_runs", "day_states")] == [left] * 3
    assert rows(stored, "select account_id, day from raw.changed_days") == [("42", OLD)], "its models are made anew"
    assert records.drop_breakdowns(before=date(2026, 8, 1)) == 0
    assert rows(stored, "select count(*) from raw.changed_days") == [(1,)]


@dg.asset(partitions_def=dg.StaticPartitionsDefinition(["a", "b"]))
def facts():
    return 1


@dg.asset_check(asset=facts)
def facts_are_right():
    return dg.AssetCheckResult(passed=True)


@pytest.fixture
def dagster(database_url, monkeypatch):
    monkeypatch.setenv(DAGSTER_DATABASE_URL, database_url)
    with stored_instance() as instance:
        engine = sa.create_engine(database_url, poolclass=sa.NullPool)
        yield instance, engine


def test_dagsters_old_runs_go_and_each_partition_keeps_its_newest_materialization(dagster):
    instance, engine = dagster
    for key in ("a", "b", "a"):
        assert dg.materialize([facts, facts_are_right], instance=instance, partition_key=key).success
    under_way = instance.create_run_for_job(dg.Definitions(assets=[facts]).resolve_implicit_global_asset_job_def())
    instance.report_engine_event("waits", under_way)
    young = dg.materialize([facts], instance=instance, partition_key="b").run_id
    with engine.begin() as connection:
        for table, column in (("runs", "create_timestamp"), ("event_logs", "timestamp")):
            connection.execute(
                sa.text(f"update {table} set {column} = {column} - interval '31 days' where run_id <> :young"),
                {"young": young},
            )
        connection.exec_driver_sql(
            "update asset_check_executions set create_timestamp = create_timestamp - interval '31 days'"
        )
    month = {"before": datetime.now(UTC) - timedelta(days=30), "details_before": datetime.now(UTC) - timedelta(days=30)}
    gone = PostgresRecords(engine, engine).drop_dagster_events(**month)
    assert gone["dagster_runs"] == 3 and gone["dagster_events"] > 20 and gone["dagster_checks"] == 2
    assert {run.run_id for run in instance.get_runs()} == {young, under_way.run_id}
    assert rows(engine, "select count(*) from event_logs where run_id = :run", run=under_way.run_id) > [(0,)]
    left = rows(
        engine,
        "select partition, count(*) from event_logs where dagster_event_type = 'ASSET_MATERIALIZATION'"
        " group by partition order by partition",
    )
    assert left == [("a", 1), ("b", 1)]
    assert instance.get_materialized_partitions(facts.key) == {"a", "b"}
    assert PostgresRecords(engine, engine).drop_dagster_events(**month) == {
        "dagster_details": 0,
        "dagster_checks": 0,
        "dagster_events": 0,
        "dagster_runs": 0,
    }


@dg.asset
def fails():
    raise ValueError("no figure")


def test_plans_and_hand_overs_of_runs_that_succeeded_go_before_their_runs(dagster):
    instance, engine = dagster
    old = dg.materialize([facts, facts_are_right], instance=instance, partition_key="a").run_id
    young = dg.materialize([facts, facts_are_right], instance=instance, partition_key="b").run_id
    failed = dg.materialize([fails], instance=instance, raise_on_error=False).run_id
    with engine.begin() as connection:
        connection.execute(
            sa.text("update event_logs set timestamp = timestamp - interval '8 days' where run_id <> :young"),
            {"young": young},
        )
    kinds = "select dagster_event_type, count(*) from event_logs where run_id = :run group by 1 order by 1"
    before = {run: dict(rows(engine, kinds, run=run)) for run in (old, young, failed)}
    now = datetime.now(UTC)
    gone = PostgresRecords(engine, engine).drop_dagster_events(
        before=now - timedelta(days=30), details_before=now - timedelta(days=7)
    )
    after = {run: dict(rows(engine, kinds, run=run)) for run in (old, young, failed)}
    assert (after[young], after[failed]) == (before[young], before[failed])
    assert set(before[old]) - set(after[old]) == {
        "ASSET_MATERIALIZATION_PLANNED",
        "ASSET_CHECK_EVALUATION_PLANNED",
        "STEP_OUTPUT",
        "HANDLED_OUTPUT",
    }
    assert {kind: before[old][kind] for kind in after[old]} == after[old]
    assert gone["dagster_details"] == sum(before[old].values()) - sum(after[old].values())
    assert (gone["dagster_runs"], gone["dagster_events"]) == (0, 0)
    assert instance.get_run_by_id(old).status == dg.DagsterRunStatus.SUCCESS
    assert instance.get_materialized_partitions(facts.key) == {"a", "b"}
    steps = [one.status.value for one in instance.get_run_step_stats(old)]
    assert steps == ["SUCCESS", "SUCCESS"], "its page still says what each step did"


@dg.asset
def a_view(context):
    context.add_output_metadata({"dbt": dg.MetadataValue.text("unchanged")})


def test_of_a_view_that_was_found_as_it_was_the_newest_word_stays(dagster):
    instance, engine = dagster
    for _ in range(3):
        assert dg.materialize([a_view], instance=instance).success
        assert dg.materialize([facts], instance=instance, partition_key="a").success
    with engine.begin() as connection:
        connection.exec_driver_sql("update event_logs set timestamp = timestamp - interval '4 days'")
    now = datetime.now(UTC)
    records = PostgresRecords(engine, engine)
    records.drop_dagster_events(before=now - timedelta(days=30), details_before=now - timedelta(days=3))
    left = rows(
        engine,
        "select asset_key, count(*) from event_logs where dagster_event_type = 'ASSET_MATERIALIZATION'"
        " group by asset_key order by asset_key",
    )
    assert left == [('["a_view"]', 1), ('["facts"]', 3)]
    assert instance.get_latest_materialization_event(a_view.key) is not None


def half_full(engine, table, rows_kept):
    """A table of which so many rows in four are left, spread over each page of its index."""
    with engine.begin() as connection:
        connection.exec_driver_sql(f"create table public.{table} (account_id text, n int, primary key (account_id, n))")
        connection.exec_driver_sql(
            f"insert into public.{table} select 'act_' || mod(n, 3), n from generate_series(1, 120000) as g (n)"
        )
        connection.execute(sa.text(f"delete from public.{table} where mod(n, 4) >= :kept"), {"kept": rows_kept})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"vacuum (analyze) public.{table}")


def size(engine, index):
    return rows(engine, f"select pg_relation_size('public.{index}')")[0][0]


@pytest.fixture
def small_ones_too(monkeypatch):
    monkeypatch.setattr(records_module, "REBUILT_BYTES", 1 << 20)


def test_an_index_that_is_half_empty_is_rebuilt_once_and_a_full_one_never(
    migrated_engine, database_url, small_ones_too
):
    dagster = sa.create_engine(database_url, poolclass=sa.NullPool)
    half_full(migrated_engine, "sparse", 2)
    half_full(migrated_engine, "dense", 4)
    half_full(dagster, "events", 2)
    records = PostgresRecords(migrated_engine, dagster)
    before = {"sparse_pkey": size(migrated_engine, "sparse_pkey"), "events_pkey": size(dagster, "events_pkey")}
    rebuilt = records.rebuild_indexes()
    assert rebuilt == {
        "public.sparse_pkey": before["sparse_pkey"] - size(migrated_engine, "sparse_pkey"),
        "public.events_pkey": before["events_pkey"] - size(dagster, "events_pkey"),
    }
    assert all(smaller > 0.4 * before["sparse_pkey"] for smaller in rebuilt.values())
    assert records.rebuild_indexes() == {}


def test_an_index_in_use_is_left_for_the_next_night_and_nothing_half_made_stays(
    migrated_engine, database_url, small_ones_too, monkeypatch
):
    half_full(migrated_engine, "sparse", 2)
    monkeypatch.setitem(SQL._clauses, "wait_for_no_lock_longer", sa.text("set lock_timeout = '200ms'"))
    dagster = sa.create_engine(database_url, poolclass=sa.NullPool)
    records = PostgresRecords(migrated_engine, dagster)
    with migrated_engine.begin() as other, capture_logs() as logged:
        other.exec_driver_sql("update public.sparse set n = n where n = 1")
        assert records.rebuild_indexes() == {}
        assert [(one["event"], one["index"]) for one in logged] == [("index_not_rebuilt", "public.sparse_pkey")]
        assert rows(other.engine, "select count(*) from pg_index where not indisvalid") == [(1,)]
    assert list(records.rebuild_indexes()) == ["public.sparse_pkey"]
    assert rows(migrated_engine, "select count(*) from pg_index where not indisvalid") == [(0,)]
    assert rows(migrated_engine, "show lock_timeout") == [("0",)]


def test_folders_of_old_runs_go_and_others_stay(tmp_path):
    old, young = "0" * 8 + "-0000-0000-0000-" + "0" * 12, "1" * 8 + "-0000-0000-0000-" + "0" * 12
    for name in (old, young, "kept"):
        (tmp_path / name / "logs").mkdir(parents=True)
        (tmp_path / name / "logs" / "step.err").write_text("x")
    for name in (old, "kept"):
        os.utime(tmp_path / name, (1e9, 1e9))
    assert HomeRunFolders(tmp_path).drop(before=NOW) == 1
    assert {path.name for path in tmp_path.iterdir()} == {young, "kept"}
    assert HomeRunFolders(tmp_path / "nothing").drop(before=NOW) == 0


class Recorded:
    """Stands for records and folders, and notes how old what goes has to be."""

    def __init__(self):
        self.before = {}

    def thin_readings(self, *, before):
        self.before["readings"] = before
        return {"insight_readings": 2}

    def drop_breakdowns(self, *, before):
        self.before["breakdowns"] = before
        return 7

    def pack_days(self, *, before, now):
        self.before["packed"] = before
        return 5

    def drop_dagster_events(self, *, before, details_before):
        self.before |= {"dagster": before, "details": details_before}
        return {"dagster_runs": 3}

    def rebuild_indexes(self):
        return {"raw.insights_pkey": 6}

    def drop(self, *, before):
        self.before["folders"] = before
        return 4

    def to_vacuum(self):
        return ("raw.insights",)


def test_readings_are_kept_whole_for_ninety_days_and_runs_for_thirty():
    recorded = Recorded()
    report = prune_records(recorded, recorded, FakeClock(NOW), restatement_days=28, breakdown_days=None)
    assert recorded.before == {
        "readings": date(2026, 8, 12),
        "packed": date(2026, 10, 6),
        "dagster": datetime(2026, 10, 11, 15, tzinfo=UTC),
        "details": datetime(2026, 11, 7, 15, tzinfo=UTC),
        "folders": datetime(2026, 10, 11, 15, tzinfo=UTC),
    }
    assert (report.rows, report.packed_days, report.folders, report.rebuilt, report.to_vacuum) == (
        {"insight_readings": 2, "dagster_runs": 3},
        5,
        4,
        {"raw.insights_pkey": 6},
        ("raw.insights",),
    )


def test_breakdowns_are_kept_for_ever_unless_a_setting_says_how_long():
    recorded = Recorded()
    report = prune_records(recorded, recorded, FakeClock(NOW), restatement_days=28, breakdown_days=400)
    assert (recorded.before["breakdowns"], report.rows["breakdowns"]) == (date(2025, 10, 6), 7)
