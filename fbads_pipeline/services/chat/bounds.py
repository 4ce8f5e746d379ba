"""Reads the figures that are bounds of a plan, before its rows are read."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fbads_pipeline.domain.chat.answers.bounds import averages_note, unknown_bound
from fbads_pipeline.domain.chat.answers.figures import heading
from fbads_pipeline.domain.chat.plan import Plan, Threshold
from fbads_pipeline.domain.chat.result import ChatAccount, Result
from fbads_pipeline.domain.chat.understanding.figures.computed_bounds import (
    computed,
    is_mean,
    plan_of_average,
    plan_of_object,
    settled_by_average,
    settled_by_object,
    with_bound,
)
from fbads_pipeline.domain.chat.validator import level_of
from fbads_pipeline.domain.core.messages import Value
from fbads_pipeline.services.chat.turn import Turn


@dataclass
class SettledBounds:
    """A plan whose bounds are numbers. read: what they were read from; notes: what the answer says of them; unknown:
    why a bound has no figure, so that there is no answer."""

    plan: Plan
    read: list[tuple[Plan, Result]] = field(default_factory=list)
    notes: list[Value] = field(default_factory=list)
    unknown: Value | None = None

    def cite(self, turn: Turn) -> None:
        """What the bounds were read from belongs to the answer, after its own rows."""
        for plan, result in self.read:
            turn.cite(plan, result)


def settled_bounds(turn: Turn, plan: Plan) -> SettledBounds:
    """The plan with a number for each bound that is a figure itself."""
    made = SettledBounds(plan)
    for place in computed(plan):
        bound = plan.thresholds[place]
        settled = _of_object(turn, made, bound) if bound.of is not None else _average(turn, made, bound)
        if settled is None:
            asked, _ = made.read[-1]
            made.unknown = unknown_bound(heading(asked, turn.visible, turn.chat.catalogue), bound)
            break
        made.plan = with_bound(made.plan, place, settled)
    return made


def _of_object(turn: Turn, made: SettledBounds, bound: Threshold) -> Threshold | None:
    """By the object's own figure; money bounds only the accounts of its currency, which the answer names."""
    plan, catalogue = plan_of_object(made.plan, bound), turn.chat.catalogue
    assert bound.of is not None
    owners = turn.figures.names(turn.visible)[0].accounts_of(bound.of.ids)
    found = _read(turn, plan, [one for one in turn.visible if one.account_id in owners])
    made.read.append((plan, found))
    settled = settled_by_object(bound, found, catalogue)
    if settled is not None and settled.currency is not None:
        others = [one for one in turn.accounts if one.currency == settled.currency]
        if len(others) < len(turn.accounts):
            turn.accounts = others
            made.plan = replace(made.plan, currency=settled.currency)
    return settled


def _average(turn: Turn, made: SettledBounds, bound: Threshold) -> Threshold | None:
    catalogue = turn.chat.catalogue
    plan = plan_of_average(made.plan, bound, catalogue)
    if is_mean(bound, catalogue):
        found = turn.figures.averages(plan, turn.accounts)
    else:
        found = _read(turn, plan, turn.accounts)
    made.read.append((plan, found))
    settled = settled_by_average(bound, found)
    if settled is not None:
        made.notes.append(averages_note(made.plan, settled, turn.accounts, catalogue))
    return settled


def _read(turn: Turn, plan: Plan, accounts: Sequence[ChatAccount]) -> Result:
    if plan.hours is not None:
        return turn.figures.run_figures(plan, accounts)
    level = level_of(plan)
    return turn.figures.figures(plan, accounts, level).result
