"""What a client asks of a period: how people got from the ad to the purchase, what they saw, who they were."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import Joined, Message, Value, message
from fbads_pipeline.domain.reports.facts import AudiencePart, Figures, MetricAbout, ReportedCreative
from fbads_pipeline.domain.reports.report import Cell, Table, TableColumn
from fbads_pipeline.domain.reports.unreported import is_same_spend, is_unreported, shown_cell, unreported_text

_ON_THE_WAY = ("impressions", "link_clicks", "landing_page_views")
OF_LEADS, OF_SALES = (*_ON_THE_WAY, "leads"), (*_ON_THE_WAY, "add_to_carts", "purchases")
FUNNEL_METRICS = ("spend", *_ON_THE_WAY, "leads", "add_to_carts", "purchases")
PART_METRICS = ("spend", "impressions", "clicks", "ctr", "conversions", "cpa")
# Breakdown, as Meta names its fields → section of a report, and key of its title.
BREAKDOWNS: Mapping[str, str] = {
    "age,gender": "audience",
    "publisher_platform,platform_position": "placement",
    "country": "country",
}
_CREATIVE_SHOWN = ("spend", "ctr", "conversions", "cpa")
_GENDERS = frozenset({"female", "male", "unknown"})
_MOST_PARTS = 10
# Of each verdict.
MOST_CREATIVES = 3
# Metrics that the catalogue explains in a client's words.
EXPLAINED = (
    *("spend", "impressions", "clicks", "link_clicks", "landing_page_views", "ctr", "cpm", "cpc", "conversions", "cpa"),
    *("purchases", "purchase_value", "roas", "leads", "add_to_carts", "reach", "frequency"),
)

About = Mapping[str, MetricAbout]


def funnel_table(totals: Figures, goal: str, about: About, currency: str) -> Table:
    """From impressions to leads or purchases: how many, what part of the step before, and what each cost. A step that
    Meta did not report is said to be so, and nothing is divided by it."""
    spend, before = totals.get("spend"), None
    rows: list[list[Cell]] = []
    for name in OF_LEADS if goal == "lead" else OF_SALES:
        count = totals.get(name)
        shown: Cell = count
        if count is None and is_unreported(name, totals):
            shown = unreported_text(name, "count", currency, {})
        share = count / before if count is not None and before else None
        cost = spend / count if spend is not None and count else None
        rows.append([about[name].label, shown, share, cost])
        before = count
    columns = [
        TableColumn(message("reports.column.step"), "text", is_wide=True),
        TableColumn(message("reports.column.count"), "count"),
        TableColumn(message("reports.column.of_step_before"), "ratio"),
        TableColumn(message("reports.column.cost_each"), "money"),
    ]
    has_any = any(row[1] for row in rows)
    return Table(message("reports.table.funnel"), columns, rows if has_any else [], currency)


def creative_table(creatives: Sequence[ReportedCreative], about: About, currency: str) -> Table:
    """The best and the worst by what they convert, where there is enough to say; else those that cost most."""
    best = [one for one in creatives if one.verdict == "best"][:MOST_CREATIVES]
    worst = [one for one in creatives if one.verdict == "worst"][:MOST_CREATIVES]
    shown = [*best, *worst] or list(creatives[:MOST_CREATIVES])
    columns = [
        TableColumn(message("delivery.creative.what"), "text", is_wide=True),
        TableColumn(message("delivery.creative.verdict"), "text"),
        *(_column(about, name) for name in _CREATIVE_SHOWN),
    ]
    rows: list[list[Cell]] = [
        [
            Joined((plain_line(one.title)[:120] or "–", message("delivery.creative.ads", count=one.ads)), " · "),
            message(f"delivery.creative.{one.verdict}"),
            *(shown_cell(name, _column(about, name).unit, currency, one.figures) for name in _CREATIVE_SHOWN),
        ]
        for one in shown
    ]
    pictures = [one.picture for one in shown]
    return Table(message("reports.table.creatives"), columns, rows, currency, pictures=pictures)


def audience_tables(
    parts: Sequence[AudiencePart], total: Figures, about: About, currency: str
) -> dict[str, list[Table]]:
    """Section → the table of its breakdown, the dearest part first. One that does not hold all that was spent was not
    read on every day: it says so, and shows no part, for these would be of other days than the report."""
    made: dict[str, list[Table]] = {}
    for breakdown, name in BREAKDOWNS.items():
        found = [one for one in parts if one.breakdown == breakdown]
        spent = sum((one.figures.get("spend") or Decimal(0) for one in found), Decimal(0))
        if not found:
            continue
        shown = ("spend", "ctr", "conversions", "cpa")
        columns = [
            TableColumn(message(f"reports.column.{name}"), "text", is_wide=True),
            *(_column(about, one) for one in shown),
        ]
        rows: list[list[Cell]] = [
            [
                _part(one.value),
                *(shown_cell(metric, _column(about, metric).unit, currency, one.figures) for metric in shown),
            ]
            for one in found
        ]
        is_whole = is_same_spend(spent, total.get("spend"))
        title, empty = message(f"reports.table.{name}"), message("reports.empty.part_of_days")
        shown_rows = rows if is_whole else []
        made[name] = [Table(title, columns, shown_rows, currency, empty, _MOST_PARTS, is_half=True)]
    return made


def glossary_table(shown: Sequence[str], about: About) -> Table:
    """What the metrics of the report mean."""
    columns = [
        TableColumn(message("reports.column.metric"), "text"),
        TableColumn(message("reports.column.meaning"), "text", is_wide=True),
    ]
    rows: list[list[Cell]] = [
        [about[name].label, message(f"reports.glossary.{name}")]
        for name in dict.fromkeys(shown)
        if name in EXPLAINED and name in about
    ]
    return Table(message("reports.table.glossary"), columns, rows)


def step_table(steps: Sequence[Message]) -> Table:
    """What comes next, one step per row."""
    columns = [TableColumn(message("reports.column.step_next"), "text", is_wide=True)]
    rows: list[list[Cell]] = [[one] for one in steps]
    return Table(message("reports.table.next_steps"), columns, rows)


def _part(value: str) -> Value:
    """`18-24,female` as people read it."""
    words = [
        message(f"pages.audience.{one}") if one in _GENDERS else plain_line(one.replace("_", " ")) or "–"
        for one in value.split(",")
    ]
    return Joined(tuple(words), " · ")


def _column(about: About, name: str) -> TableColumn:
    from_unit = {"money": "money", "ratio": "ratio"}
    unit = from_unit.get(about[name].unit, "count")
    return TableColumn(about[name].label, unit)  # type: ignore[arg-type]
