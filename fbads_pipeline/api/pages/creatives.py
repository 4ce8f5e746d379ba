"""Creatives with pictures, figures and a verdict."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import CreativesDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.frame.page_frame import required_frame, with_account
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.visitor import Digits, Visitor
from fbads_pipeline.api.routes.delivery.creatives import DAYS, picture_path
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import Count, Money, Name, Value
from fbads_pipeline.domain.delivery.creatives import Creative
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.reports.report import Unit

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_MOST_SHOWN = 60
_TONES = {"best": "good", "worst": "critical"}
_WORDS = frozenset(
    {
        *(("kind", one) for one in ("SHARE", "VIDEO", "PHOTO")),
        *(("button", one) for one in ("SHOP_NOW", "LEARN_MORE", "SIGN_UP", "CONTACT_US", "WHATSAPP_MESSAGE")),
    }
)


@router.get("/creatives")
def creatives_page(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("marts:read"))],
    creatives: CreativesDep,
    account: Digits = None,
) -> Response:
    """Of one account, what costs most first; of the first one where none is chosen."""
    t = page_localizer(request, who)
    required_frame(request, who)
    frame = with_account(request, who)
    found: list[Creative] = []
    if frame.account is not None:
        today = frame.today(frame.account)
        days = {"since": today - timedelta(days=DAYS), "until": today - timedelta(days=1)}
        found = creatives.creatives(frozenset({frame.account["account_id"]}), **days)
    more = len(found) - _MOST_SHOWN
    return render(
        request,
        "creatives.html.j2",
        who,
        "creatives",
        creatives=[_item(one, t) for one in found[:_MOST_SHOWN]],
        more=t("delivery.creative.more", count=more) if more > 0 else "",
    )


def _item(one: Creative, t: Localizer) -> dict[str, Any]:
    def text(value: Decimal | None, made: Value) -> str:
        return t("delivery.creative.not_known") if value is None else t.render(made)

    cost, rate = one.cost_per_conversion, one.click_rate
    currency = one.currency or ""
    return {
        "title": t.render(Name(one.title or one.body, one.key)),
        "picture": picture_path(one),
        "about": " · ".join(filter(None, (t("delivery.creative.ads", count=one.ads), *_words(one, t)))),
        "spend": text(one.spend, Money(one.spend or Decimal(0), currency)),
        "conversions": text(one.conversions, Count(one.conversions or Decimal(0))),
        "cost": "—" if cost is None else t.render(Money(cost, currency)),
        "rate": "—" if rate is None else t.cell(rate, "ratio"),
        "verdict": t(f"delivery.creative.{one.verdict}"),
        "tone": _TONES.get(one.verdict, ""),
        "fatigue": t(f"pages.ads.fatigue.{one.fatigue.replace(' ', '_')}"),
        "fatigue_tone": "warning" if one.fatigue == "tired" else "",
        "trend": " · ".join(_trend(one, t)),
    }


def _trend(one: Creative, t: Localizer) -> list[str]:
    """Frequency, CTR and CPA of the days before and of the last week; none of a figure that is not known of both."""
    recent, before, currency = one.recent, one.before, one.currency
    if recent is None or before is None:
        return []
    pairs: list[tuple[str, Decimal | None, Decimal | None, Unit]] = [
        ("frequency", before.frequency, recent.frequency, "factor"),
        ("ctr", before.ctr, recent.ctr, "ratio"),
        ("cpa", before.cpa, recent.cpa, "money"),
    ]
    return [
        t(f"delivery.creative.trend.{name}", before=t.cell(old, unit, currency), now=t.cell(new, unit, currency))
        for name, old, new, unit in pairs
        if old is not None and new is not None
    ]


def _words(one: Creative, t: Localizer) -> list[str]:
    """Kind and button as people call them; what has no word of its own as Meta writes it."""
    named = [("kind", one.kind), ("button", one.call_to_action)]
    return [
        t(f"pages.creative.{part}.{value.lower()}") if (part, value) in _WORDS else plain_line(value.replace("_", " "))
        for part, value in named
        if value
    ]
