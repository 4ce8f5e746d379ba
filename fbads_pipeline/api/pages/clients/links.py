"""Landing pages of active ads, and tags of links that differ from the client's rule."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import LinksDep, NamingDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.frame.page_frame import required_frame, with_account
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.visitor import Digits, Visitor
from fbads_pipeline.domain.clients.naming import LinkFinding
from fbads_pipeline.domain.core.messages import Count, Instant, Name
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_MOST_SHOWN = 200


@router.get("/links")
def links_page(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("marts:read"))],
    links: LinksDep,
    naming: NamingDep,
    account: Digits = None,
) -> Response:
    """Of one account, the worst first; of the first one where none is chosen."""
    t = page_localizer(request, who)
    rule = required_frame(request, who).link("/links/rule")
    frame = with_account(request, who)
    pages, tags, has_rule = [], [], False
    if frame.account is not None:
        accounts, zone = frozenset({frame.account["account_id"]}), frame.account["timezone_name"] or "UTC"
        has_rule = bool(naming.rules(accounts))
        pages = [
            {
                "url": t.render(Name(row["url"], "—")),
                "state": t(f"delivery.link.{row['state']}"),
                "detail": row["detail"],
                "ads": t.render(Count(row["ads"])),
                "since": t.render(Instant(row["since"], zone)),
            }
            for row in links.links(accounts)[:_MOST_SHOWN]
        ]
        tags = [
            {
                "campaign": t.render(Name(one.campaign_name, one.campaign_id)),
                "ad": t.render(Name(one.ad_name, one.ad_id)),
                "findings": [_finding(each, t) for each in one.findings],
            }
            for one in naming.findings(accounts)[:_MOST_SHOWN]
        ]
    return render(
        request,
        "links.html.j2",
        who,
        "links",
        pages=pages,
        tags=tags,
        has_rule=has_rule,
        rule=rule,
        is_on=request.app.state.settings.check_links,
    )


def _finding(one: LinkFinding, t: Localizer) -> str:
    return t(
        f"delivery.tag.{one.fault}",
        parameter=one.parameter,
        wanted=t.render(Name(one.wanted, "*")),
        found=t.render(Name(one.found, "—")),
    )
