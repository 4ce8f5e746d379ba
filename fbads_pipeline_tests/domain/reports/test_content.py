"""What a client reads of a period, out of figures alone."""

from datetime import date
from decimal import Decimal

import pytest

from fbads_pipeline.adapters.translation.translator import localizer
from fbads_pipeline.domain.core.messages import LegacyText
from fbads_pipeline.domain.reports.brand import contrast_on_white, readable_on_white
from fbads_pipeline.domain.reports.content import audience_tables, creative_table, funnel_table, glossary_table
from fbads_pipeline.domain.reports.facts import (
    AccountTarget,
    AudiencePart,
    CampaignFigures,
    MetricAbout,
    PeriodFigures,
    ReportedCreative,
    ReportedSuggestion,
)
from fbads_pipeline.domain.reports.highlights import next_steps, story_lines
from fbads_pipeline.domain.reports.template import (
    SECTIONS,
    ReportTemplate,
    UnusableTemplate,
    ordered_sections,
    template_document,
    template_of,
)

PT = localizer("pt")
METRICS = ("spend", "impressions", "link_clicks", "landing_page_views", "leads", "add_to_carts", "purchases", "ctr")
ABOUT = {
    **{name: MetricAbout(LegacyText({"pt": name, "en": name}), "count", "up") for name in METRICS},
    "ctr": MetricAbout("CTR", "ratio", "up"),
    "conversions": MetricAbout("Conversões", "count", "up"),
    "cpa": MetricAbout("CPA", "money", "down"),
    "spend": MetricAbout("Investimento", "money", "none"),
}
TOTALS = {
    "spend": Decimal(100),
    "impressions": Decimal(1000),
    "link_clicks": Decimal(50),
    "landing_page_views": Decimal(40),
    "leads": Decimal(3),
    "add_to_carts": Decimal(8),
    "purchases": Decimal(2),
}


def said(lines):
    return [PT.render(one).replace("\xa0", " ") for one in lines]


def a_period(spend, conversions, campaigns=()):
    cpa = None if not conversions else Decimal(spend) / conversions
    total = {"spend": Decimal(spend), "conversions": conversions, "cpa": cpa}
    return PeriodFigures(total, (), tuple(campaigns), None)


def a_campaign(name, spend, conversions):
    cpa = Decimal(spend) / conversions if conversions else None
    return CampaignFigures(
        name, name, "ACTIVE", {"spend": Decimal(spend), "conversions": conversions, "cpa": cpa}, None
    )


class TestFunnel:
    def test_each_step_has_its_part_of_the_one_before_and_its_cost(self):
        rows = funnel_table(TOTALS, "purchase", ABOUT, "BRL").rows
        assert [row[1] for row in rows] == [1000, 50, 40, 8, 2]
        assert [row[2] for row in rows] == [None, Decimal("0.05"), Decimal("0.8"), Decimal("0.2"), Decimal("0.25")]
        assert [row[3] for row in rows][-1] == 50
        assert [PT.render(row[0]) for row in funnel_table(TOTALS, "lead", ABOUT, "BRL").rows][-1] == "leads"

    def test_a_step_that_meta_did_not_report_is_said_and_nothing_is_divided_by_it(self):
        rows = funnel_table({**TOTALS, "landing_page_views": None}, "purchase", ABOUT, "BRL").rows
        assert PT.render(rows[2][1]) == "não informado pela Meta neste nível"
        assert rows[2][2:] == [None, None] and rows[3][2] is None and rows[4][2] == Decimal("0.25")

    def test_nothing_delivered_is_no_funnel(self):
        assert not funnel_table(dict.fromkeys(TOTALS, Decimal(0)), "purchase", ABOUT, "BRL").rows


class TestStory:
    def test_it_says_what_happened_what_was_aimed_at_and_what_is_next(self):
        now = a_period(220, 4, [a_campaign("Boa", 120, 4), a_campaign("Parada", 100, 0)])
        waiting = ReportedSuggestion("Parada", date(2026, 11, 3), "PAUSE", "PENDING", "x")
        lines = said(
            story_lines(
                now,
                a_period(200, 4),
                "BRL",
                target=AccountTarget(cpa=Decimal(50)),
                anomalies=[],
                suggestions=[waiting],
                is_read=True,
            )
        )
        assert lines[0] == (
            "Investimento de R$ 220,00, 10% a mais que no período anterior."
            " Conversões: 4, a R$ 55,00 cada, 10% mais caras que antes."
        )
        assert lines[1] == "CPA de R$ 55,00, acima da meta de R$ 50,00."
        assert "Boa" in lines[2] and lines[4] == "Próximo passo: decidir 1 sugestão (pausar)."
        assert len(lines) == 5
        assert "Parada" in said(next_steps(now.campaigns, [waiting], "BRL"))[1]

    def test_nothing_is_said_of_targets_and_next_steps_where_days_were_not_read(self):
        lines = said(
            story_lines(
                a_period(220, 4),
                a_period(0, None),
                "BRL",
                target=AccountTarget(cpa=Decimal(50)),
                anomalies=[],
                suggestions=[],
                is_read=False,
            )
        )
        assert lines == ["Investimento de R$ 220,00. Conversões: 4, a R$ 55,00 cada."]

    def test_conversions_that_meta_did_not_report_are_not_none(self):
        (line,) = said(
            story_lines(
                a_period(220, None), a_period(0, None), "BRL", target=None, anomalies=[], suggestions=[], is_read=False
            )
        )
        assert line == "Investimento de R$ 220,00."


def test_parts_of_an_audience_that_was_not_read_on_every_day_are_not_shown():
    parts = [
        AudiencePart("age,gender", "18-24,female", {"spend": Decimal(60), "ctr": None, "conversions": None}),
        AudiencePart("age,gender", "25-34,male", {"spend": Decimal(40), "ctr": None, "conversions": Decimal(2)}),
    ]
    (whole,) = audience_tables(parts, {"spend": Decimal(100)}, ABOUT, "BRL")["audience"]
    assert [PT.render(row[0]) for row in whole.rows] == ["18-24 · mulheres", "25-34 · homens"]
    assert PT.render(whole.rows[0][3]) == "não informado pela Meta neste nível"
    ((part,),) = audience_tables(parts, {"spend": Decimal(300)}, ABOUT, "BRL").values()
    assert not part.rows and PT.render(part.empty) == "Não lido em todos os dias do período."


def test_creatives_are_the_best_and_the_worst_or_else_those_that_cost_most():
    def creative(verdict, number):
        return ReportedCreative(f"{verdict} {number}", 1, {"spend": Decimal(number)}, verdict)

    made = [creative(verdict, n) for verdict in ("best", "worst", "unclear") for n in range(5)]
    titles = [PT.render(row[0]) for row in creative_table(made, ABOUT, "BRL").rows]
    assert titles == [f"{verdict} {n} · 1 anúncio" for verdict in ("best", "worst") for n in range(3)]
    assert len(creative_table(made[10:], ABOUT, "BRL").rows) == 3


def test_the_glossary_explains_what_is_shown_once_and_in_words():
    rows = glossary_table(("spend", "cpa", "spend"), ABOUT).rows
    assert [PT.render(row[0]) for row in rows] == ["Investimento", "CPA"]
    assert PT.render(rows[1][1]).startswith("Quanto custou")


class TestTemplate:
    def test_it_is_stored_and_read_as_it_was(self):
        made = ReportTemplate(("figures", "campaigns"), ("spend", "cpa"), "Olá\nfim", "en", True, ("monthly",))
        assert template_of(template_document(made)) == made
        assert template_of({**template_document(made), "sections": ["gone", "figures"]}).sections == ("figures",)

    def test_a_form_orders_sections_and_leaves_some_out(self):
        assert ordered_sections({"campaigns": "1", "figures": "2", "funnel": "0", "days": ""}) == (
            "campaigns",
            "figures",
        )
        assert ordered_sections({name: str(n) for n, name in enumerate(SECTIONS, 1)}) == SECTIONS

    @pytest.mark.parametrize(
        ("wrong", "key"),
        [
            ({"sections": ()}, "empty"),
            ({"sections": ("figures", "figures")}, "twice"),
            ({"sections": ("x",)}, "no_section"),
            ({"metrics": ()}, "metric_count"),
            ({"comment": "x" * 2001}, "no_comment"),
            ({"comment": "a\x00b"}, "no_comment"),
            ({"kinds": ("executive",)}, "no_kind"),
        ],
    )
    def test_what_is_wrong_is_one_sentence(self, wrong, key):
        with pytest.raises(UnusableTemplate) as raised:
            ReportTemplate(**wrong)
        assert raised.value.message.key == f"reports.template.{key}"
        assert PT.render(raised.value.message)

    def test_metrics_and_languages_have_to_be_known(self):
        with pytest.raises(UnusableTemplate):
            ReportTemplate(metrics=("reach",)).require_metrics(("spend",), ("pt",))
        with pytest.raises(UnusableTemplate):
            ReportTemplate(metrics=("spend",), language="xx").require_metrics(("spend",), ("pt",))

    def test_a_place_that_is_no_number_is_refused(self):
        with pytest.raises(UnusableTemplate):
            ordered_sections({"figures": "um"})


@pytest.mark.parametrize("color", ["#ffffff", "#ffff00", "#7fdbff", "#2457a6", "#000000"])
def test_a_colour_is_darkened_until_it_is_read_on_white(color):
    assert contrast_on_white(readable_on_white(color)) >= 4.5
    if contrast_on_white(color) >= 4.5:
        assert readable_on_white(color) == color
    assert contrast_on_white("#000000") == pytest.approx(21)
