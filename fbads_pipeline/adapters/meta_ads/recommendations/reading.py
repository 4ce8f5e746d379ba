"""An account's opportunity score and Meta's recommendations: two calls in one batch, each with an outcome of its own.

Source: https://developers.facebook.com/documentation/ads-commerce/marketing-api/overview/performance-recommendations.
"""

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from fbads_pipeline.adapters.meta_ads.batches import outcome_of, unless_of_account
from fbads_pipeline.adapters.meta_ads.pages import read_pages
from fbads_pipeline.adapters.meta_ads.queries import as_json
from fbads_pipeline.adapters.meta_ads.transport import Json, Transport
from fbads_pipeline.adapters.meta_ads.values import UnreadableValue, decimal, instant, text
from fbads_pipeline.domain.collection.meta_errors import MetaError, TransientMetaError
from fbads_pipeline.domain.recommendations.inbox.meta_recommendations import MetaRecommendation, MetaRecommendations

_LONGEST_BODY, _LONGEST_TEXT, _MOST_OBJECTS = 2000, 300, 500
_NO_LIST = "an answer without a list of recommendations"


def read_recommendations(transport: Transport, account_id: str) -> MetaRecommendations:
    """Raises MetaError where a limit or a dead token concerns the whole account, or the batch has no answer."""
    edge = f"act_{account_id}/recommendations"
    paths = (f"act_{account_id}?fields=opportunity_score", edge)
    form = {"batch": as_json([{"method": "GET", "relative_url": one} for one in paths]), "include_headers": "false"}
    answers = transport.post("", form, account_id=account_id)
    if not isinstance(answers, list) or len(answers) != len(paths):
        raise TransientMetaError("a batch about recommendations without an answer for each part")
    score, listed = (_unless_of_account(outcome_of(one)) for one in answers)
    found, list_refused = _listed(transport, edge, listed, account_id)
    refused = score.reason if isinstance(score, MetaError) else None
    value = None if isinstance(score, MetaError) else _within(score.get("opportunity_score"))
    return MetaRecommendations(value, found, refused, list_refused)


def _unless_of_account(answer: Json | MetaError) -> Json | MetaError:
    return unless_of_account(answer) if isinstance(answer, MetaError) else answer


def _listed(
    transport: Transport, edge: str, answer: Json | MetaError, account_id: str
) -> tuple[list[MetaRecommendation], str | None]:
    """The recommendations, or why there is no list of them."""
    if isinstance(answer, MetaError):
        return [], answer.reason
    rows = answer.get("data")
    if not isinstance(rows, list):
        return [], _NO_LIST
    if (answer.get("paging") or {}).get("next"):  # more than one page: followed from the start
        try:
            rows = [row for page in read_pages(transport, edge, {}, account_id, lambda some: some) for row in page]
        except MetaError as error:
            return [], unless_of_account(error).reason
    return list({one.key: one for one in _recommendations(rows)}.values()), None


def _recommendations(rows: list[Any]) -> Iterator[MetaRecommendation]:
    """Of every row its recommendations; what has no kind is none."""
    for row in rows:
        inner = row.get("recommendations") if isinstance(row, dict) else None
        for one in inner if isinstance(inner, list) else ():
            kind = _short(one.get("type") or one.get("recommendation_name")) if isinstance(one, dict) else None
            if kind is not None:
                yield _recommendation(one, kind.upper())


def _recommendation(one: Json, kind: str) -> MetaRecommendation:
    content = one.get("recommendation_content")
    content = content if isinstance(content, dict) else {}
    ids = one.get("object_ids")
    objects = tuple(str(each) for each in ids if str(each).isascii() and str(each).isdigit()) if ids else ()
    lift = content.get("opportunity_score_lift", one.get("opportunity_score_lift"))
    return MetaRecommendation(
        key=_short(one.get("recommendation_signature")) or _own_key(kind, objects),
        kind=kind,
        object_ids=objects[:_MOST_OBJECTS],
        lift_estimate=_short(content.get("lift_estimate", one.get("lift_estimate"))),
        body=_short(content.get("body", one.get("body")), _LONGEST_BODY),
        score_lift=_within(lift),
        url=_of_meta(one.get("url")),
        made_at=instant(one.get("recommendation_time")),
    )


def _own_key(kind: str, objects: tuple[str, ...]) -> str:
    """Of one that Meta does not sign, because nothing can be done about it through the API."""
    return hashlib.sha256("|".join((kind, *sorted(objects))).encode()).hexdigest()[:32]


def _within(value: Any) -> Decimal | None:
    """A number of points from 0 to 100; None for anything else."""
    try:
        number = decimal(value, "points")
    except UnreadableValue:
        return None
    return number if number is not None and 0 <= number <= 100 else None


def _of_meta(value: Any) -> str | None:
    """The address, where it is one of Meta's own."""
    address = text(value) or ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    is_own = parts.scheme == "https" and (parts.hostname or "").endswith(".facebook.com")
    return address if is_own and len(address) <= _LONGEST_BODY else None


def _short(value: Any, longest: int = _LONGEST_TEXT) -> str | None:
    found = (text(value) or "").strip()
    return found[:longest] or None
