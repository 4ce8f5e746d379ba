"""How the body of an alert is built: a lead, numbered parts, a closing; and which lines each part takes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fbads_pipeline.domain.core.messages import Joined, Value, lines

Part = tuple[Value, ...]
_BARS, _UNKNOWN = "▁▂▃▄▅▆▇█", "·"
_FEWEST_DRAWN = 5


@dataclass(frozen=True)
class Layout:
    """lead: one line, or "" for none; parts: the lines of each, in order; closing: what to do, or "" for nothing.

    Each value of lead and parts renders to exactly one line, so that `spans` hold in every language.
    """

    lead: Value
    parts: Sequence[Part]
    closing: Value

    @property
    def body(self) -> Joined:
        """Lead, an empty line, the parts, the closing."""
        head = [self.lead, ""] if self.lead != "" else []
        tail = [self.closing] if self.closing != "" else []
        return lines(*head, *(line for part in self.parts for line in part), *tail)

    @property
    def spans(self) -> list[tuple[int, int]]:
        """First line in the body and number of lines of each part."""
        first, spans = 2 if self.lead != "" else 0, []
        for part in self.parts:
            spans.append((first, len(part)))
            first += len(part)
        return spans


def laid_out(layout: Layout, subjects: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """For facts: what each part is about and which lines of the body it has, the same in every language."""
    spans = zip(subjects, layout.spans, strict=True)
    return {"parts": [{**subject, "line": first, "lines": length} for subject, (first, length) in spans]}


def sparkline(values: Sequence[float | None]) -> str:
    """One bar per value, from zero to the highest, and a dot for one that is not known (None).

    Empty for fewer than five known values or none above zero.
    """
    known = [value for value in values if value is not None]
    highest = max(known, default=0.0)
    if len(known) < _FEWEST_DRAWN or not highest > 0 or not math.isfinite(highest):
        return ""
    return "".join(_UNKNOWN if value is None else _bar(value / highest) for value in values)


def _bar(share: float) -> str:
    return _BARS[min(len(_BARS) - 1, int(max(share, 0.0) * len(_BARS)))]
