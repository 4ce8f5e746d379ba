"""/metrics: counted by route, never by a name that a stranger wrote."""

import shutil
import subprocess

import pytest
import sqlalchemy as sa

from fbads_pipeline_tests.api.conftest import HOSTILE, Client
from fbads_pipeline_tests.support.people import People

WANTED = (
    *("api_requests_total", "request_duration_seconds_bucket", "facebook_api_calls_total", "alerts_sent_total"),
    *("suggestions_generated_total", "campaigns_analyzed_total", "active_campaigns_count", "daily_spend"),
    *("active_users_count", "database_query_duration_seconds_bucket", "database_connections", "campaign_ctr_bucket"),
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
                " conversions) values ('42', '101', current_date - 1, 'BRL', 10, 5, 1000, 1),"
                " ('42', '102', current_date - 1, 'USD', 7, 5, 1000, 0);"
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
