"""Answers by hour, and of two days until the same clock."""

from dataclasses import replace

from fbads_pipeline.domain.chat.answers.figures import figures_answer, heading
from fbads_pipeline.domain.chat.answers.hours import hour_notes, no_clock, no_hours, whole_day_before
from fbads_pipeline.domain.chat.coverage import days_asked
from fbads_pipeline.domain.chat.hours import compares_today, with_clocks
from fbads_pipeline.domain.chat.plan import Plan
from fbads_pipeline.domain.chat.weekdays import count_of_days
from fbads_pipeline.domain.core.messages import Value, lines
from fbads_pipeline.services.chat.turn import Turn


def by_hour(turn: Turn, plan: Plan) -> Value:
    """The hours of the days that were read from end to end; what is not known of the others is said."""
    catalogue, accounts = turn.chat.catalogue, turn.accounts
    assert plan.period is not None
    asked = sum(count_of_days(days, plan.weekdays) for one in accounts if (days := days_asked(plan.period, one)))
    known = turn.figures.hour_days(plan, accounts, asked)
    result = turn.figures.run_figures(plan, accounts)
    head = heading(plan, accounts, catalogue)
    if not result.rows and not plan.thresholds:
        turn.cite(plan, known)
        return no_hours(head)
    turn.cite(plan, result)
    turn.cite(plan, known)
    notes = hour_notes(plan, known, asked, accounts, catalogue)
    return figures_answer(plan, result, head, catalogue, notes)


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
