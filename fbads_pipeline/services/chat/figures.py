"""Answers with figures: the rows of a plan, and how far its days are read."""

from dataclasses import replace

from fbads_pipeline.domain.chat.answers.coverage import coverage_notes, unread_answer, with_coverage
from fbads_pipeline.domain.chat.answers.figures import figures_answer, heading, total_lines
from fbads_pipeline.domain.chat.answers.totals import has_total, listed_whole, with_total
from fbads_pipeline.domain.chat.answers.verdicts import verdict
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.completeness import CompletePlan
from fbads_pipeline.domain.chat.coverage import CoveredFigures, answerable
from fbads_pipeline.domain.chat.lower_levels import lacks_figures, lower_levels, summed_below, with_lower_level
from fbads_pipeline.domain.chat.plan import Intent, Plan
from fbads_pipeline.domain.chat.result import Result
from fbads_pipeline.domain.chat.shares import shared_parts, shared_whole, with_shares
from fbads_pipeline.domain.chat.validator import level_of
from fbads_pipeline.domain.core.messages import Count, Value, lines, message
from fbads_pipeline.services.chat.bounds import settled_bounds
from fbads_pipeline.services.chat.hours import at_same_time, by_hour
from fbads_pipeline.services.chat.turn import Turn

_OPEN: tuple[Intent, ...] = ("anomalies", "suggestions")


def answer_figures(turn: Turn, complete: CompletePlan) -> Value:
    """The rows; of a plain breakdown the whole too, for "nas campanhas ativas" can mean either."""
    bounds = settled_bounds(turn, complete.plan)
    if bounds.unknown is not None:
        bounds.cite(turn)
        return bounds.unknown
    text = _answered(turn, bounds.plan)
    bounds.cite(turn)
    return lines(text, *bounds.notes)


def _answered(turn: Turn, plan: Plan) -> Value:
    if "hour" in plan.dimensions or plan.hours is not None:
        return by_hour(turn, plan)
    clock = at_same_time(turn, plan)
    if clock is not None:
        return clock
    if plan.with_shares:
        return _shares(turn, plan)
    result, text = read_figures(turn, plan)
    if result is not None and has_total(plan, turn.chat.catalogue):
        return _with_total(turn, plan, result, text)
    if result is None or not result.rows or not _has_whole(plan, turn.chat.catalogue):
        return text
    whole, above = read_figures(turn, replace(plan, dimensions=()), with_notes=False)
    if whole is None:
        return text
    # Of objects side by side the sentence that sets them against each other comes first.
    return lines(above, text) if verdict(plan, result, turn.chat.catalogue) is None else lines(text, above)


def _with_total(turn: Turn, plan: Plan, result: Result, text: Value) -> Value:
    """The list below its sum, where every row of it is known."""
    whole = result if not result.is_truncated else turn.figures.figures(listed_whole(plan), turn.accounts).result
    summed = with_total(whole, plan)
    if summed is None:
        return text
    turn.tables.append(summed)  # its query is cited already
    return lines(*total_lines(summed, turn.chat.catalogue), text)


def answer_overview(turn: Turn, complete: CompletePlan) -> Value:
    """The fixed figures of what is named, and how many anomalies and suggestions are open there."""
    plan = complete.plan
    texts = [read_figures(turn, plan)[1]]
    for intent in _OPEN:
        listed = replace(plan, intent=intent, period=None, compare=None, dimensions=(), limit=1)
        found = turn.figures.listed(listed, turn.accounts)
        if found.rows:
            turn.cite(listed, found)
            texts.append(message(f"chat.open_{intent}", found=Count(found.groups)))
    return lines(*texts)


def _shares(turn: Turn, plan: Plan) -> Value:
    """Each row's part of the whole, by currency; the whole is that of the accounts, without the objects named."""
    texts: list[Value] = []
    for metric in plan.metrics:
        parts = shared_parts(plan, metric)
        found = turn.figures.figures(parts, turn.accounts)
        turn.covered_by(found.coverage)
        everything = turn.figures.figures(shared_whole(parts), turn.accounts, level_of(parts)).result
        result = turn.cite(parts, with_shares(found.result, everything, parts))
        head = with_coverage(heading(parts, turn.accounts, turn.chat.catalogue), found.coverage)
        texts.append(figures_answer(parts, result, head, turn.chat.catalogue, coverage_notes(plan, found.coverage)))
    return lines(*texts)


def read_figures(turn: Turn, plan: Plan, *, with_notes: bool = True) -> tuple[Result | None, Value]:
    """Rows and text of a plan; no rows where none of its days was read. with_notes: how to read days that lack.

    Days that lack leave no comparison and no average per day; the text says so.
    """
    result, text, notes = read_with_notes(turn, plan)
    return result, lines(text, *notes) if with_notes else text


def read_with_notes(turn: Turn, plan: Plan) -> tuple[Result | None, Value, list[Value]]:
    """Rows and text of a plan, and apart from them what is said of its days: that they may change, and which lack."""
    figures, accounts, catalogue = turn.figures, turn.accounts, turn.chat.catalogue
    found = figures.figures(plan, accounts)
    coverage = found.coverage
    turn.covered_by(coverage)
    answered = answerable(plan, coverage)
    if answered is None:
        left_out = level_of(plan) if level_of(plan) not in turn.chat.levels else None
        return None, unread_answer(heading(plan, accounts, catalogue), plan, coverage, not_collected=left_out), []
    if answered != plan:
        found = CoveredFigures(figures.figures(answered, accounts).result, coverage)
    result = _with_lower_level(turn, answered, turn.cite(answered, found.result))
    head = with_coverage(heading(answered, accounts, catalogue), coverage)
    text = figures_answer(answered, result, head, catalogue, None)
    provisional = [message("chat.provisional")] if result.is_provisional and result.rows else []
    return result, text, [*provisional, *coverage_notes(plan, coverage)]


def _with_lower_level(turn: Turn, plan: Plan, result: Result) -> Result:
    """Beside figures that Meta did not report what the ads, or else the ad sets, add up to, if they have every day."""
    below = summed_below(plan, turn.chat.catalogue) if lacks_figures(result) else None
    for level in lower_levels(plan) if below is not None else ():
        assert below is not None
        found = turn.figures.figures(below, turn.accounts, level)
        completed = with_lower_level(result, found.result, level) if found.coverage.is_complete else None
        if completed is not None:
            turn.cite(below, found.result)
            return completed
    return result


def _has_whole(plan: Plan, catalogue: Catalogue) -> bool:
    is_plain = bool(plan.dimensions) and plan.rank is None and not plan.thresholds and "account" not in plan.dimensions
    return is_plain and not any(catalogue[name].needs_one_row for name in plan.metrics)
