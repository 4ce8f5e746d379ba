"""What Meta recommends to an account, and its opportunity score, as `recommendations` and the account show them."""

from datetime import datetime
from typing import Any

from fbads_pipeline.sandbox.world.clock import meta_time
from fbads_pipeline.sandbox.world.world import AdObject, SandboxAccount

_BODIES = {
    "ADVANTAGE_PLUS_AUDIENCE": ("Up to 9% lower cost per result", "Let Advantage+ audience find people for {name}."),
    "CREATIVE_FATIGUE": ("Up to 12% lower cost per result", "People see the ads of {name} too often. Add new ones."),
    "SCALE_GOOD_CAMPAIGN": ("Up to 15% more results", "{name} performs well. Raise its budget."),
}
_POINTS = {"ADVANTAGE_PLUS_AUDIENCE": 6, "CREATIVE_FATIGUE": 11, "SCALE_GOOD_CAMPAIGN": 8}


def opportunity_score(account: SandboxAccount) -> int:
    """71 for the first account, and less for those behind it."""
    return 71 - 9 * account.index


def show_recommendations(account: SandboxAccount, now: datetime) -> list[dict[str, Any]]:
    """One of each kind about an active campaign, and one about the account without a signature, for nothing can be done
    about it through the API."""
    active = [one for one in account.objects["campaign"] if one.status == "ACTIVE"]
    kinds = list(_BODIES)[: len(active)]
    about = [_of_campaign(account, active[place], kind, now) for place, kind in enumerate(kinds)]
    of_account = {
        "type": "ACCOUNT_SPEND_LIMIT",
        "recommendation_stage": "pre_create_guidance",
        "recommendation_time": meta_time(account.zone, now),
        "object_ids": [],
        "recommendation_content": {"body": "Review the spending limit of the account."},
    }
    return [{"recommendations": [*about, of_account]}]


def _of_campaign(account: SandboxAccount, campaign: AdObject, kind: str, now: datetime) -> dict[str, Any]:
    lift, body = _BODIES[kind]
    return {
        "recommendation_signature": f"{campaign.id}{len(kind)}",
        "recommendation_stage": "mid_flight_recommendation",
        "recommendation_time": meta_time(account.zone, now),
        "type": kind,
        "object_ids": [campaign.id],
        "recommendation_content": {
            "lift_estimate": lift,
            "body": body.format(name=campaign.name),
            "opportunity_score_lift": str(_POINTS[kind]),
        },
        "url": f"https://adsmanager.facebook.com/adsmanager/manage/campaigns?act={account.id}",
    }
