"""The forms of regular verbs, by the endings of their class."""

from collections.abc import Iterable, Mapping

# Spelling before e and i: chegar → cheguei, ficar → fiquei.
_SOFTENED = {"c": "qu", "g": "gu"}


def forms(verbs: Iterable[str], endings_of: Mapping[str, str]) -> frozenset[str]:
    """Every form of the verbs. endings_of: ending of the infinitive → the endings that replace it; "-" is none.

    >>> sorted(forms(["chegar", "look"], {"ar": "ou ei", "": "- ed"}))
    ['chegar', 'chegei', 'chegou', 'cheguei', 'look', 'looked']
    """
    found = set()
    for verb in verbs:
        found.add(verb)
        suffix = next((one for one in sorted(endings_of, key=len, reverse=True) if verb.endswith(one)), None)
        if suffix is None:
            continue
        stem = verb[: len(verb) - len(suffix)]
        for ending in endings_of[suffix].split():
            found.add(stem + ending.replace("-", ""))
            if ending[0] in "ei" and stem[-1:] in _SOFTENED:
                found.add(stem[:-1] + _SOFTENED[stem[-1]] + ending)
    return frozenset(found)
