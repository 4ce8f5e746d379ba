"""The agency's own benchmark: percentiles over its accounts, and where the visitor's stand; no other is named."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.adapters.postgres.metrics.grid import GRID_TABLES
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import BenchmarkDep, KeptDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.frame.frame_view import account_name
from fbads_pipeline.api.pages.frame.page_frame import PageFrame, required_frame
from fbads_pipeline.api.pages.metrics.grid_view import label_of, unit_of
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.visitor import Visitor
from fbads_pipeline.domain.clients.benchmark import LEAST_ACCOUNTS, PERCENTILES, Benchmark, benchmarks, quarter_of
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
DAYS = 28
_MOST_ACCOUNTS = 30
_OBJECTIVES = frozenset({"sales", "leads", "traffic", "engagement", "awareness", "app_promotion"})
_TONES = {"best": "good", "worst": "critical", "middle": ""}


@router.get("/benchmark")
def benchmark_page(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("marts:read"))],
    reader: BenchmarkDep,
    kept: KeptDep,
) -> Response:
    """The last 28 complete days by objective, country and currency; nothing of groups of fewer than ten accounts."""
    t, frame = page_localizer(request, who), required_frame(request, who)
    today = frame.now.date()
    since = today - timedelta(days=DAYS)
    figures = kept.of(GRID_TABLES, ("benchmark", since, today), lambda: reader.figures(since, today))
    found = benchmarks(figures, frame.ids)
    return render(
        request,
        "benchmark.html.j2",
        who,
        "benchmark",
        groups=[_group(some, frame, t) for some in _by_group(found)],
        silent=t("clients.benchmark.none", least=str(LEAST_ACCOUNTS)),
    )


def _by_group(found: Sequence[Benchmark]) -> list[list[Benchmark]]:
    groups: dict[tuple[str, str, str], list[Benchmark]] = {}
    for one in found:
        groups.setdefault((one.objective, one.country, one.currency), []).append(one)
    return list(groups.values())


def _group(found: Sequence[Benchmark], frame: PageFrame, t: Localizer) -> dict[str, Any]:
    first = found[0]
    own = sorted({account_id for one in found for account_id in one.own})
    names = {one["account_id"]: account_name(one) for one in frame.accounts}
    rows = [
        {"name": names.get(account_id, account_id), "cells": [_own(one, account_id, t) for one in found]}
        for account_id in own
    ]
    return {
        "title": " · ".join((_objective(first.objective, t), plain_line(first.country), first.currency)),
        "columns": [label_of(one.metric, t) for one in found],
        "heads": [t("clients.benchmark.percentile", percent=str(one)) for one in PERCENTILES],
        "metrics": [
            {
                "name": label_of(one.metric, t),
                "accounts": str(one.accounts),
                "cells": [_figure(one, one.percentiles[percent], t) for percent in PERCENTILES],
            }
            for one in found
        ],
        "rows": rows[:_MOST_ACCOUNTS],
        "more": t("pages.day.more", count=len(rows) - _MOST_ACCOUNTS) if len(rows) > _MOST_ACCOUNTS else "",
    }


def _own(one: Benchmark, account_id: str, t: Localizer) -> dict[str, str]:
    if account_id not in one.own:
        return {"text": "–", "tone": "", "quarter": ""}
    quarter = quarter_of(one, account_id)
    text = t(f"clients.benchmark.{quarter}") if quarter != "middle" else ""
    return {"text": _figure(one, one.own[account_id], t), "tone": _TONES[quarter], "quarter": text}


def _figure(one: Benchmark, value: Decimal, t: Localizer) -> str:
    return t.cell(value, unit_of(one.metric), one.currency)


def _objective(objective: str, t: Localizer) -> str:
    known = objective.removeprefix("OUTCOME_").lower()
    return t(f"pages.objective.{known}") if known in _OBJECTIVES else plain_line(objective)
