"""The contract of the port Outbox, for the fake of the tests and for PostgreSQL."""

import pytest

from fbads_pipeline.adapters.postgres.alerts.outbox import PostgresOutbox
from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline.domain.alerts.alerts import DeliveryAttempt
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline_tests.support.fakes import NOW, FakeOutbox, a_delivery, an_alert
from fbads_pipeline_tests.support.sample_marts import SampleMarts

SENT = DeliveryAttempt("sent", provider_id="m1")
RETRY = DeliveryAttempt("retry", error="down")
UNKNOWN = DeliveryAttempt("unknown", error="no answer")
LEASE = 60


class InMemory:
    def __init__(self):
        self.outbox = FakeOutbox()
        self._written = 0

    def write(self, channel="fake", recipient="someone"):
        self._written += 1
        alert = an_alert(alert_id=f"a{self._written}", dedupe_key=f"a{self._written}")
        self.outbox.add(a_delivery(self._written, channel, alert, recipient=recipient))

    def pass_time(self, seconds):
        self.outbox.pass_time(seconds)


class OnPostgres:
    def __init__(self, engine):
        self.outbox = PostgresOutbox(engine)
        self._tables, self._written = SampleMarts(engine), 0

    def write(self, channel="fake", recipient="someone"):
        self._written += 1
        alert = an_alert(alert_id=f"a{self._written}", dedupe_key=f"a{self._written}")
        with self._tables.engine.begin() as connection:
            assert write_alert(connection, alert, [Recipient(channel, recipient)], NOW)

    def pass_time(self, seconds):
        self._tables.execute(
            "update ops.deliveries set next_attempt_at = next_attempt_at - make_interval(secs => :s)", s=seconds
        )


@pytest.fixture(params=["fake", "postgres"])
def world(request):
    return InMemory() if request.param == "fake" else OnPostgres(request.getfixturevalue("migrated_engine"))


def claim(world, channel="fake", max_attempts=5):
    return world.outbox.claim(channel, lease_seconds=LEASE, max_attempts=max_attempts)


def test_a_claimed_delivery_is_held_until_its_lease_ends_and_is_then_a_repeat(world):
    world.write()
    first = claim(world)
    assert (first.attempts, first.is_repeat, claim(world)) == (1, False, None)
    world.pass_time(LEASE + 1)
    again = claim(world)
    assert (again.attempts, again.is_repeat, again.key) == (2, True, first.key)
    assert (first.title, again.title) == (
        "Loja 1: 1 campanha fora dos limites, R$ 100 gastos",
        "[repetida?] Loja 1: 1 campanha fora dos limites",
    ), "the mark stays within the length: a detail goes"


def test_what_was_sent_is_never_due_again(world):
    world.write()
    assert world.outbox.settle(claim(world), SENT, wait_seconds=None)
    world.pass_time(10**6)
    assert (claim(world), world.outbox.due(), world.outbox.failed(hours=1)) == (None, {}, [])


def test_a_retry_waits_for_its_time_and_is_no_repeat(world):
    world.write()
    world.outbox.settle(claim(world), RETRY, wait_seconds=30)
    assert (claim(world), world.outbox.due()) == (None, {})
    world.pass_time(31)
    assert world.outbox.due() == {"fake": 1}
    assert (claim(world).is_repeat, world.outbox.due()) == (False, {})


def test_what_may_have_arrived_is_sent_again_as_a_repeat(world):
    world.write()
    world.outbox.settle(claim(world), UNKNOWN, wait_seconds=0)
    world.pass_time(1)
    assert claim(world).is_repeat


def test_whoever_lost_the_lease_cannot_settle(world):
    world.write()
    slow = claim(world)
    world.pass_time(LEASE + 1)
    other = claim(world)
    assert not world.outbox.settle(slow, SENT, wait_seconds=None)
    assert world.outbox.settle(other, SENT, wait_seconds=None)
    assert not world.outbox.settle(other, SENT, wait_seconds=None), "it is settled already"


def test_a_last_attempt_that_fails_is_listed(world):
    world.write()
    delivery = claim(world)
    world.outbox.settle(delivery, RETRY, wait_seconds=None)
    (failed,) = world.outbox.failed(hours=24)
    assert (failed.channel, failed.recipient, failed.error) == ("fake", "someone", "down")
    assert failed.title == delivery.title


def test_a_delivery_during_which_every_sender_died_is_given_up(world):
    world.write()
    for _ in range(2):
        assert claim(world, max_attempts=2)
        world.pass_time(LEASE + 1)
    assert claim(world, max_attempts=2) is None
    assert "every sender died" in world.outbox.failed(hours=24)[0].error


def test_channels_are_claimed_separately(world):
    for channel in ("fake", "fake", "slack"):
        world.write(channel)
    assert world.outbox.due() == {"fake": 2, "slack": 1}
    assert claim(world, "slack").channel == "slack"
    assert (claim(world, "slack"), world.outbox.due()) == (None, {"fake": 2})
