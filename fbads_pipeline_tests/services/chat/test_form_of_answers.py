"""How answers of every kind are written: verdict first, few lines before the rows, one language, charts on the page."""

import re
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.api.pages.chat.answer_view import MOST_ROWS, answer_view
from fbads_pipeline.domain.chat.answers.cells import metric_label
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline_tests.services.chat.conftest import EVERY, World

METRIC = {"pt": ("gasto", "vendas", "cliques", "CTR", "CPA"), "en": ("spend", "purchases", "clicks", "CTR", "CPA")}
OF = {"pt": ("", "da Loja Aurora", "da Spring Sale", "da Northwind Store"),
      "en": ("", "of Loja Aurora", "of Spring Sale", "of Northwind Store")}  # fmt: skip
DAYS = {"pt": ("ontem", "na semana passada", "em outubro", "este mês", "hoje"),
        "en": ("yesterday", "last week", "in October", "this month", "today")}  # fmt: skip
# Kind of answer → how it is asked: {0} the metric, {1} whose, {2} when.
KINDS = {
    "pt": {
        "figures": "{0} {1} {2}",
        "change": "{0} {1} {2} comparado com o período anterior",
        "bound": "o {0} {1} ficou acima de 3 {2}?",
        "rows": "{0} {1} por campanha {2}",
        "top": "3 campanhas com mais {0} {1} {2}",
        "days": "{0} {1} por dia {2}",
        "why": "por que o {0} {1} caiu {2}?",
        "parts": "{0} {1} por idade {2}",
        "overview": "como foi {2} {1}?",
        "place": "segunda campanha com mais {0} {1} {2}",
        "ahead": "Spring Sale x Holiday Gift Guide em {0} {2}",
        "share": "que fatia do gasto teve cada campanha {1} {2}?",
    },
    "en": {
        "figures": "{0} {1} {2}",
        "change": "{0} {1} {2} compared with the previous period",
        "bound": "was the {0} {1} above 3 {2}?",
        "rows": "{0} {1} by campaign {2}",
        "top": "3 campaigns with the most {0} {1} {2}",
        "days": "{0} {1} by day {2}",
        "why": "why did the {0} {1} fall {2}?",
        "parts": "{0} {1} by age {2}",
        "overview": "how was {2} {1}?",
        "place": "second campaign with most {0} {1} {2}",
        "ahead": "Spring Sale vs Holiday Gift Guide in {0} {2}",
        "share": "what share of spend had each campaign {1} {2}?",
    },
}
VERDICTS = {"pt": ("Sim", "Não", "Variação", "Hoje ainda"), "en": ("Yes", "No", "Change", "Today is not")}
AHEAD = {"pt": "Maior em ", "en": "Highest "}
MOST_LINES_BEFORE_ROWS = 5


@st.composite
def asked(draw):
    language = draw(st.sampled_from(("pt", "en")))
    kind = draw(st.sampled_from(sorted(KINDS[language])))
    parts = [draw(st.sampled_from(some[language])) for some in (METRIC, OF, DAYS)]
    return language, kind, " ".join(KINDS[language][kind].format(*parts).split())


@cache
def foreign_labels(language: str) -> frozenset[str]:
    """Labels of metrics that only the other language has."""
    other = {"pt": "en", "en": "pt"}[language]
    own, others = (
        {translator().localizer(one).render(metric_label(name)) for name in METRICS} for one in (language, other)
    )
    return frozenset(others - own)


def check(world: World, language: str, kind: str, words: str) -> None:
    made = world.ask(words, user=EVERY)
    assert made.language == language, words
    lines = made.text.split("\n")
    before_rows = next((place for place, line in enumerate(lines) if line.startswith("- ")), len(lines))
    assert before_rows <= MOST_LINES_BEFORE_ROWS, (words, made.text)
    view = answer_view(made, world.chat, translator().localizer(language))
    headings = [one for table in view["tables"] for one in table["columns"]]
    for label in foreign_labels(language):
        assert label not in headings and not re.search(rf"(?<!\w){re.escape(label)}(?!\w)", made.text), (words, label)
    if made.outcome != "answered" or made.plan is None:
        return
    plan, rows = made.plan, made.tables[0].rows
    is_whole = not plan.dimensions and len(rows) == 1 and plan.intent in ("figures", "why")
    has_figure = bool(rows) and all(rows[0].get(metric) is not None for metric in plan.metrics)
    if is_whole and has_figure and (plan.compare is not None or plan.questioned):
        assert lines[0].startswith(VERDICTS[language]), (words, made.text)
    if kind == "ahead" and plan.intent == "figures" and len(plan.metrics) == 1:
        figures = [row[plan.metrics[0]] for row in rows]
        # Without conversions there is no CPA, and nobody is ahead.
        can_lead = None not in figures and len(set(figures)) == len(figures)
        assert lines[0].startswith(AHEAD[language]) == can_lead, (words, made.text)
    if plan.dimensions == ("day",) and len({row["day"] for row in rows}) == len(rows) > 1:
        assert view["charts"] and all("<svg" in one["svg"] for one in view["charts"]), words
    listed = [one for one in made.tables if any(column.dimension for column in one.query.columns)]
    if len(listed) == 1 and 1 < len(listed[0].rows) <= MOST_ROWS and plan.intent == "figures":
        items = [sum(line.startswith("- ") for line in text.split("\n")) for text in (made.text, view["text"])]
        assert items[0] - items[1] == len(listed[0].rows), (words, view["text"])
    for table, of in zip(view["tables"], made.tables, strict=True):
        has_currency = any(row.get("currency") for row in of.rows)
        assert has_currency or not {"Moeda", "Currency"} & set(table["columns"]), words
    if made.chart is not None and plan.dimensions[0] != "day":
        check_bars(view["charts"], rows, plan.metrics, words)


def check_bars(charts, rows, metrics, words: str) -> None:
    """Every row with a figure is a bar that takes the focus and is read out, in one drawing per metric and currency."""
    for chart in charts:
        points = re.findall(r'<g class="point" tabindex="0" role="img" aria-label="[^"]+: [^"]+">', chart["svg"])
        bars = chart["svg"].count('fill="#2457a6"')
        assert len(points) >= max(bars, 2) and 'role="group"' in chart["svg"], words
    known = [row for row in rows if all(row.get(one) is not None for one in metrics)]
    currencies = {row.get("currency") for row in known}
    if len(known) > 1 and len(currencies) == 1 and len({row.get("campaign", id(row)) for row in known}) == len(known):
        assert charts, words


def test_every_kind_of_answer_is_written_as_people_write(whole_world: World):
    @settings(max_examples=25, deadline=None)
    @given(question=asked())
    def written(question):
        check(whole_world, *question)

    written()
