"""Which figures of insights Meta offers at which grain and for which days.

Source: Meta's documents on insights and the versions' changelogs, see docs/reference/marketing-api.md.
"""

from collections.abc import Iterable
from datetime import date

from fbads_pipeline.domain.collection.levels import Grain
from fbads_pipeline.domain.collection.pages import OTHER_ACTION_FIELDS
from fbads_pipeline.domain.core.days import last_months

# Counted per person: with a breakdown Meta keeps them for so many months, and refuses a query that asks for more.
UNIQUE_FIGURES = frozenset({"reach", "frequency"})
MONTHS_OF_UNIQUE_FIGURES = 13
# Without these a reading still is one: where Meta refuses the query, it is asked again without them.
OPTIONAL_FIGURES = frozenset({"conversions", "conversion_values", "results", "cost_per_result", *OTHER_ACTION_FIELDS})
# What happens away from Meta is not broken down by place or hour since 2021; actions on Meta are.
OFF_META_FIGURES = frozenset({"conversions", "conversion_values", "results", "cost_per_result"})
# By the hour there are no figures per person and no video figures either.
NOT_BY_THE_HOUR = UNIQUE_FIGURES | OPTIONAL_FIGURES
_HOURLY, _REGION = "hourly_stats_aggregated_by_", "region"


def first_day_of_unique_figures(grain: Grain, today: date) -> date:
    """The oldest day of which Meta has figures per person at that grain; they are kept as long as all others in plain
    rows."""
    return last_months(today, MONTHS_OF_UNIQUE_FIGURES).since if grain.fields else date.min


def not_offered(grain: Grain) -> frozenset[str]:
    """The fields that Meta has of no day at that grain."""
    if any(field.startswith(_HOURLY) for field in grain.fields):
        return NOT_BY_THE_HOUR
    return OFF_META_FIGURES if _REGION in grain.fields else frozenset()


def left_out_note(grain: Grain, fields: Iterable[str], reason: str) -> str:
    """One sentence for the account's report: which figures were not asked for, and why."""
    return f"insights by {grain} without {', '.join(sorted(fields))}: {reason}"
