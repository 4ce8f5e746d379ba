"""Words that a rewording lets stand between its own: they stay in the question, and none is lost with the phrase."""

import re

# "Up to so many words, whatever they are", outside of a group that the replacement names; and the rest of a question.
_GAP = re.compile(r"\(\?:(?:\\[wS]\+(?:,\?)? | \\w\+)\)(?:\{\d,\d+\}|\?)\??|\.\*\??")
_LOOKAROUND = ("(?=", "(?!", "(?<")
_REFERENCE = re.compile(r"\\(\d)")


def with_gaps_kept(said: str, read_as: str) -> tuple[str, str]:
    """The rule with each gap as a group of its own, which its replacement begins with; \\1 is numbered anew."""
    # A gap in a group that the replacement names, or in a lookaround, is no part of what is read in other words.
    made, at, groups, holds_gaps = [], 0, 0, [False]
    numbers: list[int] = []
    gaps: list[int] = []
    while at < len(said):
        gap = _GAP.match(said, at)
        if gap is not None and not any(holds_gaps):
            groups += 1
            gaps.append(groups)
            made.append(f"({gap.group()})")
            at = gap.end()
            continue
        if said[at] == "\\":
            made.append(said[at : at + 2])
            at += 2
            continue
        if said[at] == "(":
            is_captured = not said.startswith("(?", at)
            holds_gaps.append(is_captured or said.startswith(_LOOKAROUND, at))
            if is_captured:
                groups += 1
                numbers.append(groups)
        elif said[at] == ")":
            holds_gaps.pop()
        made.append(said[at])
        at += 1
    renumbered = _REFERENCE.sub(lambda one: rf"\g<{numbers[int(one[1]) - 1]}>", read_as)
    return "".join(made), "".join([*(rf"\g<{one}> " for one in gaps), renumbered])
