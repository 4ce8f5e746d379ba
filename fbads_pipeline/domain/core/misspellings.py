"""Names that are none of the known ones but look like one."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches


def questions(names: Iterable[str], known: Collection[str]) -> list[str]:
    """A question for each name, in capitals or not, that is not known and looks like one that is."""
    asked = []
    for name in sorted(names):
        if name.upper() not in known:
            similar = get_close_matches(name.upper(), known, n=1, cutoff=0.85)
            asked += [f"{name}: did you mean {one}?" for one in similar]
    return asked
