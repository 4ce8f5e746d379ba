"""A score as a waterfall: from where every one starts, part by part, to the total with its range."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

_WIDTH, _ROW, _LEFT, _RIGHT = 520, 24, 118, 58
_MOST = 100.0


class WaterfallStep(NamedTuple):
    """One bar. is_whole: it is drawn from 0, and the next one begins at its end; else it is added to what is before."""

    label: str
    points: float
    text: str
    is_whole: bool = False


def draw_waterfall(steps: Sequence[WaterfallStep], low: float, high: float, *, label: str) -> str:
    """The steps as bars below each other, on a scale from 0 to 100; low, high: the range of the last one."""

    def x(value: float) -> float:
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * min(max(value, 0.0), _MOST) / _MOST, 1)

    height, said = _ROW * len(steps), escape(label)
    parts = [
        f'<svg class="waterfall" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img"'
        f' aria-label="{said}"><title>{said}</title>'
    ]
    at = 0.0
    for number, step in enumerate(steps):
        begin, end = (0.0, step.points) if step.is_whole else (at, at + step.points)
        top, first, last = number * _ROW, min(x(begin), x(end)), max(x(begin), x(end))
        kind = "whole" if step.is_whole else "gain" if step.points >= 0 else "loss"
        parts.append(
            f'<text x="0" y="{top + 16}">{escape(step.label)}</text>'
            f'<rect class="{kind}" x="{first}" y="{top + 5}" width="{max(last - first, 1.5):.1f}" height="14" rx="2"/>'
            f'<text class="value" x="{_WIDTH - _RIGHT + 8}" y="{top + 16}">{escape(step.text)}</text>'
        )
        if number + 1 < len(steps):
            parts.append(f'<path class="link" d="M{x(end)} {top + 19}V{top + _ROW + 5}"/>')
        at = end
    middle = height - _ROW + 12
    parts.append(
        f'<path class="range" d="M{x(low)} {middle}H{x(high)}M{x(low)} {middle - 5}v10M{x(high)} {middle - 5}v10"/>'
    )
    return "".join([*parts, "</svg>"])
