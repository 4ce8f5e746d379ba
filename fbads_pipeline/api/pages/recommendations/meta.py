"""Meta's own recommendations and opportunity scores as plain texts, marked as Meta's."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.adapters.postgres.recommendations.meta_recommendations import MetaRecommendationReader
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import Instant, Name


def of_campaign(
    reader: MetaRecommendationReader, account_id: str, campaign_id: str | None, t: Localizer
) -> list[dict[str, str]]:
    """What Meta recommends about the campaign, or something below it; nothing without one."""
    if not campaign_id:
        return []
    return meta_items(reader.current(frozenset({account_id}), campaign_id), t)


def meta_items(rows: Sequence[Row], t: Localizer) -> list[dict[str, str]]:
    """Each in Meta's words, with what Meta promises and when it was read."""
    return [
        {
            "account": t.render(Name(one["account_name"], one["account_id"])),
            "kind": plain_line(one["kind"].replace("_", " ").capitalize()),
            "body": plain_line(one["body"] or ""),
            "promise": plain_line(one["lift_estimate"] or ""),
            "points": "" if one["score_lift"] is None else t("pages.meta.points", points=_points(one["score_lift"])),
            "read": t("pages.meta.read", at=Instant(one["last_seen_at"], one["timezone_name"])),
            "url": one["url"] or "",
        }
        for one in rows
    ]


def score_rows(rows: Sequence[Row], t: Localizer) -> list[dict[str, Any]]:
    """A row per account: its score, or why there is none."""
    return [_score(one, t) for one in rows]


def _score(one: Row, t: Localizer) -> dict[str, Any]:
    score, read_at, refused = one["score"], one["score_read_at"], one["score_refused"] or one["list_refused"]
    return {
        "account": t.render(Name(one["account_name"], one["account_id"])),
        "score": t("pages.meta.no_score") if score is None else _points(score),
        "is_absent": score is None,
        "read": "–" if read_at is None else t.render(Instant(read_at, one["timezone_name"])),
        "refused": t("pages.meta.refused", reason=plain_line(refused)) if refused else "",
    }


def _points(value: Decimal) -> str:
    return f"{value.normalize():f}"
