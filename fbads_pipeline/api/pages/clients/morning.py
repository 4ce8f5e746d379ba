"""The morning: what an agency asks first of all its clients, on one page without scrolling."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import BudgetsDep, DeliveryDep, PagesDep, at_once
from fbads_pipeline.api.pages.clients.budgets import budget_view
from fbads_pipeline.api.pages.frame.page_frame import PageFrame, frame_of
from fbads_pipeline.api.pages.view import anomaly_items
from fbads_pipeline.api.pages.visitor import Visitor
from fbads_pipeline.domain.anomalies.learning import AccountLearning
from fbads_pipeline.domain.clients.month_budgets import MonthBudget
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import Instant, Money, Name
from fbads_pipeline.domain.delivery.funds import Fund, FundState, funds_of
from fbads_pipeline.domain.delivery.messages import describe, subject
from fbads_pipeline.domain.delivery.problems import StoredProblem
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_ROWS = 3
T = TypeVar("T")
_OFF = ("over", "under", "not_read")
_OF_MONEY = frozenset(
    f"{kind}_{state}" for kind in ("balance", "account_cap", "campaign_cap") for state in ("low", "empty", "reached")
)


@router.get("/morning")
def morning_page(request: Request, who: Annotated[Principal, Depends(Visitor("suggestions:read"))]) -> Response:
    """The morning's questions are answered by the first page; the address of before leads there."""
    return RedirectResponse(frame_of(request, who).link("/"), 301)


class MorningReaders:
    """A dependency: what the morning's questions are answered from."""

    def __init__(self, budgets: BudgetsDep, delivery: DeliveryDep, pages: PagesDep) -> None:
        self._budgets, self._delivery, self._pages = budgets, delivery, pages

    def anomalies(self, frame: PageFrame) -> Sequence[Row]:
        """Open ones of the accounts that were chosen: the gravest and dearest first, fifty at most."""
        return self._pages.open_anomalies(frame.ids, None)

    def read(self, frame: PageFrame, meanwhile: Callable[[], T]) -> tuple["MorningFacts", T]:
        """Of the accounts that were chosen: a fixed number of queries, however many there are. meanwhile: another
        reading, which is made while the database works on the budgets; they are the longest."""
        now, ids = frame.now, frame.ids
        with ThreadPoolExecutor(1) as beside:
            budgets = beside.submit(self._budgets.read, frame.owner_ids, now)
            other = meanwhile()
            funds = [fund for facts in self._delivery.money(ids, now=now) for fund in funds_of(facts)]
            problems = self._delivery.listed(ids, ended_since=now)
            anomalies = self.anomalies(frame)
        facts = MorningFacts(
            budgets=budgets.result(),
            funds=sorted(funds, key=lambda one: one.urgency(now)),
            problems=[one for one in problems if one.problem.kind not in _OF_MONEY],
            anomalies=anomalies,
        )
        return facts, other


MorningDep = Annotated[MorningReaders, Depends(at_once(MorningReaders))]


@dataclass(frozen=True)
class MorningFacts:
    """anomalies: the gravest and dearest first, fifty at most."""

    budgets: list[MonthBudget]
    funds: list[Fund]
    problems: Sequence[StoredProblem]
    anomalies: Sequence[Row]

    def narrowed(self, frame: PageFrame, anomalies: Sequence[Row]) -> "MorningFacts":
        """Of fewer accounts, those that were chosen: what reading them alone would give. anomalies: theirs."""
        ids, owners = frame.ids, frame.owner_ids
        return MorningFacts(
            budgets=[one for one in self.budgets if owners.issuperset(one.accounts)],
            funds=[one for one in self.funds if one.account_id in ids],
            problems=[one for one in self.problems if one.problem.account_id in ids],
            anomalies=anomalies,
        )

    def fund_states(self, now: datetime) -> dict[str, FundState]:
        """Account → the worst state of its money."""
        found: dict[str, FundState] = {}
        for one in self.funds:
            found.setdefault(one.account_id, one.state(now))
        return found


def morning_panels(
    facts: MorningFacts, frame: PageFrame, learning: Iterable[AccountLearning], t: Localizer
) -> list[dict[str, Any]]:
    """A panel per question: whose money ends, what was rejected, who is off budget, what is wrong.

    learning: how far each account is watched; no anomaly is an all-clear only where each one is by every detector.
    """
    off = [one for one in facts.budgets if one.state in _OFF]
    ending = [one for one in facts.funds if one.state(frame.now) in ("empty", "low")]
    wrong = anomaly_items(facts.anomalies, t)
    delivery, now = frame.link("/delivery"), frame.now
    return [
        _panel("money_ends", delivery, [_fund(one, now, delivery, t) for one in ending[:_ROWS]], len(ending), t),
        _panel("rejected", delivery, [_problem(one, delivery, t) for one in facts.problems[:_ROWS]],
               len(facts.problems), t),
        _panel("off_budget", frame.link("/budgets"), [_budget(one, t) for one in off[:_ROWS]], len(off), t),
        _panel("wrong", frame.link("/anomalies"), [_anomaly(one) for one in wrong[:_ROWS]], len(wrong), t)
        | {"none": _no_anomaly(learning, t)},
    ]  # fmt: skip


def _no_anomaly(learning: Iterable[AccountLearning], t: Localizer) -> str:
    """What is said where no anomaly is open: an all-clear, of the days that were read, only where every kind of
    detector assesses every account."""
    unsure = [one for one in learning if one.is_learning]
    if unwatched := sum(not one.is_watched for one in unsure):
        return f"{t('pages.verdict.learning', count=unwatched)}."
    if unsure:
        return f"{t('pages.today.none_found_yet')} {t('pages.verdict.also_learning', count=len(unsure))}."
    return t("clients.morning.no_wrong")


def _panel(name: str, link: str, rows: list[dict[str, str]], count: int, t: Localizer) -> dict[str, Any]:
    more = count - len(rows[:_ROWS])
    return {
        "title": t(f"clients.morning.{name}"),
        "link": link,
        "rows": rows[:_ROWS],
        "more": t("clients.morning.more", number=str(more)) if more > 0 else "",
        "none": t(f"clients.morning.no_{name}"),
    }


def _fund(one: Fund, now: datetime, link: str, t: Localizer) -> dict[str, str]:
    state = one.state(now)
    ends = "" if one.ends_at is None or state == "empty" else t.render(Instant(one.ends_at, one.timezone_name))
    left = "" if one.left is None else t.render(Money(one.left, one.currency))
    return {
        "name": t.render(Name(one.account_name, one.account_id)),
        "about": " · ".join(text for text in (t(f"delivery.page.{one.kind}"), left, ends) if text),
        "tag": t(f"delivery.page.state.{state}"),
        "tone": "critical" if state == "empty" else "warning",
        "link": link,
    }


def _problem(one: StoredProblem, link: str, t: Localizer) -> dict[str, str]:
    return {
        "name": t.render(subject(one.problem)),
        "about": plain_line(t.render(describe(one.problem)))[:140],
        "tag": t(f"delivery.page.problem.{one.state}"),
        "tone": one.problem.severity,
        "link": link,
    }


def _budget(one: MonthBudget, t: Localizer) -> dict[str, str]:
    shown = budget_view(one, t)
    about = shown["coverage"] or f"{shown['landing']} / {shown['budget']}"
    state = f"{shown['state']} {shown['miss']}".strip()
    return {"name": shown["name"], "about": about, "tag": state, "tone": shown["tone"], "link": "/budgets"}


def _anomaly(one: dict[str, Any]) -> dict[str, str]:
    at_stake = one.get("at_stake") or one["since"]
    link = f"/campaigns/{one['campaign_id']}"
    return {"name": one["name"], "about": at_stake, "tag": one["severity_label"], "tone": one["severity"], "link": link}
