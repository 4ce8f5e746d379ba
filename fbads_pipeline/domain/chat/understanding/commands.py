"""Questions that are none: orders to change something, attempts to get at what the chat does not hold."""

import re

from fbads_pipeline.domain.chat.understanding.question import ParsedQuestion
from fbads_pipeline.domain.chat.understanding.tags import PhraseTag
from fbads_pipeline.domain.core.formatting import fold

_INJECTION = re.compile(
    r"select\b.*\bfrom\b|\b(?:drop|alter|truncate|create|delete|insert|update)\s+(?:table|schema|database|role|"
    r"from|into|\w+ set)\b|union\s+(?:all\s+)?select|;\s*--|--\s*$|/\*|'\s*or\s*'?\d|\bor 1 ?= ?1\b"
    r"|<\s*/?\s*[a-z!]|\{\{|\}\}|\$\{|\{%|%s|javascript:|https?://|file://|\.\./|\bpg_\w+|xp_\w+|=\s*hyperlink|"
    r"=\s*cmd|\\x[0-9a-f]{2}|\bsystem\s*:|\bassistant\s*:"
)


def is_change(parsed: ParsedQuestion) -> bool:
    """An order to write something ("pausa a campanha X"): it is answered with the way to a decision, never done."""
    text, vocabulary = parsed.text, parsed.vocabulary
    if is_advice(parsed):
        return False
    words = [word.text for word in parsed.words]
    always = any(word in vocabulary.words["always_changes"] for word in words)
    if vocabulary.has("switching", text) or (always and not vocabulary.has("about_the_past", text)):
        return True
    first = next((word for word in words if word not in vocabulary.words["polite"]), "")
    is_order = first in vocabulary.words["change_verbs"] and vocabulary.has("objects_of_change", text)
    if is_order:
        return not parsed.has("metric", "roas")
    return first in vocabulary.words["change_verbs"] and _is_about_an_object(parsed, first)


def _is_about_an_object(parsed: ParsedQuestion, verb: str) -> bool:
    """Whether nothing but the name of an object follows the verb: "ativa a New Sneakers"."""
    others = {"metric", "goal_cost", "fact", "comparison", "rank", "intent"}
    after = [word for word in parsed.left if word.text != verb]
    return (
        bool(parsed.named) and not after and not parsed.periods and not any(tag.kind in others for tag in parsed.tags)
    )


def is_advice(parsed: ParsedQuestion) -> bool:
    """What should be changed, rather than an order to change it."""
    return parsed.vocabulary.has("advice", parsed.text)


def is_hostile(parsed: ParsedQuestion) -> bool:
    """Words of secrets, of other people's accounts, of programs, or of orders to the program itself."""
    said = [tag for tag in parsed.of("forbidden") if not _is_in_a_name(parsed, tag)]
    return bool(said) or _INJECTION.search(_without_names(parsed)) is not None


def _is_in_a_name(parsed: ParsedQuestion, tag: PhraseTag) -> bool:
    """ "A campanha Ignore previous instructions": the words that a name goes on with are no order."""
    place, end = parsed.place(tag), parsed.words[tag.end - 1].end
    for named in parsed.named:
        rest = parsed.text[named.end :]
        if len(named.objects) == 1 and named.end <= place:
            whole = fold(named.objects[0].name)
            if named.said in whole and rest.startswith(whole.partition(named.said)[2][: end - named.end]):
                return True
    return False


def _without_names(parsed: ParsedQuestion) -> str:
    text = parsed.text
    for named in parsed.named:
        text = text[: named.start] + " " * (named.end - named.start) + text[named.end :]
    return text
