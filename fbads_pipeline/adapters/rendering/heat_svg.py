"""Hours of the week as a map: seven rows of twenty-four squares, darker where more comes in."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from html import escape

_CELL, _LEFT, _TOP, _STEPS = 22, 50, 18, 5
# So many of the hours that have anything are darkest at most: a few that stand out do not make all others look alike.
_DARKEST = 10


def draw_heat(
    cells: Mapping[tuple[int, int], Decimal | None],
    texts: Mapping[tuple[int, int], str],
    weekdays: Sequence[str],
    *,
    label: str,
) -> str:
    """cells: (weekday, hour) → value, None where there is none: such a square is empty and dashed, and not the lightest
    of the colours, which is zero. texts: what each says when it is pointed at; a table has the same."""
    most = _darkest_from([one for one in cells.values() if one is not None and one > 0])
    parts = [f'<text x="{_LEFT + hour * _CELL + 2}" y="{_TOP - 6}">{hour:02d}</text>' for hour in range(0, 24, 3)]
    for day, name in enumerate(weekdays):
        y = _TOP + day * _CELL
        parts.append(f'<text x="6" y="{y + 15}">{escape(name)}</text>')
        parts += [_square(cells.get((day, hour)), most, hour, y, texts[day, hour]) for hour in range(24)]
    width, height, text = _LEFT + 24 * _CELL, _TOP + 7 * _CELL, escape(label)
    return (
        f'<svg class="heat" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{text}">{"".join(parts)}</svg>'
    )


def _square(value: Decimal | None, most: Decimal, hour: int, y: int, text: str) -> str:
    step = "none" if value is None else str(_step(value, most))
    place = f'x="{_LEFT + hour * _CELL + 1}" y="{y + 1}" width="{_CELL - 2}" height="{_CELL - 2}" rx="3"'
    return f'<rect class="heat-{step}" {place}><title>{escape(text)}</title></rect>'


def _darkest_from(values: Sequence[Decimal]) -> Decimal:
    """The value from which on a square is darkest: that of the highest tenth."""
    ordered = sorted(values)
    return ordered[-1 - len(ordered) // _DARKEST] if ordered else Decimal(0)


def _step(value: Decimal, most: Decimal) -> int:
    """0 for nothing, then five equal steps up to where squares are darkest."""
    return 0 if value <= 0 or most <= 0 else min(_STEPS, 1 + int(value * _STEPS / most))
