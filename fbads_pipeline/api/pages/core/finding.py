"""The search over clients, accounts, campaigns, ad sets and ads; and all pages on one page, for small screens."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import PagesDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.frame.frame_view import account_name
from fbads_pipeline.api.pages.frame.page_frame import PageFrame, frame_of
from fbads_pipeline.api.pages.rendering import page_links, render
from fbads_pipeline.api.pages.visitor import Visitor
from fbads_pipeline.domain.core.formatting import plain_line, plain_name
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_MOST = 20


@router.get("/menu")
def menu_page(request: Request, who: Annotated[Principal, Depends(Visitor())]) -> Response:
    """Every page, for screens without room for the list at the side."""
    return render(request, "menu.html.j2", who, "menu")


@router.get("/search")
def search_page(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("marts:read"))],
    pages: PagesDep,
    q: Annotated[str, Query(max_length=80)] = "",
    back: Annotated[str, Query(max_length=200)] = "/",
) -> Response:
    """What holds the text in its name, or has it as its id; clients and accounts lead to the page of before."""
    t, frame = page_localizer(request, who), frame_of(request, who)
    asked = plain_line(q.replace("\0", ""))
    path = back if back in ("/", "/campaigns", "/suggestions", "/anomalies", "/budgets", "/delivery") else "/"
    groups = []
    if asked:
        objects = _objects(pages.matching(who.accounts, asked, _MOST), t)
        groups = [_pages(request, who, asked, t), *_owners(frame, asked, path, t), *objects]
    return render(request, "search.html.j2", who, "search", asked=asked, groups=[one for one in groups if one["rows"]])


def _pages(request: Request, who: Principal, asked: str, t: Localizer) -> dict[str, Any]:
    wanted = asked.casefold()
    found = [(name, link) for name, link in page_links(request, who, t) if wanted in name.casefold()]
    return {
        "title": t("pages.search.pages"),
        "rows": [{"name": name, "about": "", "link": link} for name, link in found],
    }


def _owners(frame: PageFrame, asked: str, path: str, t: Localizer) -> list[dict[str, Any]]:
    wanted = asked.casefold()
    clients = {one["client_id"]: one for one in frame.accounts if wanted in str(one["client_name"] or "").casefold()}
    clients.pop(None, None)
    accounts = [
        one
        for one in frame.accounts
        if wanted in account_name(one).casefold() or wanted.removeprefix("act_") == one["account_id"]
    ]
    return [
        {
            "title": t("pages.title.clients"),
            "rows": [
                {
                    "name": plain_name(one["client_name"], str(client_id)),
                    "about": "",
                    "link": frame.link(path, account=None, client=client_id),
                }
                for client_id, one in list(clients.items())[:_MOST]
            ],
        },
        {
            "title": t("pages.search.accounts"),
            "rows": [
                {
                    "name": account_name(one),
                    "about": one["currency"],
                    "link": frame.link(path, client=None, account=one["account_id"]),
                }
                for one in accounts[:_MOST]
            ],
        },
    ]


def _objects(rows: list[Row], t: Localizer) -> list[dict[str, Any]]:
    def link(row: Row) -> str:
        page = f"/campaigns/{row['campaign_id']}"
        return page if row["level"] == "campaign" else f"{page}/{row['level']}s/{row['object_id']}"

    return [
        {
            "title": t(f"pages.grid.level.{level}s"),
            "rows": [
                {"name": plain_name(row["name"], row["object_id"]), "about": "", "link": link(row)}
                for row in rows
                if row["level"] == level
            ],
        }
        for level in ("campaign", "adset", "ad")
    ]
