"""Answers by hour, and of two days until the same clock."""

from dataclasses import replace

from fbads_pipeline.domain.chat.answers.coverage import read_until
from fbads_pipeline.domain.chat.answers.figures import figures_answer, heading
from fbads_pipeline.domain.chat.answers.hours import (
    hour_notes,
    is_running,
    no_clock,
    no_hours,
    whole_day_before,
)
from fbads_pipeline.domain.chat.coverage import days_asked
from fbads_pipeline.domain.chat.hours import compares_today, with_clocks
from fbads_pipeline.domain.chat.plan import Plan
from fbads_pipeline.domain.chat.result import Result
from fbads_pipeline.domain.chat.weekdays import count_of_days
from fbads_pipeline.domain.core.messages import Value, lines, message
from fbads_pipeline.services.chat.turn import Turn


def by_hour(turn: Turn, plan: Plan) -> Value:
    """The hours of the days that were read from end to end; what is not known of the others is said.

    Hours of two stretches are compared where every day of both was read so.
    """
    catalogue, accounts = turn.chat.catalogue, turn.accounts
    known, asked = _hour_days(turn, plan)
    uncompared = plan.compare is not None and not _are_known(turn, plan)
    shown = replace(plan, compare=None) if uncompared else plan
    result = turn.figures.run_figures(shown, accounts)
    head = heading(shown, accounts, catalogue)
    today = read_until(turn.figures.coverage(shown, accounts, "campaign")) if is_running(plan, accounts) else []
    if not result.rows and not plan.thresholds:
        turn.cite(plan, known)
        return lines(no_hours(head, is_today=bool(today)), *today)
    turn.cite(shown, result)
    turn.cite(plan, known)
    notes: list[Value] = [message("coverage.no_comparison")] if uncompared else []
    notes += [*hour_notes(plan, known, asked, accounts, catalogue), *today]
    return figures_answer(shown, result, head, catalogue, notes)


def _hour_days(turn: Turn, plan: Plan) -> tuple[Result, int]:
    """How many of the plan's days were read from end to end, and how many it has."""
    assert plan.period is not None
    days = [days_asked(plan.period, one) for one in turn.accounts]
    asked = sum(count_of_days(one, plan.weekdays) for one in days if one)
    return turn.figures.hour_days(plan, turn.accounts, asked), asked


def _are_known(turn: Turn, plan: Plan) -> bool:
    """Whether every day of both stretches was read from end to end."""
    sides = [_hour_days(turn, replace(plan, period=period)) for period in (plan.period, plan.compare)]
    return all(sum(row["whole_days"] for row in known.rows) >= asked for known, asked in sides)


def at_same_time(turn: Turn, plan: Plan) -> Value | None:
    """Today until its newest reading, and the other day until the same clock; None where the whole days are compared,
    because neither the question asks for the clock nor the readings know it."""
    catalogue = turn.chat.catalogue
    if not compares_today(plan, catalogue):
        return None
    clocks = turn.figures.clocks(plan, turn.accounts)
    minutes = {(row["account"], row["day"]): row["minutes"] for row in clocks.rows}
    accounts = with_clocks(turn.accounts, plan, minutes)
    if not plan.same_time and len(accounts) < len(turn.accounts):
        return None
    asked = replace(plan, same_time=True)
    if not accounts:
        turn.cite(asked, clocks)
        return no_clock(heading(plan, turn.accounts, catalogue))
    result = turn.cite(asked, turn.figures.run_figures(asked, accounts))
    turn.cite(asked, clocks)
    left_out = [one for one in turn.accounts if one.account_id not in {known.account_id for known in accounts}]
    notes = hour_notes(asked, clocks, 0, left_out, catalogue)
    text = figures_answer(asked, result, heading(asked, accounts, catalogue), catalogue, notes)
    if plan.dimensions:
        return text
    whole = replace(plan, period=plan.compare, compare=None, premise=None, same_time=False)
    day = turn.cite(whole, turn.figures.figures(whole, accounts).result)
    return lines(text, whole_day_before(whole, day, accounts, catalogue)) if day.rows else text
