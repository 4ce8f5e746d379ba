"""Figures that Meta did not report and days that were not read: never zero in a report, and nothing rests on them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.metrics.coverage import Coverage
from fbads_pipeline.domain.reports.facts import CampaignFigures, DayFigures, FigureBelow, PeriodFigures
from fbads_pipeline.domain.reports.message import compose_report
from fbads_pipeline.domain.reports.sums import added
from fbads_pipeline.domain.reports.tables import day_table, ranked
from fbads_pipeline.domain.reports.unreported import together
from fbads_pipeline_tests.services.reports.test_reports import World, section, table
from fbads_pipeline_tests.support.fake_reports import ABOUT, FakeReportFacts, a_builder, an_account, some_figures
from fbads_pipeline_tests.support.rendering import body_of, in_language, reads

WEEK = [date(2026, 11, 16) + timedelta(days=n) for n in range(7)]
BEFORE = [day - timedelta(days=7) for day in WEEK]
UNREPORTED = "não informado pela Meta neste nível"


@pytest.fixture
def facts():
    """Conversions that Meta left out of the campaign, and has on its ads."""
    facts = FakeReportFacts()
    facts.unreported = {"conversions", "cpa"}
    facts.below = {"conversions": FigureBelow("ad", Decimal(80)), "cpa": FigureBelow("ad", Decimal("1.25"))}
    return facts


class TestFiguresThatMetaDidNotReport:
    def test_the_figure_at_the_top_names_the_level_that_has_it(self, facts):
        shown = {one.metric: one.shown for one in section(facts).figures}
        assert shown["conversions"] == f"{UNREPORTED}: 80 nos anúncios"
        assert shown["cpa"] == f"{UNREPORTED}: R$ 1,25 nos anúncios"
        assert shown["spend"] == Decimal(100)
        facts.below = {}
        assert {one.metric: one.shown for one in section(facts, language="en").figures}["conversions"] == (
            "not reported by Meta at this level"
        )

    def test_no_change_and_no_point_of_a_chart_rests_on_it(self, facts):
        found = section(facts)
        assert {one.metric: one.change for one in found.figures}["conversions"] is None
        (sold,) = [one for one in found.charts if one.title == "Conversões por dia"]
        assert sold.now[0] is None and sold.now[1] == 4

    def test_tables_say_it_in_the_cell_and_nobody_ranks_the_campaign(self, facts):
        found = section(facts)
        rows = {row[0]: row for row in table(found, "Todas as campanhas").rows}
        assert (rows["Verão"][7], rows["Inverno"][7]) == (f"{UNREPORTED}: 80 nos anúncios", Decimal(4))
        assert table(found, "Dia a dia").rows[0][6] == UNREPORTED
        ranks = {one.title for one in found.tables} & {"Melhores campanhas", "Campanhas que pedem atenção"}
        listed = [row[0] for title in ranks for row in table(found, title).rows]
        assert "Verão" not in listed and "Inverno" in listed

    def test_a_sum_of_accounts_of_which_one_lacks_it_is_not_known(self):
        whole = [
            PeriodFigures(figures, (DayFigures(WEEK[0], figures, False),), (), None)
            for figures in (some_figures(), some_figures(conversions=None))
        ]
        total = added(whole, ("spend", "conversions", "cpa", "ctr")).total
        assert (total["spend"], total["conversions"], total["cpa"], total["ctr"]) == (200, None, None, Decimal("0.005"))
        silent = PeriodFigures(dict.fromkeys(some_figures()), (), (), None)
        assert added([whole[0], silent], ("conversions",)).total == {"conversions": 4}

    def test_one_that_sold_nothing_is_idle_and_one_that_is_not_known_is_not(self):
        campaigns = [
            CampaignFigures(str(n), None, "ACTIVE", some_figures(conversions=sold), None)
            for n, sold in enumerate((4, 0, None))
        ]
        sold, idle = ranked(campaigns)
        assert ([one.campaign_id for one in sold], [one.campaign_id for one in idle]) == (["0"], ["1"])

    def test_the_message_says_it_and_no_zero(self, facts):
        report = a_builder(facts).of_account("weekly", an_account())
        body = body_of(compose_report(report, "1", {}))
        assert f"conversions pt: {UNREPORTED}: 80 nos anúncios" in body


class TestDaysThatWereNotRead:
    def test_a_period_with_gaps_says_which_days_and_compares_with_nothing(self):
        facts = FakeReportFacts()
        facts.unread = set(WEEK[2:4])
        found = section(facts)
        assert found.warnings[0] == "5 de 7 dias lidos (sem leitura: de 18/11 a 19/11/2026)"
        assert "fbads backfill --from 2026-11-18 --to 2026-11-19" in found.warnings[-1]
        assert {one.before for one in found.figures} == {None} == {one.change for one in found.figures}
        assert {value for one in found.charts for value in one.before} == {None}
        spend_change = table(found, "Todas as campanhas").rows[0][-2]
        assert spend_change is None
        assert [row[-1] for row in table(found, "Dia a dia").rows][2:4] == ["lido em parte", "lido em parte"]

    def test_a_day_without_figures_is_a_row_that_says_that_it_was_not_read(self):
        days = day_table(PeriodFigures({}, (), (), None), ABOUT, "BRL", [WEEK[1]])
        ((day, *figures, said),) = days.rows
        assert (day, set(figures), reads(said)) == (WEEK[1], {None}, "não lido")

    def test_a_gap_of_the_period_before_takes_the_comparison_alone(self):
        facts = FakeReportFacts()
        facts.unread = set(BEFORE)
        found = section(facts, language="en")
        assert found.warnings[0].startswith("No comparison")
        assert any(one.startswith("The period before: 0 of 7 days read") for one in found.warnings)
        assert {one.change for one in found.figures} == {None}

    def test_read_in_full_there_is_no_warning(self):
        assert section().warnings == []

    def test_no_anomaly_is_no_all_clear(self):
        facts = FakeReportFacts()
        assert table(section(facts), "Anomalias e o que foi feito").empty == "Nenhuma anomalia no período."
        facts.unread = {WEEK[0]}
        assert "nem todos os dias" in table(section(facts), "Anomalias e o que foi feito").empty
        (group,) = in_language(a_builder(facts).of_all(facts.known), "pt").sections
        assert not any("Nenhuma anomalia" in one for one in group.highlights)

    def test_a_scheduled_report_of_an_unread_week_says_so_instead_of_zeros(self):
        world = World()
        world.facts.unread, world.facts.empty = {*WEEK, *BEFORE}, {"1"}
        assert len(world.report_service.make_due("weekly", [Recipient("email", "a@b.example")])) == 1
        ((_, alert),) = world.reports.kept
        body = body_of(alert)
        assert body.startswith("0 de 7 dias lidos") and "fbads backfill --from 2026-11-09 --to 2026-11-22" in body
        assert "R$" not in body
        assert section(world.facts).notes[0].startswith("Nenhum dia deste período foi lido")

    def test_a_level_that_is_not_collected_is_said_and_no_backfill_is_offered(self):
        facts = FakeReportFacts(an_account("1"), an_account("2"))
        facts.unread, facts.empty, facts.not_collected = {*WEEK, *BEFORE}, {"1", "2"}, "campaign"
        found = section(facts)
        assert found.warnings == ["este nível não é coletado (FBADS_LEVELS não inclui “campaign”)"] == found.notes[:1]
        assert together([Coverage(1, not_collected="campaign"), Coverage(1)]).not_collected == "campaign"

    def test_the_executive_one_counts_account_days_and_compares_with_nothing(self):
        facts = FakeReportFacts(an_account("1"), an_account("2"))
        facts.unread = {WEEK[0]}
        (found,) = in_language(a_builder(facts).of_all(facts.known), "pt").sections
        assert found.warnings[0] == "54 de 56 dias de conta lidos; faltam dias em 2 contas"
        assert {one.change for one in found.figures} == {None}
        assert {row[-1] for row in table(found, "Contas").rows} == {None}


@pytest.mark.parametrize(("currency", "word"), [("BRL", "PIS/COFINS"), ("EUR", "sem impostos")])
def test_a_report_says_that_amounts_are_without_taxes(currency, word):
    found = section(FakeReportFacts(an_account(currency=currency)))
    assert sum(word in one for one in found.notes) == 1
