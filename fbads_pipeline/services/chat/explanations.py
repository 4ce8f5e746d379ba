"""Why a figure changed: what it is made of, and what coincides."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from fbads_pipeline.domain.chat.answers.explanations import explanation_answer
from fbads_pipeline.domain.chat.completeness import CompletePlan
from fbads_pipeline.domain.chat.lower_levels import lacks_figures
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import Dimension, Plan
from fbads_pipeline.domain.chat.result import Query, Result
from fbads_pipeline.domain.chat.validator import breakdown_of, dimension_of_goals, level_of
from fbads_pipeline.domain.core.messages import Day, Joined, Value, lines, message
from fbads_pipeline.domain.delivery.messages import describe
from fbads_pipeline.services.chat.figures import read_figures, read_with_notes
from fbads_pipeline.services.chat.turn import Turn

_PROBLEMS = 3
# A day begins up to that long before it does in UTC.
_ZONES = timedelta(hours=14)
_CONTRIBUTIONS, _ANOMALIES, _EVENTS, _EVENTS_PER_ACCOUNT = 5, 3, 5, 3
# A ratio moves with these; each is a ratio of sums of its own.
_DRIVERS = {
    "cpa": ("cpc", "conversion_rate"),
    "roas": ("average_order_value", "conversion_rate", "cpc"),
    "cpc": ("cpm", "ctr"),
    "spend": ("impressions", "cpm"),
    "conversions": ("clicks", "conversion_rate"),
    "purchases": ("clicks", "conversion_rate"),
    "purchase_value": ("purchases", "average_order_value"),
    "clicks": ("impressions", "ctr"),
}


def explain(turn: Turn, complete: CompletePlan) -> Value:
    """Contributions by campaign and placement, drivers, edits, anomalies and calendar days of the same days.

    Where days of either side were not read, or the figure is not reported, there is no change to explain. Where it
    counts different goals there is one change per account (or campaign), and no whole that parts could contribute to.
    """
    plan = complete.plan
    return lines(*(_explained(turn, replace(plan, metrics=(metric,))) for metric in plan.metrics))


def _explained(turn: Turn, plan: Plan) -> Value:
    """Why one metric of the plan changed."""
    if (by := dimension_of_goals(plan, turn.accounts)) is not None:
        return _of_each_goal(turn, replace(plan, dimensions=(by,)))
    figures, metric = turn.figures, plan.metrics[0]
    change, text, notes = read_with_notes(turn, plan)
    if change is None or not change.rows or not change.of("change") or lacks_figures(change):
        return lines(text, *notes)
    texts = [text]
    drivers = tuple(one for one in _DRIVERS.get(metric, ()) if not _counts_several_goals(turn, plan, one))
    if drivers:
        texts.append(read_figures(turn, replace(plan, intent="overview", metrics=drivers), with_notes=False)[1])
    top = replace(plan, limit=_CONTRIBUTIONS)
    below = any(one.level in ("campaign", "adset", "ad") for one in plan.objects)
    below_campaigns = any(one.level in ("adset", "ad") for one in (*plan.objects, *plan.excluded))
    wanted: list[Dimension] = ["adset" if below and breakdown_of(plan) is None else "campaign"]
    if not below_campaigns and breakdown_of(replace(plan, dimensions=("placement",))):
        wanted.append("placement")
    parts = [
        turn.cite(top, figures.contributions(top, dimension, turn.accounts))
        for dimension in wanted
        if _is_complete(turn, plan, dimension)
    ]
    return lines(explanation_answer(texts, parts, *_coinciding(turn, plan), turn.chat.catalogue), *notes)


def _counts_several_goals(turn: Turn, plan: Plan, metric: str) -> bool:
    """Whether a metric that the figure moves with has no whole there: a conversion rate of accounts of two goals."""
    return dimension_of_goals(replace(plan, metrics=(metric,)), turn.accounts) is not None


def _of_each_goal(turn: Turn, plan: Plan) -> Value:
    """The change of each account or campaign, of what it moves with, and what coincides."""
    metric = plan.metrics[0]
    change, text, notes = read_with_notes(turn, plan)
    if change is None or not change.rows:
        return lines(text, *notes)
    texts = [text]
    if metric in _DRIVERS:
        texts.append(read_figures(turn, replace(plan, metrics=_DRIVERS[metric]), with_notes=False)[1])
    texts.append(message("chat.goals_differ"))
    return lines(explanation_answer(texts, [], *_coinciding(turn, plan), turn.chat.catalogue), *notes)


def _is_complete(turn: Turn, plan: Plan, dimension: Dimension) -> bool:
    """Whether every day was read by that dimension: parts of which some lack do not add up to the change."""
    parts = replace(plan, dimensions=(dimension,))
    return turn.figures.coverage(parts, turn.accounts, level_of(parts)).is_complete


def _coinciding(turn: Turn, plan: Plan) -> tuple[Result, Result, list[Value]]:
    """Edits, anomalies and calendar days of the plan's days."""
    assert plan.period is not None
    today = max(one.today for one in turn.accounts)
    first, last = resolve(plan.period, today)
    before = resolve(plan.compare, today)[0] if plan.compare else first
    edits = turn.cite(plan, turn.figures.edits(plan, turn.accounts, min(first, before), last))
    listed = replace(plan, intent="anomalies", limit=_ANOMALIES)
    anomalies = turn.cite(listed, turn.figures.listed(listed, turn.accounts))
    return edits, anomalies, [*_problems(turn, plan, first, last), *_calendar_days(turn, first, last)]


def _problems(turn: Turn, plan: Plan, first: date, last: date) -> list[Value]:
    """What kept ads from delivering on those days: rejected ads, balances that ended; of the plan's campaigns, and of
    its accounts as a whole."""
    reader, accounts = turn.chat.problems, frozenset(one.account_id for one in turn.accounts)
    if reader is None:
        return []
    begun = datetime.combine(first, time(), UTC) - _ZONES
    campaigns = {one for some in plan.objects if some.level == "campaign" for one in some.ids}
    found = [
        one
        for one in reader.listed(accounts, ended_since=begun)
        if one.opened_at.date() <= last and (not campaigns or one.problem.campaign_id in (None, *campaigns))
    ][:_PROBLEMS]
    if found:
        values = {"accounts": sorted(accounts), "ended_since": begun}
        query = Query(reader.listed_statement, values, (), "ops.delivery_problems")
        rows = tuple({"text": turn.render(describe(one.problem))} for one in found)
        turn.cite(plan, Result(query, rows, groups=len(rows)))
    return [describe(one.problem) for one in found]


def _calendar_days(turn: Turn, first: date, last: date) -> list[Value]:
    calendar = turn.chat.calendar
    if calendar is None:
        return []
    found: dict[str, Value] = {}
    for account in turn.accounts:
        for event in calendar.between(account.account_id, first, last)[:_EVENTS_PER_ACCOUNT]:
            line = Joined((event.title, Day(event.starts_on)), ", ")
            found.setdefault(turn.render(line), line)
    return list(found.values())[:_EVENTS]
