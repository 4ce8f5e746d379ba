"""Which language a question is in, by the small words and letters that only that language has."""

import re

from fbads_pipeline.domain.chat.lexicon.vocabulary import Vocabulary
from fbads_pipeline.domain.core.formatting import fold

DEFAULT_LANGUAGE = "pt"
_WORD = re.compile(r"[^\W\d_]+")
_LETTER_WEIGHT = 2


def detect(question: str, vocabulary: Vocabulary, *, otherwise: str = DEFAULT_LANGUAGE) -> str:
    """The code of the language with the most of the question's words; `otherwise` where two have as many ("CPA?")."""
    words, letters = _WORD.findall(fold(question)), question.casefold()
    scores = {
        code: sum(word in one.detection_words for word in words)
        + _LETTER_WEIGHT * any(letter in one.letters for letter in letters)
        for code, one in vocabulary.languages.items()
    }
    most = max(scores.values())
    best = [code for code, score in scores.items() if score == most]
    return best[0] if len(best) == 1 else otherwise
