"""One figure beside what was expected of it, as a line that is read at a glance."""

from html import escape

_WIDTH, _HEIGHT, _EDGE = 220, 22, 8


def draw_effect(low: float, high: float, expected: float, *, label: str) -> str:
    """The expected gain as a bar of its range with the middle in it, beside a dashed line: nothing gained."""
    least, most = min(low, 0.0), max(high, 0.0)
    span = (most - least) or 1.0

    def x(value: float) -> float:
        return round(_EDGE + (_WIDTH - 2 * _EDGE) * (value - least) / span, 1)

    middle, wide, text = _HEIGHT / 2, max(2.0, round(x(high) - x(low), 1)), escape(label)
    return (
        f'<svg class="band" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}"'
        f' height="{_HEIGHT}" role="img" aria-label="{text}"><title>{text}</title>'
        f'<path class="scale" d="M{_EDGE} {middle}H{_WIDTH - _EDGE}"/>'
        f'<rect class="usual" x="{x(low)}" y="{middle - 5}" width="{wide}" height="10" rx="3"/>'
        f'<path class="nothing" d="M{x(0.0)} 2V{_HEIGHT - 2}"/>'
        f'<path class="expected" d="M{x(expected)} {middle - 7}v14"/></svg>'
    )


def draw_band(low: float, high: float, expected: float, observed: float, *, label: str) -> str:
    """The usual range as a bar, what was expected as a stroke in it, what was found as a dot."""
    least, most = min(low, expected, observed), max(high, expected, observed)
    span = (most - least) or 1.0

    def x(value: float) -> float:
        return round(_EDGE + (_WIDTH - 2 * _EDGE) * (value - least) / span, 1)

    middle, wide = _HEIGHT / 2, max(2.0, round(x(high) - x(low), 1))
    text = escape(label)
    return (
        f'<svg class="band" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}"'
        f' height="{_HEIGHT}" role="img" aria-label="{text}"><title>{text}</title>'
        f'<path class="scale" d="M{_EDGE} {middle}H{_WIDTH - _EDGE}"/>'
        f'<rect class="usual" x="{x(low)}" y="{middle - 5}" width="{wide}" height="10" rx="3"/>'
        f'<path class="expected" d="M{x(expected)} {middle - 7}v14"/>'
        f'<circle class="observed" cx="{x(observed)}" cy="{middle}" r="5"/></svg>'
    )
