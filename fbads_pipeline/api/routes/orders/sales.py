"""Real sales beside Meta's: per campaign, the orders apart, and the shops that they come from."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from fbads_pipeline.adapters.postgres.orders.orders import PostgresOrders
from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import ClockDep, OrdersDep, SalesDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.parameters import AccountId
from fbads_pipeline.api.periods import Since, Until, filled
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.orders.sources import SourceState

router = APIRouter(prefix="/api/v1/orders", tags=["orders"])
ReaderDep = Annotated[Principal, Depends(Needs("marts:read"))]
DAYS = 28


class ShownSource(BaseModel):
    """A shop. complete_days: first and last day (null: until today) of which all its orders are here; orphan_refunds:
    refunds whose order is not here, or is in another currency: they are subtracted from nothing."""

    name: str
    mapping: str
    accounts: list[str]
    timezone_name: str
    complete_days: list[tuple[date, date | None]]
    takes_webhooks: bool
    orders: int
    last_received_at: datetime | None
    orphan_refunds: int


class ShownSales(BaseModel):
    """One campaign; null: not known of one of the days."""

    campaign_id: str
    name: str | None
    currency: str | None
    spend: Decimal | None
    purchases: Decimal | None
    purchase_value: Decimal | None
    roas: Decimal | None
    real_purchases: Decimal | None
    real_purchase_value: Decimal | None
    real_roas: Decimal | None


class ShownApart(BaseModel):
    """Orders that belong to no campaign, in their own currency."""

    source: str
    reason: Literal[
        "no_parameters", "other_origin", "unknown_name", "ambiguous_name", "contradiction", "other_currency"
    ]
    currency: str
    orders: int
    real_purchases: int
    real_purchase_value: Decimal | None


class Sales(BaseModel):
    """The days, both included; apart: of the shops of the account of which the caller sees every account."""

    account_id: str
    first: date
    last: date
    campaigns: list[ShownSales]
    apart: list[ShownApart]


@router.get("/sources", responses=documented())
def list_sources(orders: OrdersDep, who: ReaderDep) -> list[ShownSource]:
    """Shops of which the caller sees every account; never a secret."""
    return [_source(one) for one in orders.sources(who.accounts)]


@router.get("/sales", responses=documented(404))
def sales(
    reader: SalesDep,
    orders: OrdersDep,
    clock: ClockDep,
    who: ReaderDep,
    account_id: AccountId = None,
    since: Since = None,
    until: Until = None,
) -> Sales:
    """Real purchases, value and ROAS of an account's campaigns beside Meta's; the last 28 complete days by default."""
    if account_id is None:
        raise ApiError(400, "unusable_parameter", "account_needed")
    today = clock.now().date()
    period = filled(since, until or (None if since else today - timedelta(days=1)), today, DAYS)
    shops = sources_of(orders, who, account_id)
    return Sales(
        account_id=account_id,
        first=period.first,
        last=period.last,
        campaigns=[
            ShownSales(**{name: getattr(one, name) for name in ShownSales.model_fields})
            for one in reader.campaigns(account_id, period.first, period.last)
        ],
        apart=[ShownApart(**vars(one)) for one in reader.apart(shops, period.first, period.last)],
    )


def sources_of(orders: PostgresOrders, who: Principal, account_id: str) -> list[str]:
    """Names of the account's shops of which the caller sees every account."""
    return [one.source.name for one in orders.sources(who.accounts) if account_id in one.source.accounts]


def _source(one: SourceState) -> ShownSource:
    shop = one.source
    return ShownSource(
        name=shop.name,
        mapping=shop.mapping,
        accounts=list(shop.accounts),
        timezone_name=shop.timezone_name,
        complete_days=list(shop.days),
        takes_webhooks=shop.has_secret,
        orders=one.orders,
        last_received_at=one.last_received_at,
        orphan_refunds=one.orphan_refunds,
    )
