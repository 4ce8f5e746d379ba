"""Dagster's storages on a real server: one pool of connections for a run's hundreds of events."""

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._daemon.types import DaemonHeartbeat

from fbads_pipeline.adapters.postgres.server.database import DAGSTER_DATABASE_URL
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline.bootstrap import dagster_storage
from fbads_pipeline.bootstrap.dagster_storage import HomeDagsterStorage
from fbads_pipeline.settings import SettingsError
from fbads_pipeline_tests.support.dagster_instance import stored_instance


@pytest.fixture
def instance(database_url, monkeypatch):
    """As dagster.yaml names its storage."""
    monkeypatch.setenv(DAGSTER_DATABASE_URL, database_url)
    with stored_instance() as made:
        yield made


def test_dagsters_own_database_on_another_machine_is_spoken_to_over_tls(monkeypatch):
    monkeypatch.setenv(DAGSTER_DATABASE_URL, "postgresql://u:hunter2@db.example/fbads_dagster")
    with pytest.raises(
        SettingsError, match="FBADS_DAGSTER_DATABASE_URL is not usable: db.example is another"
    ) as refused:
        HomeDagsterStorage.from_config_value(None, {})
    assert "hunter2" not in str(refused.value)


def test_a_heartbeat_leaves_a_trace_on_this_machine_once_the_database_has_it(instance, monkeypatch, tmp_path):
    monkeypatch.setattr(dagster_storage, "DAEMONS_ALIVE", tmp_path / "alive")
    for kind in ("SENSOR", "SCHEDULER", "SENSOR"):
        instance.add_daemon_heartbeat(DaemonHeartbeat(1.0, kind, None, None))
    assert {one.name for one in (tmp_path / "alive").iterdir()} == {"SENSOR", "SCHEDULER"}
    assert set(instance.get_daemon_heartbeats()) == {"SENSOR", "SCHEDULER"}


@pytest.fixture
def other(database_url):
    """A connection beside Dagster's."""
    made = sa.create_engine(database_url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with made.connect() as connection:
        yield connection


@dg.asset
def facts():
    return 1


def test_what_dagster_stores_does_not_wait_for_the_disk_and_the_pipeline_s_own_does(instance, database_url):
    asked = sa.text("select setting, source from pg_settings where name = 'synchronous_commit'")
    with instance.event_log_storage.run_connection() as connection:
        assert tuple(connection.execute(asked).one()) == ("off", "client")
    own = engine(database_url, application_name="fbads")
    with own.connect() as connection:
        assert connection.execute(asked).one().source != "client", "as the server has it"
    own.dispose()


SESSIONS = sa.text("select sessions from pg_stat_database where datname = current_database()")
OTHERS = "from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"


def test_a_whole_run_is_stored_without_connections_of_its_own(instance, other):
    assert dg.materialize([facts], instance=instance).success
    before = other.execute(SESSIONS).scalar_one()
    done = dg.materialize([facts], instance=instance)
    assert len(instance.all_logs(done.run_id)) > 10
    assert other.execute(SESSIONS).scalar_one() - before <= 2


def test_a_server_that_broke_off_is_met_anew(instance, other):
    assert dg.materialize([facts], instance=instance).success
    assert other.execute(sa.text(f"select count(pg_terminate_backend(pid, 5000)) {OTHERS}")).scalar_one() > 0
    done = dg.materialize([facts], instance=instance)
    assert done.success
    assert {run.status for run in instance.get_runs()} == {dg.DagsterRunStatus.SUCCESS}
