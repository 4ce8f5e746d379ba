"""Which objects a question is limited to, and which it leaves out: "sem contar a Spring Sale"."""

from dataclasses import replace

from fbads_pipeline.domain.chat.plan import NEGATED, Clarification, Level, Objects, Plan
from fbads_pipeline.domain.chat.understanding.entities import CHOICES, NamedObject, ObjectNames
from fbads_pipeline.domain.chat.understanding.figures.groups import is_split_by
from fbads_pipeline.domain.chat.understanding.offers import object_offers
from fbads_pipeline.domain.chat.understanding.question import ObjectMention, ParsedQuestion, level_before, level_words
from fbads_pipeline.domain.chat.understanding.tags import PhraseTag
from fbads_pipeline.domain.core.formatting import fold

# Characters between a level and the name that it introduces.
_NEXT = 4
_EXCLUDED = r"\b(?P<out>(?:{excluding}))(?: (?:{before_excluded}))*\W*$"
_NEGATED = r"\b(?P<out>(?:{excluding}|{not_so})(?: (?:{before_excluded}))*)\W*$"
_ALSO = r"\W*(?:(?:{and}|{or})? ?(?:(?:{before_excluded}) ?)*)\W*"


def objects_of(parsed: ParsedQuestion) -> tuple[Objects, ...] | Clarification:
    """The objects named, several of one level together; asks where one name fits several."""
    by_level: dict[Level, list[tuple[str, tuple[str, ...]]]] = {}
    for named in parsed.named:
        found = _in_named_accounts(named.objects, parsed)
        if len(found) > 1 and not named.is_plural and not _is_split(parsed, named):
            choices = object_offers(found, CHOICES)
            return Clarification("object", named.said, tuple(one.said for one in choices), offers=choices)
        name = found[0].name if len(found) == 1 else named.said
        by_level.setdefault(found[0].level, []).append((name, tuple(one.object_id for one in found)))
    return tuple(
        Objects(level, tuple(dict.fromkeys(i for _, ids in said for i in ids)), ", ".join(name for name, _ in said))
        for level, said in by_level.items()
    )


def _in_named_accounts(found: tuple[NamedObject, ...], parsed: ParsedQuestion) -> tuple[NamedObject, ...]:
    """An account in the question narrows what a name can mean."""
    accounts = {one.object_id for named in parsed.named for one in named.objects if one.level == "account"}
    inside = tuple(one for one in found if one.account_id in accounts)
    return inside or found


def _is_split(parsed: ParsedQuestion, named: ObjectMention) -> bool:
    """Whether the question asks for each of the objects that the name fits: "gasto da Coleção Verão por campanha"."""
    level = named.objects[0].level
    words, by = parsed.words, parsed.vocabulary.words["by"]
    return any(
        tag.value == level and tag.start and words[tag.start - 1].text in by and parsed.place(tag) > named.end
        for tag in parsed.of("dimension")
    )


def certain_objects(parsed: ParsedQuestion) -> tuple[Objects, ...]:
    """The objects that are certain, without names that fit several."""
    found = objects_of(replace(parsed, named=[one for one in parsed.named if len(one.objects) == 1 or one.is_plural]))
    return found if isinstance(found, tuple) else ()


def read_exclusions(parsed: ParsedQuestion) -> None:
    """Move what is to be left out from the names of the question to `excluded`, with the words that say so."""
    previous: ObjectMention | None = None
    for mention in sorted(parsed.named, key=lambda one: one.start):
        start = _begins(parsed, mention, previous)
        if start is None:
            continue
        previous = mention
        if _is_bare_word(parsed, mention):
            parsed.missing.append((mention.said, mention.level))
        parsed.excluded.append(mention)
        parsed.tags = [
            tag
            for tag in parsed.tags
            if not (start <= parsed.place(tag) and parsed.words[tag.end - 1].end <= mention.end)
        ]
        parsed.left = [word for word in parsed.left if not start <= word.start < mention.end]
    parsed.named = [one for one in parsed.named if one not in parsed.excluded]


def _is_bare_word(parsed: ParsedQuestion, mention: ObjectMention) -> bool:
    """ "Sem frete": one word of a longer name, right after "without", is a thing as often as a name."""
    is_whole = any(fold(one.name) == mention.said for one in mention.objects)
    if is_whole or mention.level is not None or mention.said.count(" "):
        return False
    return parsed.vocabulary.expression(r"\b(?:{bare_without}) $").search(parsed.text[: mention.start]) is not None


def read_parts_left_out(parsed: ParsedQuestion) -> None:
    """Move parts of a breakdown that are to be left out to `without`, and turn states that are negated around:
    "tirando Instagram", "sem as pausadas", "que não estão ativas"."""
    vocabulary = parsed.vocabulary
    previous: PhraseTag | None = None
    for tag in sorted(parsed.tags, key=lambda one: one.start):
        if tag.kind not in ("segment", "status"):
            continue
        template = _EXCLUDED if tag.kind == "segment" else _NEGATED
        start = _out(parsed, template, parsed.place(tag))
        if start is None and previous is not None and previous.kind == tag.kind:
            after = parsed.words[previous.end - 1].end
            start = after if vocabulary.expression(_ALSO).fullmatch(parsed.text[after : parsed.place(tag)]) else None
        if start is None:
            continue
        previous = tag
        place = parsed.place(tag)
        parsed.tags = [one for one in parsed.tags if one != tag and not start <= parsed.place(one) < place]
        if tag.kind == "segment":
            parsed.without.append(tag)
        else:
            parsed.tags.append(replace(tag, value=NEGATED + tag.value))
        parsed.left = [word for word in parsed.left if not start <= word.start < place]


def names_with_another_day(parsed: ParsedQuestion) -> list[tuple[str, Level | None]]:
    """ "Promoção de Páscoa", where there is only one of Christmas: a part of a name, and a day that another one has."""
    found: list[tuple[str, Level | None]] = []
    for mention in parsed.named:
        for one in parsed.periods:
            is_next = one.kind == "named_day" and 0 <= one.start - mention.end <= 1
            is_named = any(other.level == "account" or fold(other.name) == mention.said for other in mention.objects)
            joined = f"{mention.said.split()[-1]} {parsed.text[mention.end : one.end].strip()}"
            if is_next and not is_named and parsed.vocabulary.expression(r"^(?:\w+ )?(?:{name_join})\b").match(joined):
                found.append((parsed.text[mention.start : one.end].strip(), mention.level))
    return found


def asks_which(parsed: ParsedQuestion, names: ObjectNames, last: Plan | None) -> Clarification | None:
    """ "Vendas da campanha ontem", which names none of several: one is meant, and not all of them together."""
    for tag in parsed.of("dimension"):
        level = _level_of_one(parsed, tag)
        if (
            level in (None, "account")
            or parsed.named
            or parsed.excluded
            or parsed.has("rank")
            or not parsed.has("metric")
        ):
            continue
        there = [one for one in names.objects if one.level == level]
        is_known = last is not None and bool(last.objects)
        if len(there) > 1 and not is_known and not parsed.has("intent") and len(parsed.of("dimension")) == 1:
            choices = object_offers(there, CHOICES)
            return Clarification("object", tag.said, tuple(one.said for one in choices), offers=choices)
    return None


def names_that_are_words(parsed: ParsedQuestion) -> list[tuple[str, Level | None]]:
    """ "Gasto da campanha Vendas", where no campaign is called so: a metric or a part right after one level that the
    question is about is a name, and nothing that is counted."""
    found: list[tuple[str, Level | None]] = []
    for one in parsed.of("dimension"):
        level, after = _level_of_one(parsed, one), parsed.words[one.end - 1].end
        for tag in parsed.tags if level is not None else ():
            is_next = tag.start == one.end and parsed.text[after : parsed.place(tag)] == " "
            if is_next and tag.kind in ("metric", "segment") and not parsed.vocabulary.is_verb(tag.said.split()[-1]):
                found.append((tag.said, level))
    return found if any(tag.kind == "metric" and tag.said != found[0][0] for tag in parsed.tags if found) else []


def _level_of_one(parsed: ParsedQuestion, tag: PhraseTag) -> Level | None:
    """The level of which the words mean a single one: "da campanha"; None of "campanhas" and of any other words."""
    before = parsed.words[tag.start - 1].text if tag.start else ""
    is_one = parsed.vocabulary.expression(r"(?:{one_of_them})").fullmatch(before) and not tag.said.endswith("s")
    return level_words(parsed.vocabulary).get(tag.said) if is_one else None


def names_that_are_days(parsed: ParsedQuestion) -> list[tuple[str, Level | None]]:
    """ "A campanha Dia dos Pais", where no campaign is called so: what follows a level is a name, and no day."""
    found: list[tuple[str, Level | None]] = []
    for one in (period for period in parsed.periods if period.kind == "named_day"):
        place = next(number for number, word in enumerate(parsed.words) if word.start >= one.start)
        level, _ = level_before(parsed.words, place, parsed.vocabulary)
        said = parsed.text[one.start : one.end].strip()
        is_day = parsed.vocabulary.expression(r"(?:{on_a_day_lead})\b").match(said) is not None
        is_split = any(is_split_by(parsed, tag) for tag in parsed.of("dimension") if tag.value == level)
        if level is not None and not is_day and not is_split:
            found.append((said, level))
        after = _level_after(parsed, one.end)
        if after is not None and level is None and not is_day:
            found.append((said, after))
    return found


def _level_after(parsed: ParsedQuestion, end: int) -> Level | None:
    """The level that makes a name of the day before it ("the Black Friday campaign"); None where a name follows."""
    levels = level_words(parsed.vocabulary)
    place = next((number for number, word in enumerate(parsed.words) if word.start >= end), None)
    if place is None or parsed.words[place].start - end > 1 or parsed.words[place].text.endswith("s"):
        return None
    is_named = any(0 <= one.start - parsed.words[place].end <= _NEXT for one in parsed.named)
    return None if is_named else levels.get(parsed.words[place].text)


def others_left_out(parsed: ParsedQuestion, last: Plan | None) -> tuple[Objects, ...]:
    """ "E as outras?": all but what the question before was about, where it was about some objects."""
    match = parsed.vocabulary.expression(r"\b(?:{others})\b").search(parsed.text)
    if match is not None and parsed.excluded:  # "tirando a X, quanto gastou o resto"
        parsed.left = [word for word in parsed.left if not match.start() <= word.start < match.end()]
        return ()
    if match is None or last is None or not last.objects or parsed.named:
        return ()
    parsed.left = [word for word in parsed.left if not match.start() <= word.start < match.end()]
    below = [one for one in last.objects if one.level != "account"]
    return tuple(below or last.objects)


def excluded_objects(parsed: ParsedQuestion) -> tuple[Objects, ...]:
    """Everything that is left out, by level; a name that fits several leaves all of them out, each by its name."""
    by_level: dict[Level, Objects] = {}
    for mention in parsed.excluded:
        level = mention.objects[0].level
        known = by_level.get(level)
        ids = tuple(dict.fromkeys((*(known.ids if known else ()), *(one.object_id for one in mention.objects))))
        names = [known.name] if known else []
        names += dict.fromkeys(one.name for one in mention.objects)
        by_level[level] = Objects(level, ids, ", ".join(names))
    return tuple(by_level.values())


def _out(parsed: ParsedQuestion, template: str, end: int) -> int | None:
    """Where the words begin that leave out what follows; "vendi menos na Loja Aurora" says how much, and leaves nothing
    out, unlike "todas menos a Loja Aurora"."""
    vocabulary, text = parsed.vocabulary, parsed.text
    match = vocabulary.expression(template).search(text[:end])
    if match is None:
        return None
    is_less = vocabulary.expression("(?:{less_words})").match(match["out"]) is not None
    is_there = vocabulary.expression(r"\b(?:{placed_in})\b").search(text[match.start("out") : end]) is not None
    follows_verb = vocabulary.expression(r"(?:^|\W)(?:{or}|{did}) $").search(text[: match.start("out")]) is not None
    return None if is_less and (is_there or follows_verb) else match.start("out")


def _begins(parsed: ParsedQuestion, mention: ObjectMention, previous: ObjectMention | None) -> int | None:
    """Where the words begin that leave this name out; None where none do."""
    vocabulary = parsed.vocabulary
    start = _out(parsed, _EXCLUDED, mention.start)
    if start is not None:
        return start
    if previous is not None:
        between = parsed.text[previous.end : mention.start]
        if vocabulary.expression(_ALSO).fullmatch(between):
            return previous.end
    return None
