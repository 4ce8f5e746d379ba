"""What an answer by hour, or until the same clock, says beside its figures."""

from collections.abc import Sequence

from fbads_pipeline.domain.chat.answers.cells import cell
from fbads_pipeline.domain.chat.answers.figures import heading
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.hours import is_attributed
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import Plan
from fbads_pipeline.domain.chat.result import ChatAccount, Result
from fbads_pipeline.domain.core.messages import Count, Joined, Name, Value, message


def no_hours(head: Value, *, is_today: bool = False) -> Value:
    """That none of the days was read hour by hour, or that the hours of today are still to come."""
    return Joined((head, message("chat.hours_to_come" if is_today else "chat.no_hours")), ": ")


def no_clock(head: Value) -> Value:
    """That today and the other day were not read at the same clock."""
    return Joined((head, message("chat.no_clock")), ": ")


def hour_notes(
    plan: Plan, known: Result, asked: int, accounts: Sequence[ChatAccount], catalogue: Catalogue
) -> list[Value]:
    """Which days are in the hours, and of events that they are counted when they became known.

    asked: account-days of the period; accounts: of an answer until the same clock those that are not in it.
    """
    found: list[Value] = []
    if plan.same_time:
        names = Joined(tuple(Name(one.name, one.account_id) for one in accounts), ", ")
        found += [message("chat.without_clock", accounts=names)] if accounts else []
    elif not is_running(plan, accounts):
        read = sum(row["whole_days"] for row in known.rows)
        found += [message("chat.hour_days", read=Count(read), asked=Count(asked))] if read < asked else []
    return [*found, message("chat.counted_when_known")] if is_attributed(plan, catalogue) else found


def is_running(plan: Plan, accounts: Sequence[ChatAccount]) -> bool:
    """Whether the days are nothing but each account's today."""
    assert plan.period is not None
    return all(resolve(plan.period, one.today) == (one.today, one.today) for one in accounts)


def whole_day_before(plan: Plan, result: Result, accounts: Sequence[ChatAccount], catalogue: Catalogue) -> Value:
    """The other day from end to end."""
    columns = result.of("value")
    rows = [Joined(tuple(cell(column, row, catalogue) for column in columns), "; ") for row in result.rows]
    figures = Joined((heading(plan, accounts, catalogue), Joined(tuple(rows), "; ")), ": ")
    return message("chat.whole_day", figures=figures)
