"""The answer to a plan for figures: metric and days at the head, a line per row."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

from fbads_pipeline.domain.chat.answers.bounds import bound_said
from fbads_pipeline.domain.chat.answers.cells import (
    Row,
    bullet,
    cell,
    dimension_label,
    group,
    metric_label,
    metric_labels,
    signed,
)
from fbads_pipeline.domain.chat.answers.verdicts import verdict
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.hours import clock_hours, is_night
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import EITHER, LEVELS, TIMES, Plan, RelativePeriod
from fbads_pipeline.domain.chat.result import ChatAccount, Result, ResultColumn
from fbads_pipeline.domain.core.messages import Count, Days, Joined, Name, Value, lines, message

_SEVERAL = 2
# Without any of these there was no delivery, so that there is no row: "campanhas sem gasto" are few, and none of those.
_DELIVERED = ("spend", "impressions")


def figures_answer(
    plan: Plan, result: Result, head: Value, catalogue: Catalogue, below: Sequence[Value] | None
) -> Value:
    """The rows below (or beside) their heading, what was cut off, and whether the figures may still change.

    below: what is said of days that were not read; None where another part of the answer says it, and that they may
    change.
    """
    provisional = [message("chat.provisional")] if result.is_provisional and below is not None else []
    below = [*provisional, *(below or ())]
    if not result.rows:
        nothing = message("chat.nothing_meets_the_bound" if plan.thresholds else "chat.no_figures")
        return lines(_beside(head, nothing), *left_out(result), *below[len(provisional) :])
    rows = [_line(plan, row, result, catalogue) for row in result.rows]
    first = verdict(plan, result, catalogue)
    said = [first] if first is not None else []
    if not plan.dimensions and len(rows) == 1:
        return lines(*said, Joined((head, ": ", rows[0], "."), ""), *_notes(plan, result), *below)
    said += _counted(plan, result)
    return lines(*said, Joined((head, ":"), ""), *(bullet(row) for row in rows), *_notes(plan, result), *below)


def total_lines(summed: Result, catalogue: Catalogue) -> list[Value]:
    """The sums of the rows below, of each metric and currency by itself."""
    found: list[Value] = []
    for column in summed.of("value"):
        figures = Joined(tuple(_of_currency(column, row, summed, catalogue) for row in summed.rows), " · ")
        found.append(message("chat.total_of_rows", metric=metric_label(column.metric or ""), figures=figures))
    return found


def _of_currency(column: ResultColumn, row: Row, summed: Result, catalogue: Catalogue) -> Value:
    """An amount as it is written; a number with the currency beside it, where there are several."""
    figure = cell(column, row, catalogue)
    is_apart = len(summed.rows) > 1 and column.unit != "money"
    return Joined((str(row["currency"]), figure), " ") if is_apart else figure


def _counted(plan: Plan, result: Result) -> list[Value]:
    """How many objects meet the bounds, which is what "quantas" asks for."""
    if not plan.thresholds or not any(one in (*LEVELS, *TIMES) for one in plan.dimensions):
        return []
    currencies = sorted({str(row["currency"]) for row in result.rows if row.get("currency")})
    if not any(one in TIMES for one in plan.dimensions) or len(currencies) < _SEVERAL:
        return [message("chat.in_all", groups=Count(result.groups))]
    if result.is_truncated:  # a day has a row of each currency: their number is none of days
        return []
    each = [sum(row["currency"] == one for row in result.rows) for one in currencies]
    said = tuple(Joined((one, Count(number)), " ") for one, number in zip(currencies, each, strict=True))
    return [message("chat.in_all", groups=Joined(said, " · "))]


def filters(plan: Plan, catalogue: Catalogue) -> list[Value]:
    """What the rows were limited to, as it was understood."""
    found: list[Value] = [
        _beside(dimension_label(one.level), Name(one.name, ", ".join(one.ids))) for one in plan.objects
    ]
    found += [message("chat.without_objects", names=Name(one.name, ", ".join(one.ids))) for one in plan.excluded]
    found += [
        _beside(dimension_label(one.dimension), group(one.dimension, {one.dimension: one.value}))
        for one in plan.segments
    ]
    found += [
        message("chat.without_objects", names=group(one.dimension, {one.dimension: one.value})) for one in plan.without
    ]
    if plan.weekdays:
        days = Joined(tuple(message(f"chat.weekday_{one}") for one in plan.weekdays), ", ")
        found.append(message("chat.only_weekdays", days=days))
    if plan.hours is not None:
        first, after = (_clock(hour * 60) for hour in clock_hours(plan.hours))
        found.append(message("chat.only_night" if is_night(plan) else "chat.only_hours", first=first, after=after))
    if plan.currency is not None:
        found.append(message("chat.only_currency", currency=plan.currency))
    if plan.status:
        found.append(message(f"chat.only_{plan.status.lower()}"))
    if plan.objective:
        named = tuple(message(f"chat.objective_{one.lower()}") for one in plan.objective.split(EITHER))
        found.append(_beside(dimension_label("objective"), Joined(named, ", ")))
    if plan.rank is not None and plan.rank.place:
        found.append(message("chat.only_place", place=Count(plan.rank.place)))
    if any(one.metric in _DELIVERED and not one.value and one.comparison == "at_most" for one in plan.thresholds):
        found.append(message("chat.only_delivered"))
    return found + [bound_said(one, catalogue) for one in plan.thresholds]


def cut_off(result: Result) -> list[Value]:
    """How many of the rows are shown, where that is not all of them."""
    if not result.is_truncated:
        return []
    return [message("chat.shown_of", shown=Count(len(result.rows)), groups=Count(result.groups))]


def left_out(result: Result) -> list[Value]:
    """How many groups are not in the list because Meta did not report their figure."""
    return [message("chat.left_out", groups=Count(result.left_out))] if result.left_out else []


def heading(plan: Plan, accounts: Sequence[ChatAccount], catalogue: Catalogue) -> Value:
    """Metrics, groups, days and filters of the plan."""
    head = metric_labels(plan.metrics)
    if plan.mean_of is not None:
        head = message("chat.mean_of", metrics=head, group=dimension_label(plan.mean_of))
    if plan.per_day:
        head = message("chat.daily_average", metrics=head)
    if plan.dimensions:
        head = message("chat.by", metrics=head, groups=_enumerated([dimension_label(one) for one in plan.dimensions]))
    if plan.period is not None and accounts:
        head = Joined((head, _period(plan, plan.period, accounts)), ", ")
    limits = filters(plan, catalogue)
    if limits:
        head = Joined((head, " (", Joined(tuple(limits), "; "), ")"), "")
    if plan.period is not None and accounts and (in_part := _stretches_in_part(plan, plan.period, accounts)):
        head = message("chat.in_part", heading=head, stretches=Joined(tuple(in_part), ", "))
    return message("chat.assumed_period", heading=head) if plan.period_is_assumed else head


def _enumerated(parts: Sequence[Value]) -> Value:
    found = parts[0]
    for part in parts[1:]:
        found = message("chat.and", first=found, second=part)
    return found


def _period(plan: Plan, period: RelativePeriod, accounts: Sequence[ChatAccount]) -> Value:
    days = _days_by_account(period, accounts)
    if plan.compare is None:
        return days
    compared = _days_by_account(plan.compare, accounts)
    if plan.same_time:
        days, compared = _until(days, accounts, "now"), _until(compared, accounts, "before")
    return message("chat.compared_days", days=days, compared=compared)


def _until(days: Value, accounts: Sequence[ChatAccount], side: Literal["now", "before"]) -> Value:
    """The day until its clock; of accounts whose clocks differ each one's."""
    clocks = {one.name: _clock(getattr(one.clock, side)) for one in accounts if one.clock is not None}
    if len(set(clocks.values())) == 1:
        return message("chat.until_clock", days=days, clock=next(iter(clocks.values())))
    each = tuple(_beside(Name(name, "?"), clock) for name, clock in clocks.items())
    return message("chat.until_clock", days=days, clock=Joined(each, "; "))


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def days_of(period: RelativePeriod, accounts: Sequence[ChatAccount]) -> Value:
    """The period as days of the calendar."""
    return _days_by_account(period, accounts)


def _stretches_in_part(plan: Plan, period: RelativePeriod, accounts: Sequence[ChatAccount]) -> list[Value]:
    """The first and last week or month where the days of most accounts have a part of it alone: less is no fall."""
    resolved = [resolve(period, one.today) for one in accounts]
    first, last = max(sorted(set(resolved)), key=resolved.count)
    found: list[Value] = []
    for dimension in plan.dimensions:
        if dimension not in ("week", "month"):
            continue
        for begin, days in dict.fromkeys((_stretch_of(first, dimension), _stretch_of(last, dimension))):
            end = begin + timedelta(days=days - 1)
            inside = (min(end, last) - max(begin, first)).days + 1
            if inside < days:
                name = group(dimension, {dimension: begin})
                found.append(message("chat.days_of_stretch", stretch=name, inside=Count(inside), days=Count(days)))
    return found


def _stretch_of(day: date, dimension: str) -> tuple[date, int]:
    """The first day of its week or month, and how many days that has."""
    if dimension == "week":
        return day - timedelta(days=day.weekday()), 7
    return day.replace(day=1), monthrange(day.year, day.month)[1]


def _days_by_account(period: RelativePeriod, accounts: Sequence[ChatAccount]) -> Value:
    """The days of most accounts, and by name those where it is already, or still, another day."""
    by_days: dict[tuple[date, date], list[str]] = {}
    for one in accounts:
        by_days.setdefault(resolve(period, one.today), []).append(one.name)
    most, *others = sorted(by_days.items(), key=lambda one: (-len(one[1]), one[0]))
    if not others:
        return Days(*most[0])
    apart = [_beside(Joined(tuple(Name(name, "?") for name in names), ", "), Days(*days)) for days, names in others]
    return Joined((Days(*most[0]), " (", Joined(tuple(apart), "; "), ")"), "")


def _line(plan: Plan, row: Row, result: Result, catalogue: Catalogue) -> Value:
    columns = result.of("value")
    groups: list[Value] = [group(one, row) for one in plan.dimensions]
    several_currencies = len({one.get("currency") for one in result.rows}) > 1
    if several_currencies and row["currency"] and not any(column.unit == "money" for column in columns):
        groups.insert(0, str(row["currency"]))
    parts: list[Value] = []
    for column in columns:
        part = cell(column, row, catalogue)
        if len(plan.metrics) > 1:
            part = Joined((metric_label(column.metric or ""), part), " ")
        if plan.mean_of is not None:
            part = Joined((part, " (", message("chat.mean_parts", parts=Count(int(row["parts"]))), ")"), "")
        if result.of("share"):
            part = Joined((part, " (", cell(result.of("share")[0], row, catalogue), ")"), "")
        if plan.intent == "overview" and plan.compare is not None:
            part = Joined((part, *_moved_by(column, row, result, catalogue)), "")
        elif plan.compare is not None:
            part = Joined((part, " (", _change(column, row, result, catalogue), ")"), "")
        parts.append(part)
    figures = Joined(tuple(parts), "; ")
    return _beside(Joined(tuple(groups), " · "), figures) if groups else figures


def _moved_by(column: ResultColumn, row: Row, result: Result, catalogue: Catalogue) -> tuple[Value, ...]:
    """By which part the figure moved, in brackets; nothing where there is nothing to compare with."""
    ratio = next(one for one in result.of("change_ratio") if one.metric == column.metric)
    return () if row.get(ratio.name) is None else (" (", signed(ratio, row, catalogue), ")")


def _change(column: ResultColumn, row: Row, result: Result, catalogue: Catalogue) -> Value:
    by_role = {one.role: one for one in result.query.columns if one.metric == column.metric}
    before = message("chat.before", figure=cell(by_role["before"], row, catalogue))
    change = signed(by_role["change"], row, catalogue)
    if row.get(by_role["change_ratio"].name) is not None:
        change = Joined((change, signed(by_role["change_ratio"], row, catalogue)), ", ")
    return Joined((before, change), "; ")


def _notes(plan: Plan, result: Result) -> list[Value]:
    found: list[Value] = []
    if plan.rank is None:
        found += cut_off(result)
    return [*found, *left_out(result)]


def _beside(label: Value, value: Value) -> Value:
    return Joined((label, value), ": ")
