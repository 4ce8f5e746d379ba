"""Sending as a job."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time

import dagster as dg

from fbads_pipeline.ports.alerts import Outbox
from fbads_pipeline.ports.anomalies import Anomalies
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.recommendations import Reviews

dispatch_job = dg.define_asset_job(
    "dispatch",
    selection=dg.AssetSelection.assets(["ops", "alerts"], ["ops", "deliveries"]),
    executor_def=dg.in_process_executor,
    description="Announces what waits for its day, and sends what is due.",
)


@dataclass(frozen=True)
class DueMessages:
    """due: deliveries that could be sent now; accounts: those with something that no message has announced yet."""

    due: int
    accounts: int

    def as_tags(self) -> dict[str, str]:
        return {"fbads/due": str(self.due), "fbads/accounts_to_announce": str(self.accounts)}


def due_messages(
    decisions: Reviews, anomalies: Anomalies, outbox: Outbox, clock: Clock, *, channels: Iterable[str], digest_at: time
) -> DueMessages:
    """What a sender would find now; deliveries of channels that are not set up are left out."""
    due, now = outbox.due(), clock.now()
    accounts = decisions.unannounced(now=now) + anomalies.unannounced(now=now, digest_at=digest_at)
    return DueMessages(sum(due.get(name, 0) for name in channels), accounts)
