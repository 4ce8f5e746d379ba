"""What was known and is left out of an answer: when another answer confirms that it is gone, and when it stands.

A row that measured something and does not come again, or comes without a figure that it had, is doubtful: it stands as
it was read until a second source decides. The store decides in SQL by these rules (settling.sql); tests hold them
together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from fbads_pipeline.domain.collection.levels import Grain
from fbads_pipeline.domain.collection.pages import RAW_FIGURES

Verdict = Literal["confirmed", "contradicted", "repeated", "unknown"]
# What is gone for good. `repeated`: no other level said anything, and a later run read the same.
GONE: frozenset[Verdict] = frozenset({"confirmed", "repeated"})
# People overlap, so no other level can confirm these figures: they are left out without a doubt.
NEVER_ADDED_UP = frozenset({"reach", "frequency"})
DOUBTED_NUMBERS = tuple(
    one.column for one in RAW_FIGURES if one.type in ("count", "decimal") and one.column not in NEVER_ADDED_UP
)
DOUBTED_LISTS = tuple(one.column for one in RAW_FIGURES if one.type == "actions")


@dataclass(frozen=True, order=True)
class DoubtfulDay:
    """A day of one grain that the run could not read well, and why.

    missing: rows that did not come again; incomplete: rows that came without a figure that they had; neither: an empty
    answer on a day on which another level has delivery.
    """

    grain: Grain
    day: date
    missing: int = 0
    incomplete: int = 0

    def __str__(self) -> str:
        parts = [f"{self.missing} known rows did not come again"] if self.missing else []
        parts += [f"{self.incomplete} rows came without figures that they had"] if self.incomplete else []
        reason = " and ".join(parts) or "no rows came, although another level has delivery"
        return f"insights by {self.grain} of {self.day}: {reason}"


@dataclass(frozen=True)
class UnreadDay:
    """A day of one account and grain whose newest reading was no good one. state: doubtful, unreadable or failed."""

    account_id: str
    grain: Grain
    day: date
    state: str
    error: str | None

    def __str__(self) -> str:
        return f"account {self.account_id}, insights by {self.grain} of {self.day}: {self.error or self.state}"


def verdict_of_figure(amount: Decimal, came: Decimal, others: Sequence[Decimal]) -> Verdict:
    """What other levels say of one figure of one row that was left out.

    amount: the figure as it is known; came: the same figure of all that did come at this level on that day; others: of
    the whole day at each level that was read well, and is not zero. A level whose total is nearer to what came with the
    amount than without contradicts; one that leaves no room for it confirms; a level that has less than what came says
    nothing.
    """
    half, sign = abs(amount) / 2, 1 if amount > 0 else -1
    if any((other - came) * sign >= half for other in others):
        return "contradicted"
    return "confirmed" if any(abs(other - came) < half for other in others) else "unknown"


def verdict_of_row(figures: Sequence[Verdict], *, before: Verdict | None, is_later_run: bool) -> Verdict:
    """What follows for the row: one figure that is contradicted keeps it, and all must be confirmed for it to go.

    figures: empty for a row without delivery; before: of the run before, where the row was doubtful already.
    """
    if "contradicted" in figures:
        return "contradicted"
    if figures and all(one == "confirmed" for one in figures):
        return "confirmed"
    return "repeated" if is_later_run and before == "unknown" else "unknown"


def sentence_of(days: Sequence[DoubtfulDay]) -> str:
    """The doubtful days of an account as one sentence; the oldest three by name."""
    named = "; ".join(str(one) for one in sorted(days)[:3])
    rest = f"; and {len(days) - 3} more" if len(days) > 3 else ""
    return f"{named}{rest}: what was known stands until another answer decides"
