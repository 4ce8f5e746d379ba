"""What the pages show, as plain texts for the templates: no figure is calculated here, only written out."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from fbads_pipeline.adapters.rendering.html import change_text, tone_of
from fbads_pipeline.adapters.rendering.svg import draw
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.domain.alerts.message_layout import sparkline
from fbads_pipeline.domain.anomalies.finding_messages import kind_message
from fbads_pipeline.domain.anomalies.learning import AccountLearning
from fbads_pipeline.domain.core.formatting import plain_line, plain_name
from fbads_pipeline.domain.core.messages import from_json
from fbads_pipeline.domain.reports.facts import PeriodFigures
from fbads_pipeline.domain.reports.report import Chart, Figure, Period

# A week's CTR or CPM moves by less than that without a reason.
LEAST_MARKED = Decimal("0.05")
CHANNELS = ("slack", "email", "whatsapp", "telegram", "teams", "google_chat", "n8n", "dry_run")


def period_text(period: Period, t: Localizer) -> str:
    """First and last day, as people write them."""
    return f"{t.formats.day(period.first)} – {t.formats.day(period.last)}"


def figure_cards(
    figures: Sequence[Figure], now: PeriodFigures, t: Localizer, *, is_compared: bool = True, is_read: bool = True
) -> list[dict[str, Any]]:
    """Each number, or why there is none, with its change and a sparkline of its days, empty where a day has no value.

    is_compared: whether there is a period to compare with; is_read: whether every day was read."""
    cards = []
    for figure in figures:
        values = [value for day in now.days if (value := day.figures.get(figure.metric)) is not None]
        is_whole = is_read and len(values) == len(now.days)
        cards.append(
            {
                "label": t.render(figure.label),
                "value": t.cell(figure.shown, figure.unit, figure.currency),
                "is_absent": figure.absent is not None,
                "change": change_text(figure, t) if is_compared else "",
                "tone": tone_of(figure) if is_compared and matters(figure) else "",
                "spark": sparkline([float(one) for one in values]) if is_whole else "",
            }
        )
    return cards


def matters(figure: Figure) -> bool:
    """Whether a change is large enough to be marked: smaller ones come and go."""
    return figure.change is not None and abs(figure.change) >= LEAST_MARKED


def watch_notes(learning: AccountLearning | None, *, has_open: bool, is_read: bool, t: Localizer) -> list[str]:
    """What stands under the open anomalies: an all-clear only where every day was read and nothing is being learned."""
    note = None if learning is None else learning.note()
    lines = [] if note is None else [t.render(note)]
    if has_open:
        return lines
    if learning is not None and not learning.is_watched:
        return lines
    key = "reports.empty.unread_anomalies" if not is_read else "pages.today.none_found_yet"
    if lines or not is_read:
        return [t(key), *lines]
    return [t("pages.today.no_anomalies")]


def drawn(charts: Sequence[Chart], t: Localizer) -> list[dict[str, Any]]:
    """Each chart as SVG whose days can be pointed at, and its figures as the rows of a table."""
    return [
        {
            "title": t.render(one.title),
            "svg": Markup(draw(one, t, is_live=True)),
            "has_before": any(value is not None for value in one.before),
            "rows": [
                {
                    "day": t.formats.short_day(day),
                    "now": _charted(one, index, t),
                    "before": t.cell(one.before[index], one.unit, one.currency),
                }
                for index, day in enumerate(one.days)
            ],
        }
        for one in charts
    ]


def _charted(chart: Chart, index: int, t: Localizer) -> str:
    gap = chart.gaps.get(chart.days[index])
    if chart.now[index] is None and gap is not None:
        return t(f"reports.label.{gap}")
    return t.cell(chart.now[index], chart.unit, chart.currency)


def anomaly_items(rows: Sequence[Mapping[str, Any]], t: Localizer) -> list[dict[str, str]]:
    """Open anomalies, each with its sentence; what moves a whole account the same way is one, under its first row."""
    together: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        is_shared = any(cause["name"] == "account_wide" for cause in row["causes"])
        key = (row["account_id"], row["kind"] if is_shared else row["anomaly_id"])
        together.setdefault(key, []).append(row)
    return [_anomaly_item(alike, t) for alike in together.values()]


def _anomaly_item(alike: Sequence[Mapping[str, Any]], t: Localizer) -> dict[str, str]:
    row, names = alike[0], [plain_name(one["campaign_name"], one["campaign_id"]) for one in alike]
    since, stake = min(one["since"] for one in alike), sum(one["at_stake"] or 0 for one in alike)
    text = stored_text(row, "message", t)
    if len(alike) > 1:
        text = t("anomalies.whole_account.text", what=kind_message(row["kind"]), campaigns=", ".join(names))
    return {
        "anomaly_id": row["anomaly_id"],
        "campaign_id": row["campaign_id"],
        "name": t("anomalies.whole_account", count=len(alike)) if len(alike) > 1 else names[0],
        "severity": row["severity"],
        "severity_label": t(f"reports.severity.{row['severity']}"),
        "since": t("pages.today.since", since=f"{t.formats.short_day(since.date())} {since:%H:%M}"),
        "at_stake": t("pages.today.at_stake", money=t.cell(stake, "money", row["currency"])) if stake else "",
        "text": text,
    }


def stored_text(row: Mapping[str, Any], name: str, t: Localizer) -> str:
    """The message that the row stores under that name, on one line; empty where there is none."""
    return "" if row[name] is None else plain_line(t.render(from_json(row[name])))


def channel_name(channel: str, t: Localizer) -> str:
    """A channel as people call it; one that this version does not know by its own name."""
    return t(f"pages.channel.{channel}") if channel in CHANNELS else plain_name(channel, "–")
