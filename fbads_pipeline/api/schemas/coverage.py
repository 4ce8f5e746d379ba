"""How far the days behind a figure were read, and what is known of a figure that has no value."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from fbads_pipeline.domain.collection.levels import Level
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.metrics.coverage import AccountDays, Coverage, coverage_of_accounts
from fbads_pipeline.domain.metrics.states import FigureState, Known

States = Annotated[
    dict[str, FigureState],
    Field(
        description="Metric → why it is not simply measured; a metric that is not named here is measured, zero "
        "included. `not_reported`: Meta answered, but left the figure out at this level; `not_read`: the day was never "
        "read well; `incomplete`: the day was read before it was over, and not since; `undefined`: a ratio without a "
        "denominator; `several_goals`: the campaigns count conversions of different goals, which are not added."
    ),
]
NoComparison = Annotated[
    Literal["days_not_read"] | None,
    Field(description="Why nothing is compared: days of one of the periods were not read. Null where it is compared."),
]


class MissingDays(BaseModel):
    """Days of one account that were not read, both ends included. `fbads backfill --from … --to …` reads them."""

    model_config = ConfigDict(serialize_by_alias=True)

    account_id: str
    since: date = Field(serialization_alias="from")
    until: date = Field(serialization_alias="to")


class PeriodCoverage(BaseModel):
    """A day that was not read is not a day without spend: how many account-days of the period were read."""

    level: Level = Field(description="Of what the figures are read.")
    asked: int = Field(description="Account-days of the period that have come.")
    read: int = Field(description="Those of them that were read well.")
    is_complete: bool
    is_collected: bool = Field(description="False: FBADS_LEVELS leaves the level out; no backfill reads it.")
    missing: list[MissingDays] = Field(description="The others, by account, oldest first.")


def coverage_schema(level: Level, coverage: Coverage) -> PeriodCoverage:
    """The coverage of a period as the API shows it."""
    missing = [_missing(account_id, days) for account_id, ranges in coverage.missing for days in ranges]
    return PeriodCoverage(
        level=level,
        asked=coverage.asked,
        read=coverage.read,
        is_complete=coverage.is_complete,
        is_collected=not coverage.not_collected,
        missing=missing,
    )


def coverage_of_read(level: Level, accounts: Iterable[AccountDays], levels: Collection[Level]) -> PeriodCoverage:
    """Of accounts that each have days of their own. levels: those that are collected."""
    not_collected = "" if level in levels else level
    return coverage_schema(level, replace(coverage_of_accounts(accounts), not_collected=not_collected))


def states_of(known: Mapping[str, Known]) -> dict[str, FigureState]:
    """The states of the figures that are not measured."""
    return {name: state for name, (_, state) in known.items() if state != "measured"}


def _missing(account_id: str, days: DayRange) -> MissingDays:
    return MissingDays(account_id=account_id, since=days.since, until=days.until)
