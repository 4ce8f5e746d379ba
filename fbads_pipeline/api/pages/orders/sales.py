"""Real sales of the shops beside what Meta counts."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.adapters.postgres.orders.sales import CampaignSales, OrdersApart
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import OrdersDep, SalesDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.frame.page_frame import required_frame, with_account
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.visitor import Digits, Visitor
from fbads_pipeline.api.routes.orders.sales import DAYS
from fbads_pipeline.domain.core.messages import Count, Days, Instant, Money, Name, Value
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.orders.sources import SourceState

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_MOST_SHOWN = 200


@router.get("/sales")
def sales_page(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("marts:read"))],
    orders: OrdersDep,
    sales: SalesDep,
    account: Digits = None,
) -> Response:
    """Of one account, over 28 complete days; of the first account where none is chosen."""
    t = page_localizer(request, who)
    required_frame(request, who)
    frame = with_account(request, who)
    shown: dict[str, Any] = {"campaigns": [], "apart": [], "shops": [], "period": ""}
    if frame.account is not None:
        account_id = frame.account["account_id"]
        shops = [one for one in orders.sources(who.accounts) if account_id in one.source.accounts]
        last = frame.today(frame.account) - timedelta(days=1)
        first = last - timedelta(days=DAYS - 1)
        shown["shops"] = [_shop(one, t) for one in shops]
        if shops:
            shown["campaigns"] = [_campaign(one, t) for one in sales.campaigns(account_id, first, last)[:_MOST_SHOWN]]
            shown["apart"] = [_apart(one, t) for one in sales.apart([one.source.name for one in shops], first, last)]
        shown["period"] = t.render(Days(first, last))
    return render(request, "sales.html.j2", who, "sales", **shown)


def _campaign(one: CampaignSales, t: Localizer) -> dict[str, Any]:
    currency = one.currency or ""

    def text(value: Decimal | None, made: type[Count] | type[Money], instead: str) -> str:
        shown: Value = Money(value or Decimal(0), currency) if made is Money else Count(value or Decimal(0))
        return t(instead) if value is None else t.render(shown)

    return {
        "id": one.campaign_id,
        "name": t.render(Name(one.name, one.campaign_id)),
        "spend": text(one.spend, Money, "coverage.not_reported"),
        "purchases": text(one.purchases, Count, "coverage.not_reported"),
        "roas": "—" if one.roas is None else t.cell(one.roas, "factor"),
        "real_purchases": text(one.real_purchases, Count, "orders.not_known"),
        "real_value": text(one.real_purchase_value, Money, "orders.not_known"),
        "real_roas": "—" if one.real_roas is None else t.cell(one.real_roas, "factor"),
    }


def _apart(one: OrdersApart, t: Localizer) -> dict[str, str]:
    value = one.real_purchase_value
    return {
        "shop": one.source,
        "reason": t(f"orders.{one.reason}"),
        "orders": t.render(Count(one.orders)),
        "paid": t.render(Count(one.real_purchases)),
        "value": t("orders.not_known") if value is None else t.render(Money(value, one.currency)),
    }


def _shop(one: SourceState, t: Localizer) -> dict[str, str]:
    shop = one.source
    periods = [
        t.render(Days(first, last)) if last else t("orders.since", day=f"{first:%Y-%m-%d}") for first, last in shop.days
    ]
    received = one.last_received_at
    return {
        "name": shop.name,
        "orders": t.render(Count(one.orders)),
        "days": "; ".join(periods) or t("orders.no_days"),
        "last": t.render(Instant(received, shop.timezone_name)) if received else "—",
        "orphans": t.render(Count(one.orphan_refunds)),
    }
