"""Sends the deliveries that are due in the outbox, each channel on its own."""

import logging
import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from fbads_pipeline.domain.alerts.alerts import DeliveryAttempt, DueDelivery, Outcome
from fbads_pipeline.ports.alerts import Channel, Outbox

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DispatchPolicy:
    """How long and how often. The lease must outlast the slowest send; waits double from the first to the longest.

    most_per_channel, budget_seconds: what one run does at most per channel; failures_in_a_row: after which the run
    stops using the channel.
    """

    lease_seconds: float = 120
    max_attempts: int = 16
    first_wait_seconds: float = 30
    longest_wait_seconds: float = 3600
    most_per_channel: int = 200
    budget_seconds: float = 60
    failures_in_a_row: int = 3

    def wait_seconds(self, attempts: int, jitter: float) -> float:
        """The wait after that many attempts; jitter in 0..1 spreads it over ± 25 %."""
        wait = min(self.first_wait_seconds * 2.0 ** min(attempts - 1, 30), self.longest_wait_seconds)
        return wait * (0.75 + jitter / 2)


@dataclass(frozen=True)
class Dispatched:
    """One attempt of this run."""

    delivery: DueDelivery
    attempt: DeliveryAttempt
    given_up: bool


@dataclass
class DispatchReport:
    """attempts: channel after channel; stranded: channel that is not configured → its due deliveries."""

    attempts: list[Dispatched] = field(default_factory=list)
    stranded: dict[str, int] = field(default_factory=dict)

    def count(self, outcome: Outcome) -> int:
        """Attempts that ended so; one that was given up counts as failed, whatever its outcome."""
        return sum(1 for one in self.attempts if ("failed" if one.given_up else one.attempt.outcome) == outcome)


def dispatch_alerts(
    outbox: Outbox,
    channels: Mapping[str, Channel],
    policy: DispatchPolicy | None = None,
    *,
    jitter: Callable[[], float] = random.random,
    elapsed: Callable[[], float] = time.monotonic,
) -> DispatchReport:
    """Send what is due. Channels work side by side: one that is down or slow holds back none of the others.

    Each delivery is claimed alone, sent, and settled before the next one is claimed, so a crash can repeat at most the
    one under way. Deliveries of a channel that is not configured stay where they are.
    """
    chosen = policy or DispatchPolicy()
    report = DispatchReport(stranded={name: n for name, n in outbox.due().items() if name not in channels})
    if not channels:
        return report
    until = elapsed() + chosen.budget_seconds
    with ThreadPoolExecutor(max_workers=len(channels)) as threads:
        work = [
            threads.submit(_drain, outbox, channel, chosen, jitter, lambda: elapsed() < until)
            for _, channel in sorted(channels.items())
        ]
    for one in work:
        report.attempts += one.result()
    return report


def _drain(
    outbox: Outbox,
    channel: Channel,
    policy: DispatchPolicy,
    jitter: Callable[[], float],
    has_time: Callable[[], bool],
) -> list[Dispatched]:
    done: list[Dispatched] = []
    failures = 0
    while len(done) < policy.most_per_channel and failures < policy.failures_in_a_row and has_time():
        delivery = outbox.claim(channel.name, lease_seconds=policy.lease_seconds, max_attempts=policy.max_attempts)
        if delivery is None:
            break
        attempt = _send(channel, delivery)
        wait = _wait(attempt, delivery, policy, jitter)
        if not outbox.settle(delivery, attempt, wait_seconds=wait):
            log.warning("delivery %s took longer than its lease; another sender has it", delivery.delivery_id)
        done.append(Dispatched(delivery, attempt, given_up=wait is None and attempt.outcome != "sent"))
        failures = failures + 1 if attempt.outcome in ("retry", "unknown") else 0
    return done


def _send(channel: Channel, delivery: DueDelivery) -> DeliveryAttempt:
    """A channel that raises may have sent: the attempt is unknown. The exception's text is left out."""
    try:
        return channel.send(delivery)
    except Exception as fault:
        return DeliveryAttempt("unknown", error=f"channel {channel.name} broke off with {type(fault).__name__}")


def _wait(
    attempt: DeliveryAttempt, delivery: DueDelivery, policy: DispatchPolicy, jitter: Callable[[], float]
) -> float | None:
    """Seconds until the next attempt, at least what the provider asked for; None where this one was the last."""
    if attempt.outcome in ("sent", "failed") or delivery.attempts >= policy.max_attempts:
        return None
    return max(policy.wait_seconds(delivery.attempts, jitter()), attempt.retry_after_seconds or 0)
