"""Writing to Meta: absolute values of one object, so that a repeat after a silence writes the same."""

from collections.abc import Callable

from fbads_pipeline.adapters.meta_ads.pages import read_pages
from fbads_pipeline.adapters.meta_ads.transport import Json, Transport
from fbads_pipeline.domain.recommendations.applying import GONE, AdObjectKind, AdObjectState, CampaignState, FieldChange

_FIELDS = "id,status,daily_budget"


class GraphWriter:
    """The port AdsWriter. transport_of: account id → the calls of the token that sees it."""

    def __init__(self, transport_of: Callable[[str], Transport]) -> None:
        self._transport_of = transport_of

    def state(self, account_id: str, campaign_id: str) -> CampaignState:
        """As Meta has it now; raises a MetaError."""
        transport = self._transport_of(account_id)
        campaign = transport.get(campaign_id, {"fields": _FIELDS}, account_id=account_id)
        params = {"fields": _FIELDS, "limit": "200"}
        pages = read_pages(transport, f"{campaign_id}/adsets", params, account_id, list)
        adsets = [_state(row, "adset") for page in pages for row in page if row.get("status") not in GONE]
        return CampaignState(_state(campaign, "campaign"), tuple(sorted(adsets, key=lambda one: one.object_id)))

    def write(self, account_id: str, change: FieldChange) -> None:
        """Raises a MetaError where Meta refuses it, or does not answer."""
        self._transport_of(account_id).post(change.object_id, {change.field: change.new}, account_id=account_id)


def _state(row: Json, kind: AdObjectKind) -> AdObjectState:
    budget = row.get("daily_budget")
    is_set = budget not in (None, "", "0", 0)
    return AdObjectState(str(row["id"]), kind, row.get("status"), int(str(budget)) if is_set else None)
