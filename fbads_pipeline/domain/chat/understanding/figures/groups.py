"""By what a question splits its figures, and to which parts of a breakdown it limits them."""

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.plan import (
    LEVELS,
    SEGMENTS,
    Dimension,
    Level,
    Objects,
    Refusal,
    RelativePeriod,
    Segment,
)
from fbads_pipeline.domain.chat.understanding.figures.bounds import CannotPlan
from fbads_pipeline.domain.chat.understanding.question import ParsedQuestion
from fbads_pipeline.domain.chat.understanding.tags import PhraseTag


def dimensions_of(parsed: ParsedQuestion, is_list: bool) -> tuple[Dimension, ...]:
    words = parsed.vocabulary.words
    found: list[Dimension] = []
    weak: list[Dimension] = []
    for tag in parsed.of("dimension"):
        value: Dimension = tag.value  # type: ignore[assignment]
        before = _word_before(parsed, tag)
        asked = _is_asked(parsed, tag)
        if value in LEVELS:
            if introduces_name(parsed, tag):
                continue
            if asked or is_list:
                (found if asked or _leads(parsed, tag) else weak).append(value)
            elif is_plural(tag.said, parsed):
                weak.append(value)
        elif tag.said in words.get(f"bare_{value}", ()):
            if not asked and parsed.has("intent", "overview") and not parsed.periods and value in ("week", "month"):
                continue  # "o resumo da semana": the days of it
            if not asked and (not is_list or before in words["of_units"]):
                raise CannotPlan(Refusal("not_understood", tag.said))
            found.append(value)
        else:
            found.append(value)
    if any(one in ("week", "month", "weekday") for one in found):  # "a tendência por semana" has no days
        trends = parsed.vocabulary.words["trend_words"]
        days = [tag for tag in parsed.of("dimension") if tag.value == "day"]
        found = [one for one in found if one != "day" or any(tag.said not in trends for tag in days)]
    for tag in parsed.of("objective"):  # "quais campanhas de vendas gastaram mais"
        if is_list or _word_before(parsed, tag) in words["by"]:
            found.append("campaign")
    return tuple(dict.fromkeys(found or weak[:1]))


def _is_asked(parsed: ParsedQuestion, tag: PhraseTag) -> bool:
    """Whether rows of it are asked for: "por campanha", and what "and" joins to that: "por plataforma e campanha"."""
    by, place = parsed.vocabulary.words["by"], tag.start - 1
    if _word_before(parsed, tag) in by or tag.said.split()[0] in by:
        return True
    if place < 0 or parsed.vocabulary.expression(r"(?:{and})").fullmatch(parsed.words[place].text) is None:
        return False
    return any(_is_asked(parsed, one) for one in parsed.of("dimension") if one.end == place)


def is_budget_spent(parsed: ParsedQuestion) -> bool:
    """ "verba por plataforma" asks what was spent: budgets have no platform, no age and no past."""
    said = [tag for tag in parsed.of("intent") if tag.value == "pacing"]
    if said and parsed.vocabulary.has("budget_used", parsed.text):
        return all(tag.said in parsed.vocabulary.words["budget_words"] for tag in said)
    split = any(tag.value in (*SEGMENTS, "day", "week", "month", "weekday") for tag in parsed.of("dimension"))
    past = any(one.period not in (RelativePeriod("day", 0), RelativePeriod("month", 0)) for one in parsed.periods)
    return bool(said) and all(tag.said in parsed.vocabulary.words["budget_spent"] for tag in said) and (split or past)


def _word_before(parsed: ParsedQuestion, tag: PhraseTag) -> str:
    """The word before a tag, over names and adjectives: "by active campaign"."""
    place = tag.start - 1
    status = {at for one in parsed.of("status") for at in range(one.start, one.end)}
    spans = [(one.start, one.end) for one in parsed.named]
    while place in status or (place >= 0 and any(a <= parsed.words[place].start < b for a, b in spans)):
        place -= 1
    return parsed.words[place].text if place >= 0 else ""


def _leads(parsed: ParsedQuestion, tag: PhraseTag) -> bool:
    """The first level that a ranking or a bound mentions is what is ranked."""
    levels = [one for one in parsed.of("dimension") if one.value in LEVELS and not introduces_name(parsed, one)]
    asked = [one for one in parsed.of("dimension") if _is_asked(parsed, one)]
    return not asked and bool(levels) and levels[0] == tag


def is_split_by(parsed: ParsedQuestion, tag: PhraseTag) -> bool:
    """Whether the word before asks for one row of each: "por conta", "in each account"."""
    before = " ".join(word.text for word in parsed.words[max(0, tag.start - 3) : tag.start])
    return parsed.vocabulary.expression(r"\b(?:{splits_by})(?: (?:{before_excluded}))?$").search(before) is not None


def is_asked_apart(parsed: ParsedQuestion, tag: PhraseTag) -> bool:
    """The same, also where the words of the tag begin so: "por dia da semana"."""
    return is_split_by(parsed, tag) or parsed.vocabulary.expression(r"(?:{splits_by})\b").match(tag.said) is not None


def introduces_name(parsed: ParsedQuestion, tag: PhraseTag) -> bool:
    """Whether a name follows: "campanha Verão" is no breakdown."""
    if tag.value not in LEVELS:
        return False
    end = parsed.words[tag.end - 1].end
    return any(0 <= named.start - end <= 14 and named.level == tag.value for named in parsed.named)


def is_plural(said: str, parsed: ParsedQuestion) -> bool:
    """Whether several are said: "conjuntos de anúncio", and not "conjunto de anúncios"; "que horas" asks for one."""
    singular, nouns = parsed.vocabulary.words["singular_in_s"], said.split()
    joins = parsed.vocabulary.expression(r"(?:{name_join})")
    joint = next((place for place, word in enumerate(nouns) if place and joins.fullmatch(word)), len(nouns))
    return said not in singular and any(word.endswith("s") and word not in singular for word in nouns[:joint])


def compared_objects(objects: tuple[Objects, ...], dimensions: tuple[Dimension, ...]) -> tuple[Dimension, ...]:
    """Two or more objects named one by one are shown one by one."""
    several = [one.level for one in objects if ", " in one.name and len(one.ids) > 1]
    return dimensions if not several or several[0] in dimensions else (several[0], *dimensions)


def are_parts_apart(parsed: ParsedQuestion) -> bool:
    """Whether parts of one breakdown are named side by side, so that "quem" is one of them: "homem ou mulher"."""
    parts = [tag.value.partition("=")[0] for tag in parsed.of("segment")]
    return len(parts) > len(set(parts)) or len(parsed.ages) > 1


def below(objects: tuple[Objects, ...]) -> tuple[Dimension, ...]:
    """What "quem" and "which ones" are of one named object: the level below it."""
    if not objects or len(objects[-1].ids) != 1 or objects[-1].level == "ad":
        return ()
    return (LEVELS[LEVELS.index(objects[-1].level) + 1],)


def segments_of(
    parsed: ParsedQuestion, dimensions: tuple[Dimension, ...]
) -> tuple[tuple[Segment, ...], tuple[Dimension, ...]]:
    """A part of a breakdown filters; two or more ("homens x mulheres") filter too, and are shown side by side."""
    said: dict[str, list[str]] = {}
    for tag in parsed.of("segment"):
        dimension, value = tag.value.split("=")
        said.setdefault(dimension, []).append(value)
    if parsed.ages:
        said["age"] = [one.value for one in parsed.ages]
    made, split = [], list(dimensions)
    for name in SEGMENTS:
        values = list(dict.fromkeys(said.get(name, ())))
        made += [Segment(name, one) for one in values]
        if len(values) > 1:
            split = [name, *(one for one in split if one != name)]
    return tuple(made), tuple(split)


def mean_of(parsed: ParsedQuestion, metrics: tuple[str, ...]) -> Level | None:
    """The level that sums are the mean of: "média de gasto por campanha", "on average each ad set spent"."""
    if not parsed.of("average") or parsed.has("comparison") or parsed.amounts or parsed.computed or not metrics:
        return None
    levels = [tag for tag in parsed.of("dimension") if tag.value in LEVELS and not introduces_name(parsed, tag)]
    asked = [tag for tag in levels if is_split_by(parsed, tag) or _is_one_of(parsed, tag)]
    found = {tag.value for tag in asked}
    if len(found) != 1 or parsed.has("rank") or parsed.has("dimension", "day"):
        return None
    level: Level = found.pop()  # type: ignore[assignment]
    return level


def _is_one_of(parsed: ParsedQuestion, tag: PhraseTag) -> bool:
    """Whether the word before asks for one of each: "cada campanha", "an ad set"."""
    before = _word_before(parsed, tag)
    return before in parsed.vocabulary.words["each"] and not is_plural(tag.said, parsed)


def average(
    parsed: ParsedQuestion, metrics: tuple[str, ...], catalogue: Catalogue, dimensions: tuple[Dimension, ...]
) -> tuple[bool, tuple[Dimension, ...]]:
    """An average of sums is one per day, said so; an average of ratios is the ratio of the sums."""
    sums = [one for one in metrics if one in catalogue and "days" in catalogue[one].additive]
    if not parsed.of("average") or not sums:
        return False, dimensions
    if "day" not in dimensions:
        of = mean_of(parsed, metrics)
        if of is not None and all(one == of for one in dimensions):
            return False, ()
        raise CannotPlan(Refusal("average", parsed.of("average")[0].said))
    return True, tuple(one for one in dimensions if one != "day")
