"""Whether a word looks like another one mistyped: by a missing, doubled, swapped or neighbouring letter.

"Funcionário" is near to "funcionando" and "tablet" to "table", yet no finger makes the one of the other: such words
are words of their own.
"""

import re

_RUN = re.compile(r"([a-z])\1{2,}")
# Words of their own end in other letters twice: "off", "less", "fee".
_LAST_TWICE = re.compile(r"([aiou])\1+$")
_DRAWN_OUT = re.compile(rf"{_RUN.pattern}|([aiou])\2$")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
# Letters that sound alike in one of the languages.
_ALIKE = ("sz", "sc", "ck", "kq", "cq", "xs", "xz", "ei", "iy", "ou", "mn", "gj", "vw", "lu")


def _neighbours() -> frozenset[tuple[str, str]]:
    pairs = set()
    for number, row in enumerate(_ROWS):
        for place, key in enumerate(row):
            below = _ROWS[number + 1] if number + 1 < len(_ROWS) else ""
            near = row[place + 1 : place + 2] + below[max(0, place - 1) : place + 1]
            pairs |= {(key, other) for other in near}
    pairs |= {(pair[0], pair[1]) for pair in _ALIKE}
    return frozenset(pairs | {(other, one) for one, other in pairs})


_NEAR = _neighbours()


def shortened(word: str) -> tuple[str, ...]:
    """What a word may be that was drawn out: "ontemmm", "muuuito", "diaa"; none of one without such letters."""
    if _DRAWN_OUT.search(word) is None:
        return ()
    ends_once = _LAST_TWICE.sub(r"\1", word)
    twice, once = (_RUN.sub(kept, word) for kept in (r"\1\1", r"\1"))
    return tuple(dict.fromkeys(one for one in (ends_once, twice, once, _LAST_TWICE.sub(r"\1", twice)) if one != word))


def is_slip(word: str, meant: str) -> bool:
    """Whether fingers that meant the one could have typed the other."""
    if len(word) == len(meant) and sorted(word) == sorted(meant):
        return True
    # rapidfuzz is heavy: imported where it is needed.
    from rapidfuzz.distance import Levenshtein

    return all(
        _is_typed(step.tag, word, step.src_pos, meant, step.dest_pos) for step in Levenshtein.editops(word, meant)
    )


def _is_typed(tag: str, word: str, at: int, meant: str, to: int) -> bool:
    """One step from the word to what was meant: a letter left out, one too many, or one for another."""
    if tag == "insert":
        return True
    if tag == "delete":
        beside = word[max(0, at - 1) : at] + word[at + 1 : at + 2]
        return any(other == word[at] or (word[at], other) in _NEAR for other in beside)
    return (word[at], meant[to]) in _NEAR
