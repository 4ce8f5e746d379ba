"""A further language is a catalogue and nothing else: with a catalogue of marked texts no plain sentence stays behind.

Add what else people read here: messages of a subject, answers of the chat.
"""

import io
import re
from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser

import openpyxl
import pytest

from fbads_pipeline.adapters.rendering.renderers import ON_REQUEST, RENDERERS
from fbads_pipeline.adapters.translation.translator import localizer
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.domain.reports.facts import MetricAbout, ReportedAnomaly, ReportedSuggestion
from fbads_pipeline.domain.reports.message import compose_report
from fbads_pipeline.services.reports.build_report import METRICS, ReportBuilder
from fbads_pipeline_tests.support.fake_reports import DOWN, MONEY, TODAY, FakeReportFacts, an_account
from fbads_pipeline_tests.support.pseudo_locale import plain_words, pseudo_locale
from fbads_pipeline_tests.support.rendering import body_of, in_language, title_of

ABOUT = {
    name: MetricAbout(message(f"metrics.{name}"), MONEY.get(name, "count"), "down" if name in DOWN else "up")
    for name in METRICS
}
# Names, zones, currencies, attribution windows, what Meta calls a goal: the same in every language.
DATA = ("Loja Outra Verão Inverno Natal BRL USD America/Sao_Paulo UTC purchase lead 7d_click 1d_view", "R US")


@pytest.fixture
def language(tmp_path):
    with pseudo_locale(tmp_path) as code:
        yield code


def a_report(kind):
    facts = FakeReportFacts(an_account(), an_account("2", name="Outra"), an_account("3", currency="USD", goal="lead"))
    at, text = datetime(2026, 11, 20, 12, 30, tzinfo=UTC), message("reports.empty.anomalies")
    for status, notified in (("OPEN", "alert"), ("CLOSED", "digest"), ("OPEN", "none")):
        facts.found += [
            ReportedAnomaly("Verão", at, severity, text, Decimal(480), status, notified)
            for severity in ("critical", "warning", "info")
        ]
    for kind_of_change in ("PAUSE", "BUDGET_UP", "BUDGET_DOWN"):
        facts.made += [
            ReportedSuggestion("Natal", TODAY, kind_of_change, status, text)
            for status in ("PENDING", "ACCEPTED", "REJECTED", "EXPIRED", "APPLIED", "FAILED")
        ]
    builder = ReportBuilder(facts, ABOUT, ("7d_click", "1d_view"))
    return builder.of_all(facts.known) if kind == "executive" else builder.of_account(kind, facts.known[0])


class Shown(HTMLParser):
    """What a person sees of a page, or hears read aloud."""

    def __init__(self, page):
        super().__init__()
        self.text, self._hidden = "", False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self._hidden = tag == "style"
        self.text += " ".join(["", *(value or "" for name, value in attrs if name in ("aria-label", "title", "alt"))])

    def handle_data(self, data):
        self.text += "" if self._hidden else f" {data}"

    def handle_endtag(self, tag):
        self._hidden = False


def cells_of(workbook):
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    cells = [str(one.value) for sheet in book for row in sheet.iter_rows() for one in row if isinstance(one.value, str)]
    return " ".join([*book.sheetnames, *cells])


@pytest.mark.parametrize("kind", ["daily", "weekly", "executive"])
class TestReports:
    def test_a_page_has_no_plain_text(self, language, kind):
        page = RENDERERS["html"](a_report(kind), language).decode()
        assert 'lang="eo"' in page
        assert plain_words(Shown(page).text, *DATA) == []

    def test_its_paper_is_that_page(self, language, kind, monkeypatch):
        drawn = []
        original = "fbads_pipeline.adapters.rendering.pdf.render_html"
        from fbads_pipeline.adapters.rendering import pdf

        render = pdf.render_html
        monkeypatch.setattr(original, lambda *args, **named: drawn.append(render(*args, **named)) or drawn[-1])
        assert RENDERERS["pdf"](a_report(kind), language).startswith(b"%PDF-")
        assert plain_words(Shown(drawn[0]).text, *DATA) == []

    def test_a_workbook_has_no_plain_text(self, language, kind):
        assert plain_words(cells_of(RENDERERS["xlsx"](a_report(kind), language)), *DATA) == []

    def test_a_csv_file_has_no_plain_text(self, language, kind):
        assert plain_words(ON_REQUEST["csv_plain"](a_report(kind), language).decode("utf-8-sig"), *DATA) == []

    def test_its_alert_has_no_plain_text(self, language, kind):
        alert = compose_report(a_report(kind), "1", {})
        assert plain_words(f"{title_of(alert, language)} {body_of(alert, language)}", *DATA) == []


def test_every_text_of_a_catalogue_is_changed(language):
    english, pseudo = localizer("en"), localizer(language)
    assert pseudo("pages.title.today") == "Ṫȯḋȧẏ" != english("pages.title.today")
    assert pseudo("pages.suggestions.held_back", count=2).startswith("2 ")
    assert (pseudo.tag, pseudo.language) == ("eo", "eo")


def test_a_text_that_no_catalogue_holds_is_found(language):
    report = in_language(a_report("weekly"), "en")
    assert "Summary" in plain_words("Summary", *DATA)
    assert re.search("Weekly report", report.title) and plain_words(report.title, *DATA) != []
