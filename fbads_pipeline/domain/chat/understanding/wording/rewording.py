"""Other words for the same: numbers that are spelled out, codes of countries, and phrases with a plainer form."""

import re
from collections.abc import Sequence
from functools import partial

from fbads_pipeline.domain.chat.lexicon.vocabulary import Vocabulary
from fbads_pipeline.domain.chat.understanding.entities import ObjectNames
from fbads_pipeline.domain.chat.understanding.tags import QuestionWord, words_of
from fbads_pipeline.domain.core.formatting import fold

# Codes that people write in capitals, so that "us" stays a word: code → a name that the lexicons hold.
_COUNTRIES = {"US": "usa", "BR": "brasil", "UK": "uk", "PT": "portugal", "AR": "argentina", "MX": "mexico"}
_CODE = re.compile(rf"(?<![\w$-])(?:{'|'.join(_COUNTRIES)})(?![\w$-])")
_HUNDRED = 100
_THOUSAND = 1000
# One and two are words of other meanings too: "uma", "as duas", "one of them".
_FIRST_NUMBER = 3


def with_countries(question: str, names: ObjectNames) -> str:
    """Codes of countries as their names; a question in capitals throughout has none that can be recognised."""
    if question.isupper():
        return question
    return _CODE.sub(lambda code: code[0] if fold(code[0]) in names.words else _COUNTRIES[code[0]], question)


def with_digits(text: str, vocabulary: Vocabulary, names: ObjectNames) -> str:
    """Numbers that are spelled out, as digits: "cinquenta reais", "two hundred dollars"."""
    words = words_of(text)
    made, at, place = [], 0, 0
    while place < len(words):
        end, value = _number_at(words, place, text, vocabulary, names)
        if value is None:
            place += 1
            continue
        made += [text[at : words[place].start], str(value)]
        at, place = words[end - 1].end, end
    return "".join([*made, text[at:]])


def _number_at(
    words: Sequence[QuestionWord], place: int, text: str, vocabulary: Vocabulary, names: ObjectNames
) -> tuple[int, int | None]:
    """Where the number that begins at a word ends, and its value; None where no number begins."""
    values, thousand = vocabulary.numerals, vocabulary.expression("(?:{thousand})")
    hundred, joins = vocabulary.words["hundred_words"], vocabulary.words["number_joins"]
    total, current, end = 0, 0, place
    parts = 0
    at = place
    while at < len(words):
        word = words[at].text
        is_joined = at == end or text[words[at - 1].end : words[at].start] in (" ", "-")
        is_part = at == place and at > 0 and words[at - 1].text in vocabulary.words["no_number_after"]
        if not is_joined or word in names.words or is_part:
            break
        if word in values and (parts == 0 or values[word] < max(current % _HUNDRED or current or total, 1)):
            current += values[word]
        elif word in hundred and parts and current:
            current *= _HUNDRED
        elif thousand.fullmatch(word) and parts and current:
            total, current = total + current * _THOUSAND, 0
        elif word in joins and parts and at + 1 < len(words) and words[at + 1].text in values:
            at += 1
            continue
        else:
            break
        at += 1
        end, parts = at, parts + 1
    value = total + current
    is_number = parts > 1 or (parts == 1 and value >= _FIRST_NUMBER)
    return (end, value) if is_number else (place, None)


def reworded(text: str, vocabulary: Vocabulary, names: ObjectNames) -> str:
    """Phrases in the words that the rest of the reading knows; what is a part of a name stays."""
    for said, read_as in vocabulary.rewordings:
        pattern = vocabulary.expression(said)
        if pattern.search(text) is not None:
            text = pattern.sub(partial(_as, read_as=read_as, names=names), text)
    return text


def _as(match: re.Match[str], read_as: str, names: ObjectNames) -> str:
    said = match.group().strip()
    if any(_goes_on(match, said, fold(one.name)) for one in names.objects if said in fold(one.name)):
        return match.group()
    return match.expand(read_as)


def _goes_on(match: re.Match[str], said: str, name: str) -> bool:
    """Whether the words are the name, or the text goes on with it around them: "back to" of "Back to School"."""
    before, _, after = (part.strip() for part in name.partition(said))
    if not before and not after:
        return True
    follows, precedes = match.string[match.end() :].split(), match.string[: match.start()].split()
    return follows[:1] == after.split()[:1] != [] or precedes[-1:] == before.split()[-1:] != []
