"""Groups as bars below each other, each with its name and its figure: campaigns, ages, platforms, weeks, months.

Each bar takes the focus and says its name and figure in full; a mark shows the figure of the stretch before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

# As wide as a phone, so that nothing in it is drawn smaller there.
_WIDTH, _ROW, _BAR_TOP, _BAR = 350, 36, 17, 12
_CHARACTER, _GAP, _FEWEST_CHARACTERS = 6.6, 12, 8
_TOP_OF_LEGEND = 16


@dataclass(frozen=True)
class NamedBar:
    """value: None where there is none; text: the figure as it is written, or why there is none; before: the figure of
    the stretch that it is compared with, and how it is written."""

    name: str
    value: Decimal | None
    text: str
    before: Decimal | None = None
    before_text: str = ""


def draw_bars(bars: Sequence[NamedBar], label: str, before_label: str) -> str:
    """One self-contained SVG, the same for the same input; label: what the bars show."""
    figures = [value for one in bars for value in (one.value, one.before) if value is not None]
    highest = max(figures, default=Decimal(0)) or Decimal(1)
    has_before = any(one.before is not None for one in bars)
    height = _ROW * len(bars) + (_TOP_OF_LEGEND if has_before else 0)
    legend = _legend(before_label) if has_before else ""
    top = _TOP_OF_LEGEND if has_before else 0
    drawn = "".join(_drawn(one, top + _ROW * number, highest, before_label) for number, one in enumerate(bars))
    return (
        f'<svg class="bars" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}"'
        f' height="{height}" role="group" aria-label="{escape(label)}" font-family="inherit" font-size="12"'
        f' fill="#1d2433">{legend}{drawn}</svg>'
    )


def _drawn(bar: NamedBar, top: int, highest: Decimal, before_label: str) -> str:
    said = f"{bar.name}: {bar.text}"
    if bar.before is not None:
        said += f" · {before_label}: {bar.before_text}"
    most = max(_FEWEST_CHARACTERS, int((_WIDTH - _GAP) / _CHARACTER) - len(bar.text))
    parts = [
        f'<rect x="0" y="{top}" width="{_WIDTH}" height="{_ROW - 2}" fill="transparent"/>',
        f'<text x="0" y="{top + 12}">{escape(_short(bar.name, most))}</text>',
        f'<text x="{_WIDTH}" y="{top + 12}" text-anchor="end" font-weight="600">{escape(bar.text)}</text>',
        f'<path d="M0 {top + _BAR_TOP + _BAR}H{_WIDTH}" stroke="#d5d9e0"/>',
    ]
    if bar.value is not None and bar.value > 0:
        wide = max(_x(bar.value, highest), 1.5)
        parts.append(f'<rect x="0" y="{top + _BAR_TOP}" width="{wide}" height="{_BAR}" rx="2" fill="#2457a6"/>')
    if bar.before is not None:
        at = min(max(_x(bar.before, highest), 1.0), _WIDTH - 1.0)
        parts.append(f'<path d="M{at} {top + _BAR_TOP - 2}v{_BAR + 4}" stroke="#b4540a" stroke-width="2.4"/>')
    return f'<g class="point" tabindex="0" role="img" aria-label="{escape(said)}">{"".join(parts)}</g>'


def _short(name: str, most: int) -> str:
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def _x(value: Decimal, highest: Decimal) -> float:
    return round(_WIDTH * float(max(value, Decimal(0)) / highest), 1)


def _legend(before_label: str) -> str:
    mark = '<path d="M1 1v12" stroke="#b4540a" stroke-width="2.4"/>'
    return f'{mark}<text x="8" y="11" fill="#5b6474">{escape(before_label)}</text>'
