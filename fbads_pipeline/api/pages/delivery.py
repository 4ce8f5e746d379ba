"""Money that is left, and what keeps ads from delivering, with a button for whoever takes care of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.adapters.postgres.server.kept_answers import minute_of
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import ClockDep, DeliveryDep, KeptDep, MetaRecommendationsDep, PixelsDep, at_once
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.frame.page_frame import frame_of
from fbads_pipeline.api.pages.pixel_list import ListedPixels, listed_pixels, shown_pixels
from fbads_pipeline.api.pages.recommendations.meta import meta_items, score_rows
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.visitor import Digits, PageProblem, Visitor
from fbads_pipeline.domain.core.messages import Instant, Message, Money, Name, message
from fbads_pipeline.domain.delivery.funds import Fund, funds_of
from fbads_pipeline.domain.delivery.messages import ads_manager_link, describe, subject
from fbads_pipeline.domain.delivery.problems import StoredProblem
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_ENDED_WITHIN = timedelta(days=7)
# Rows of a page: problems are paged, of the other lists the first are shown, which are the most urgent.
_ROWS = 25


# What the page is read from, beside dbt's own tables.
DELIVERY_TABLES = frozenset(
    {
        *("raw.accounts", "raw.account_money_readings", "raw.campaigns", "raw.adsets", "raw.ads", "raw.day_states"),
        *("raw.meta_recommendations", "raw.opportunity_scores", "raw.recommendation_readings"),
        *("raw.pixels", "raw.pixel_events", "raw.pixel_quality", "raw.pixel_readings", "ops.delivery_problems"),
        *("ops.campaign_goals", "ops.targets", "ops.tax_periods"),
    }
)


class _Listed(NamedTuple):
    """funds: what ends first first; scores, of_account: Meta's, by account; of_account: about no campaign."""

    funds: Sequence[Fund]
    problems: Sequence[StoredProblem]
    pixels: ListedPixels
    scores: Sequence[Row]
    of_account: Sequence[Row]


class DeliveryReaders:
    """A dependency: what the page is read from."""

    def __init__(self, delivery: DeliveryDep, pixels: PixelsDep, meta: MetaRecommendationsDep, kept: KeptDep) -> None:
        self._delivery, self._pixels, self._meta, self._kept = delivery, pixels, meta, kept

    def listed(self, accounts: frozenset[str] | None, now: datetime) -> _Listed:
        """As of the minute; kept until something of it is written anew."""
        now = minute_of(now)
        key = ("delivery", None if accounts is None else tuple(sorted(accounts)), now)
        return self._kept.of(DELIVERY_TABLES, key, lambda: self._read(accounts, now))

    def _read(self, accounts: frozenset[str] | None, now: datetime) -> _Listed:
        funds = [fund for facts in self._delivery.money(accounts, now=now) for fund in funds_of(facts)]
        return _Listed(
            sorted(funds, key=lambda one: one.urgency(now)),
            self._delivery.listed(accounts, ended_since=now - _ENDED_WITHIN),
            listed_pixels(self._pixels, accounts),
            self._meta.accounts(accounts),
            [one for one in self._meta.current(accounts) if not one["campaign_ids"]],
        )


@router.get("/delivery")
def delivery_page(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("suggestions:read"))],
    readers: Annotated[DeliveryReaders, Depends(at_once(DeliveryReaders))],
    clock: ClockDep,
    account: Digits = None,
    done: Annotated[str, Query(pattern="^(yes|no)?$")] = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    """Balances and limits, what ends first first; problems, the gravest first; pixels with their events."""
    if account is not None and not who.sees(account):
        raise PageProblem(404)
    t, now, frame = page_localizer(request, who), clock.now(), frame_of(request, who)
    wanted = who.accounts if account is None else frozenset({account})
    if frame.client is not None:
        wanted = frame.ids
    funds, problems, pixels, scores, of_account = readers.listed(wanted, now)
    last = _ROWS * page
    return render(
        request,
        "delivery.html.j2",
        who,
        "delivery",
        funds=[_fund(one, now, t) for one in funds[:_ROWS]],
        more_funds=_more(len(funds) - _ROWS, t),
        problems=[_problem(one, t) for one in problems[last - _ROWS : last]],
        before=frame.link("/delivery", page=page - 1 if page > 2 else None) if page > 1 else "",
        after=frame.link("/delivery", page=page + 1) if last < len(problems) else "",
        pixels=shown_pixels(pixels, t),
        more_pixels=_more(pixels.more, t),
        scores=score_rows(scores[:_ROWS], t),
        more_scores=_more(len(scores) - _ROWS, t),
        of_account=meta_items(of_account[:_ROWS], t),
        more_of_account=_more(len(of_account) - _ROWS, t),
        may=who.may("suggestions:decide"),
        notice=t(f"delivery.acknowledged.{done}") if done else None,
    )


@router.post("/delivery/{problem_id}")
def acknowledge_here(
    problem_id: Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")],
    who: Annotated[Principal, Depends(Visitor("suggestions:decide"))],
    delivery: DeliveryDep,
    clock: ClockDep,
) -> Response:
    """Note who takes care of it, and go back to the list."""
    now = clock.now()
    if not delivery.listed(who.accounts, ended_since=now - _ENDED_WITHIN, problem_id=problem_id):
        raise PageProblem(404)
    is_done = delivery.acknowledge(problem_id, actor=who.user_id, now=now)
    return RedirectResponse(f"/delivery?done={'yes' if is_done else 'no'}", 303)


def _more(count: int, t: Localizer) -> str:
    return t("delivery.page.more", count=count) if count > 0 else ""


def _fund(one: Fund, now: datetime, t: Localizer) -> dict[str, Any]:
    state = one.state(now)
    per_day = None if one.per_day is None else Money(one.per_day, one.currency)
    ends: Message | Instant = message("delivery.page.ends_not_known")
    if one.ends_at is not None:
        ends = Instant(one.ends_at, one.timezone_name)
    elif one.left is not None and one.per_day is not None:
        ends = message("delivery.page.lasts_long")
    left = message("delivery.page.unknown", shape=one.shape or "—")
    return {
        "account": t.render(Name(one.account_name, message("core.account", id=one.account_id))),
        "what": t(f"delivery.page.{one.kind}"),
        "of": t.render(Name(one.name, one.entity)) if one.kind == "campaign_cap" else "",
        "left": t.render(left) if one.left is None else t.render(Money(one.left, one.currency)),
        "is_absent": one.left is None,
        "per_day": "—" if per_day is None else t.render(per_day),
        "ends": t.render(ends) if state not in ("empty", "unknown") else "—",
        "severity": {"empty": "critical", "low": "warning"}.get(state, "info"),
        "state": t(f"delivery.page.state.{state}"),
        "read_at": t.render(Instant(one.read_at, one.timezone_name)),
    }


def _problem(one: StoredProblem, t: Localizer) -> dict[str, Any]:
    problem = one.problem
    by = one.acknowledged_at
    return {
        "id": one.problem_id,
        "title": t.render(subject(problem)),
        "account": t.render(Name(one.account_name, message("core.account", id=problem.account_id))),
        "severity": problem.severity,
        "state": t(f"delivery.page.problem.{one.state}"),
        "is_open": one.state == "open",
        "since": t("delivery.page.since", at=Instant(problem.since, one.timezone_name)),
        "taken": "" if by is None else t("delivery.page.taken", at=Instant(by, one.timezone_name)),
        "text": t.render(describe(problem)),
        "link": ads_manager_link(problem),
    }
