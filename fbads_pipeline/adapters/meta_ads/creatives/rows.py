"""Creatives of ads: Meta's JSON → typed rows."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from fbads_pipeline.adapters.meta_ads.values import UnreadableValue, as_object, object_id, text, unreadable_row
from fbads_pipeline.domain.collection.pages import AdCreativeRow, Page, UnreadableRow

_LONGEST_TEXT, _LONGEST_ADDRESS = 2000, 2048


def creative_page(account_id: str, rows: list[Any]) -> Page[AdCreativeRow]:
    """The creative of each ad of a page; an ad that shows none has no row."""
    found: list[AdCreativeRow] = []
    unreadable: list[UnreadableRow] = []
    for row in rows:
        try:
            ad = as_object(row)
            creative = ad.get("creative")
            if isinstance(creative, dict) and creative.get("id"):
                found.append(read_creative(account_id, object_id(ad.get("id"), "id"), creative))
        except UnreadableValue as reason:
            unreadable.append(unreadable_row(row, reason))
    return Page(found, unreadable)


def read_creative(account_id: str, ad_id: str, creative: Mapping[str, Any]) -> AdCreativeRow:
    """Raises UnreadableValue where it has no id."""
    creative_id = object_id(creative.get("id"), "creative id")
    story = _first(creative.get("object_story_spec"), "link_data", "video_data", "photo_data", "template_data")
    feed = creative.get("asset_feed_spec")
    feed = feed if isinstance(feed, dict) else {}
    image = text(creative.get("image_hash") or story.get("image_hash") or _of_list(feed, "images", "hash"))
    video = text(creative.get("video_id") or story.get("video_id") or _of_list(feed, "videos", "video_id"))
    action = story.get("call_to_action")
    action = action if isinstance(action, dict) else {}
    value = action.get("value")
    value = value if isinstance(value, dict) else {}
    link = (
        creative.get("link_url") or story.get("link") or value.get("link") or _of_list(feed, "link_urls", "website_url")
    )
    return AdCreativeRow(
        ad_id,
        account_id,
        creative_id,
        f"video:{video}" if video else f"image:{image}" if image else f"creative:{creative_id}",
        _short(creative.get("title") or story.get("name") or story.get("title") or _of_list(feed, "titles", "text")),
        _short(creative.get("body") or story.get("message") or _of_list(feed, "bodies", "text")),
        _short(creative.get("call_to_action_type") or action.get("type") or _of_list(feed, "call_to_action_types")),
        _address(link),
        _short(creative.get("object_type")),
        image,
        video,
        text(creative.get("effective_object_story_id")),
        _address(creative.get("instagram_permalink_url")),
        _address(creative.get("thumbnail_url") or creative.get("image_url")),
        _short(creative.get("url_tags")),
    )


def _first(spec: Any, *names: str) -> Mapping[str, Any]:
    """The one part of a story's description that it has."""
    if isinstance(spec, dict):
        for name in names:
            if isinstance(spec.get(name), dict):
                return spec[name]  # type: ignore[no-any-return]
    return {}


def _of_list(feed: Mapping[str, Any], name: str, field: str = "") -> Any:
    listed = feed.get(name)
    first = listed[0] if isinstance(listed, list) and listed else None
    return first.get(field) if field and isinstance(first, dict) else None if field else first


def _short(value: Any) -> str | None:
    found = text(value)
    return found[:_LONGEST_TEXT] if found else None


def _address(value: Any) -> str | None:
    """An http address; nothing that a browser would run."""
    found = text(value)
    try:
        is_address = bool(found) and urlsplit(found).scheme in ("http", "https")
    except ValueError:
        return None
    return found if is_address and found and len(found) <= _LONGEST_ADDRESS else None
