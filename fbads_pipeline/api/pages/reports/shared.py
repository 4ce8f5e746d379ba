"""What a client sees who has a link: one frozen report, and nothing else. No session, no cookie, no account is read.

Whatever the reason, a link that leads nowhere has the same answer.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from fbads_pipeline.adapters.identity.passwords import digest
from fbads_pipeline.adapters.rendering.shared_page import content_policy, ended_page
from fbads_pipeline.api.dependencies import ClockDep, ReportLinksDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.rate_limits import at_most
from fbads_pipeline.domain.core.links import SHARED
from fbads_pipeline.domain.reports.links import DOCUMENT, PAGE

router = APIRouter(include_in_schema=False)
# More than a person opens, too few to be worth a guess among 2^256.
_limited = at_most("shared", 60)


# One route for whatever stands behind the prefix, so that logs and metrics name it without the secret.
@router.api_route(f"{SHARED}{{rest:path}}", methods=["GET", "HEAD"])
def shared(rest: str, request: Request, links: ReportLinksDep, clock: ClockDep) -> Response:
    """The report's page or its PDF; 404 for everything else."""
    _limited(request)
    secret, _, name = rest.partition("/")
    is_counted = request.method == "GET"
    if name == PAGE:
        page = links.page(digest(secret), now=clock.now(), is_counted=is_counted)
        if page is not None:
            return page_response(page)
    elif name == DOCUMENT:
        found = links.document(digest(secret), now=clock.now(), is_counted=is_counted)
        if found is not None:
            headers = {"Content-Disposition": f'inline; filename="{found[0]}.pdf"'}
            return Response(found[1], media_type="application/pdf", headers=headers)
    return ended(request, 404)


def ended(request: Request, status: int) -> Response:
    """The page of a link that cannot be followed, now or any more; without a link of ours on it."""
    return page_response(ended_page(page_localizer(request).language), status)


def page_response(page: bytes, status: int = 200) -> Response:
    """The page, with a policy that lets it use its own styles alone."""
    headers = {"Content-Security-Policy": content_policy(page)}
    return Response(page, status, headers, media_type="text/html")
