"""Meta's age groups in a question, distinguished from amounts: "mulheres de 25 a 34", not "de 25 a 34 vendas"."""

import re
from dataclasses import replace

from fbads_pipeline.domain.chat.lexicon.vocabulary import Vocabulary
from fbads_pipeline.domain.chat.understanding.amounts import FoundValue
from fbads_pipeline.domain.chat.understanding.tags import Lexicon, QuestionWord

AGES = ("13-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+")
_AGE = r"\b(?:(?:{before_age}) )*PATTERN(?: ?(?:{after_age})\b)?"
_AGES = {age: age.replace("-", r" ?(?:-|/|{between_ages}) ?") + r"\b" for age in AGES[:-1]}
# "De 25 a 44": several groups side by side.
_SEVERAL = r"(?P<n>\d\d) ?(?:-|/|{between_ages}) ?(?P<m>\d\d)\b"
# "Gente abaixo de 35", "menores de 35", "under-35s", "over 55 years": every group on that side.
_SIDES = (
    r"\b(?:(?:{people}) (?:\w+ ){0,1}?)?(?:{SIDE_than})[ -](?P<n>\d\d)(?:s\b|(?: |-)?(?:{after_age})\b)",
    r"\b(?:{people}) (?:\w+ ){0,2}?(?:{SIDE_than})[ -](?P<n>\d\d)\b(?!\d| ?%)",
    r"(?:(?<=men )|(?<=homens )|(?<=mulheres ))(?:{SIDE_than})[ -](?P<n>\d\d)\b(?!\d| ?%)",
    r"\b(?:{for_people}) (?:{SIDE_of_age}) (?P<n>\d\d)\b",
)
# "People 55 and up", "mulheres 45+", "quem tem 35 ou mais".
_OLDEST = r"(?:(?:{before_age}|\w+) ){0,2}?(?P<n>\d\d)(?: (?:{after_age}))?(?: ?\+| (?:{or_older}|{or_more})\b)"
_FROM_AN_AGE = (rf"(?P<of>)\b(?:{{people}}) {_OLDEST}", rf"\b(?P<of>{{of_gender}}) {_OLDEST}")
_AGES["65+"] = r"(?:65 ?\+|(?:{older_than}) 65|65 (?:{or_older}))"
# "25-34", "65+": written as a group, and not as two numbers.
_WRITTEN_AS_GROUP = re.compile(r"\d\d ?(?:[-/] ?\d\d|\+)|\d\ds\b")
_OF_AMOUNTS = r" ?(?:%|(?:{percent}|{currency_word})\b)"
_COUNTED = ("metric", "goal_cost", "currency")


def ages_of_people(text: str, words: list[QuestionWord], lexicon: Lexicon) -> list[FoundValue]:
    """The age groups of a folded text; none where what they count, or what is said beside them, makes them amounts.

    "Campanhas com mais de 45 vendas", "CPA over 65": numbers that are no ages unless people are spoken of.
    """
    found = find_ages(text, lexicon.vocabulary)
    if not found:
        return []
    tags = lexicon.tags([word.text if text[word.start] != "\x00" else None for word in words])
    counted = {words[tag.start].start for tag in tags if tag.kind in _COUNTED}
    people = any((tag.kind, tag.value) == ("dimension", "age") or tag.value.startswith("gender=") for tag in tags)
    people = people or any(lexicon.vocabulary.has(name, text) for name in ("people", "of_age_context"))
    vocabulary = lexicon.vocabulary
    return [
        replace(one, start=_after_unknown(one, _with_people(text, one.start, vocabulary), words, lexicon))
        for one in found
        if _is_of_people(text, one, vocabulary, counted, people=people)
    ]


def _with_people(text: str, start: int, vocabulary: Vocabulary) -> int:
    """Where "people over 65" begins: who is of that age says nothing more than the age."""
    before = vocabulary.expression(r"\b(?:{people}) (?:\w+ )?$").search(text[:start])
    return start if before is None else before.start()


def _after_unknown(one: FoundValue, start: int, words: list[QuestionWord], lexicon: Lexicon) -> int:
    """Where the age begins after a word that nothing knows, which stays in the question: "gente baixinha até 34"."""
    inside = [word for word in words if start < word.start and word.end < one.end and word.text.isalpha()]
    return max((word.end for word in inside if not lexicon.knows(word.text)), default=start)


def _is_of_people(text: str, one: FoundValue, vocabulary: Vocabulary, counted: set[int], *, people: bool) -> bool:
    said = text[one.start : one.end]
    if vocabulary.has("after_age", said):
        return True
    after = re.compile(r"\W*").match(text, one.end)
    is_before_count = after is not None and after.end() in counted
    if is_before_count or vocabulary.expression(_OF_AMOUNTS).match(text[one.end :]):
        return False
    return people or _WRITTEN_AS_GROUP.search(said) is not None


def find_ages(text: str, vocabulary: Vocabulary) -> list[FoundValue]:
    """Meta's age groups in a folded text."""
    found = []
    for age, pattern in _AGES.items():
        match = vocabulary.expression(_AGE.replace("PATTERN", pattern)).search(text)
        if match:
            found.append(FoundValue(match.start(), match.end(), age))
    return found or _ages_between(text, vocabulary) or _ages_on_a_side(text, vocabulary)


def _ages_between(text: str, vocabulary: Vocabulary) -> list[FoundValue]:
    """The groups from one age to another, where one of them begins with the first and one ends with the second."""
    match = vocabulary.expression(_AGE.replace("PATTERN", _SEVERAL)).search(text)
    if match is None:
        return []
    first, last = int(match["n"]), int(match["m"])
    groups = [one for one in AGES[:-1] if first <= int(one[:2]) and int(one[3:]) <= last]
    if not groups or int(groups[0][:2]) != first or int(groups[-1][3:]) != last:
        return []
    return [FoundValue(match.start(), match.end(), one) for one in groups]


def _ages_on_a_side(text: str, vocabulary: Vocabulary) -> list[FoundValue]:
    """The groups below or above an age that one of them begins with; none where the age lies within a group, as do
    "under 24", which leaves those of 24 out of theirs, and "up to 25"."""
    for side in ("younger", "older"):
        for template in _SIDES:
            match = vocabulary.expression(template.replace("SIDE", side)).search(text)
            if match is None:
                continue
            age, begins = int(match["n"]), [int(one[:2]) for one in AGES]
            ends_with_it = vocabulary.has("up_to_age", match[0]) or (side == "older" and age not in begins)
            bound = age + 1 if ends_with_it else age
            if bound not in begins:
                continue
            groups = [one for one in AGES if (int(one[:2]) < bound) == (side == "younger")]
            return [FoundValue(match.start(), match.end(), one) for one in groups]
    for template in _FROM_AN_AGE:
        match = vocabulary.expression(template).search(text)
        if match is not None and int(match["n"]) in [int(one[:2]) for one in AGES]:
            return [FoundValue(match.end("of"), match.end(), one) for one in AGES if int(one[:2]) >= int(match["n"])]
    return []
