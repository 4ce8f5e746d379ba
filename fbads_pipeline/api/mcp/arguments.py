"""What the tools take, in every form in which assistants write it; a refusal names what could be used instead."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Annotated, TypeVar

from pydantic import Field

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.api.errors import ApiError
from fbads_pipeline.api.parameters import from_cursor, to_cursor
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.core.accounts import InvalidAccountId, parse_account_id
from fbads_pipeline.domain.core.formatting import Language, plain_name
from fbads_pipeline.domain.metrics.registry import Metric
from fbads_pipeline.domain.reports.report import Period

_Item = TypeVar("_Item")
MOST_DAYS, _NAMED = 400, 8
AccountId = Annotated[
    str | int | None,
    Field(description='The account\'s id: 42, "42" or "act_42". Without it every account that you see.'),
]
CampaignId = Annotated[str | int | None, Field(description="A campaign's id, as search_objects finds it.")]
FirstDay = Annotated[str | None, Field(description="First account-local day, such as 2026-11-01.")]
LastDay = Annotated[str | None, Field(description="Last account-local day, included, such as 2026-11-07.")]
MetricName = Annotated[str, Field(description="A metric's name, label or synonym, as list_metrics shows them.")]
Rows = Annotated[int, Field(ge=1, le=200, description="Rows of a page.")]
Cursor = Annotated[str | None, Field(description="`next_cursor` of the page before; without it the first page.")]
LanguageCode = Annotated[str, Field(description="The language of texts: pt or en.")]


class ToolRefused(ValueError):
    """What to change, in a sentence."""


def digits_of(given: str | int) -> str:
    """The digits of an account's id; raises ToolRefused for what is none."""
    try:
        return parse_account_id(given)
    except InvalidAccountId as wrong:
        raise ToolRefused(str(wrong)) from None


def no_account(digits: str, known: Sequence[Mapping[str, object]]) -> ToolRefused:
    """The refusal of an account that is not there, or somebody else's, with some of those that there are."""
    named = [f"{one['account_id']} ({plain_name(_text(one['name']), '-')})" for one in known[:_NAMED]]
    there = f"; you see {', '.join(named)}" if named else ""
    return ToolRefused(f"there is no such account, {digits}{there}: list_accounts shows all of them")


def metric_named(given: str, catalogue: Catalogue, *, among: Collection[str]) -> str:
    """The name of the metric that is called so; raises ToolRefused with the nearest ones."""
    for name in catalogue.called(given):
        if name in among:
            return name
    near = ", ".join(one for one in catalogue.near(given, count=5) if one in among)
    raise ToolRefused(f"there is no metric {given.strip()[:60]}: near it are {near}; list_metrics shows all of them")


def adds_up(metric: Metric) -> str:
    """The metric's name; raises ToolRefused for one that belongs to one object and one day."""
    if metric.needs_one_row:
        raise ToolRefused(
            f"{metric.name} adds up over nothing: people overlap. Ask for impressions, or for one campaign by day with"
            " metric_by_day"
        )
    return metric.name


def period_of(
    first_day: str | None, last_day: str | None, *, names: tuple[str, str] = ("first_day", "last_day")
) -> Period | None:
    """Both days or neither; raises ToolRefused for a period that cannot be."""
    if not first_day and not last_day:
        return None
    if not first_day or not last_day:
        raise ToolRefused(f"give both {names[0]} and {names[1]}, or neither for the 28 complete days before today")
    period = Period(_day(first_day, names[0]), _day(last_day, names[1]))
    if period.days <= 0:
        raise ToolRefused(f"{names[1]} lies before {names[0]}: swap them")
    if period.days > MOST_DAYS:
        raise ToolRefused(f"{period.days} days are too many: ask for at most {MOST_DAYS} at once")
    return period


def needed_period(first_day: str, last_day: str) -> Period:
    """A period whose both days are given; raises ToolRefused."""
    found = period_of(first_day, last_day)
    if found is None:
        raise ToolRefused("give both first_day and last_day, such as 2026-11-01")
    return found


def language_of(code: str) -> Language:
    """A language that there is; raises ToolRefused."""
    if code not in translator().languages:
        raise ToolRefused(f"there is no language {code!r}: one of {', '.join(translator().languages)}")
    return code


def one_of(given: str | None, known: Sequence[str], name: str) -> str | None:
    """One of the values that there are, None for none; raises ToolRefused with all of them."""
    if given is None or given in known:
        return given
    raise ToolRefused(f"{name} is {given[:60]!r}: one of {', '.join(known)}")


def page_of(rows: Sequence[_Item], limit: int, cursor: str | None) -> tuple[list[_Item], str | None]:
    """One page of rows that are all there, and the cursor of the following one; raises ToolRefused."""
    begins = 0
    if cursor:
        try:
            begins = int(from_cursor(cursor, 1)[0])
        except (ApiError, ValueError):
            raise ToolRefused("this cursor is not ours: call again without it for the first page") from None
    ends = begins + limit
    return list(rows[max(0, begins) : ends]), to_cursor(str(ends)) if ends < len(rows) else None


def _day(given: str, name: str) -> date:
    try:
        return date.fromisoformat(given.strip())
    except ValueError:
        raise ToolRefused(f"{name} is {given[:40]!r}: days are written as 2026-11-01") from None


def _text(given: object) -> str | None:
    return None if given is None else str(given)
