"""A place in an order: "a segunda campanha que mais gastou", "the third best ad", "em segundo lugar"."""

from dataclasses import dataclass

from fbads_pipeline.domain.chat.lexicon.vocabulary import Vocabulary

_PLACES = range(2, 11)
# What makes an order of the places: without it "the third campaign" is any third one.
_ORDERS = r"\b(?:{ranking_words}|{place_lead}|{place_noun})\b"
_PLACE = (
    r"\b(?:{place_NUMBER})(?: (?:{place_noun}))?(?= (?:(?:{place_joins}) )?(?:{ranking_words})\b)",
    r"\b(?:{place_NUMBER})(?= (?:{ranked_things})\b)",
    r"\b(?:{place_NUMBER}) (?:{place_noun})\b",
    r"\b(?:(?:{place_lead}) )+(?:{place_NUMBER})(?: (?:{place_noun}))?\b",
)


@dataclass(frozen=True)
class FoundPlace:
    """A place in a text, and its first and last character (not included)."""

    start: int
    end: int
    place: int


def find_place(text: str, vocabulary: Vocabulary) -> FoundPlace | None:
    """The place of an order that a folded question asks for alone; the first is what "best" and "most" ask for."""
    if vocabulary.expression(_ORDERS).search(text) is None:
        return None
    for template in _PLACE:
        for place in _PLACES:
            match = vocabulary.expression(template.replace("NUMBER", str(place))).search(text)
            if match is not None:
                return FoundPlace(match.start(), match.end(), place)
    return None
