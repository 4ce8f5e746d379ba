"""Asks every item and grades the answer against its own SQL."""

import calendar
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from evaluation.chat import items_en, items_pt
from evaluation.chat.expected import Expected, read_all
from evaluation.chat.world import MINE, NOW
from fbads_pipeline.domain.chat.coverage import AnswerCoverage
from fbads_pipeline.domain.chat.result import Result
from fbads_pipeline.services.chat.answer_question import answer
from fbads_pipeline.services.chat.turn import Answer, Chat, ChatUser

LEVELS = ("lookup", "slice", "compare", "why", "refuse", "hostile")
UNSEEN = Path(__file__).parent / "unseen"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Item:
    """One graded question with the turns before it."""

    language: str
    level: str
    expected: str
    turns: tuple[str, ...]


@dataclass(frozen=True)
class GradedAnswer:
    """right, wrong (a figure that is not the expected one), or unanswered (a refusal or question back instead)."""

    item: Item
    verdict: str
    milliseconds: float
    answer: Answer
    unsourced_numbers: tuple[str, ...]


def items() -> list[Item]:
    """Every item of both languages that was written together with the grammar."""
    return [*_items("pt", items_pt.ITEMS), *_items("en", items_en.ITEMS)]


def unseen_items(part: str) -> list[Item]:
    """Questions that were written before the vocabulary was looked at: those of `work`, or those `held` back."""
    texts = {language: (UNSEEN / f"{part}_{language}.txt").read_text(encoding="utf-8") for language in ("pt", "en")}
    return [item for language, text in texts.items() for item in _items(language, text)]


def _items(language: str, text: str) -> list[Item]:
    made = []
    for line in text.strip().splitlines():
        level, expected, question = line.split(" | ", 2)
        made.append(Item(language, level, expected, tuple(part.strip() for part in question.split(" >> "))))
    return made


def grade(chat: Chat, engine: sa.Engine, asked: Iterable[Item]) -> list[GradedAnswer]:
    """One graded answer per item, each in a session of its own."""
    user = ChatUser("grader", MINE)
    graded = []
    for item in asked:
        session = uuid4().hex
        for turn in item.turns[:-1]:
            answer(chat, turn, user=user, session_id=session, now=NOW)
        begun = time.perf_counter()
        made = answer(chat, item.turns[-1], user=user, session_id=session, now=NOW)
        took = (time.perf_counter() - begun) * 1000
        graded.append(GradedAnswer(item, _best_verdict(made, item, engine), took, made, unsourced_numbers(made, item)))
    return graded


def unsourced_numbers(made: Answer, item: Item) -> tuple[str, ...]:
    """Numbers of the text that come from no row, no date of the plan, no name and no word of the question.

    Formulas and examples are no figures: definitions, help and refusals are looked at only for digits of their own.
    """
    if made.kind in ("definition", "help", "greeting"):
        return ()
    text = made.text
    if made.outcome != "answered":
        text = text.split("Sei responder")[0].split("I can answer")[0]
        text = text.replace("vídeo de 3 s", "").replace("3-second video views", "")  # a metric's own name
    allowed = _allowed_beside_rows(made, item)
    numbers = [(one, digits) for one in _NUMBER.findall(text) if (digits := _digits(one)) not in allowed]
    left = {digits for _, digits in numbers}
    for row in (row for table in made.tables for row in table.rows):
        if not left:
            break
        left -= {form for value in row.values() for form in (*_forms(value), *_local_forms(value, row))}
    return tuple(one for one, digits in numbers if digits in left)


def _allowed_beside_rows(made: Answer, item: Item) -> set[str]:
    """Numbers of the question, of days, filters, coverage and choices, and how many rows and groups there are."""
    allowed = {_digits(one) for turn in item.turns for one in _NUMBER.findall(turn)}
    for table in made.tables:
        allowed |= set(_forms(table.groups)) | set(_forms(len(table.rows)))
    for citation in made.citations:
        for day in (citation.first_day, citation.last_day, citation.compared_first_day, citation.compared_last_day):
            allowed |= set(f"{day:%d %m %Y}".split() if day else ())
            allowed |= {str(int(part)) for part in (f"{day:%d %m %Y}".split() if day else ())}
        allowed |= {_digits(one) for filtered in citation.filters for one in _NUMBER.findall(filtered)}
        allowed |= _days_of_parts(citation.first_day, citation.last_day, made.tables)
    if made.coverage is not None:
        allowed |= _covered(made.coverage)
    allowed |= {str(number) for number in range(1, len(made.choices) + 1)}
    return allowed | {_digits(one) for choice in made.choices for one in _NUMBER.findall(choice)}


def _days_of_parts(first: date | None, last: date | None, tables: Sequence[Result]) -> set[str]:
    """Of a list by week or month: how many days its first and last one have, and how many of them are asked for."""
    groups = {column.name for table in tables for column in table.query.columns if column.role == "key"}
    if first is None or last is None:
        return set()
    asked = [first + timedelta(days=days) for days in range((last - first).days + 1)]
    found: set[str] = set()
    for day in (first, last):
        if "week" in groups:
            inside = sum(one.isocalendar()[:2] == day.isocalendar()[:2] for one in asked)
            found |= {*_forms(inside), "7"}
        if "month" in groups:
            inside = sum((one.year, one.month) == (day.year, day.month) for one in asked)
            found |= {*_forms(inside), *_forms(calendar.monthrange(day.year, day.month)[1])}
    return found


def _covered(coverage: AnswerCoverage) -> set[str]:
    """Days asked for and read, by account and in all, the days that lack, and until when today is read."""
    found = set(_forms(coverage.doubtful))
    for one in (coverage.now, coverage.before, *(each.coverage for each in coverage.days)):
        if one is not None:
            found |= _forms(one.asked) | _forms(one.read)
            found |= {form for _, ranges in one.missing for days in ranges for form in _forms(str(days))}
    if coverage.today_read_at is not None:
        read_at, zone = coverage.today_read_at
        found |= _forms(str(read_at.astimezone(ZoneInfo(zone)))[:16])
    return found


def _forms(value: Any) -> set[str]:
    """Every way in which a cell can be written: rounded to 0 to 4 decimals, as it is or as a percentage."""
    if value is None or isinstance(value, bool):
        return set()
    if isinstance(value, int | float | Decimal):
        number = abs(Decimal(str(value)))
        made = set()
        for scaled in (number, number * 100):
            made |= {_digits(f"{_rounded(scaled, places):f}") for places in range(9)}
        return made
    return {_digits(one) for one in _NUMBER.findall(str(value))}


def _local_forms(value: Any, row: Mapping[str, Any]) -> set[str]:
    """An instant on the clocks of its row's account."""
    if not isinstance(value, datetime) or not row.get("timezone_name"):
        return set()
    return _forms(str(value.astimezone(ZoneInfo(row["timezone_name"])))[:16])


def _rounded(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _digits(number: str) -> str:
    """The digits of a number, without separators and without the zeros that end a fraction."""
    whole = re.sub(r"\D", "", number)
    last = max(number.rfind("."), number.rfind(","))
    if last > 0 and len(number) - last - 1 != 3:
        whole = whole.rstrip("0") if number[last + 1 :].strip("0") == "" or number.endswith("0") else whole
    return whole.lstrip("0") or "0"


def _best_verdict(made: Answer, item: Item, engine: sa.Engine) -> str:
    verdicts = {_verdict(made, one, engine) for one in read_all(item.expected)}
    return next(one for one in ("right", "unanswered", "wrong") if one in verdicts)


def _verdict(made: Answer, expected: Expected, engine: sa.Engine) -> str:
    if expected.outcome != made.outcome:
        return "wrong" if made.outcome == "answered" else "unanswered"
    if expected.kinds and made.kind not in expected.kinds:
        return "wrong" if made.outcome == "answered" else "right"
    if expected.outcome != "answered":
        return "right"
    if expected.text.lower() not in made.text.lower():
        return "wrong"
    if expected.rows is not None:
        return "right" if made.tables[0].groups == expected.rows else "wrong"
    if not expected.sql:
        return "right"
    with engine.connect() as connection:
        wanted = sorted(_row(row) for row in connection.execute(sa.text(expected.sql)))
    found = [sorted(_row(row) for row in _figures(table)) for table in made.tables]
    return "right" if wanted in found else "wrong"


def _figures(table: Result) -> list[Sequence[Any]]:
    keys = [column.name for column in table.query.columns if column.role == "key" and column.name != "currency"]
    values = [column.name for column in table.query.columns if column.role in ("value", "before")]
    shares = [column.name for column in table.query.columns if column.role == "share"]
    values = shares or values
    return [[row[name] for name in (*keys, *values)] for row in table.rows]


def _row(row: Sequence[Any]) -> tuple[str, ...]:
    return tuple(f"{float(one):.6g}" if isinstance(one, int | float | Decimal) else str(one) for one in row)


def table(graded: Sequence[GradedAnswer]) -> str:
    """Right, confidently wrong and unanswered per level and language; unsourced numbers; 95th percentile of time."""
    lines = [f"{'':10}{'':4}{'items':>6}{'right':>7}{'wrong':>7}{'unanswered':>12}"]
    for level in (*LEVELS, "all"):
        for language in ("pt", "en"):
            some = [one for one in graded if one.item.language == language and level in (one.item.level, "all")]
            counts: Mapping[str, int] = {
                v: sum(one.verdict == v for one in some) for v in ("right", "wrong", "unanswered")
            }
            lines.append(
                f"{level:10}{language:4}{len(some):6}{counts['right']:7}{counts['wrong']:7}{counts['unanswered']:12}"
            )
    times = sorted(one.milliseconds for one in graded)
    loose = sum(bool(one.unsourced_numbers) for one in graded)
    right = sum(one.verdict == "right" for one in graded)
    lines.append(
        f"right: {right} of {len(graded)} ({right / len(graded):.1%}); answers with numbers from no query: {loose}"
    )
    lines.append(f"p50 {times[len(times) // 2]:.1f} ms, p95 {times[int(len(times) * 0.95)]:.1f} ms")
    return "\n".join(lines)
