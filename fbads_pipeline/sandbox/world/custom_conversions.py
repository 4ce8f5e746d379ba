"""The account's own conversions, as the `customconversions` edge shows them."""

from typing import Any

from fbads_pipeline.sandbox.world.clock import meta_time
from fbads_pipeline.sandbox.world.world import SandboxAccount

KINDS = (("Checkout over 200", "PURCHASE", False), ("Newsletter", "LEAD", False), ("Old landing page", "OTHER", True))


def show_custom_conversions(account: SandboxAccount) -> list[dict[str, Any]]:
    """Three per account, one of them archived."""
    return [
        {
            "id": str(7_700_000_000_000_000 + 100 * (int(account.id) % 10**9) + index),
            "name": name,
            "custom_event_type": event,
            "is_archived": is_archived,
            "default_conversion_value": 0,
            "creation_time": meta_time(account.zone, account.created_at),
        }
        for index, (name, event, is_archived) in enumerate(KINDS)
    ]
