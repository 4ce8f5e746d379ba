"""Pixels of accounts with the events that Meta received from them."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import PixelsDep
from fbads_pipeline.api.errors import documented
from fbads_pipeline.api.parameters import AccountId
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(prefix="/api/v1/pixels", tags=["delivery"])
ReaderDep = Annotated[Principal, Depends(Needs("suggestions:read"))]


class ShownPixelEvent(BaseModel):
    """Events of one name. last_day, last_week: received in the 24 hours and seven days before events_read_at, null
    where not all of that was read; match_quality (0 to 10), server_coverage and keys in percent: null where Meta does
    not give them, which is not zero."""

    event: str
    last_at: datetime | None
    last_day: int | None
    last_week: int | None
    match_quality: Decimal | None
    server_coverage: Decimal | None
    browser_key: Decimal | None
    server_key: Decimal | None
    freshness: str | None


class ShownPixel(BaseModel):
    """A pixel as Meta last showed it. …_refused: what Meta answered instead, null where it answered."""

    account_id: str
    pixel_id: str
    name: str | None
    last_fired_at: datetime | None
    is_unavailable: bool | None
    collected_at: datetime
    list_refused: str | None
    events_read_at: datetime | None
    events_refused: str | None
    quality_refused: str | None
    events: list[ShownPixelEvent]


class RefusedPixels(BaseModel):
    """An account whose pixels Meta does not show, with its reason."""

    account_id: str
    refused: str


class PixelReport(BaseModel):
    """Pixels by account, the one that fired last first; accounts whose list was refused at the newest attempt."""

    pixels: list[ShownPixel]
    refused: list[RefusedPixels]


@router.get("", responses=documented(404))
def list_pixels(pixels: PixelsDep, who: ReaderDep, account_id: AccountId = None) -> PixelReport:
    """Of the caller's accounts, as they were last read; a silent event is among the delivery problems."""
    accounts = who.accounts if account_id is None else frozenset({account_id})
    events = [dict(row) for row in pixels.events(accounts)]
    listed = [dict(row) for row in pixels.pixels(accounts)]
    shown = [
        ShownPixel(
            **{name: one[name] for name in ShownPixel.model_fields if name != "events"},
            events=[_event(row) for row in events if _key(row) == _key(one)],
        )
        for one in listed
    ]
    refused = [
        RefusedPixels(account_id=one["account_id"], refused=one["refused"]) for one in pixels.refused_lists(accounts)
    ]
    return PixelReport(pixels=shown, refused=refused)


def _key(row: dict[str, object]) -> tuple[object, object]:
    return row["account_id"], row["pixel_id"]


def _event(row: dict[str, object]) -> ShownPixelEvent:
    return ShownPixelEvent.model_validate({name: row[name] for name in ShownPixelEvent.model_fields})
