"""A question as it is read: one line, no invisible characters, folded for comparing."""

import re
import unicodedata

LONGEST = 500
_SPACE = re.compile(r"\s+")
_LEETS = str.maketrans({"º": "", "ª": "", "°": "", "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})


def normalise(question: str) -> str:
    """NFKC on one line; control, bidi, private and unassigned characters and lone surrogates are gone.

    At most 500 characters: what follows is dropped, and `is_too_long` says so.
    """
    text = unicodedata.normalize("NFKC", question[: 4 * LONGEST].translate(_LEETS))
    shown = (" " if character in "\t\r\n\v\f\u2028\u2029" else character for character in text)
    kept = "".join(character for character in shown if unicodedata.category(character)[0] != "C")
    return _SPACE.sub(" ", kept).strip()[:LONGEST]


def is_too_long(question: str) -> bool:
    """Whether `normalise` would have to cut it."""
    return len(question.strip()) > LONGEST
