"""Columns that a user keeps under a name: as chips beside the ready sets, and the forms that keep and remove them."""

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.postgres.identity.column_sets import PostgresColumnSets
from fbads_pipeline.api.dependencies import ClockDep, ColumnSetsDep
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor, own_path
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.metrics.grid import LONGEST_SET_NAME, own_columns

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def kept_sets(sets: PostgresColumnSets, who: Principal) -> dict[str, str]:
    """Name → its columns as an address has them, those that are still offered; none for whoever has no login."""
    if not who.email:
        return {}
    found = {name: ",".join(own_columns(columns)) for name, columns in sets.of(who.user_id).items()}
    return {name: columns for name, columns in found.items() if columns}


def set_chips(kept: dict[str, str], cols: str, link: Any) -> list[dict[str, Any]]:
    """link: columns → the address of the grid with them."""
    return [{"name": name, "link": link(columns), "is_here": columns == cols} for name, columns in kept.items()]


@router.post("/campaigns/columns")
def keep_columns(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("marts:read"))],
    sets: ColumnSetsDep,
    clock: ClockDep,
    name: Annotated[str, Form(max_length=200)],
    action: Annotated[Literal["keep", "remove"], Form()] = "keep",
    cols: Annotated[str, Form(max_length=600)] = "",
    back: Annotated[str, Form(max_length=1000)] = "/campaigns",
) -> Response:
    """Keep the columns under that name, or take the name away; then back to the grid."""
    if not who.email:
        raise PageProblem(404)
    plain, path = plain_line(name).strip()[:LONGEST_SET_NAME], own_path(back)
    if action == "remove":
        if not sets.remove(who.user_id, plain):
            raise PageProblem(404)
        return RedirectResponse(path, 303)
    columns = own_columns(cols.split(","))
    if not plain or not columns:
        raise PageProblem(422)
    if not sets.keep(who.user_id, plain, columns, now=clock.now()):
        return RedirectResponse(f"{path}{'&' if '?' in path else '?'}{urlencode({'full': 'yes'})}", 303)
    return RedirectResponse(path, 303)
