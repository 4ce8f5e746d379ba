"""The hours of a day: what was spent so far, over the band of what is usual by each hour."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from html import escape

from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.domain.clients.hours import UsualByHour

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 640, 180, 72, 10, 16, 26
_DAY_MINUTES = 1440
_MARKED_HOURS = (0, 6, 12, 18, 24)


def draw_hours(
    today: Sequence[tuple[int, Decimal]], usual: Sequence[UsualByHour], currency: str, label: str, t: Localizer
) -> str:
    """today: minutes since midnight and what had been spent by then. Each point can be pointed at."""
    top = max([value for _, value in today] + [one.high for one in usual], default=Decimal(1)) or Decimal(1)

    def x(minutes: float) -> float:
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * minutes / _DAY_MINUTES, 1)

    def y(value: Decimal) -> float:
        return round(_TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - float(value / top)), 1)

    above = " ".join(f"{x(60 * one.hour)},{y(one.high)}" for one in usual)
    below = " ".join(f"{x(60 * one.hour)},{y(one.low)}" for one in reversed(usual))
    middle = " ".join(f"{x(60 * one.hour)},{y(one.middle)}" for one in usual)
    line = " ".join(f"{x(minutes)},{y(value)}" for minutes, value in [(0, Decimal(0)), *today])
    hours = "".join(
        f'<text x="{x(60 * hour)}" y="{_HEIGHT - 8}" text-anchor="middle" fill="#5b6474">{hour} h</text>'
        for hour in _MARKED_HOURS
    )
    highest = escape(t.formats.tick(top.quantize(Decimal(1)), "money", currency))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
        f' role="group" aria-label="{escape(label)}" font-family="inherit" font-size="11" fill="#1d2433">'
        f'<path d="M{_LEFT} {_HEIGHT - _BOTTOM}H{_WIDTH - _RIGHT}M{_LEFT} {_TOP}H{_WIDTH - _RIGHT}" stroke="#d5d9e0"/>'
        f'<text x="{_LEFT - 6}" y="{_TOP + 4}" text-anchor="end" fill="#5b6474">{highest}</text>'
        f'<polygon class="usual-band" points="{above} {below}"/><polyline class="usual-middle" points="{middle}"/>'
        f'<polyline class="so-far" points="{line}"/>{hours}{_points(today, x, y, currency, t)}</svg>'
    )


def hour_text(minutes: int) -> str:
    """Minutes since midnight as a clock shows them."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _points(
    today: Sequence[tuple[int, Decimal]],
    x: Callable[[float], float],
    y: Callable[[Decimal], float],
    currency: str,
    t: Localizer,
) -> str:
    drawn = ""
    for minutes, value in today:
        text = escape(f"{hour_text(minutes)}: {t.cell(value, 'money', currency)}")
        middle = min(max(x(minutes), 60.0), _WIDTH - 60.0)
        drawn += (
            f'<g class="point" tabindex="0" role="img" aria-label="{text}">'
            f'<circle cx="{x(minutes)}" cy="{y(value)}" r="4" fill="#2457a6"/>'
            f'<text class="tip" x="{middle}" y="{_TOP - 4}" text-anchor="middle" visibility="hidden">{text}</text></g>'
        )
    return drawn
