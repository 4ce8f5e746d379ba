"""The outbox on a real PostgreSQL: at least once, with a lease; none lost, a repeat marked."""

import os
import signal
import subprocess
import sys
import textwrap
import threading

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.alerts.outbox import PostgresOutbox, stored_alert
from fbads_pipeline.adapters.postgres.recommendations.reviews import PostgresReviews
from fbads_pipeline.domain.alerts.alerts import DeliveryAttempt
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.recommendations.suggestion_messages import compose_suggestions
from fbads_pipeline.services.alerts.dispatch_alerts import DispatchPolicy, dispatch_alerts
from fbads_pipeline_tests.support.fakes import NOW, FakeChannel, a_suggestion
from fbads_pipeline_tests.support.sample_marts import SampleMarts

SENT = DeliveryAttempt("sent", provider_id="m1")
RETRY = DeliveryAttempt("retry", error="down")
UNKNOWN = DeliveryAttempt("unknown", error="silence")


@pytest.fixture
def world(migrated_engine):
    return SampleMarts(migrated_engine)


@pytest.fixture
def outbox(world):
    return PostgresOutbox(world.engine)


def put(world, *recipients, account="1"):
    """One message for each account and recipient."""
    decisions = PostgresReviews(world.engine)
    decisions.open_suggestions([a_suggestion("7", account)], now=NOW)
    to = [Recipient(*one) for one in recipients] or [Recipient("fake", "someone")]
    assert decisions.announce(compose=compose_suggestions, recipients=to, now=NOW) == 1


def claim(outbox, channel="fake", max_attempts=5):
    return outbox.claim(channel, lease_seconds=60, max_attempts=max_attempts)


def pass_time(world, seconds):
    """As if that much time had passed for everything in the outbox."""
    world.execute(
        "update ops.deliveries set next_attempt_at = next_attempt_at - make_interval(secs => :s),"
        " lease_until = lease_until - make_interval(secs => :s), settled_at = settled_at - make_interval(secs => :s)",
        s=seconds,
    )


def states(world):
    return world.rows("select state, attempts, is_repeat from ops.deliveries order by delivery_id")


def test_a_claim_is_committed_before_anything_is_sent(world, outbox):
    put(world)
    delivery = claim(outbox)
    assert states(world) == [("sending", 1, False)]
    assert (delivery.channel, delivery.recipient, delivery.attempts) == ("fake", "someone", 1)
    assert delivery.alert == compose_again(world)
    assert claim(outbox) is None, "its lease runs"


def compose_again(world):
    with world.engine.connect() as connection:
        return stored_alert(connection.execute(sa.text("select * from ops.alerts")).mappings().one())


def test_sent_is_the_end(world, outbox):
    put(world)
    assert outbox.settle(claim(outbox), SENT, wait_seconds=None)
    pass_time(world, 10**6)
    assert claim(outbox) is None
    assert world.rows("select state, provider_id, last_error, sent_at is null from ops.deliveries") == [
        ("sent", "m1", None, False)
    ]
    assert (outbox.due(), outbox.failed(hours=24)) == ({}, [])


def test_the_text_that_was_sent_is_kept_as_it_was_sent(world, outbox):
    put(world)
    delivery = claim(outbox)
    assert delivery.title == "conta 1: 1 campanha fora dos limites, R$ 100 gastos"
    assert world.rows("select title, body from ops.deliveries") == [(None, None)], "nothing was sent yet"
    outbox.settle(delivery, RETRY, wait_seconds=0)
    assert world.rows("select title, body from ops.deliveries") == [(None, None)], "nothing arrived"
    delivery = claim(outbox)
    outbox.settle(delivery, SENT, wait_seconds=None)
    assert world.rows("select title, body from ops.deliveries") == [(delivery.title, delivery.body)]


def test_a_recipient_whose_language_has_no_catalogue_reads_english(world, outbox):
    put(world)
    world.execute("update ops.deliveries set language = 'xx'")
    delivery = claim(outbox)
    assert (delivery.language, delivery.title) == ("en", "account 1: 1 campaign past the limits, R$100 spent")


def test_a_retry_waits_for_its_time_and_is_no_repeat(world, outbox):
    put(world)
    outbox.settle(claim(outbox), RETRY, wait_seconds=30)
    assert (claim(outbox), outbox.due()) == (None, {})
    pass_time(world, 29)
    assert claim(outbox) is None
    pass_time(world, 1)
    assert outbox.due() == {"fake": 1}
    again = claim(outbox)
    assert (again.attempts, again.is_repeat) == (2, False)


def test_what_may_have_arrived_comes_again_as_a_repeat(world, outbox):
    put(world)
    outbox.settle(claim(outbox), UNKNOWN, wait_seconds=30)
    assert states(world) == [("unknown", 1, False)]
    pass_time(world, 30)
    again = claim(outbox)
    assert again.is_repeat
    outbox.settle(again, RETRY, wait_seconds=30)
    pass_time(world, 30)
    assert claim(outbox).is_repeat, "the first attempt may have arrived, whatever the second did"


def test_a_lease_that_ran_out_is_claimed_again_as_a_repeat(world, outbox):
    put(world)
    claim(outbox)
    pass_time(world, 59)
    assert claim(outbox) is None
    pass_time(world, 1)
    again = claim(outbox)
    assert (again.attempts, again.is_repeat) == (2, True)


def test_who_lost_the_lease_settles_nothing(world, outbox):
    put(world)
    slow = claim(outbox)
    pass_time(world, 60)
    fast = claim(outbox)
    assert outbox.settle(slow, RETRY, wait_seconds=1) is False
    assert states(world) == [("sending", 2, True)]
    assert outbox.settle(fast, SENT, wait_seconds=None)
    assert outbox.settle(slow, SENT, wait_seconds=None) is False


def test_the_last_attempt_that_fails_is_told(world, outbox):
    put(world)
    outbox.settle(claim(outbox), RETRY, wait_seconds=None)
    assert states(world) == [("failed", 1, False)]
    (told,) = outbox.failed(hours=24)
    assert (told.account_id, told.channel, told.recipient, told.error) == ("1", "fake", "someone", "down")
    assert told.title == "conta 1: 1 campanha fora dos limites, R$ 100 gastos"
    pass_time(world, 25 * 3600)
    assert outbox.failed(hours=24) == []


def test_a_message_that_kills_every_sender_is_given_up(world, outbox):
    put(world)
    for _ in range(2):
        assert claim(outbox, max_attempts=2)
        pass_time(world, 60)
    assert claim(outbox, max_attempts=2) is None
    assert "every sender died on it" in outbox.failed(hours=24)[0].error


def test_errors_are_cut_and_hold_no_nul(world, outbox):
    put(world)
    outbox.settle(claim(outbox), DeliveryAttempt("failed", error="\0" + "x" * 900), wait_seconds=None)
    assert [len(one.error) for one in outbox.failed(hours=24)] == [499]


def test_channels_are_claimed_apart_and_the_oldest_first(world, outbox):
    put(world, ("fake", "b"), ("fake", "a"), ("slack", "C1"))
    put(world, account="2")
    assert outbox.due() == {"fake": 3, "slack": 1}
    order = [claim(outbox).recipient for _ in range(3)]
    assert order == ["b", "a", "someone"]
    assert claim(outbox) is None
    assert claim(outbox, "slack").recipient == "C1"


def test_two_senders_never_hold_the_same_delivery(world, outbox):
    put(world, *(("fake", str(number)) for number in range(40)))
    channels = [FakeChannel(), FakeChannel(), FakeChannel()]
    senders = [threading.Thread(target=dispatch_alerts, args=(outbox, {"fake": channel})) for channel in channels]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    received = [recipient for channel in channels for _, recipient, _ in channel.sent]
    assert sorted(received, key=int) == [str(number) for number in range(40)]
    assert states(world) == [("sent", 1, False)] * 40


def test_a_channel_that_is_down_holds_back_no_other(world, outbox):
    put(world, ("down", "a"), ("up", "a"))
    put(world, ("down", "b"), ("up", "b"), account="2")
    report = dispatch_alerts(outbox, {"down": FakeChannel("down", RETRY, RETRY), "up": FakeChannel("up")})
    assert (report.count("sent"), report.count("retry")) == (2, 2)
    assert world.rows("select channel, state from ops.deliveries order by 1, 2") == [
        ("down", "pending"),
        ("down", "pending"),
        ("up", "sent"),
        ("up", "sent"),
    ]


# A sender that is killed by SIGKILL at one of its seams; what reaches the channel is a line in a file.
SENDER = """
    import os, signal, sys
    from fbads_pipeline.adapters.postgres.server.engine import engine
    from fbads_pipeline.adapters.postgres.alerts.outbox import PostgresOutbox
    from fbads_pipeline.domain.alerts.alerts import DeliveryAttempt
    from fbads_pipeline.services.alerts.dispatch_alerts import DispatchPolicy, dispatch_alerts

    url, path, seam, lease = sys.argv[1:]

    def die_at(here):
        if here == seam:
            os.kill(os.getpid(), signal.SIGKILL)

    class Outbox(PostgresOutbox):
        def claim(self, channel, **how):
            die_at("before claim")
            delivery = super().claim(channel, **how)
            die_at("between claim and send")
            return delivery

        def settle(self, *args, **how):
            die_at("between send and settle")
            settled = super().settle(*args, **how)
            die_at("after settle")
            return settled

    class Channel:
        name = "fake"

        def send(self, delivery):
            with open(path, "a") as file:
                file.write(f"{delivery.recipient} {'repeat' if delivery.is_repeat else 'first'}\\n")
            return DeliveryAttempt("sent")

    outbox = Outbox(engine(url, application_name="sender"))
    dispatch_alerts(outbox, {"fake": Channel()}, DispatchPolicy(lease_seconds=float(lease)))
"""


def send_in_a_process(url, path, seam, lease="60"):
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(SENDER), url, str(path), seam, lease]
    return subprocess.run(command, capture_output=True, timeout=60, env={**os.environ}, check=False).returncode


@pytest.mark.parametrize(
    ("seam", "repeats"),
    [
        ("before claim", []),
        ("between claim and send", ["a repeat"]),
        ("between send and settle", ["a repeat"]),
        ("after settle", []),
    ],
)
def test_a_sender_that_is_killed_loses_nothing_and_repeats_at_most_one_marked(
    world, outbox, migrated_url, tmp_path, seam, repeats
):
    put(world, ("fake", "a"), ("fake", "b"), ("fake", "c"))
    received = tmp_path / "received"
    received.touch()
    assert send_in_a_process(migrated_url, received, seam) == -signal.SIGKILL
    assert send_in_a_process(migrated_url, received, "nowhere") == 0
    pass_time(world, 60)
    assert send_in_a_process(migrated_url, received, "nowhere") == 0
    lines = received.read_text().splitlines()
    assert {line.split()[0] for line in lines} == {"a", "b", "c"}, "none is lost"
    assert [line for line in lines if line.endswith("repeat")] == repeats
    assert len([line for line in lines if line.endswith("first")]) == len({line for line in lines if "first" in line})
    assert len(lines) <= 4
    assert {row[0] for row in states(world)} == {"sent"}


def test_without_the_lease_a_killed_sender_loses_a_message(world, migrated_url, tmp_path):
    """The control: were the claim final (at most once), the same crash would lose one."""
    put(world, ("fake", "a"))
    received = tmp_path / "received"
    received.touch()
    send_in_a_process(migrated_url, received, "between claim and send", lease="1e9")
    pass_time(world, 10**6)
    assert send_in_a_process(migrated_url, received, "nowhere") == 0
    assert received.read_text() == ""


def test_the_lease_outlasts_the_slowest_channel():
    assert DispatchPolicy().lease_seconds > 4 * 15, "two requests of Slack, 15 s each to connect and to read"
