"""Answers that list what is no figure of a mart; an empty list is no all-clear where days were not read."""

from dataclasses import replace
from datetime import timedelta

from fbads_pipeline.domain.anomalies.learning import AccountLearning
from fbads_pipeline.domain.chat.answers.coverage import unread_list
from fbads_pipeline.domain.chat.answers.facts import facts_answer
from fbads_pipeline.domain.chat.answers.lists import learning_notes, list_answer
from fbads_pipeline.domain.chat.answers.pixels import pixels_answer
from fbads_pipeline.domain.chat.completeness import CompletePlan
from fbads_pipeline.domain.chat.plan import Intent, Plan, RelativePeriod
from fbads_pipeline.domain.core.messages import Value, lines, message
from fbads_pipeline.services.chat.turn import Turn

# The days that a list rests on where the question names none: budgets go by the month, findings by four weeks.
_CHANGES_OF = timedelta(days=90)
_RESTS_ON: dict[Intent, RelativePeriod] = {
    "pacing": RelativePeriod("month", 0),
    "anomalies": RelativePeriod("days_with_today", 28),
    "suggestions": RelativePeriod("days_with_today", 28),
}


def answer_facts(turn: Turn, complete: CompletePlan) -> Value:
    """What the named objects are: only what was asked; changes are those of the last 90 days."""
    plan = complete.plan
    result = turn.cite(plan, turn.figures.listed(plan, turn.accounts))
    edits = actors = None
    if "changes" in plan.facts:
        today = max(one.today for one in turn.accounts)
        edits = turn.cite(plan, turn.figures.edits(plan, turn.accounts, today - _CHANGES_OF, today))
        if any(one.level == "campaign" for one in plan.objects):
            actors = turn.cite(plan, turn.figures.actors(plan, turn.accounts, today - _CHANGES_OF, today))
    return facts_answer(plan, result, edits, turn.chat.catalogue, actors)


def answer_list(turn: Turn, complete: CompletePlan) -> Value:
    """The rows of a list, and what is not known because days were not read; budgets of such accounts are left out."""
    plan = complete.plan
    figures, catalogue, accounts = turn.figures, turn.chat.catalogue, turn.accounts
    if plan.intent == "pixels":
        return pixels_answer(plan, turn.cite(plan, figures.listed(plan, accounts)), accounts)
    if plan.intent not in _RESTS_ON:
        return list_answer(plan, turn.cite(plan, figures.listed(plan, accounts)), catalogue)
    period = plan.period if plan.intent == "anomalies" and plan.period else _RESTS_ON[plan.intent]
    coverage = figures.coverage(replace(plan, period=period), accounts, "campaign")
    turn.covered_by(coverage)
    if plan.intent == "pacing":
        accounts = [one for one in accounts if one.account_id in coverage.complete_accounts]
    if not accounts:
        return lines(*unread_list(plan, coverage, is_empty=True))
    result = turn.cite(plan, figures.listed(plan, accounts))
    text, learned = list_answer(plan, result, catalogue), _learned(turn, plan)
    if not coverage.is_complete:
        shown = [text] if result.rows else []
        return lines(*shown, *unread_list(plan, coverage, is_empty=not shown), *learning_notes(learned, accounts))
    if not result.rows and any(not one.is_watched for one in learned):
        text = message("chat.not_watched_yet")
    return lines(text, *learning_notes(learned, accounts))


def _learned(turn: Turn, plan: Plan) -> list[AccountLearning]:
    """What the detectors know of the accounts, of an answer that could be read as an all-clear."""
    if plan.intent != "anomalies" or turn.chat.learning is None:
        return []
    return turn.chat.learning.learning([one.account_id for one in turn.accounts])
