"""How an answer says its bounds, also those that are figures themselves."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from fbads_pipeline.domain.chat.answers.cells import dimension_label, metric_label
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.plan import LEVELS, Plan, Threshold
from fbads_pipeline.domain.chat.result import ChatAccount
from fbads_pipeline.domain.chat.understanding.figures.computed_bounds import is_mean
from fbads_pipeline.domain.core.messages import Count, Joined, Money, Name, Percent, Value, message
from fbads_pipeline.domain.metrics.registry import FACTORS

_SIGNS = {"above": ">", "at_least": "≥", "below": "<", "at_most": "≤"}


def bound_said(threshold: Threshold, catalogue: Catalogue) -> Value:
    """The bound as it was understood: its metric, the direction, and the number or whose figure it is."""
    head = (metric_label(threshold.metric), _SIGNS[threshold.comparison])
    if threshold.is_average:
        return Joined((*head, message("chat.the_average")), " ")
    shown = _number(threshold, catalogue)
    if threshold.of is None:
        return Joined((*head, shown), " ")
    name = Name(threshold.of.name, ", ".join(threshold.of.ids))
    return Joined((*head, Joined((name, " (", shown, ")"), "")), " ")


def _number(threshold: Threshold, catalogue: Catalogue) -> Value:
    unit, value = catalogue[threshold.metric].unit, threshold.value
    if unit == "money" and threshold.currency:
        return Money(value, threshold.currency)
    if unit == "ratio" and threshold.metric not in FACTORS:
        return Percent(value)
    return Count(value)


def averages_note(plan: Plan, bound: Threshold, accounts: Sequence[ChatAccount], catalogue: Catalogue) -> Value:
    """What the average is of each account, and of what."""
    known = {one.account_id: one for one in accounts}
    each = tuple(
        Joined((Name(known[account].name, account), _average(bound, value, known[account], catalogue)), ": ")
        for account, value in bound.values
        if account in known
    )
    parts = Joined(each, "; ")
    if not is_mean(bound, catalogue):
        return message("chat.average_of_account", metric=metric_label(bound.metric), each=parts)
    level = next(one for one in plan.dimensions if one in LEVELS and one != "account")
    return message("chat.average_per_row", metric=metric_label(bound.metric), row=dimension_label(level), each=parts)


def _average(bound: Threshold, value: Decimal, account: ChatAccount, catalogue: Catalogue) -> Value:
    return _number(replace(bound, value=value, currency=account.currency), catalogue)


def unknown_bound(head: Value, bound: Threshold) -> Value:
    """That the object, or every account, has no such figure in these days, so that nothing is measured by it."""
    return Joined((head, message("chat.no_average" if bound.of is None else "chat.no_figure_of_bound")), ": ")
