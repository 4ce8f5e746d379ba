"""Reports as data, and when they are made."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.bootstrap.metrics import metric_labels
from fbads_pipeline.domain.alerts.routing import Recipient, route
from fbads_pipeline.domain.core.messages import LegacyText
from fbads_pipeline.domain.reports.facts import ReportedAnomaly, ReportedSuggestion
from fbads_pipeline.domain.reports.generated_reports import due_on
from fbads_pipeline.domain.reports.report import Period, period_of
from fbads_pipeline.domain.reports.template import ReportTemplate
from fbads_pipeline.services.reports.make_reports import ReportService, ReportsFailed
from fbads_pipeline_tests.support.fake_reports import (
    TODAY,
    FakeFiles,
    FakeReportFacts,
    FakeReports,
    a_builder,
    an_account,
)
from fbads_pipeline_tests.support.fakes import HOSTILE_NAMES, FixedClock
from fbads_pipeline_tests.support.rendering import body_of, in_language, title_of

# Monday, 08:00 in São Paulo and 11:00 in Lisbon
MONDAY = datetime(2026, 11, 23, 11, tzinfo=UTC)
STOPPED = LegacyText({"pt": "Parou.", "en": "Stopped."})
HIGH_CPA = LegacyText({"pt": "CPA alto.", "en": "High CPA."})
TO = [Recipient("email", "a@b.example")]


class TestPeriods:
    @pytest.mark.parametrize(
        ("kind", "day", "first", "last"),
        [
            ("daily", date(2026, 3, 1), date(2026, 2, 28), date(2026, 2, 28)),
            ("weekly", date(2026, 11, 23), date(2026, 11, 16), date(2026, 11, 22)),
            ("weekly", date(2026, 11, 29), date(2026, 11, 16), date(2026, 11, 22)),
            ("weekly", date(2026, 11, 30), date(2026, 11, 23), date(2026, 11, 29)),
            ("executive", date(2026, 11, 23), date(2026, 10, 26), date(2026, 11, 22)),
            ("monthly", date(2028, 3, 17), date(2028, 2, 1), date(2028, 2, 29)),
        ],
    )
    def test_only_complete_days_are_reported(self, kind, day, first, last):
        period = period_of(kind, day)
        assert (period.first, period.last) == (first, last)
        assert (period.before.last, period.before.days) == (
            first - timedelta(days=1),
            31 if kind == "monthly" else period.days,
        )

    @pytest.mark.parametrize(
        ("kind", "zone", "now", "last"),
        [
            ("daily", "America/Sao_Paulo", datetime(2026, 11, 24, 9, 59, tzinfo=UTC), None),
            ("daily", "America/Sao_Paulo", datetime(2026, 11, 24, 10, 0, tzinfo=UTC), date(2026, 11, 23)),
            ("weekly", "America/Sao_Paulo", datetime(2026, 11, 23, 9, 59, tzinfo=UTC), None),
            ("weekly", "America/Sao_Paulo", datetime(2026, 11, 24, 4, 0, tzinfo=UTC), date(2026, 11, 22)),
            ("executive", "America/Sao_Paulo", datetime(2026, 11, 26, 2, 59, tzinfo=UTC), date(2026, 11, 22)),
            ("weekly", "America/Sao_Paulo", datetime(2026, 11, 26, 3, 0, tzinfo=UTC), None),
            ("monthly", "America/Sao_Paulo", datetime(2026, 12, 1, 9, 59, tzinfo=UTC), None),
            ("monthly", "America/Sao_Paulo", datetime(2026, 12, 4, 2, 59, tzinfo=UTC), date(2026, 11, 30)),
            ("monthly", "America/Sao_Paulo", datetime(2026, 12, 4, 3, 0, tzinfo=UTC), None),
            ("weekly", "Asia/Tokyo", datetime(2026, 11, 22, 22, 0, tzinfo=UTC), date(2026, 11, 22)),
            ("weekly", "America/Los_Angeles", datetime(2026, 11, 23, 14, 0, tzinfo=UTC), None),
            ("executive", "America/Los_Angeles", datetime(2026, 11, 23, 15, 0, tzinfo=UTC), date(2026, 11, 22)),
        ],
    )
    def test_seven_in_the_morning_is_each_accounts_own(self, kind, zone, now, last):
        day = due_on(kind, zone, now)
        assert (day and period_of(kind, day).last) == last


def section(facts=None, kind="weekly", language="pt"):
    builder = a_builder(facts)
    (found,) = builder.of_account(kind, builder.facts.known[0]).sections
    return in_language(found, language)


def table(found, title):
    (one,) = [each for each in found.tables if each.title == title]
    return one


class TestWhatItSays:
    def test_figures_stand_beside_the_period_before_with_their_good_direction(self):
        figures = {one.label: one for one in section().figures}
        assert (figures["spend pt"].now, figures["spend pt"].before) == (Decimal(220), Decimal(150))
        assert round(figures["spend pt"].change, 4) == Decimal("0.4667")
        assert (figures["spend pt"].good, figures["cpa pt"].good, figures["ctr pt"].good) == ("none", "none", "up")

    def test_what_late_conversions_may_explain_is_marked_and_neither_good_nor_bad(self):
        facts = FakeReportFacts()
        figures = {one.label: one for one in section(facts).figures}
        assert [label for label, one in figures.items() if one.is_provisional] == [
            "conversions pt", "cpa pt", "roas pt",
        ]  # fmt: skip
        facts.is_final = True
        figures = {one.label: one for one in section(facts).figures}
        assert (figures["cpa pt"].is_provisional, figures["cpa pt"].good) == (False, "down")

    def test_a_provisional_gain_is_a_gain(self):
        facts = FakeReportFacts()
        facts.conversions_before = 10
        figures = {one.label: one for one in section(facts).figures}
        assert (figures["conversions pt"].is_provisional, figures["conversions pt"].good) == (True, "up")

    def test_two_hundred_campaigns_of_one_size_have_best_ones_too(self):
        found = section(FakeReportFacts(names=[f"Campanha {n}" for n in range(200)]))
        assert [len(table(found, title).rows) for title in ("Melhores campanhas", "Campanhas que pedem atenção")] == [
            5,
            5,
        ]

    def test_best_by_cpa_and_worst_what_spends_without_a_conversion(self):
        found = section(FakeReportFacts(names=["idle", "good", "fair", "idle too", "better", "fine"]))
        best, worst = table(found, "Melhores campanhas"), table(found, "Campanhas que pedem atenção")
        assert [row[0] for row in best.rows] == ["fine", "fair", "better", "good"]
        assert [row[0] for row in worst.rows] == ["idle", "idle too"]
        assert not {row[0] for row in best.rows} & {row[0] for row in worst.rows}

    def test_every_day_is_drawn_beside_the_same_day_before_and_provisional_ones_are_marked(self):
        found = section()
        spend, sold, _ = found.charts
        assert (len(spend.days), spend.now[0], spend.before[0]) == (7, Decimal(100), Decimal(100))
        assert (spend.provisional, sold.provisional) == ([False] * 7, [False] * 6 + [True])
        assert (
            found.notes[0]
            == "Provisório, ainda na janela de atribuição: em 22/11/2026. As conversões destes dias ainda mudam."
        )

    def test_an_account_without_figures_says_so_and_shows_no_zero(self):
        facts = FakeReportFacts()
        facts.empty = {"1"}
        found = section(facts)
        assert (found.figures, found.charts) == ([], [])
        assert found.notes[0].startswith("Não há dados desta conta no período")
        assert table(found, "Todas as campanhas").rows == []

    def test_anomalies_suggestions_and_hit_rate_are_told(self):
        facts = FakeReportFacts()
        at = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
        facts.found = [ReportedAnomaly("Verão", at, "critical", STOPPED, Decimal(480), "CLOSED", "alert")]
        facts.made = [ReportedSuggestion("Natal", TODAY, "PAUSE", "REJECTED", HIGH_CPA)]
        found = section(facts, language="en")
        assert table(found, "Anomalies and what was done").rows == [
            ["20 Nov 2026, 09:30", "Verão", "Stopped.", "critical", Decimal(480), "closed, alert sent"]
        ]
        assert table(found, "Suggestions and decisions").rows == [[TODAY, "Natal", "pause", "High CPA.", "rejected"]]
        (rate,) = table(found, "How often suggestions were right, so far").rows
        assert rate[:4] == ["pause", 8, 6, 4] and round(rate[4], 3) == Decimal("0.667")

    def test_currencies_have_a_section_each_and_ratios_are_made_anew_of_sums(self):
        facts = FakeReportFacts(an_account("1"), an_account("2"), an_account("3", currency="USD"))
        report = in_language(a_builder(facts).of_all(facts.known), "en")
        assert [(one.title, one.subtitle.partition(" · ")[0]) for one in report.sections] == [
            ("BRL", "2 accounts"),
            ("USD", "Loja 1"),
        ]
        brl = {one.label: one.now for one in report.sections[0].figures}
        assert (brl["spend en"], brl["conversions en"], brl["cpa en"]) == (440, 80, Decimal("5.5"))
        assert report.period == Period(date(2026, 10, 26), date(2026, 11, 22))

    def test_one_page_says_what_to_know_of_a_currency(self):
        facts = FakeReportFacts()
        at = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
        facts.found = [
            ReportedAnomaly("Verão", at, "critical", STOPPED, Decimal(480), "OPEN", "alert"),
            ReportedAnomaly("Natal", at, "info", STOPPED, Decimal(99), "CLOSED", "alert"),
        ]
        facts.made = [
            ReportedSuggestion("Natal", TODAY, "PAUSE", status, HIGH_CPA)
            for status in ("PENDING", "APPLIED", "ACCEPTED")
        ]
        report = in_language(a_builder(facts).of_all(facts.known), "pt")
        assert report.sections[0].highlights == [
            "Melhor CPA: Natal, R$ 29,80 (10 conversões).",
            "Maior gasto sem conversão: Verão, R$ 300,00.",
            "Anomalias: 2, das quais 1 em aberto, com R$ 480,00 em jogo por dia.",
            "Sugestões: 3; aceitas 2, rejeitadas 0, à espera 1.",
        ]
        assert report.sections[0].tables == []
        assert report.as_of == "23/11/2026 06:00 (America/Sao_Paulo)"

    def test_a_report_of_chosen_accounts_never_takes_the_place_of_the_whole(self):
        facts = FakeReportFacts(*(an_account(str(n)) for n in range(1, 6)))
        names = {
            a_builder(facts).of_all(facts.known[:n], are_chosen=are_chosen).name
            for n, are_chosen in ((5, False), (1, True), (3, True), (4, True), (5, True))
        }
        assert {"executive_2026-11-22", "executive_1_2026-11-22", "executive_1_2_3_2026-11-22"} < names
        assert len(names) == 5

    def test_conversions_of_other_goals_are_not_added(self):
        facts = FakeReportFacts(an_account("1"), an_account("2", goal="lead"))
        (found,) = in_language(a_builder(facts).of_all(facts.known), "en").sections
        assert not {"conversions en", "cpa en"} & {one.label for one in found.figures}
        assert (
            found.notes[0]
            == "The accounts count different conversions (lead, purchase): conversions and CPA are not added up."
        )

    def test_an_account_of_several_goals_has_no_figure_that_counts_one_whatever_its_template_asks_for(self):
        class More(FakeReportFacts):
            def figures(self, account_id, period, metrics):
                found = super().figures(account_id, period, metrics)
                total = {**found.total, "cpa_with_tax": Decimal(9), "conversion_rate": Decimal(1)}
                return replace(found, total=total)

        facts = More(an_account(has_several_goals=True))
        chosen = ReportTemplate(metrics=("spend", "conversions", "cpa_with_tax", "conversion_rate", "ctr"))
        builder = replace(a_builder(facts), about=metric_labels())
        (found,) = in_language(builder.of_account("weekly", facts.known[0], template=chosen), "pt").sections
        assert [one.label for one in found.figures] == ["Investimento", "CTR"]

    @pytest.mark.parametrize("name", HOSTILE_NAMES)
    def test_hostile_names_are_plain_text(self, name):
        facts = FakeReportFacts(an_account(name=name), names=[name])
        found = section(facts)
        texts = [found.title, *(value for one in found.tables for row in one.rows for value in row)]
        assert all(text.isprintable() for text in texts if isinstance(text, str))


class World:
    def __init__(self, *accounts):
        self.facts, self.reports, self.files = FakeReportFacts(*accounts), FakeReports(), FakeFiles()
        self.clock = FixedClock(MONDAY)
        draw = {"pdf": lambda report, language: repr(report.title).encode(), "csv": lambda report, language: b"csv"}
        self.report_service = ReportService(
            a_builder(self.facts), draw, translator(), self.files, self.reports, self.clock
        )

    def made(self, kind):
        return [(one.account_id, one.last_day) for one in self.report_service.make_due(kind, TO)]


class TestMaking:
    def test_each_account_is_due_once_in_its_own_morning(self):
        world = World(an_account("1"), an_account("2", timezone_name="America/Los_Angeles"))
        sunday = date(2026, 11, 22)
        assert world.made("weekly") == [("1", sunday)]
        assert world.made("weekly") == []
        world.clock.advance(hours=4)
        assert world.made("weekly") == [("2", sunday)]

    def test_the_executive_one_waits_for_the_last_account(self):
        world = World(an_account("1"), an_account("2", timezone_name="America/Los_Angeles"))
        assert world.made("executive") == []
        world.clock.advance(hours=4)
        assert world.made("executive") == [("", date(2026, 11, 22))]
        assert world.made("executive") == []

    def test_its_message_names_files_in_both_languages_and_is_for_who_wants_it(self):
        world = World()
        world.made("weekly")
        ((made, alert),) = world.reports.kept
        assert (alert.rule, title_of(alert)) == ("report.weekly", "Loja 1: Relatório semanal, de 16/11 a 22/11/2026")
        assert "spend pt: R$ 220,00 (+47%)" in body_of(alert) and "cpa en: R$5.50 (+47%, provisional)" in body_of(
            alert, "en"
        )
        assert alert.facts["attachments"] == {
            "pt": ["weekly_1_2026-11-22_pt.pdf"],
            "en": ["weekly_1_2026-11-22_en.pdf"],
        }
        assert {one.name for one in made.files} == set(world.files.written)
        daily = replace(TO[0], reports=frozenset({"daily"}))
        quiet = replace(TO[0], least_severity="critical", address="c@d.example")
        assert [one.recipient for one in route(alert, [daily, quiet], MONDAY)] == [quiet]

    def test_a_machine_that_was_off_on_monday_makes_them_once_until_wednesday(self):
        world = World(an_account("1"), an_account("2", timezone_name="Asia/Tokyo"))
        world.clock.advance(days=2)
        sunday = date(2026, 11, 22)
        assert world.made("executive") == [("", sunday)]
        assert world.made("weekly") == [("1", sunday), ("2", sunday)]
        assert world.made("executive") == world.made("weekly") == []

    def test_an_account_whose_report_fails_is_named_and_holds_back_no_other(self):
        world = World(an_account("1"), an_account("2"), an_account("3"))
        world.facts.broken = {"2"}
        with pytest.raises(ReportsFailed, match="1 weekly reports could not be made: 2: no figures") as failed:
            world.made("weekly")
        assert [one.account_id for one in failed.value.made] == ["1", "3"]
        world.facts.broken = set()
        assert world.made("weekly") == [("2", date(2026, 11, 22))]

    def test_a_disk_that_fills_keeps_and_sends_nothing(self):
        world = World()
        world.files.fails = OSError(28, "No space left on device")
        with pytest.raises(OSError, match="No space"):
            world.report_service.make_due("weekly", TO)
        assert world.reports.kept == []
        world.files.fails = None
        assert world.made("weekly") == [("1", date(2026, 11, 22))]
