"""The stretch of days that a question is about, and the one that it compares with."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from fbads_pipeline.domain.chat.periods.phrases import FoundPeriod
from fbads_pipeline.domain.chat.periods.resolution import a_year_before, previous, resolve
from fbads_pipeline.domain.chat.plan import LEVELS, Clarification, Refusal, RelativePeriod
from fbads_pipeline.domain.chat.understanding.figures.bounds import CannotPlan
from fbads_pipeline.domain.chat.understanding.question import JOINED, ParsedQuestion
from fbads_pipeline.domain.chat.understanding.tags import PhraseTag

# Days that a question names by their weekday: against the same day it is the one a week before.
_WEEKDAYS = ("weekday", "previous_weekday", "weekday_before_last")
_AND = r" ?(?:{and}) (?:(?:{date_lead}) )*"


def stretches(parsed: ParsedQuestion, today: date) -> tuple[RelativePeriod | None, RelativePeriod | None, bool]:
    """RelativePeriod, what it is compared with, and whether the only period said is "the one before"."""
    found = parsed.periods
    if not found:
        return _unit_of_overview(parsed, today), None, False
    if not parsed.has("comparison") and not any(one.is_relative for one in found):
        once = {resolve(one.period, today): one for one in reversed(found)}
        found = [one for one in found if one in once.values()]
        parsed.periods = found  # "gasto ontem, gasto ontem"
    run = _run_of_days(parsed, found, today)
    if run is not None:
        parsed.periods, parsed.is_each_day = [run], True
        return run.period, None, False
    if len(found) > 2:
        raise CannotPlan(Clarification("period", ", ".join(parsed.text[one.start : one.end] for one in found)))
    if len(found) == 2:
        narrowed = None if parsed.has("comparison") else _narrowed(parsed, found, today)
        if narrowed is None and not _are_set_apart(parsed, found):
            raise CannotPlan(Clarification("period", ", ".join(parsed.text[one.start : one.end] for one in found)))
        both = _both_days(parsed, found, today)
        if narrowed is None and both is not None:
            parsed.periods = [both]
            parsed.is_each_day = True
            return both.period, None, False
        if narrowed is None:
            return _two(found, today)
        parsed.periods = [narrowed]
        return narrowed.period, None, False
    only = found[0]
    pair = [tag for tag in parsed.of("comparison") if tag.value in ("pair", "moved") and parsed.place(tag) < only.start]
    joined = any(tag.value == "pair" and _touch(parsed, tag, only) for tag in pair)
    if only.period.kind == "since" and parsed.has("comparison", "moved"):
        raise CannotPlan(Clarification("period", parsed.text[only.start : only.end]))
    if only.is_relative and (pair or parsed.has("comparison", "year") or is_more_or_less(parsed)):
        return None, only.period, True
    if joined and not parsed.has("comparison", "previous") and not parsed.has("comparison", "year"):
        return _now(only.period, today), only.period, False
    return only.period, None, only.is_relative


def _unit_of_overview(parsed: ParsedQuestion, today: date) -> RelativePeriod | None:
    """ "O resumo da semana": the current week or month; the one before where only its first day has come."""
    words = parsed.vocabulary.words
    units: tuple[Literal["week", "month"], ...] = ("week", "month")
    said = [one for one in units if any(tag.said in words[f"bare_{one}"] for tag in parsed.of("dimension"))]
    if len(said) != 1 or not parsed.has("intent", "overview"):
        return None
    period = RelativePeriod(said[0], 0)
    first, last = resolve(period, today)
    return period if first < last else RelativePeriod(said[0], 1)


def is_more_or_less(parsed: ParsedQuestion) -> bool:
    """ "Gastamos mais que na semana anterior?": two stretches are compared, and no objects are ordered."""
    levels = any(tag.value in LEVELS for tag in parsed.of("dimension"))
    return not levels and any(tag.value in ("most", "least") for tag in parsed.of("rank"))


def _touch(parsed: ParsedQuestion, tag: PhraseTag, period: FoundPeriod) -> bool:
    """Whether nothing but small words stands between "comparado com" and the period."""
    end = parsed.words[tag.end - 1].end
    return all(
        word.text in parsed.vocabulary.words["stopwords"] for word in parsed.words if end <= word.start < period.start
    )


def _narrowed(parsed: ParsedQuestion, found: list[FoundPeriod], today: date) -> FoundPeriod | None:
    """ "The first half of this month", "Sunday the 15th": two ways to say one stretch, side by side; None for two."""
    one, other = found
    between = [word.text for word in parsed.words if one.end <= word.start < other.start]
    if one.is_relative or other.is_relative or not parsed.vocabulary.words["joins_periods"].issuperset(between):
        return None
    if "since" in (one.period.kind, other.period.kind):
        return None  # "ontem, desde segunda": until when is not said
    a, b = (resolve(each.period, today) for each in found)
    if a[0] <= b[0] and b[1] <= a[1]:
        return other
    if b[0] <= a[0] and a[1] <= b[1]:
        return one
    if a[0] == a[1] and b[0] == b[1]:
        dated = [each for each in found if each.period.kind == "between"]
        if len(dated) == 1 and a[0].weekday() == b[0].weekday():
            return dated[0]
        raise CannotPlan(Clarification("period", parsed.text[one.start : other.end]))
    return None


def _both_days(parsed: ParsedQuestion, found: list[FoundPeriod], today: date) -> FoundPeriod | None:
    """ "Saturday and Sunday", "ontem e hoje": two days side by side that nothing sets against each other are both asked
    for, each with its own figure; None of anything else."""
    one, other = found
    if one.is_relative or other.is_relative or parsed.has("comparison") or parsed.has("intent", "why"):
        return None
    adds_up = parsed.vocabulary.has("added_up", parsed.text)
    between = parsed.text[one.end : other.start]
    if parsed.has("rank") or parsed.vocabulary.expression(_AND).fullmatch(between) is None:
        return None
    (first, ends), (begins, last) = sorted(resolve(each.period, today) for each in found)
    if first != ends or begins != last or begins - first != timedelta(days=1):
        if adds_up:
            raise CannotPlan(Refusal("lost", parsed.text[one.start : other.end]))
        return None
    period = RelativePeriod("between", first=first, last=last)
    if last == today:
        period = RelativePeriod("days_with_today", 2)
    elif last == today - timedelta(days=1):
        period = RelativePeriod("days", 2)
    return FoundPeriod(one.start, other.end, period)


def _run_of_days(parsed: ParsedQuestion, found: list[FoundPeriod], today: date) -> FoundPeriod | None:
    """ "Friday, Saturday and Sunday": three days or more in turn that nothing sets apart; None of anything else."""
    unclear = parsed.has("comparison") or parsed.has("intent", "why") or parsed.has("rank")
    if len(found) < 3 or unclear or any(one.is_relative for one in found):  # noqa: PLR2004
        return None
    listed = parsed.vocabulary.expression(r"[, ]*(?:(?:{and}) )?(?:(?:{date_lead}) )*")
    between = [parsed.text[one.end : other.start] for one, other in pairwise(found)]
    days = sorted(resolve(one.period, today) for one in found)
    in_turn = all(later[0] - earlier[1] == timedelta(days=1) for earlier, later in pairwise(days))
    if not in_turn or any(first != last for first, last in days) or any(not listed.fullmatch(one) for one in between):
        return None
    period = RelativePeriod("between", first=days[0][0], last=days[-1][1])
    return FoundPeriod(found[0].start, found[-1].end, period)


def _are_set_apart(parsed: ParsedQuestion, found: list[FoundPeriod]) -> bool:
    """Whether a word says that two stretches are two: it compares, or joins them."""
    one, other = found
    if one.is_relative or other.is_relative or parsed.has("comparison") or parsed.has("intent", "why"):
        return True
    if is_more_or_less(parsed) or parsed.has("rank"):
        return True
    between = parsed.text[one.end : other.start]
    return parsed.vocabulary.expression(JOINED).search(between) is not None


def _two(found: list[FoundPeriod], today: date) -> tuple[RelativePeriod, RelativePeriod, bool]:
    first, second = found
    if second.is_relative or first.is_relative:
        base, other = (first, second) if second.is_relative else (second, first)
        if other.period.kind == "year" and base.period.kind != "year":
            return base.period, a_year_before(base.period, today), False
        if other.period.kind == "day" and base.period.kind == "day":
            return base.period, replace(base.period, back=base.period.back + other.period.back), False
        if base.period.kind == "day" and other.period.kind != "day":
            raise CannotPlan(Clarification("period", ""))
        return base.period, previous(base.period), False
    if resolve(first.period, today) == resolve(second.period, today) and second.kind in _WEEKDAYS:
        second = replace(second, period=replace(second.period, back=second.period.back + 7))
    later, earlier = sorted((first.period, second.period), key=lambda one: resolve(one, today), reverse=True)
    return later, earlier, False


def _now(period: RelativePeriod, today: date) -> RelativePeriod:
    """What something earlier is compared with when nothing else is said: today with yesterday, this month with last."""
    if period.kind in ("day", "week", "month", "quarter", "year") and period.count:
        return replace(period, count=0)
    if period.kind == "between":
        return RelativePeriod("month", 0)
    raise CannotPlan(Clarification("period", ""))
