"""Who looks at a page, and what pages share."""

from typing import Annotated

from fastapi import Query, Request
from starlette.concurrency import run_in_threadpool

from fbads_pipeline.api.authentication import identify
from fbads_pipeline.api.dependencies import ClockDep, IdentityDep
from fbads_pipeline.api.errors import ApiError
from fbads_pipeline.api.parameters import AccountDigits
from fbads_pipeline.domain.identity.users import Principal, Scope, may_set_up

# A page's path, without its query.
PAGE_PATH = r"^(/[a-z0-9/_-]{0,160})?$"
Digits = Annotated[AccountDigits | None, Query(max_length=80)]


class PageProblem(Exception):
    """A page that cannot be shown to whoever asks. status 401 leads to the login."""

    def __init__(self, status: int) -> None:
        self.status = status


class Visitor:
    """A dependency: whoever looks at a page, with the scope that the page needs (None: any). files, fields: how many a
    form of it may carry. Raises PageProblem.

    It reads a form's own token before the session is believed.
    """

    def __init__(self, scope: Scope | None = None, *, files: int = 0, fields: int = 24) -> None:
        self.page_scope, self._files, self._fields = scope, files, fields

    async def __call__(self, request: Request, identity: IdentityDep, clock: ClockDep) -> Principal:
        if request.method == "POST":
            form = await request.form(max_files=self._files, max_fields=self._fields)
            request.state.form_csrf = str(form.get("csrf", ""))
        try:
            found = await run_in_threadpool(identify, request, identity, clock)
        except ApiError as refused:
            raise PageProblem(refused.status) from None
        if found is None:
            raise PageProblem(401)
        if self.page_scope is not None and not found.may(self.page_scope):
            raise PageProblem(403)
        request.state.visitor = found
        return found


class Administrator(Visitor):
    """A dependency: as Visitor, for pages of whoever may set things up."""

    async def __call__(self, request: Request, identity: IdentityDep, clock: ClockDep) -> Principal:
        found = await super().__call__(request, identity, clock)
        if not may_set_up(found):
            raise PageProblem(403)
        return found


def own_path(path: str) -> str:
    """A path of these pages; anything else is the first page."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if plain else "/"
