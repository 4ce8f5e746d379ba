"""Who hears: the settings' recipients, then the users who want to."""

from collections.abc import Callable

from fbads_pipeline.adapters.channels.configured import channels_from, recipients_from
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.settings import Settings


class KnownRecipients:
    """The port Recipients. users: the recipients that users' preferences make."""

    def __init__(self, settings: Settings, users: Callable[[], list[Recipient]]) -> None:
        self._settings, self._users = settings, users

    def everybody(self) -> list[Recipient]:
        """An address that the settings name is theirs to describe; a channel that is not set up has no hearers."""
        named = recipients_from(self._settings)
        ready = channels_from(self._settings)
        known = {(one.channel, one.address) for one in named}
        return named + [
            one for one in self._users() if one.channel in ready and (one.channel, one.address) not in known
        ]
