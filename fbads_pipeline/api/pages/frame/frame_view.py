"""The frame as plain texts and links for the template."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.pages.frame.page_frame import PageFrame
from fbads_pipeline.domain.core.formatting import plain_name
from fbads_pipeline.domain.core.messages import Instant
from fbads_pipeline.domain.core.periods import PERIOD_NAMES

# More than that are found by the search.
_MOST_LISTED = 40
_NOT_KEPT = ("period", "from", "to", "page")
_OF_FRAME = frozenset({"account", "client", "period", "from", "to", "compare", "page"})
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def frame_view(frame: PageFrame, t: Localizer, here: str, stale_hours: int, given: Mapping[str, str]) -> dict[str, Any]:
    """What base.html.j2 shows. given: the query of the address, whose filters links keep; here: its path."""
    listed, beyond = _listed(frame, t, here)
    own = {name: value for name, value in given.items() if name not in _OF_FRAME}
    sample = frame.chosen[0] if frame.chosen else None
    days = frame.days(sample) if sample is not None else None
    kept = frame.query(**dict.fromkeys(_NOT_KEPT)) | own
    return {
        "accounts": listed,
        "more": t("pages.frame.more", count=beyond) if beyond else "",
        "whose": _whose(frame, t),
        "period": t.formats.days(days.since, days.until)
        if frame.period.name == "custom" and days
        else t(f"pages.frame.period.{frame.period.name}"),
        "compared": t("pages.frame.compared" if frame.period.is_compared else "pages.frame.not_compared"),
        "periods": [
            {
                "name": t(f"pages.frame.period.{name}"),
                "link": frame.link(here, **own, period=name, **{"from": None, "to": None}),
                "is_chosen": name == frame.period.name,
            }
            for name in PERIOD_NAMES
            if name != "custom"
        ],
        "kept": list(kept.items()),
        "since": str(days.since) if days else "",
        "until": str(days.until) if days else "",
        "switch_compared": frame.link(here, **own, compare="no" if frame.period.is_compared else None),
        "switch_label": t("pages.frame.compare_off" if frame.period.is_compared else "pages.frame.compare_on"),
        **_freshness(frame, t, timedelta(hours=stale_hours)),
    }


def account_name(account: Row) -> str:
    """As people call it, else its id."""
    return plain_name(account["name"], account["account_id"])


def ago(at: datetime, now: datetime, t: Localizer) -> str:
    """How long ago, in the largest unit that fits: há 4 min."""
    passed = max(now - at, timedelta(0))
    if passed < timedelta(minutes=1):
        return t("pages.fresh.now")
    if passed < _HOUR:
        return t("pages.fresh.minutes", count=passed // timedelta(minutes=1))
    if passed < 2 * _DAY:
        return t("pages.fresh.hours", count=passed // _HOUR)
    return t("pages.fresh.days", count=passed // _DAY)


def _freshness(frame: PageFrame, t: Localizer, stale_after: timedelta) -> dict[str, Any]:
    """How old the oldest of the shown accounts is, in words; stale as soon as one of them is."""
    known = {one["account_id"]: one["read_at"] for one in frame.running or frame.chosen}
    if not known or all(at is None for at in known.values()):
        return {"fresh": t("pages.fresh.never"), "fresh_at": "", "is_stale": bool(known)}
    late = [at for at in known.values() if at is None or frame.now - at > stale_after]
    oldest = min(at for at in known.values() if at is not None)
    account = next(one for one in frame.chosen if one["read_at"] == oldest)
    exact = t.render(Instant(oldest, account["timezone_name"] or "UTC"))
    if late and len(known) > 1:
        text = t("pages.fresh.some_late", count=len(late), hours=str(int(stale_after / _HOUR)))
        return {"fresh": text, "fresh_at": exact, "is_stale": True}
    return {"fresh": t("pages.fresh.read", ago=ago(oldest, frame.now, t)), "fresh_at": exact, "is_stale": bool(late)}


def _whose(frame: PageFrame, t: Localizer) -> str:
    if frame.account is not None:
        return account_name(frame.account)
    return t("pages.frame.all") if frame.client is None else plain_name(frame.client["client_name"], "–")


def _listed(frame: PageFrame, t: Localizer, here: str) -> tuple[list[dict[str, Any]], int]:
    """All, then the clients with their accounts where they have several, then the accounts of nobody: the first of
    them, and how many more there are. None but those that are shown is written out: an agency has hundreds."""
    by_client: dict[Any, list[Row]] = {}
    for one in frame.accounts:
        by_client.setdefault(one["client_id"], []).append(one)
    chosen_client = None if frame.client is None else frame.client["client_id"]
    entries: list[tuple[str, Any, bool, bool]] = [("all", None, False, frame.account is None and frame.client is None)]
    for client_id, rows in sorted(by_client.items(), key=lambda pair: (pair[0] is None, _sort_name(pair[1]))):
        if client_id is not None:
            entries.append(("client", rows[0], False, client_id == chosen_client))
        if client_id is None or len(rows) > 1:
            entries += [("account", one, client_id is not None, frame.account is one) for one in rows]
    shown = [_entry(frame, here, t, *one) for one in entries[:_MOST_LISTED]]
    return shown, max(0, len(entries) - _MOST_LISTED)


def _entry(
    frame: PageFrame, here: str, t: Localizer, kind: str, row: Any, is_below: bool, is_chosen: bool
) -> dict[str, Any]:
    choice: dict[str, Any] = {"account": None, "client": None}
    name = t("pages.frame.all")
    if kind == "client":
        name, choice["client"] = plain_name(row["client_name"], str(row["client_id"])), row["client_id"]
    elif kind == "account":
        name, choice["account"] = f"{account_name(row)} ({row['currency']})", row["account_id"]
    return {"name": name, "link": frame.link(here, **choice), "is_chosen": is_chosen, "is_below": is_below}


def _sort_name(rows: list[Row]) -> str:
    return str(rows[0]["client_name"] or "").casefold()
