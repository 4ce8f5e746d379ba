"""A question, read: which of its words are names, days, bounds, phrases, and which are left over."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from fbads_pipeline.domain.chat.hours import HOURS_OF_DAY
from fbads_pipeline.domain.chat.lexicon.vocabulary import Vocabulary
from fbads_pipeline.domain.chat.periods.dates import DateContext
from fbads_pipeline.domain.chat.periods.hours import FoundHours, find_hours
from fbads_pipeline.domain.chat.periods.phrases import FoundPeriod, find_periods
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.periods.weekdays import FoundWeekdays, find_weekdays
from fbads_pipeline.domain.chat.plan import LEVELS, Comparison, Level, Objects, RelativePeriod
from fbads_pipeline.domain.chat.understanding.amounts import AmountBound, FoundValue, find_amounts, find_limit
from fbads_pipeline.domain.chat.understanding.entities import NamedObject, NameMatch, ObjectNames
from fbads_pipeline.domain.chat.understanding.tags import Lexicon, PhraseTag, QuestionWord, words_of
from fbads_pipeline.domain.chat.understanding.wording.ages import ages_of_people
from fbads_pipeline.domain.chat.understanding.wording.places import FoundPlace, find_place
from fbads_pipeline.domain.chat.understanding.wording.rewording import reworded, with_countries, with_digits
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.core.formatting import fold

_ACCOUNT = re.compile(r"\bact[_ -]?(\d{5,25})\b")
_QUE = re.compile(r"\bq\b")
_SIGNS = tuple(
    (re.compile(rf"(?<!\w)(?:(?:em|in) )?{sign}(?! ?\d)"), code)
    for sign, code in ((r"us\$", " usd "), (r"r\$", " brl "))
)
_PERCENT = re.compile(r"(?:^|(?<=[^\d] ))%(?= )")
_NOT = re.compile(r"\b(\w+)n't\b")
# Phrases that name days of one week, and how many days a stretch has that they limit.
_OF_A_WEEK = ("weekday_range", "weekday", "weekend")
_LONGER = 13
_SHORTENED = {"ca": "can", "wo": "will", "sha": "shall"}
_GREETING = r"^\W*(?:(?:{salutation})\b\W+)+"
# Between two stretches of days: that they are two.
JOINED = r"\b(?:{and}|{or}|{between})\b|[,;/]"
_ON_A_DAY = r"\b(?:{on_a_day}) $"
_QUOTED = re.compile(r"[\"“”«»](?P<name>[^\"“”«»]+)[\"“”«»]|(?<!\w)'(?P<single>[^']{3,})'(?!\w)")


# Above and below by size; better and worse by what is good of the metric.
BoundDirection = Comparison | Literal["better", "worse"]


@dataclass
class ObjectMention:
    """Objects that a question names, where, and which level it says they are."""

    start: int
    end: int
    objects: tuple[NamedObject, ...]
    said: str
    level: Level | None
    is_plural: bool


@dataclass(frozen=True)
class ComputedBound:
    """A bound that is a figure itself; places are those of its words.

    of: whose figure it is; None: the average; metric: that of the turn before, for a question that names none.
    """

    start: int
    end: int
    direction: BoundDirection
    said: str
    of: ObjectMention | None
    metric: str = ""


@dataclass
class ParsedQuestion:
    """Everything that was found in a question; places are those of the folded text, in characters."""

    text: str
    words: list[QuestionWord]
    vocabulary: Vocabulary
    tags: list[PhraseTag] = field(default_factory=list)
    periods: list[FoundPeriod] = field(default_factory=list)
    amounts: list[AmountBound] = field(default_factory=list)
    ages: list[FoundValue] = field(default_factory=list)
    named: list[ObjectMention] = field(default_factory=list)
    excluded: list[ObjectMention] = field(default_factory=list)
    missing: list[tuple[str, Level | None]] = field(default_factory=list)
    limit: int | None = None
    ordinal: FoundPlace | None = None
    without: list[PhraseTag] = field(default_factory=list)
    weekdays: tuple[int, ...] = ()
    said_weekdays: str = ""
    hours: tuple[int, int] | None = None
    said_hours: str = ""
    is_each_day: bool = False
    others: tuple[Objects, ...] = ()
    against: list[str] = field(default_factory=list)
    computed: list[ComputedBound] = field(default_factory=list)
    left: list[QuestionWord] = field(default_factory=list)
    asides: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    qualifying: list[QuestionWord] = field(default_factory=list)

    def of(self, kind: str) -> list[PhraseTag]:
        return [tag for tag in self.tags if tag.kind == kind]

    def has(self, kind: str, value: str | None = None) -> bool:
        return any(tag.kind == kind and value in (None, tag.value) for tag in self.tags)

    @property
    def currency(self) -> str | None:
        """The one currency that the question limits itself to."""
        said = {tag.value for tag in self.of("currency")}
        return said.pop() if len(said) == 1 else None

    def place(self, tag: PhraseTag) -> int:
        """Where a tag begins in the text."""
        return self.words[tag.start].start


@lru_cache(maxsize=8)
def level_words(vocabulary: Vocabulary) -> dict[str, Level]:
    """QuestionWord → the level that it names: "conta" is an account, "conjuntos" are ad sets."""
    phrases, others = vocabulary.phrases("dimension"), vocabulary.words["not_level"]
    return {
        word: level for level in LEVELS for phrase in phrases[level] for word in phrase.split() if word not in others
    }


def read(question: str, *, language: str, names: ObjectNames, lexicon: Lexicon, today: date) -> ParsedQuestion:
    """The parts of a normalised question. Raises AmbiguousDate and ImpossibleDate."""
    vocabulary = lexicon.vocabulary
    text = _mend(fold(with_countries(question, names)), lexicon, names, language)
    text = reworded(with_digits(text, vocabulary, names), vocabulary, names)
    parsed = ParsedQuestion(text, words_of(text), vocabulary)
    taken = [False] * len(text)
    _pass_greeting(parsed, taken, names)
    _read_quotes(parsed, taken, names)
    _read_names(parsed, taken, names, lexicon)
    hours = find_hours(_open(text, taken), vocabulary)
    if hours:
        parsed.hours, parsed.said_hours = hours[0].hours, text[hours[0].start : hours[0].end].strip()
        _take(taken, hours)
    parsed.ages = ages_of_people(_open(text, taken), parsed.words, lexicon)
    _take(taken, parsed.ages)
    parsed.amounts = find_amounts(_open(text, taken), language, vocabulary)
    _take(taken, parsed.amounts)
    parsed.ordinal = find_place(_open(text, taken), vocabulary)
    _take(taken, [parsed.ordinal] if parsed.ordinal else [])
    limit = find_limit(_open(text, taken), vocabulary)
    if limit:
        parsed.limit = int(limit.value)
        _take(taken, [limit])
    weekdays = find_weekdays(_open(text, taken), vocabulary)
    if weekdays:
        parsed.weekdays, parsed.said_weekdays = weekdays.weekdays, text[weekdays.start : weekdays.end].strip()
        _take(taken, [weekdays])
    parsed.periods = find_periods(_open(text, taken), DateContext(vocabulary, language, today))
    _take(taken, parsed.periods)
    if not parsed.periods:  # "this morning" names its day too
        named = [(one, one.days_ago) for one in hours if one.days_ago is not None]
        parsed.periods = [FoundPeriod(one.start, one.end, RelativePeriod("day", back)) for one, back in named]
    _begin_nights(parsed, hours, today)
    _end_yesterday(parsed, taken, today)
    free = [None if any(taken[word.start : word.end]) else word.text for word in parsed.words]
    parsed.tags = lexicon.tags(free)
    for tag in parsed.tags:
        free[tag.start : tag.end] = [None] * (tag.end - tag.start)
    _drop_top(parsed)
    _limit_to_weekdays(parsed, today)
    stopwords = vocabulary.words["stopwords"]
    left = [w for w, f in zip(parsed.words, free, strict=True) if f is not None and f not in stopwords]
    parsed.left = [word for word in left if not vocabulary.is_harmless(word.text) or _is_of_days(parsed, word)]
    return parsed


def _is_of_days(parsed: ParsedQuestion, word: QuestionWord) -> bool:
    """ "Passada" without its week is no everyday verb; after a day of the week, which is over, it says no more."""
    if parsed.vocabulary.expression(r"(?:{over_already})").fullmatch(word.text) is None:
        return False
    return not any(one.kind in _OF_A_WEEK[:2] and 0 <= word.start - one.end <= 1 for one in parsed.periods)


def _drop_top(parsed: ParsedQuestion) -> None:
    """ "Top 5 … com o pior ROAS": beside another order "top" only counts the rows."""
    tops = [tag for tag in parsed.of("rank") if tag.said in parsed.vocabulary.words["top_words"]]
    if parsed.limit and tops and len(tops) < len(parsed.of("rank")):
        parsed.tags = [tag for tag in parsed.tags if tag not in tops]


def _pass_greeting(parsed: ParsedQuestion, taken: list[bool], names: ObjectNames) -> None:
    """ "Morning! …": what greets before the question, and is no name, is none of its words."""
    match = parsed.vocabulary.expression(_GREETING).match(parsed.text)
    if match is None or match.end() == len(parsed.text):
        return
    if not any(word.text in names.words for word in parsed.words if word.start < match.end()):
        taken[: match.end()] = [True] * match.end()


def _begin_nights(parsed: ParsedQuestion, hours: list[FoundHours], today: date) -> None:
    """ "Das 22h de sábado até as 2h de domingo": a night, which belongs to the day that it begins on. Any other stretch
    of hours from one day to another is kept as what no plan holds."""
    said = [one for one in parsed.periods if not one.is_relative]
    if not hours or len(said) != 2 or not any(one.is_over_days for one in hours):  # noqa: PLR2004
        return
    (first, ends), (begins, last) = (resolve(one.period, today) for one in said)
    is_next_day = first == ends and begins == last and (begins - first).days % 7 == 1
    if hours[0].hours[1] > HOURS_OF_DAY and is_next_day:
        parsed.periods = [one for one in parsed.periods if one != said[1]]
    else:
        parsed.against.append(parsed.said_hours)


def _end_yesterday(parsed: ParsedQuestion, taken: list[bool], today: date) -> None:
    """ "Novembro até ontem", "this month, not counting today": the days that have come, without today."""
    match = parsed.vocabulary.expression(r"\b(?:{ending_yesterday})\b").search(parsed.text)
    others = [one for one in parsed.periods if match is None or not match.start() <= one.start < match.end()]
    if match is None or len(others) != 1 or others[0].is_relative:
        return
    (first, last), yesterday = resolve(others[0].period, today), today - timedelta(days=1)
    if last in (today, yesterday) and first <= yesterday:  # "the last 14 days" end before today anyway
        ended = others[0].period if last == yesterday else RelativePeriod("between", first=first, last=yesterday)
        parsed.periods = [replace(others[0], period=ended)]
        taken[match.start() : match.end()] = [True] * (match.end() - match.start())


def _limit_to_weekdays(parsed: ParsedQuestion, today: date) -> None:
    """ "De segunda a sexta em outubro": days of the week within a longer stretch limit it, and are no other stretch."""
    named = [one for one in parsed.periods if one.kind in _OF_A_WEEK]
    if any(parsed.vocabulary.has("over_already", parsed.text[one.start : one.end]) for one in named):
        return  # "sexta passada", "last Friday": one day, which no longer stretch has all of
    longer = [one for one in parsed.periods if one not in named and not one.is_relative]
    if len(named) != 1 or len(longer) != 1 or parsed.weekdays:
        return
    between = parsed.text[min(named[0].end, longer[0].end) : max(named[0].start, longer[0].start)]
    first, last = resolve(longer[0].period, today)
    is_joined = parsed.vocabulary.expression(JOINED).search(between) is not None
    if (last - first).days < _LONGER or is_joined or parsed.has("comparison"):
        return
    begins, ends = resolve(named[0].period, today)
    parsed.weekdays = tuple(sorted({one.isoweekday() for one in DayRange(begins, max(begins, ends))}))
    parsed.said_weekdays = parsed.text[named[0].start : named[0].end].strip()
    parsed.periods = longer


def level_before(words: Sequence[QuestionWord], place: int, vocabulary: Vocabulary) -> tuple[Level | None, bool]:
    """Which level the word before this place names ("campanha"), and whether it is a plural."""
    levels, between = level_words(vocabulary), vocabulary.words["before_names"]
    back = place - 1
    while back >= 0 and words[back].text in between and place - back < 4:
        back -= 1
    if back < 0 or words[back].text not in levels:
        return None, False
    return levels[words[back].text], words[back].text.endswith("s")


def _mend(text: str, lexicon: Lexicon, names: ObjectNames, language: str) -> str:
    mended, at = [], 0
    if "q" not in names.words:
        text = _QUE.sub("que", text)
    text = _ACCOUNT.sub(r"\1", text)
    for sign, code in _SIGNS:
        text = sign.sub(code, text)
    if "t" not in names.words:  # "Don't miss" may be a name
        text = _PERCENT.sub(" percent ", text)
        text = _NOT.sub(lambda match: _SHORTENED.get(match[1], match[1]) + " not", text)
    text = names.joined(text, lexicon.knows)
    before_names, before = lexicon.vocabulary.words["name_follows"], ""
    for word in words_of(text):
        may_be_name = before in before_names
        apart = names.apart(word.text) if not lexicon.knows(word.text) else ""
        meant = apart or lexicon.mended(word.text, names.words, may_be_name=may_be_name, language=language)
        if not apart and not lexicon.knows(word.text):
            meant = names.meant_after(before, word.text) or meant
        mended += [text[at : word.start], meant]
        at, before = word.end, meant
    return "".join([*mended, text[at:]])


def _read_quotes(parsed: ParsedQuestion, taken: list[bool], names: ObjectNames) -> None:
    for match in _QUOTED.finditer(parsed.text):
        said = match["name"] or match["single"]
        place = sum(word.start < match.start() for word in parsed.words)
        level, plural = level_before(parsed.words, place, parsed.vocabulary)
        objects = names.quoted(said, level)
        if objects:
            parsed.named.append(ObjectMention(match.start(), match.end(), objects, said.strip(), level, plural))
        else:
            parsed.missing.append((said.strip(), level))
        taken[match.start() : match.end()] = [True] * (match.end() - match.start())


def _read_names(parsed: ParsedQuestion, taken: list[bool], names: ObjectNames, lexicon: Lexicon) -> None:
    words = parsed.words
    texts = [word.text for word in words]
    place = 0
    while place < len(words):
        if any(taken[words[place].start : words[place].end]):
            place += 1
            continue
        level, plural = level_before(words, place, parsed.vocabulary)
        one = names.by_id(texts[place])
        if one is not None:
            mention: NameMatch | None = NameMatch(place, place + 1, (one,))
        else:
            mention = names.longest_at(texts, place, level)
            if mention is None and level is not None:
                # "conjuntos da Coleção Verão": the word before is what is asked about, not what is named.
                level, plural = None, False
                mention = names.longest_at(texts, place, None)
            if mention is not None and not _is_name(mention, texts, level, names, lexicon):
                mention = None
            if mention is not None and level is None and _is_day(parsed, mention):
                place = mention.end  # no word of the day begins a name
                continue
        if mention is None:
            place += 1
            continue
        start, end = words[mention.start].start, words[mention.end - 1].end
        said = parsed.text[start:end]
        plural = plural or _are_both(parsed, start, len(mention.objects))
        parsed.named.append(ObjectMention(start, end, mention.objects, said, level, plural))
        taken[start:end] = [True] * (end - start)
        place = mention.end


def _are_both(parsed: ParsedQuestion, start: int, count: int) -> bool:
    """ "As duas Auroras": a name that fits two objects, both of which are meant."""
    before = parsed.vocabulary.expression(r"\b(?:{both_of})(?: (?:{before_excluded}))* $")
    return count == 2 and before.search(parsed.text[:start]) is not None  # noqa: PLR2004


def _is_name(
    mention: NameMatch, texts: Sequence[str], level: Level | None, names: ObjectNames, lexicon: Lexicon
) -> bool:
    """A run of words is a name where one of them means nothing else, or where it is a whole name."""
    run = texts[mention.start : mention.end]
    own = [word for word in run if not lexicon.knows(word) and (len(word) > 2 or level is not None)]
    if any(not word.isdigit() for word in own):
        return True
    return names.is_full_name(mention, texts) and (len(run) > 1 or level is not None)


def _is_day(parsed: ParsedQuestion, mention: NameMatch) -> bool:
    """ "No Natal", beside a campaign that has the word in its name: what people say of a day is the day."""
    words = parsed.words[mention.start : mention.end]
    said = parsed.text[words[0].start : words[-1].end]
    before = parsed.text[: words[0].start]
    if said in parsed.vocabulary.words["holiday_words"]:
        return parsed.vocabulary.expression(r"\b(?:{before_holiday}) $").search(before) is not None
    return said in parsed.vocabulary.holidays and parsed.vocabulary.expression(_ON_A_DAY).search(before) is not None


def _open(text: str, taken: list[bool]) -> str:
    """The text with what is taken blotted out, as long as it was."""
    return "".join("\x00" if is_taken else character for character, is_taken in zip(text, taken, strict=True))


def _take(
    taken: list[bool], found: Sequence[FoundValue | AmountBound | FoundPeriod | FoundWeekdays | FoundHours | FoundPlace]
) -> None:
    for one in found:
        taken[one.start : one.end] = [True] * (one.end - one.start)
