"""performance_alert.feature over the sandbox: readings → marts → detectors → outbox → Slack."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pytest
from pytest_bdd import given, parsers, scenarios, then, when

from fbads_pipeline.adapters.meta_ads.transport import GraphAccess, Transport
from fbads_pipeline.adapters.postgres.alerts.mutes import PostgresMutes
from fbads_pipeline.domain.alerts.mutes import Mute
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline.services.anomalies.detect_anomalies import announce_anomalies
from fbads_pipeline_tests.support.following import FollowedAccount, instants
from fbads_pipeline_tests.support.postgres_fixture import fresh_database
from fbads_pipeline_tests.support.slack_channel import TEAM

scenarios("performance_alert.feature")

BEGIN = datetime(2026, 10, 30, 3, 5, tzinfo=UTC)
ANCHOR = "2026-11-10"
NEVER = time(23, 59)


@dataclass(frozen=True)
class Stop:
    """The sandbox's labelled stop: two account-local days of one campaign."""

    account_id: str
    campaign_id: str
    begins: datetime

    @property
    def ends(self) -> datetime:
        return self.begins + timedelta(days=2)


def a_sandbox(now: datetime) -> SandboxServer:
    return SandboxServer(campaigns=6, now=now.isoformat(), anchor=ANCHOR)


@pytest.fixture(scope="module")
def followed_week(postgres, migrated_template) -> Iterator[tuple[str, Stop]]:
    """The name of a database with a week of readings up to the stop; scenarios work on copies of it."""
    with fresh_database(postgres, template=migrated_template, name="followed") as url, a_sandbox(BEGIN) as server:
        label = max(
            (one for one in server.control("incidents") if one["name"] == "delivery_stop"),
            key=lambda one: one["first_day"],
        )
        begins = datetime.fromisoformat(label["first_day"]).replace(tzinfo=UTC) + timedelta(hours=3)
        stop = Stop(label["account_id"], label["object_id"], begins)
        account = FollowedAccount(server, url, stop.account_id, whole_days=False)
        account.read(BEGIN)
        account.build()
        for at in instants(BEGIN + timedelta(hours=3), stop.begins, 3):
            account.read(at)
        account.detect()
        account.close()
        yield url.rpartition("/")[2].partition("?")[0], stop


class Watched:
    """One campaign's account, read, judged and told of at the instants that a scenario goes through."""

    def __init__(self, account, stop, slack):
        self.account, self.stop, self.slack = account, stop, slack

    def go_through(self, moments):
        for at in moments:
            self.account.read(at)
            self.account.detect()
            announce_anomalies(self.account.anomalies, self.account.clock, TEAM, digest_at=NEVER)
            self.slack.deliver(self.account.engine)


@pytest.fixture
def watched(slack, postgres, followed_week):
    name, stop = followed_week
    with fresh_database(postgres, template=name) as url, a_sandbox(stop.begins) as server:
        account = FollowedAccount(server, url, stop.account_id, whole_days=False)
        yield Watched(account, stop, slack)
        account.close()


@given("a campaign that has delivered for a week")
def delivered(watched):
    query = "select count(distinct day) from marts.campaign_daily_versions where campaign_id = :campaign and spend > 0"
    ((days,),) = watched.account.rows(query, campaign=watched.stop.campaign_id)
    assert days >= 5


@given("the team muted the campaign for 24 hours")
def muted(watched):
    stop = watched.stop
    mute = Mute(stop.account_id, stop.begins + timedelta(hours=24), campaign_id=stop.campaign_id)
    PostgresMutes(watched.account.engine).mute(mute, made_by="ana", now=stop.begins)


@when("a person pauses the campaign in Ads Manager")
def paused(watched):
    stop, server = watched.stop, watched.account.server
    server.set_now((stop.begins - timedelta(minutes=10)).isoformat())
    transport = Transport(GraphAccess(server.url, "v25.0", server.token))
    transport.post(stop.campaign_id, {"status": "PAUSED"}, account_id=stop.account_id)


@when("the campaign stops delivering")
def stops(watched):
    assert watched.account.clock.instant <= watched.stop.begins or watched.slack.messages == []


@when(parsers.parse("the account is read every half hour for {hours:d} hours"))
def read_on(watched, hours):
    begins = watched.stop.begins + timedelta(minutes=5)
    watched.go_through(instants(begins, begins + timedelta(hours=hours), 0.5))


@when("the campaign delivers again and is read for a day")
def delivers_again(watched):
    since = watched.stop.begins + timedelta(hours=15)
    watched.go_through(instants(since, watched.stop.ends + timedelta(hours=24), 1.5))


@then("the message names the campaign")
def names_campaign(watched, slack):
    ((name,),) = watched.account.rows(
        "select name from marts.campaigns where campaign_id = :campaign", campaign=watched.stop.campaign_id
    )
    assert name in slack.text


@then(parsers.parse("the message came within {hours:d} hours"))
def came_within(watched, hours):
    ((told_at,),) = watched.account.rows("select created_at from ops.alerts")
    assert timedelta(0) < told_at - watched.stop.begins <= timedelta(hours=hours)


@then("the anomaly is open all the same")
def is_open(watched):
    assert [one.campaign_id for one in watched.account.anomalies.current()] == [watched.stop.campaign_id]
