"""A channel whose attempts end in time, whatever its provider does."""

from fbads_pipeline.adapters.clock import DeadlinePassed, within
from fbads_pipeline.domain.alerts.alerts import DeliveryAttempt, DueDelivery
from fbads_pipeline.ports.alerts import Channel

# Less than the lease of a delivery: nobody else sends it meanwhile.
LONGEST_ATTEMPT_SECONDS = 90.0


class PunctualChannel:
    """The port Channel over another one: an attempt that takes too long may have arrived, and is unknown."""

    def __init__(self, channel: Channel, *, seconds: float = LONGEST_ATTEMPT_SECONDS) -> None:
        self._channel, self._seconds = channel, seconds
        self.name = channel.name

    def send(self, delivery: DueDelivery) -> DeliveryAttempt:
        """The result of one attempt."""
        try:
            return within(self._seconds, lambda: self._channel.send(delivery))
        except DeadlinePassed:
            return DeliveryAttempt("unknown", error=f"{self.name} did not end its answer within {self._seconds:.0f} s")
