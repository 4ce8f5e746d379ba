"""/metrics: counted by route, never by a name that a stranger wrote."""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from fbads_pipeline.api.app import create_app
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import HOSTILE, Client
from fbads_pipeline_tests.support.people import People

WANTED = (
    *("api_requests_total", "request_duration_seconds_bucket", "facebook_api_calls_total", "alerts_sent_total"),
    *("suggestions_generated_total", "campaigns_analyzed_total", "active_campaigns_count", "daily_spend"),
    *(
        "campaigns_by_status",
        "automations_executed_total",
        "database_size_bytes",
        "table_size_bytes",
        "campaign_roas_bucket",
    ),
    *(
        "oldest_message_seconds",
        "clock_offset_seconds",
        "database_connections_allowed",
        "active_users_count",
        "database_query_duration_seconds_bucket",
        "database_connections",
        "campaign_ctr_bucket",
    ),
)


@pytest.fixture
def told(client, database):
    with database.owner.begin() as connection:
        connection.execute(
            sa.text(
                "delete from marts.day_coverage; insert into marts.day_coverage"
                " select '42', 'campaign', current_date - n, case n when 3 then"
                " 'doubtful' else 'read' end, n <> 3, now(), now() from generate_series(1, 5) as days (n);"
                " update marts.accounts set name = :name, timezone_name = 'UTC';"
                " insert into marts.campaign_daily (account_id, campaign_id, day, currency, spend, clicks, impressions,"
                " conversions, purchase_value) values ('42', '101', current_date - 1, 'BRL', 10, 5, 1000, 1, 25),"
                " ('42', '102', current_date - 1, 'USD', 7, 5, 1000, 0, 0);"
                " insert into ops.collect_runs (run_id, account_id, status, answers, latencies, answer_seconds,"
                " started_at, ended_at) values ('r', '42', 'done', cast(:answers as jsonb), cast(:slow as jsonb), 9.5,"
                " now(), now()), ('s', '42', 'done', cast(:answers as jsonb), '{}', 0.5, now(), now());"
                " insert into ops.sessions select 'h', user_id, 'c', now(), now() + interval '1 hour', null"
                " from ops.users limit 1"
            ),
            {"name": HOSTILE, "answers": '{"GET 200": 20, "GET none": 1}', "slow": '{"0.5": 20, "+Inf": 1}'},
        )
    client.get("/api/v1/campaigns")
    client.get("/api/v1/campaigns/7/insights")
    client.get("/metrics")
    answer = client.get("/metrics")
    assert answer.status_code == 200, answer.text
    return answer.text


def test_every_figure_is_there_and_currencies_stand_apart(told):
    for name in WANTED:
        assert f"\n{name}" in told or f"# HELP {name}" in told, name
    assert 'daily_spend{currency="BRL"} 10.0' in told and 'daily_spend{currency="USD"} 7.0' in told
    assert 'facebook_api_calls_total{method="GET",status="200"} 40.0' in told
    assert 'facebook_api_calls_total{method="GET",status="none"} 2.0' in told
    buckets = [one for one in told.splitlines() if one.startswith("facebook_api_latency_seconds")]
    assert 'facebook_api_latency_seconds_bucket{le="0.25"} 0.0' in buckets
    assert 'facebook_api_latency_seconds_bucket{le="0.5"} 20.0' in buckets
    assert buckets[-2:] == ["facebook_api_latency_seconds_count 21.0", "facebook_api_latency_seconds_sum 10.0"]
    assert 'database_query_duration_seconds_count{table="marts.campaigns"}' in told
    assert 'campaign_cpa_bucket{currency="BRL",le="10"} 1.0' in told
    assert 'suggestions_generated_total{type="PAUSE"} 5.0' in told
    roas = [one for one in told.splitlines() if one.startswith('campaign_roas_bucket{currency="BRL"')]
    assert roas[3:5] == [
        'campaign_roas_bucket{currency="BRL",le="2"} 0.0',
        'campaign_roas_bucket{currency="BRL",le="3"} 1.0',
    ]


def test_a_counter_begins_at_zero_for_labels_that_are_known(told):
    for line in (
        'alerts_sent_total{channel="slack",severity="critical"} 0.0',
        'suggestions_generated_total{type="BUDGET_UP"} 0.0',
        'automations_executed_total{type="decision_applied"} 0.0',
        'chat_questions_total{outcome="refused"} 0.0',
    ):
        assert line in told.splitlines(), line
    assert 'campaigns_by_status{status="ACTIVE"} 6.0' in told and "oldest_message_seconds 0.0" in told


def test_the_age_of_backups_is_infinite_until_there_is_one(database, monkeypatch, tmp_path):
    def age():
        answer = Client(create_app(load_settings(), database)).get("/metrics").text
        return [line for line in answer.splitlines() if line.startswith("backup_age_seconds ")]

    assert age() == [], "nobody asked for backups"
    monkeypatch.setenv("FBADS_BACKUP_FOLDER", str(tmp_path))
    assert age() == ["backup_age_seconds +Inf"]
    made = tmp_path / f"{datetime.now(UTC) - timedelta(hours=2):%Y-%m-%dT%H%M%SZ}"
    made.mkdir()
    (made / "backup.json").write_text("{}")
    assert age()[0].startswith("backup_age_seconds 72")


def test_dagsters_runs_are_counted_in_its_own_database(database, client):
    assert "dagster_runs{" not in client.get("/metrics").text, "nobody has started Dagster"
    url = database.dagster_url
    try:
        other = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with other.connect() as connection:
            connection.exec_driver_sql(
                "create table runs (pipeline_name text, status text, start_time float, end_time float,"
                " create_timestamp timestamp default (now() at time zone 'utc')); insert into runs values"
                " ('tick', 'SUCCESS', 100, 130), ('tick', 'SUCCESS', 100, 110),"
                " ('tick', 'STARTED', extract(epoch from now()) - 50, null);"
                " create table event_logs (id serial, dagster_event_type text, step_key text, event text,"
                " timestamp timestamp default (now() at time zone 'utc')); insert into event_logs"
                " (dagster_event_type, step_key, event) values"
                """ ('STEP_SUCCESS', 'collect_shard[shard_0]', '{"dagster_event": {"event_specific_data":"""
                """ {"duration_ms": 1500.0}}}')"""
            )
        told = client.get("/metrics").text
    finally:
        with database.owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f'drop database "{sa.engine.make_url(url).database}" with (force)')
    assert 'dagster_runs{job="tick",status="SUCCESS"} 2.0' in told
    assert 'dagster_run_seconds{job="tick"} 20.0' in told
    assert 'dagster_step_seconds{step="collect_shard"} 1.5' in told
    assert "dagster_oldest_run_seconds 5" in told


def test_days_that_were_read_are_counted_and_what_is_not_known_has_no_sample(client, told, database):
    assert 'coverage_asked{account_id="42"} 28.0' in told and 'coverage_read{account_id="42"} 4.0' in told
    assert 'coverage_not_read_well{account_id="42",level="campaign",state="doubtful"} 1.0' in told
    with database.owner.begin() as connection:
        connection.execute(
            sa.text(
                "update marts.day_coverage set is_read = false where day = current_date - 1;"
                " update marts.campaign_daily set conversions = null where campaign_id = '101'"
            )
        )
    unknown = client.get("/metrics").text
    assert "\ndaily_spend{" not in unknown and "\n# HELP daily_spend" in unknown
    assert "campaign_cpa_bucket" not in unknown and 'campaign_ctr_bucket{currency="BRL"' in unknown


def test_an_endpoint_is_a_template_and_no_name_is_a_label(told):
    assert 'endpoint="/api/v1/campaigns/{campaign_id}/insights",method="GET",status="404"' in told
    assert HOSTILE[:8] not in told and "/campaigns/7" not in told


def test_it_is_for_those_who_may(app, database):
    people = People(app, database)
    assert people.with_key("viewer").get("/metrics").status_code == 403
    assert Client(app).get("/metrics").status_code == 401
    assert people.with_key("admin").get("/metrics").status_code == 200


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed: it comes with prometheus")
def test_promtool_has_nothing_to_say_but_of_two_names_that_dashboards_rely_on(told):
    done = subprocess.run(["promtool", "check", "metrics"], input=told, capture_output=True, text=True, check=False)
    complaints = (done.stdout + done.stderr).splitlines()
    assert [one.split()[0] for one in complaints] == ["active_campaigns_count", "active_users_count"], complaints
