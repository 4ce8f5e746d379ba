"""What an object is: its state and since when, budget, currency, id, objective, schedule, changes."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fbads_pipeline.domain.chat.answers.cells import Row, group, status_label
from fbads_pipeline.domain.chat.answers.explanations import edit_line
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.plan import LEVELS, META_OBJECTIVES, STATUSES, Fact, Plan
from fbads_pipeline.domain.chat.result import Result
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import Day, Joined, Money, Name, Value, lines, message

_CHANGED_OF = 90


def facts_answer(
    plan: Plan, result: Result, edits: Result | None, catalogue: Catalogue, actors: Result | None = None
) -> Value:
    """A line per object and fact; of changes a line each. actors: by what kind of actor things were changed."""
    if not result.rows:
        return message("chat.fact_unknown")
    level = max((one.level for one in plan.objects), key=LEVELS.index)
    said: list[Value] = _verdict(plan, result)
    for row in result.rows:
        name = group(level, row)
        said += [Joined((name, _FACTS[one](row)), ": ") for one in plan.facts if one != "changes"]
    if edits is not None and level != "campaign":
        said.append(message("chat.fact_changes_of_campaigns"))
    elif edits is not None:
        said += [edit_line(row, edits, catalogue) for row in edits.rows]
        if not edits.rows:
            said.append(message("chat.fact_no_change", days=str(_CHANGED_OF)))
        said += [_actor_line(row) for row in (() if actors is None else actors.rows)]
    return lines(*said)


def _verdict(plan: Plan, result: Result) -> list[Value]:
    """Yes or no, where the question is whether all of what it names is active, paused or rejected; of "is it not
    active?" a yes and a no are read both ways."""
    if plan.status not in STATUSES or any(row["status"] is None for row in result.rows):
        return []
    found = {str(row["status"]) in STATUSES[plan.status] for row in result.rows}
    if len(found) > 1:
        return []
    return [message("chat.verdict_is" if found == {True} else "chat.verdict_is_not")]


def _actor_line(row: Row) -> Value:
    """An event of the change log: of what, on which day, by what kind of actor and with which tool; never who."""
    name = Name(row["campaign_name"], str(row["campaign_id"]))
    actor = message(f"chat.actor_{row['actor_kind']}")
    event = plain_line(str(row["event_type"]).replace("_", " "))
    tool = plain_line(str(row["tool"] or ""))
    by = message("chat.changed_with", actor=actor, tool=tool) if tool else message("chat.changed_by", actor=actor)
    return Joined((name, ", ", Day(row["day"]), ": ", event, ", ", by), "")


def _status(row: Row) -> Value:
    status = status_label(str(row["status"]))
    if row["since"] is None:
        return status
    kind = "chat.fact_since" if row["is_since_known"] else "chat.fact_since_at_least"
    return message(kind, status=status, day=_day(row["since"], row))


def _budget(row: Row) -> Value:
    if row["daily_budget"] is not None:
        return message("chat.fact_daily_budget", budget=Money(row["daily_budget"], str(row["currency"])))
    if row["lifetime_budget"] is not None:
        return message("chat.fact_lifetime_budget", budget=Money(row["lifetime_budget"], str(row["currency"])))
    return message("chat.fact_no_budget")


def _objective(row: Row) -> Value:
    family = next((name for name, values in META_OBJECTIVES.items() if row["objective"] in values), None)
    if family is None:
        return message("chat.fact_no_objective")
    return message("chat.fact_objective", objective=message(f"chat.objective_{family.lower()}"))


def _schedule(row: Row) -> Value:
    start, stop = row["start_at"], row["stop_at"]
    begins = message("chat.fact_starts", day=_day(start, row)) if start else message("chat.fact_no_start")
    ends = message("chat.fact_ends", day=_day(stop, row)) if stop else message("chat.fact_no_end")
    return Joined((begins, ends), "; ")


def _day(at: datetime, row: Row) -> Value:
    """The local day of an instant, on the clocks of the account."""
    return Day(at.astimezone(ZoneInfo(str(row["timezone_name"] or "UTC"))).date())


def _currency(row: Row) -> Value:
    return message("chat.fact_currency", currency=str(row["currency"]), zone=str(row["timezone_name"]))


def _account(row: Row) -> Value:
    return message("chat.fact_account", account=Name(str(row["owner_name"] or row["owner_id"]), str(row["owner_id"])))


_FACTS: Mapping[Fact, Callable[[Mapping[str, Any]], Value]] = {
    "status": _status,
    "budget": _budget,
    "currency": _currency,
    "id": lambda row: message("chat.fact_id", id=str(row["object_id"])),
    "objective": _objective,
    "schedule": _schedule,
    "account": _account,
}
