"""Charts as SVG: bars of the period, a dashed line of the one before, provisional days hatched. Readable in print; on a
screen each day can be pointed at, by mouse, finger and keyboard."""

from collections.abc import Sequence
from decimal import Decimal
from html import escape
from math import ceil

from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.domain.reports.report import Chart

HEIGHT = 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 72, 8, 16, 26
_INK, _SOFT, _BAR, _LINE = "#1d2433", "#5b6474", "#2457a6", "#b4540a"
_ALARM = "#a3261b"
_TICKS = 3
_WIDE, _NARROW, _FEW_DAYS = 470, 330, 10
# Of a label's character at that size, and between two labels.
_CHARACTER, _GAP = 5.8, 6
# A character of a wide font, where a label must not reach beyond the drawing.
_WIDE_CHARACTER = 7


def draw(chart: Chart, localizer: Localizer, *, is_live: bool = False, ink: str = _BAR) -> str:
    """One self-contained SVG; no text in it was written by a stranger. The same for the same input.

    is_live: each day shows its value when it is pointed at or has the focus; the page's style sheet brings that.
    ink: the colour of the bars.
    """
    top = max((value for value in (*chart.now, *chart.before) if value is not None), default=Decimal(0)) or Decimal(1)
    step = _step(top)
    ticks = [step * n for n in range(_TICKS + 2) if step * n <= top + step * Decimal("0.999")]
    highest, width = ticks[-1], _width(len(chart.days))
    title = escape(localizer.render(chart.title))
    drawn = "".join(
        [
            *(_tick(tick, highest, chart, localizer) for tick in ticks),
            *_gaps(chart),
            *_bars(chart, highest, ink),
            _before(chart.before, highest),
            *_days(chart, localizer),
            *_marks(chart),
            _legend(chart, localizer),
            *(_points(chart, localizer) if is_live else ()),
        ]
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}"'
        f' role="{"group" if is_live else "img"}" aria-label="{title}" font-family="inherit" font-size="11"'
        f' fill="{_INK}">{_patterns(drawn, ink)}{drawn}</svg>'
    )


def _patterns(drawn: str, ink: str) -> str:
    """Of those that something is filled with."""
    known = {
        "provisional": '<pattern id="provisional" width="5" height="5" patternUnits="userSpaceOnUse">'
        '<rect width="5" height="5" fill="#dfe8f5"/>'
        f'<path d="M0 5L5 0" stroke="{ink}" stroke-width="1.2"/></pattern>',
        "not_read": '<pattern id="not_read" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<path d="M0 0L6 6" stroke="{_SOFT}" stroke-width=".8"/></pattern>',
        "not_reported": '<pattern id="not_reported" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<circle cx="3" cy="3" r="1" fill="{_SOFT}"/></pattern>',
    }
    used = "".join(pattern for name, pattern in known.items() if f"url(#{name})" in drawn)
    return f"<defs>{used}</defs>" if used else ""


def _width(days: int) -> int:
    """A week is drawn so that three charts stand beside each other."""
    return _NARROW if days <= _FEW_DAYS else _WIDE


def _step(top: Decimal) -> Decimal:
    """1, 2, 2.5 or 5 times a power of ten, so that about three of them hold the highest value."""
    rough = top / _TICKS
    power = Decimal(10) ** rough.adjusted()
    return next(
        power * n for n in (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10)) if power * n >= rough
    )


def _y(value: Decimal, highest: Decimal) -> float:
    return round(_TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - float(value / highest)), 2)


def _x(index: int, count: int) -> tuple[float, float]:
    """Left edge and width of a day."""
    width = (_width(count) - _LEFT - _RIGHT) / count
    return round(_LEFT + index * width, 2), round(width, 2)


def _tick(value: Decimal, highest: Decimal, chart: Chart, localizer: Localizer) -> str:
    y = _y(value, highest)
    label = escape(localizer.formats.tick(value, chart.unit, chart.currency))
    return (
        f'<path d="M{_LEFT} {y}H{_width(len(chart.days)) - _RIGHT}" stroke="#d5d9e0"/>'
        f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end" fill="{_SOFT}">{label}</text>'
    )


def _gaps(chart: Chart) -> list[str]:
    """The whole height of a day without a value: hatched where it was not read, dotted where Meta did not report it."""
    drawn = []
    for index, day in enumerate(chart.days):
        kind = chart.gaps.get(day)
        if kind is not None and chart.now[index] is None:
            x, width = _x(index, len(chart.days))
            height = HEIGHT - _TOP - _BOTTOM
            drawn.append(f'<rect x="{x}" y="{_TOP}" width="{width}" height="{height}" fill="url(#{kind})"/>')
    return drawn


def _bars(chart: Chart, highest: Decimal, ink: str) -> list[str]:
    bars = []
    for index, value in enumerate(chart.now):
        if value is None:
            continue
        x, width = _x(index, len(chart.now))
        y = _y(max(value, Decimal(0)), highest)
        fill = "url(#provisional)" if chart.provisional[index] else ink
        height = round(HEIGHT - _BOTTOM - y, 2)
        left, wide = round(x + width * 0.15, 2), round(width * 0.7, 2)
        bars.append(f'<rect x="{left}" y="{y}" width="{wide}" height="{height}" fill="{fill}"/>')
    return bars


def _before(values: Sequence[Decimal | None], highest: Decimal) -> str:
    """Broken where a day has no value."""
    path, pen_down = "", False
    for index, value in enumerate(values):
        if value is None:
            pen_down = False
            continue
        x, width = _x(index, len(values))
        path += f"{'L' if pen_down else 'M'}{round(x + width / 2, 2)} {_y(max(value, Decimal(0)), highest)}"
        pen_down = True
    return f'<path d="{path}" fill="none" stroke="{_LINE}" stroke-width="1.6" stroke-dasharray="4 3"/>' if path else ""


def point_text(chart: Chart, index: int, localizer: Localizer) -> str:
    """A day with its value, or why it has none, and the value of the day that it is compared with."""
    day, value, before = chart.days[index], chart.now[index], chart.before[index]
    gap = chart.gaps.get(day)
    shown = localizer.cell(value, chart.unit, chart.currency)
    if value is None and gap is not None:
        shown = localizer(f"reports.label.{gap}")
    if value is not None and chart.provisional[index]:
        shown = f"{shown} ({localizer('reports.label.provisional')})"
    text = f"{localizer.formats.short_day(day)}: {shown}"
    if before is None:
        return text
    return f"{text} · {localizer('reports.label.before')}: {localizer.cell(before, chart.unit, chart.currency)}"


def _points(chart: Chart, localizer: Localizer) -> list[str]:
    """Over each day a field that takes the focus, with its text as label, and drawn while it is pointed at."""
    width, drawn = _width(len(chart.days)), []
    for index in range(len(chart.days)):
        x, wide = _x(index, len(chart.days))
        text = escape(point_text(chart, index, localizer))
        half = min(len(text) * _WIDE_CHARACTER / 2, width / 2)
        middle = round(min(max(x + wide / 2, half), width - half), 2)
        drawn.append(
            f'<g class="point" tabindex="0" role="img" aria-label="{text}">'
            f'<rect x="{x}" y="{_TOP}" width="{wide}" height="{HEIGHT - _TOP - _BOTTOM}" fill="transparent"/>'
            f'<text class="tip" x="{middle}" y="{_TOP + 11}" text-anchor="middle" visibility="hidden">{text}</text></g>'
        )
    return drawn


def _marks(chart: Chart) -> list[str]:
    """Below the axis: a triangle, a diamond or a dot, so that colour is not the only sign."""
    y, drawn = HEIGHT - _BOTTOM + 5, []
    for index, day in enumerate(chart.days):
        x, width = _x(index, len(chart.days))
        middle = round(x + width / 2, 2)
        kind = chart.marks.get(day)
        if kind == "anomaly":
            drawn.append(f'<path d="M{middle - 4} {y + 3}h8l-4 -7z" fill="{_ALARM}"/>')
        elif kind == "edit":
            drawn.append(f'<path d="M{middle} {y - 4}l4 4l-4 4l-4 -4z" fill="{_INK}"/>')
        elif kind == "calendar":
            drawn.append(f'<circle cx="{middle}" cy="{y}" r="3" fill="{_LINE}"/>')
    return drawn


def _days(chart: Chart, localizer: Localizer) -> list[str]:
    """As many labels as have margin beside each other."""
    count = len(chart.days)
    shown = [localizer.formats.short_day(one) for one in chart.days]
    needed = max(map(len, shown)) * _CHARACTER + _GAP
    every = max(1, ceil(needed / _x(0, count)[1]))
    labels, taken = [], 0.0
    for index in range(0, count, every):
        x, width = _x(index, count)
        label = escape(shown[index])
        middle = min(x + width / 2, _width(count) - len(shown[index]) * _WIDE_CHARACTER / 2)
        half = len(shown[index]) * _CHARACTER / 2
        if middle - half < taken:
            continue  # the one at the edge was moved inwards
        taken = middle + half
        labels.append(
            f'<text x="{round(middle, 2)}" y="{HEIGHT - 9}" text-anchor="middle" fill="{_SOFT}">{label}</text>'
        )
    return labels


def _legend(chart: Chart, localizer: Localizer) -> str:
    parts = []
    if any(value is not None for value in chart.before):
        parts.append(
            (f'<path d="M0 4H16" stroke="{_LINE}" stroke-width="1.6" stroke-dasharray="4 3"/>', "reports.label.before")
        )
    if any(chart.provisional):
        parts.append(('<rect width="16" height="8" fill="url(#provisional)"/>', "reports.label.provisional"))
    missing = {kind for day, kind in chart.gaps.items() if day in chart.days}
    for kind in ("not_read", "not_reported"):
        if kind in missing:
            parts.append((f'<rect width="16" height="8" fill="url(#{kind})"/>', f"reports.label.{kind}"))
    labels = [(mark, localizer(key)) for mark, key in parts]
    wide = sum(_WIDE_CHARACTER * len(label) + 34 for _, label in labels)
    is_tight = wide > _width(len(chart.days)) - _RIGHT
    character, margin = (_CHARACTER, 28) if is_tight else (float(_WIDE_CHARACTER), 34)
    drawn, x = "", float(_width(len(chart.days)) - _RIGHT)
    for mark, label in labels:
        x -= character * len(label) + margin
        drawn += f'<g transform="translate({x} 0)">{mark}<text x="21" y="8" fill="{_SOFT}">{escape(label)}</text></g>'
    return drawn
