"""Pages of insights rows, as JSON text."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from fbads_pipeline.sandbox.figures.actions import ActionTexts
from fbads_pipeline.sandbox.figures.breakdowns import on_meta, split_figures, weigh_hours
from fbads_pipeline.sandbox.figures.by_period import LevelFigures, Period, WorldFigures, days_of
from fbads_pipeline.sandbox.figures.rows import RowsRequest, write_rows
from fbads_pipeline.sandbox.graph.errors import invalid_parameter
from fbads_pipeline.sandbox.graph.insights_request import InsightsRequest, Params, read_limit

KEPT_CHARACTERS = 48_000_000


@dataclass
class PageText:
    """Rows as text, not parsed: a page may hold thousands. `next` is the cursor of the page after it, if any."""

    rows: list[str]
    before: str
    after: str
    next: str | None = None
    notes: dict[str, str] = field(default_factory=dict)


class InsightsPages:
    def __init__(self, figures: WorldFigures) -> None:
        self._by_period = figures
        self._texts: dict[tuple[str, ...], ActionTexts] = {}
        self._kept: OrderedDict[Hashable, list[str]] = OrderedDict()
        self._kept_characters = 0

    def page(self, query: InsightsRequest, params: Params) -> PageText:
        """The rows from the cursor on, at most `limit`: by period, then in the order of the objects."""
        limit, start = read_limit(params), read_offset(params)
        position, rows = 0, list[str]()
        for period in query.periods:
            count = self._count(query, period)
            if position + count > start:
                block = self._block(query, period)
                rows += block[max(0, start - position) : start - position + limit]
            position += count
            if position > start + limit:
                break
        following = cursor(start + limit) if position > start + limit else None
        return PageText(rows[:limit], cursor(start), cursor(start + len(rows[:limit])), following)

    def rows(self, query: InsightsRequest) -> Iterator[str]:
        for period in query.periods:
            yield from self._block(query, period)

    def total(self, query: InsightsRequest) -> int:
        return sum(self._count(query, period) for period in query.periods)

    def _figures(self, query: InsightsRequest, period: Period) -> LevelFigures:
        figures = self._by_period.period(query.account, query.level, period, query.mask)
        split = query.split
        if split is not None and split.is_hourly:
            split = weigh_hours(split, query.account.zone, days_of(period), self._by_period.clock.slot())
            figures = on_meta(figures)
        return figures if split is None else split_figures(figures, split, period[0])

    def _count(self, query: InsightsRequest, period: Period) -> int:
        kept = self._kept.get(self._key(query, period))
        return len(self._figures(query, period).present()) if kept is None else len(kept)

    def _key(self, query: InsightsRequest, period: Period) -> Hashable:
        stage = self._by_period.stage(query.account, period[1])
        mask = None if query.mask is None else query.mask.tobytes()
        cells = None if query.split is None else query.split.names
        return (query.account.id, query.level, period, stage, mask, query.fields, query.windows, cells)

    def _block(self, query: InsightsRequest, period: Period) -> list[str]:
        key = self._key(query, period)
        kept = self._kept.get(key)
        if kept is None:
            kept = self._written(query, period)
            self._keep(key, kept)
        return kept

    def _written(self, query: InsightsRequest, period: Period) -> list[str]:
        if len(self._texts) > 16:
            self._texts.clear()
        texts = self._texts.setdefault(query.windows, ActionTexts(query.windows))
        wanted = RowsRequest(query.account, query.level, period, query.fields, texts, query.split)
        return write_rows(wanted, self._figures(query, period))

    def _keep(self, key: Hashable, rows: list[str]) -> None:
        self._kept[key] = rows
        self._kept_characters += _weight(rows)
        while self._kept_characters > KEPT_CHARACTERS and len(self._kept) > 1:
            self._kept_characters -= _weight(self._kept.popitem(last=False)[1])


def cursor(offset: int) -> str:
    return urlsafe_b64encode(f"sandbox:{offset}".encode()).decode()


def read_offset(params: Params) -> int:
    """The row that the `after` cursor names; 0 without one. Error 100 for what no page gave out."""
    if not (text := params.get("after", "")):
        return 0
    try:
        name, _, number = urlsafe_b64decode(text.encode()).decode().partition(":")
    except (NotBase64, ValueError):
        name, number = "", ""
    if name != "sandbox" or not number.isdigit():
        raise invalid_parameter("Invalid cursors values. Please use cursors that were given on a page.")
    return int(number)


def _weight(rows: list[str]) -> int:
    return sum(map(len, rows)) + 60 * len(rows)
