"""Who receives messages: the settings' recipients, then the users who want to."""

from collections.abc import Callable, Container

from fbads_pipeline.domain.alerts.routing import Recipient


class KnownRecipients:
    """The port Recipients.

    configured: the recipients of the settings; channels: names of the channels that are set up; users: the recipients
    of users' preferences. All three are asked at each call, since the file of recipients and preferences change.
    """

    def __init__(
        self,
        configured: Callable[[], list[Recipient]],
        channels: Callable[[], Container[str]],
        users: Callable[[], list[Recipient]],
    ) -> None:
        self._configured, self._channels, self._users = configured, channels, users

    def everybody(self) -> list[Recipient]:
        """The configured recipients, and those users of a channel that is set up whose address is not among them."""
        named, ready = self._configured(), self._channels()
        known = {(one.channel, one.address) for one in named}
        return named + [
            one for one in self._users() if one.channel in ready and (one.channel, one.address) not in known
        ]
