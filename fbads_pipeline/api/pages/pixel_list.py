"""Pixels of accounts as pages show them: each with its events; what Meta does not give is named, never a zero."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from fbads_pipeline.adapters.postgres.delivery.pixels import PostgresPixels
from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, Row
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.domain.core.messages import Count, Instant, Name, Percent, Value, message

_MOST_EVENTS, _MOST_PIXELS = 12, 12


class ListedPixels(NamedTuple):
    """Those that a page shows: pixels, the events of their accounts, accounts whose list is refused; more: how many
    more there are."""

    listed: Sequence[Row]
    events: Sequence[Row]
    refused: Sequence[Row]
    more: int


def listed_pixels(pixels: PostgresPixels, accounts: Accounts) -> ListedPixels:
    """Of those accounts."""
    listed = pixels.pixels(accounts)
    known = {one["account_id"] for one in listed}
    refused = [one for one in pixels.refused_lists(accounts) if one["account_id"] not in known]
    more = max(0, len(listed) - _MOST_PIXELS) + max(0, len(refused) - _MOST_PIXELS)
    listed, refused = listed[:_MOST_PIXELS], refused[:_MOST_PIXELS]
    return ListedPixels(listed, pixels.events(frozenset(one["account_id"] for one in listed)), refused, more)


def shown_pixels(pixels: ListedPixels, t: Localizer) -> list[dict[str, Any]]:
    """Per pixel its title, a line about it, notes and rows of cells; of accounts whose list is refused a note alone."""
    events: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in pixels.events:
        events[row["account_id"], row["pixel_id"]].append(dict(row))
    shown = [_pixel(dict(one), events[one["account_id"], one["pixel_id"]], t) for one in pixels.listed]
    shown += [
        {
            "title": t.render(Name(one["account_name"], one["account_id"])),
            "about": "",
            "notes": [t("delivery.pixels.refused", reason=one["refused"])],
            "events": [],
        }
        for one in pixels.refused
    ]
    return shown


def _pixel(one: dict[str, Any], events: list[dict[str, Any]], t: Localizer) -> dict[str, Any]:
    zone = one["timezone_name"]
    fired = message("delivery.pixels.never")
    if one["last_fired_at"] is not None:
        fired = message("delivery.pixels.fired", at=Instant(one["last_fired_at"], zone))
    refused = one["list_refused"] or one["events_refused"]
    notes = [t("delivery.pixels.refused", reason=refused)] if refused else []
    notes += [t("delivery.pixels.unavailable")] if one["is_unavailable"] else []
    if one["quality_refused"]:
        notes.append(t("delivery.pixels.quality_refused", reason=one["quality_refused"]))
    account = t.render(Name(one["account_name"], message("core.account", id=one["account_id"])))
    return {
        "title": t.render(Name(one["name"], message("delivery.of.pixel", id=one["pixel_id"]))),
        "about": f"{account} · {t.render(fired)}",
        "notes": notes,
        "events": [_event(event, zone, t) for event in events[:_MOST_EVENTS]],
    }


def _event(one: dict[str, Any], zone: str, t: Localizer) -> list[dict[str, str]]:
    newest = "—" if one["last_at"] is None else t.render(Instant(one["last_at"], zone))
    keys = [_of_meta(one[name], t, is_percent=True) for name in ("browser_key", "server_key")]
    has_keys = one["browser_key"] is not None or one["server_key"] is not None
    return [
        {"style": "", "text": one["event"]},
        {"style": "", "text": newest},
        _read(one["last_day"], t),
        _read(one["last_week"], t),
        _of_meta(one["match_quality"], t),
        _of_meta(one["server_coverage"], t, is_percent=True),
        {"style": "n", "text": " · ".join(cell["text"] for cell in keys)} if has_keys else keys[0],
    ]


def _read(count: Any, t: Localizer) -> dict[str, str]:
    """A count; a period that was not read as a whole has none."""
    if count is None:
        return {"style": "absent", "text": t("delivery.pixels.not_read")}
    return {"style": "n", "text": t.render(Count(int(count)))}


def _of_meta(value: Decimal | None, t: Localizer, *, is_percent: bool = False) -> dict[str, str]:
    if value is None:
        return {"style": "absent", "text": t("delivery.pixels.not_available")}
    figure: Value = Percent(value / 100) if is_percent else Count(value)
    return {"style": "n", "text": t.render(figure)}
