"""The grid of campaigns, ad sets and ads: sorted, filtered and paged on the server, and as a file."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.postgres.metrics.grid import GridPage, GridReader
from fbads_pipeline.adapters.postgres.metrics.pages import PageReader
from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import ColumnSetsDep, CreativesDep, GridDep, PagesDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.frame.frame_view import account_name
from fbads_pipeline.api.pages.frame.page_frame import PageFrame, reader_money, required_frame
from fbads_pipeline.api.pages.metrics.column_sets import kept_sets, set_chips
from fbads_pipeline.api.pages.metrics.grid_breakdown import GridBreakdownDep, part_cells, with_part_rows
from fbads_pipeline.api.pages.metrics.grid_file import GridAccounts, grid_csv, grid_excel
from fbads_pipeline.api.pages.metrics.grid_grouping import GridGroupingDep, group_file, group_rows
from fbads_pipeline.api.pages.metrics.grid_view import (
    GridColumns,
    grid_rows,
    heads,
    label_of,
    last_page,
    pager,
    spark_of,
    total_rows,
)
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.visitor import Visitor
from fbads_pipeline.api.routes.delivery.creatives import picture_address
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.metrics.coverage import Coverage
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.domain.metrics.grid import (
    COLUMN_SETS,
    LEVELS,
    MOST_EXPORTED,
    MOST_SETS,
    OWN_COLUMNS,
    PAGE_ROWS,
    PART_PAGE_ROWS,
    PARTS,
    STATES,
    ColumnSet,
    GridGroup,
    GridLevel,
    GridPart,
    GridRequest,
    GridScope,
    GridState,
    own_columns,
    shown_metrics,
)
from fbads_pipeline.domain.metrics.states import with_parts

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_PATH = "/campaigns"
# So many complete days has a row's line of bars.
SPARK_DAYS = 14
_DEFAULTS = {"level": "campaign", "sort": "-spend", "q": "", "state": "with_delivery", "columns": "results", "cols": ""}
ReaderDep = Annotated[Principal, Depends(Visitor("marts:read"))]


class GridChoices(NamedTuple):
    """What the address says of the grid, beside the frame."""

    level: GridLevel
    sort: str
    q: str
    state: GridState
    columns: ColumnSet
    campaign: str | None
    cols: str = ""
    by: GridPart | None = None
    group: GridGroup | None = None

    def query(self, **changes: object) -> dict[str, object]:
        """Without what goes without saying."""
        given = {**self._asdict(), **changes}
        return {name: value for name, value in given.items() if value not in (None, _DEFAULTS.get(name))}


async def _choices(
    level: Annotated[GridLevel, Query()] = "campaign",
    sort: Annotated[str, Query(pattern=r"^-?[a-z_]{1,40}$")] = "-spend",
    q: Annotated[str, Query(max_length=80)] = "",
    state: Annotated[GridState, Query()] = "with_delivery",
    columns: Annotated[ColumnSet, Query()] = "results",
    campaign: Annotated[str | None, Query(pattern=r"^[0-9]{1,32}$")] = None,
    cols: Annotated[str, Query(pattern=r"^[a-z0-9_,]{0,600}$")] = "",
    by: Annotated[GridPart | None, Query()] = None,
    group: Annotated[GridGroup | None, Query()] = None,
    metric: Annotated[list[str], Query(max_length=60)] = [],  # noqa: B006 - FastAPI copies it
) -> GridChoices:
    """metric: the ticked boxes of the form of columns; `cols` is how links carry them. by, group: of campaigns alone,
    and one of them."""
    own = ",".join(own_columns(metric or cols.split(",")))
    of_campaigns = (None if group else by, group) if level == "campaign" else (None, None)
    return GridChoices(level, sort, q.replace("\0", "").strip(), state, columns, campaign, own, *of_campaigns)


ChoicesDep = Annotated[GridChoices, Depends(_choices)]


@router.get(_PATH)
def grid_page(
    request: Request,
    who: ReaderDep,
    grid: GridDep,
    pages: PagesDep,
    creatives: CreativesDep,
    column_sets: ColumnSetsDep,
    breakdown: GridBreakdownDep,
    grouping: GridGroupingDep,
    choices: ChoicesDep,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    full: Annotated[Literal["", "yes"], Query()] = "",
) -> Response:
    """One page of the grid with its totals. The form of columns leads to the address that carries them."""
    t, frame = page_localizer(request, who), required_frame(request, who)
    if "metric" in request.query_params:
        return RedirectResponse(frame.link(_PATH, **choices.query()), 303)
    columns = _columns(request, who, choices)
    page_rows = PART_PAGE_ROWS if choices.by else PAGE_ROWS
    wanted = replace(_request(frame, choices, columns, offset=(page - 1) * page_rows), limit=page_rows)
    found = grid.page(wanted)
    parts = breakdown.of(choices.by, found.rows, wanted)
    coverage, unread = _coverage(pages, frame, choices.level)
    stored = creatives.pictures_of([one["ad_id"] for one in found.rows]) if choices.level == "ad" else {}
    pictures = {ad_id: picture_address(*creative) for ad_id, creative in stored.items()}
    names = {one["account_id"]: account_name(one) for one in frame.accounts}
    note = coverage.note()
    return render(
        request,
        "campaigns.html.j2",
        who,
        "campaigns",
        has_period=True,
        tabs=_tabs(frame, choices, t),
        choices=choices,
        chips=_chips(frame, choices, "state", STATES, t),
        sets=_sets(frame, choices, t),
        kept_sets=(kept := kept_sets(column_sets, who)),
        own_sets=set_chips(kept, choices.cols, lambda cols: frame.link(_PATH, **choices.query(cols=cols))),
        own_cols=choices.cols if who.email else "",
        here_link=frame.link(_PATH, **choices.query()),
        notice=t("pages.grid.sets_full", count=MOST_SETS) if full else None,
        by=_parts(frame, choices, t),
        group_by=_groups(frame, choices, grouping.offered(frame), t),
        groups=group_rows(grouping.of(choices.group, wanted), columns, t),
        parts=part_cells(parts, found.rows, columns, t),
        by_note=breakdown.note(choices.by, frame, t),
        own_kept=list(frame.query(**choices.query(cols=None)).items()),
        own=[(name, label_of(name, t), name in columns.metrics) for name in OWN_COLUMNS],
        kept=list(frame.query(**choices.query(q=None)).items()),
        heads=heads(columns, choices.sort, lambda sort: frame.link(_PATH, **choices.query(sort=sort)), t),
        totals=total_rows(found.totals, columns, t),
        rows=grid_rows(found.rows, columns, names if len(frame.chosen) > 1 else {}, unread, pictures, t),
        sparks=_sparks(grid, pages, frame, found.rows, choices.level),
        note="" if note is None else t.render(note),
        goals_differ=any(one["goals"] > 1 for one in found.totals),
        pager=pager(
            last_page(found.total, page_rows), page, lambda number: frame.link(_PATH, **choices.query(), page=number), t
        ),
        files=[(kind, frame.link(f"{_PATH}/export", **choices.query(), format=kind)) for kind in ("csv", "xlsx")],
        **_about(found, choices, t),
    )


@router.get(f"{_PATH}/export")
def grid_file(
    request: Request,
    who: ReaderDep,
    grid: GridDep,
    pages: PagesDep,
    breakdown: GridBreakdownDep,
    grouping: GridGroupingDep,
    choices: ChoicesDep,
    format: Annotated[str, Query(pattern="^(csv|xlsx)$")] = "csv",
) -> Response:
    """All rows of the grid in its order with its columns, as a file."""
    t, frame = page_localizer(request, who), required_frame(request, who)
    columns = _columns(request, who, choices)
    wanted = replace(_request(frame, choices, columns), limit=MOST_EXPORTED)
    if choices.group is not None:
        made = group_file(grouping.of(choices.group, wanted), choices.group, columns, format, t)
        return _file(made, f"campaigns-{choices.group}", format)
    rows = grid.rows(wanted)
    rows = with_part_rows(rows, breakdown.of(choices.by, rows, wanted), t) if choices.by else rows
    names = {one["account_id"]: account_name(one) for one in frame.accounts}
    days = {one["account_id"]: frame.days(one) for one in frame.chosen}
    _, unread = _coverage(pages, frame, choices.level)
    made = (grid_csv if format == "csv" else grid_excel)(rows, columns, GridAccounts(names, days, unread), t)
    return _file(made, f"{choices.level}s", format)


def _file(made: bytes, name: str, kind: str) -> Response:
    media = "text/csv; charset=utf-8" if kind == "csv" else _EXCEL
    return Response(made, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'})


_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _columns(request: Request, who: Principal, choices: GridChoices) -> GridColumns:
    money = reader_money(request, who)
    own = tuple(choices.cols.split(",")) if choices.cols else ()
    return GridColumns(choices.level, own or shown_metrics(choices.columns, money), has_parts=choices.by is not None)


def _request(frame: PageFrame, choices: GridChoices, columns: GridColumns, offset: int = 0) -> GridRequest:
    sort = choices.sort.removeprefix("-")
    known = {*columns.metrics, "name", *(("budget",) if columns.has_budget else ())}
    return GridRequest(
        level=choices.level,
        scopes=[GridScope(one["account_id"], frame.days(one)) for one in frame.chosen],
        metrics=with_parts(columns.metrics, METRICS),
        sort=sort if sort in known else "spend",
        is_down=choices.sort.startswith("-") or sort not in known,
        named=choices.q,
        state=choices.state,
        campaign_id=choices.campaign,
        offset=offset,
    )


def _sparks(
    grid: GridReader, pages: PageReader, frame: PageFrame, rows: Sequence[Row], level: GridLevel
) -> dict[str, str]:
    """Object → its spend per day, as bars; the last complete days, a dot where one is not read or not reported."""
    if not rows:
        return {}
    shown = {one["account_id"] for one in rows}
    days = {
        one["account_id"]: DayRange(frame.today(one) - timedelta(days=SPARK_DAYS), frame.today(one) - timedelta(days=1))
        for one in frame.chosen
        if one["account_id"] in shown
    }
    whole = DayRange(min(one.since for one in days.values()), max(one.until for one in days.values()))
    key = f"{level}_id"
    spends = grid.spends(level, [(row["account_id"], row[key]) for row in rows], whole)
    missing = dict(pages.coverage(list(days.items()), level).missing)
    return {
        row[key]: spark_of(days[row["account_id"]], spends.get(row[key], {}), missing.get(row["account_id"], ()))
        for row in rows
    }


def _coverage(pages: PageReader, frame: PageFrame, level: GridLevel) -> tuple[Coverage, frozenset[str]]:
    """Of the chosen accounts in their own days; and the accounts of which no day was read."""
    scopes = [(one["account_id"], frame.days(one)) for one in frame.chosen]
    coverage = pages.coverage(scopes, level)
    lengths = {account_id: len(days) for account_id, days in scopes}
    missing = {account_id: sum(map(len, ranges)) for account_id, ranges in coverage.missing}
    return coverage, frozenset(one for one, number in missing.items() if number == lengths[one])


def _tabs(frame: PageFrame, choices: GridChoices, t: Localizer) -> list[dict[str, Any]]:
    tabs = [
        {
            "name": t(f"pages.grid.level.{level}s"),
            "link": frame.link(_PATH, **choices.query(level=level, sort="-spend")),
            "is_here": level == choices.level,
        }
        for level in LEVELS
    ]
    return [*tabs, {"name": t("pages.title.creatives"), "link": frame.link("/creatives"), "is_here": False}]


def _chips(
    frame: PageFrame, choices: GridChoices, name: str, values: tuple[str, ...], t: Localizer
) -> list[dict[str, Any]]:
    return [
        {
            "name": t(f"pages.grid.{name}.{value}"),
            "link": frame.link(_PATH, **choices.query(**{name: value})),
            "is_here": value == getattr(choices, name),
        }
        for value in values
    ]


def _sets(frame: PageFrame, choices: GridChoices, t: Localizer) -> list[dict[str, Any]]:
    """The ready sets of columns; none of them is marked where the columns are one's own."""
    plain = choices._replace(cols="")
    sets = _chips(frame, plain, "columns", tuple(COLUMN_SETS), t)
    return [{**one, "is_here": one["is_here"] and not choices.cols} for one in sets]


def _parts(frame: PageFrame, choices: GridChoices, t: Localizer) -> list[dict[str, Any]]:
    """What campaigns can be broken down by; a second choice of the same takes it away."""
    if choices.level != "campaign":
        return []
    return [
        {
            "name": t(f"pages.grid.by.{one}"),
            "link": frame.link(_PATH, **choices.query(by=None if one == choices.by else one, group=None)),
            "is_here": one == choices.by,
        }
        for one in PARTS
    ]


def _groups(frame: PageFrame, choices: GridChoices, offered: Sequence[GridGroup], t: Localizer) -> list[dict[str, Any]]:
    """What campaigns can be taken together by; a second choice of the same takes it away."""
    if choices.level != "campaign":
        return []
    return [
        {
            "name": t(f"pages.grid.group.{one}"),
            "link": frame.link(_PATH, **choices.query(group=None if one == choices.group else one, by=None)),
            "is_here": one == choices.group,
        }
        for one in offered
    ]


def _about(found: GridPage, choices: GridChoices, t: Localizer) -> dict[str, Any]:
    return {"count": t(f"pages.grid.count.{choices.level}s", count=found.total), "is_empty": not found.rows}
