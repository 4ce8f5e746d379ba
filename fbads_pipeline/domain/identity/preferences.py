"""Which alerts and reports a user receives, and when not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Literal

from fbads_pipeline.domain.alerts.alerts import Severity
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.identity.users import User


@dataclass(frozen=True)
class Preferences:
    """channels: on which they receive, at the address that they log in with; quiet: every night, in their time zone;
    reports: the kinds that they are sent; money: whether a question that does not say it is about spend or about cost,
    which is spend with tax."""

    channels: frozenset[str] = frozenset()
    least_severity: Severity = "warning"
    quiet: tuple[time, time] | None = None
    reports: frozenset[str] = frozenset()
    money: Literal["spend", "cost"] = "spend"


def recipients_of(user: User, wanted: Preferences) -> Sequence[Recipient]:
    """One per channel; nobody without an account, and what concerns no account of theirs is not sent to them."""
    if user.is_disabled or user.role == "dpo" or user.accounts == frozenset():
        return []
    return [
        Recipient(
            channel,
            user.email,
            name=user.email,
            language=user.language,
            timezone=user.timezone,
            quiet=wanted.quiet,
            least_severity=wanted.least_severity,
            accounts=user.accounts or frozenset(),
            reports=wanted.reports,
            receives_system_alerts=user.accounts is None,
        )
        for channel in sorted(wanted.channels)
    ]
