"""Dispatching over fakes: channels apart, retries that wait, an end to each."""

import threading

import pytest

from fbads_pipeline.domain.alerts.alerts import DeliveryAttempt
from fbads_pipeline.services.alerts.dispatch_alerts import DispatchPolicy, dispatch_alerts
from fbads_pipeline_tests.support.fakes import FakeChannel, FakeOutbox, a_delivery

RETRY = DeliveryAttempt("retry", error="down")
UNKNOWN = DeliveryAttempt("unknown", error="silence")
FAILED = DeliveryAttempt("failed", error="no such channel")
POLICY = DispatchPolicy(max_attempts=3)


def send(outbox, *channels, policy=POLICY, **how):
    return dispatch_alerts(outbox, {one.name: one for one in channels}, policy, jitter=lambda: 0.5, **how)


def test_what_is_due_goes_out_and_is_settled():
    outbox, channel = FakeOutbox(a_delivery(1), a_delivery(2, is_repeat=True)), FakeChannel()
    report = send(outbox, channel)
    assert channel.sent == [("a1", "someone", False), ("a2", "someone", True)]
    assert [(one.attempt.outcome, one.given_up) for one in report.attempts] == [("sent", False)] * 2
    assert [wait for _, _, wait in outbox.settled] == [None, None]


def test_an_attempt_that_failed_for_now_waits_longer_each_time():
    outbox = FakeOutbox(a_delivery(1), a_delivery(2, attempts=1))
    report = send(outbox, FakeChannel("fake", RETRY, UNKNOWN))
    assert [wait for _, _, wait in outbox.settled] == [30, 60]
    assert (report.count("retry"), report.count("unknown")) == (1, 1)


@pytest.mark.parametrize("outcome", [RETRY, UNKNOWN])
def test_the_last_attempt_is_the_end(outcome):
    outbox = FakeOutbox(a_delivery(attempts=2))
    report = send(outbox, FakeChannel("fake", outcome))
    assert [wait for _, _, wait in outbox.settled] == [None]
    assert report.count("failed") == 1


def test_what_is_hopeless_is_not_tried_again():
    outbox = FakeOutbox(a_delivery())
    report = send(outbox, FakeChannel("fake", FAILED))
    assert [wait for _, _, wait in outbox.settled] == [None]
    assert report.count("failed") == 1


def test_the_far_side_may_ask_for_a_longer_wait_but_not_for_a_shorter_one():
    outbox = FakeOutbox(a_delivery(1), a_delivery(2))
    longer, shorter = (DeliveryAttempt("retry", retry_after_seconds=seconds) for seconds in (900, 1))
    send(outbox, FakeChannel("fake", longer, shorter))
    assert [wait for _, _, wait in outbox.settled] == [900, 30]


def test_waits_double_up_to_the_longest_and_are_spread():
    policy = DispatchPolicy()
    assert [policy.wait_seconds(n, 0.5) for n in (1, 2, 3, 8, 9, 200)] == [30, 60, 120, 3600, 3600, 3600]
    assert (policy.wait_seconds(1, 0), policy.wait_seconds(1, 1)) == (22.5, 37.5)
    total = sum(policy.wait_seconds(n, 0.5) for n in range(1, policy.max_attempts))
    assert total > 8 * 3600, "a night without Slack loses nothing"


def test_a_channel_that_raises_may_have_sent_and_its_words_stay_out():
    outbox = FakeOutbox(a_delivery())
    report = send(outbox, FakeChannel("fake", RuntimeError("token xoxb-secret")))
    (one,) = report.attempts
    assert (one.attempt.outcome, one.attempt.error) == ("unknown", "channel fake broke off with RuntimeError")


def test_three_strikes_and_the_run_leaves_the_channel_alone():
    outbox = FakeOutbox(*(a_delivery(number) for number in range(5)))
    channel = FakeChannel("fake", RETRY, RETRY, RETRY)
    send(outbox, channel)
    assert (len(channel.sent), outbox.due()) == (3, {"fake": 2})


def test_one_success_takes_the_strikes_back():
    outbox = FakeOutbox(*(a_delivery(number) for number in range(5)))
    channel = FakeChannel("fake", RETRY, RETRY, DeliveryAttempt("sent"), RETRY, RETRY)
    send(outbox, channel)
    assert len(channel.sent) == 5


def test_a_run_ends_at_its_cap_and_at_its_budget():
    outbox, channel = FakeOutbox(*(a_delivery(number) for number in range(9))), FakeChannel()
    send(outbox, channel, policy=DispatchPolicy(most_per_channel=2))
    assert len(channel.sent) == 2
    ticks = iter(range(0, 1000, 25))
    send(outbox, channel, policy=DispatchPolicy(budget_seconds=60), elapsed=lambda: next(ticks))
    assert len(channel.sent) == 4, "asked at 25 s and at 50 s, not at 75 s"


def test_a_slow_channel_holds_back_no_other():
    """The slow one lets go only after the fast one has sent all of its own."""
    fast_is_done = threading.Event()

    class Slow(FakeChannel):
        def send(self, delivery):
            assert fast_is_done.wait(10)
            return super().send(delivery)

    class Fast(FakeChannel):
        def send(self, delivery):
            answer = super().send(delivery)
            if len(self.sent) == 2:
                fast_is_done.set()
            return answer

    outbox = FakeOutbox(a_delivery(1, "a_slow"), a_delivery(2, "fast"), a_delivery(3, "fast"))
    report = send(outbox, Slow("a_slow"), Fast("fast"))
    assert report.count("sent") == 3


def test_deliveries_of_a_channel_that_is_not_configured_stay_and_are_told():
    outbox = FakeOutbox(a_delivery(1, "slack"), a_delivery(2))
    report = send(outbox, FakeChannel())
    assert (report.stranded, outbox.due()) == ({"slack": 1}, {"slack": 1})
    assert dispatch_alerts(outbox, {}).stranded == {"slack": 1}


def test_a_lost_lease_is_no_fault_of_the_run(caplog):
    outbox = FakeOutbox(a_delivery())
    outbox.settle = lambda *args, **how: False
    assert send(outbox, FakeChannel()).count("sent") == 1
    assert "took longer than its lease" in caplog.text


def test_a_mail_server_that_is_down_for_six_hours_loses_and_repeats_nothing():
    class Mail:
        name = "email"
        sent: list[str] = []  # noqa: RUF012 - of one test
        is_down = True

        def send(self, delivery):
            if self.is_down:
                return DeliveryAttempt("retry", error="the mail server cannot be reached")
            self.sent.append(delivery.title)
            return DeliveryAttempt("sent", provider_id="1")

    outbox, mail = FakeOutbox(a_delivery(1, "email"), a_delivery(2, "email")), Mail()
    for minute in range(0, 8 * 60, 5):
        mail.is_down = minute < 6 * 60
        report = dispatch_alerts(outbox, {"email": mail}, jitter=lambda: 0.5)
        assert not any(one.given_up for one in report.attempts), f"given up after {minute} minutes"
        outbox.pass_time(300)
    assert mail.sent == [a_delivery(1, "email").title] * 2, "each once, and without the mark of a repeat"
