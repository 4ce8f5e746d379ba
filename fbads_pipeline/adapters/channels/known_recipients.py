"""Who receives messages: the settings' recipients, then the users who want to."""

from collections.abc import Callable, Collection, Container

from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.alerts.unsubscribing import address_digest


class KnownRecipients:
    """The port Recipients.

    configured: the recipients of the settings; channels: names of the channels that are set up; users: the recipients
    of users' preferences; ended: digests of addresses whose owners ended the
    messages. All are asked at each call, since the file of recipients and preferences change.
    """

    def __init__(
        self,
        configured: Callable[[], list[Recipient]],
        channels: Callable[[], Container[str]],
        users: Callable[[], list[Recipient]],
        ended: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self._configured, self._channels, self._users, self._ended = configured, channels, users, ended

    def everybody(self) -> list[Recipient]:
        """The configured recipients, and those users of a channel that is set up whose address is not among them."""
        named, ready = self._configured(), self._channels()
        known = {(one.channel, one.address) for one in named}
        ended = set(self._ended())
        found = named + [
            one for one in self._users() if one.channel in ready and (one.channel, one.address) not in known
        ]
        return [one for one in found if address_digest(one.channel, one.address) not in ended]
