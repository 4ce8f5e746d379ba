"""In which order suggestions are presented, and how many a person is asked to decide in a day."""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

# What a person can decide of one account in a day; FBADS_SUGGESTIONS_PER_DAY says otherwise.
MOST_PER_DAY = 10
OpenStatus = Literal["PENDING", "WAITING"]


class OpenSuggestion(NamedTuple):
    """An undecided suggestion. effect_low, effect_expected: of its estimate, None by rule; spend: of its window, in the
    account's currency; is_snoozed: a person put it off, so that it takes nobody's time now."""

    suggestion_id: str
    account_id: str
    effect_low: float | None
    effect_expected: float | None
    spend: float
    is_snoozed: bool = False


class PresentedSuggestion(NamedTuple):
    """Its place among its account's, 1 the first, and whether it is shown now or waits."""

    suggestion_id: str
    rank: int
    status: OpenStatus


def presented(
    open_suggestions: Iterable[OpenSuggestion], *, decided_today: Mapping[str, int], most: int
) -> list[PresentedSuggestion]:
    """Every open suggestion with its place and status, by account and place.

    most: per account and day; those that were decided on the account's local day count. Snoozed ones keep their place
    and count for nothing until their time comes.
    """
    placed: list[PresentedSuggestion] = []
    ordered = sorted(open_suggestions, key=lambda one: (one.account_id, *by_money(one)))
    ranks: dict[str, int] = {}
    shown: dict[str, int] = {}
    for one in ordered:
        ranks[one.account_id] = ranks.get(one.account_id, 0) + 1
        left = most - decided_today.get(one.account_id, 0) - shown.get(one.account_id, 0)
        is_shown = one.is_snoozed or left > 0
        shown[one.account_id] = shown.get(one.account_id, 0) + (is_shown and not one.is_snoozed)
        placed.append(
            PresentedSuggestion(one.suggestion_id, ranks[one.account_id], "PENDING" if is_shown else "WAITING")
        )
    return placed


def by_money(one: OpenSuggestion) -> tuple[bool, bool, float, float, str]:
    """Sort key: certain gains first (the whole 80 % interval above zero), then likely ones, each by the gain expected
    of a week; those by rule last, by what their campaign spent."""
    is_by_rule = one.effect_expected is None
    is_uncertain = one.effect_low is None or one.effect_low <= 0
    return is_by_rule, is_uncertain, -(one.effect_expected or 0.0), -one.spend, one.suggestion_id
