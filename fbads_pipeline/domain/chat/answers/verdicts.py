"""The sentence that an answer begins with: yes or no, up or down, and which of those named is ahead."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from fbads_pipeline.domain.chat.answers.cells import Row, group, metric_label, signed
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.plan import Comparison, Direction, Plan, RelativePeriod, Threshold
from fbads_pipeline.domain.chat.result import Result
from fbads_pipeline.domain.core.messages import Joined, Percent, Value, message

_MET: Mapping[Comparison, Callable[[Decimal, Decimal], bool]] = {
    "above": lambda figure, bound: figure > bound,
    "at_least": lambda figure, bound: figure >= bound,
    "below": lambda figure, bound: figure < bound,
    "at_most": lambda figure, bound: figure <= bound,
}
_MOST_CURRENCIES = 2
_MOST_METRICS = 3


def verdict(plan: Plan, result: Result, catalogue: Catalogue) -> Value | None:
    """How the metrics of a whole moved, whether it meets the bound in question, or which of the objects that are set
    side by side has the most; None of anything else."""
    if plan.dimensions:
        return _ahead(plan, result)
    if not 0 < len(result.rows) <= _MOST_CURRENCIES:
        return None
    if plan.questioned:
        return _of_bounds(plan.questioned, result.rows)
    most = {"figures": _MOST_METRICS, "why": 1}.get(plan.intent, 0)
    if plan.compare is None or len(plan.metrics) > most:
        return None
    if plan.period == RelativePeriod("day", 0) and plan.compare != plan.period and not plan.same_time:
        return message("chat.today_is_not_over")
    if len(plan.metrics) > 1:
        return _each_moved(plan, result, catalogue)
    moves = [_move(row, plan.metrics[0]) for row in result.rows]
    if any(one is None for one in moves):
        return None
    said = _moved(result.rows, moves)
    agree = {move[0] == plan.premise for move in moves if move is not None}
    if plan.premise is None or len(agree) > 1:
        return message("chat.verdict_change", said=said)
    return message("chat.verdict_yes" if agree == {True} else "chat.verdict_no", said=said)


def _ahead(plan: Plan, result: Result) -> Value | None:
    """Which of the objects named one by one has the most of the metric; None where they cannot be set side by side."""
    level = plan.dimensions[0]
    named = any(one.level == level and len(one.ids) > 1 and ", " in one.name for one in plan.objects)
    if not named or len(plan.dimensions) > 1 or plan.compare or len(plan.metrics) != 1 or plan.with_shares:
        return None
    if plan.rank is not None and (plan.rank.metric != plan.metrics[0] or plan.rank.place):
        return None
    figures = [row.get(plan.metrics[0]) for row in result.rows]
    one_currency = len({row.get("currency") for row in result.rows}) == 1
    if len(figures) < _MOST_CURRENCIES or not one_currency or any(one is None for one in figures):
        return None
    most = max(figures)  # type: ignore[type-var]
    if figures.count(most) > 1:
        return None
    row = result.rows[figures.index(most)]
    return message("chat.verdict_ahead", metric=metric_label(plan.metrics[0]), name=group(level, row))


def _each_moved(plan: Plan, result: Result, catalogue: Catalogue) -> Value | None:
    """By which part each of several metrics moved; None where that is not known, or of several currencies."""
    columns = [one for one in result.of("change_ratio") if one.metric in plan.metrics]
    row = result.rows[0]
    if len(result.rows) != 1 or len(columns) != len(plan.metrics) or any(row.get(one.name) is None for one in columns):
        return None
    said = [Joined((metric_label(one.metric or ""), signed(one, row, catalogue)), " ") for one in columns]
    return message("chat.verdict_change", said=Joined(tuple(said), "; "))


def _of_bounds(bounds: Sequence[Threshold], rows: Sequence[Row]) -> Value | None:
    """Yes or no where there is one figure and it is in the currency of the bounds; none is no bound of this kind."""
    is_plain = all(one.value != 0 and one.currency in (None, "", rows[0].get("currency")) for one in bounds)
    if len(rows) != 1 or not is_plain or any(rows[0].get(one.metric) is None for one in bounds):
        return None
    met = all(_MET[one.comparison](Decimal(str(rows[0][one.metric])), one.value) for one in bounds)
    return message("chat.verdict_is" if met else "chat.verdict_is_not")


def _move(row: Row, metric: str) -> tuple[Direction | None, Decimal | None] | None:
    """Up, down or None for neither, and by which part; None where the change is not known."""
    change, ratio = row.get(f"{metric}_change"), row.get(f"{metric}_change_ratio")
    if change is None:
        return None
    direction: Direction | None = None if change == 0 else "up" if change > 0 else "down"
    return direction, None if ratio is None else abs(Decimal(str(ratio)))


def _moved(rows: Sequence[Row], moves: Sequence[tuple[Direction | None, Decimal | None] | None]) -> Value:
    said: list[Value] = []
    for row, move in zip(rows, moves, strict=True):
        assert move is not None
        direction, ratio = move
        if direction is None:
            part: Value = message("chat.moved_nowhere")
        elif ratio is None:
            part = message(f"chat.moved_{direction}_from_nothing")
        else:
            part = message(f"chat.moved_{direction}", by=Percent(ratio))
        several = len(rows) > 1 and row.get("currency")
        said.append(message("chat.moved_in", currency=str(row["currency"]), moved=part) if several else part)
    return Joined(tuple(said), "; ")
