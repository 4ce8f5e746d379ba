"""Reports in HTML, PDF, Excel and CSV: the same figures, inert names, alike files for alike reports."""

import csv
import io
import re
import subprocess
import sys
import zlib
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise

import openpyxl
import pytest

from fbads_pipeline.adapters.csv_writing import inert
from fbads_pipeline.adapters.exports import Exports
from fbads_pipeline.adapters.rendering import pdf
from fbads_pipeline.adapters.rendering.renderers import ON_REQUEST, RENDERERS
from fbads_pipeline.adapters.rendering.svg import draw
from fbads_pipeline.adapters.translation.translator import localizer
from fbads_pipeline.domain.reports.brand import ReportBrand
from fbads_pipeline.domain.reports.facts import FigureBelow
from fbads_pipeline.domain.reports.report import Table, TableColumn
from fbads_pipeline_tests.support.fake_reports import FakeReportFacts, a_builder, an_account
from fbads_pipeline_tests.support.fakes import HOSTILE_NAMES
from fbads_pipeline_tests.support.stub_server import stub_server


def a_report(*names, kind="weekly", account="Loja 1"):
    facts = FakeReportFacts(an_account(name=account), names=names or ("Verão", "Inverno"))
    if kind == "executive":
        return a_builder(facts).of_all(facts.known)
    return a_builder(facts).of_account(kind, facts.known[0])


def pages_of_pdf(content):
    packed = re.findall(rb"stream\r?\n(x.*?)endstream", content, re.S)
    streams = [zlib.decompressobj().decompress(part) for part in packed]
    return sum(len(re.findall(rb"/Type\s*/Page\b", one)) for one in (content, *streams))


def rendered(name, report, language="pt"):
    return (RENDERERS | ON_REQUEST)[name](report, language)


@pytest.mark.parametrize("count", [7, 28, 29, 30, 31, 61])
def test_no_label_of_a_day_reaches_beyond_its_chart_in_a_wide_font(count):
    chart = a_report(kind="weekly").sections[0].charts[0]
    days = [date(2026, 11, 9) - timedelta(days=count - 1 - n) for n in range(count)]
    drawn = draw(
        replace(chart, days=days, now=[Decimal(1)] * count, before=[], provisional=[False] * count),
        localizer("en"),
    )
    width = int(re.search(r'viewBox="0 0 (\d+) ', drawn)[1])
    labels = re.findall(r'<text x="([\d.]+)"[^>]*text-anchor="middle"[^>]*>([^<]+)<', drawn)
    assert labels and all(float(x) + len(text) * 7 / 2 <= width for x, text in labels)


def test_each_day_of_a_chart_on_a_page_can_be_pointed_at_and_says_what_is_known_of_it():
    chart = a_report(kind="weekly").sections[0].charts[0]
    first, second, *_ = days = list(chart.days)
    now = [None, Decimal("12.5"), *[Decimal(1)] * (len(days) - 2)]
    known = replace(
        chart, now=now, provisional=[True] * len(days), gaps={first: "not_read"}, unit="money", currency="BRL"
    )
    live, plain = draw(known, localizer("pt"), is_live=True), draw(known, localizer("pt"))
    points = re.findall(
        r'<g class="point" tabindex="0" role="img" aria-label="([^"]+)"><rect [^>]*/><text class="tip"[^>]*>\1<', live
    )
    assert len(points) == len(days) and "tabindex" not in plain and 'class="tip"' not in plain
    assert "<title>" not in live, "a second tooltip over the one that is drawn"
    assert "não lido" in points[0] and "0,00" not in points[0].partition("·")[0], "a day that was not read is no zero"
    assert "R$\xa012,50 (provisório)" in points[1]


def a_table():
    return Table(
        "Big", [TableColumn("name", "text"), TableColumn("x", "money")], [["a", Decimal("1234567890.12")]], "BRL"
    )


def with_table(report, table):
    return replace(report, sections=[replace(report.sections[0], tables=[table])])


class Page(HTMLParser):
    """Tags and addresses that a browser would see."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses, self.handlers, self.text = [], [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href", "srcset", "action")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data):
        self.text += data


class TestLanguages:
    @pytest.mark.parametrize(
        ("language", "value", "unit", "shown"),
        [
            ("pt", Decimal("1234.5"), "money", "R$\xa01.234,50"),
            ("en", Decimal("1234.5"), "money", "R$1,234.50"),
            ("pt", Decimal("0.0123"), "ratio", "1,23%"),
            ("pt", Decimal("-0.004"), "change", "0%"),
            ("en", Decimal("0.256"), "change", "+26%"),
            ("pt", Decimal("2.5"), "factor", "2,50"),
            ("pt", 1234567, "count", "1.234.567"),
            ("pt", None, "money", "–"),
            ("en", Decimal("69.5"), "score", "70"),
        ],
    )
    def test_numbers_are_written_as_their_readers_do(self, language, value, unit, shown):
        assert localizer(language).cell(value, unit, "BRL") == shown

    def test_a_currency_without_decimals_has_none(self):
        assert localizer("en").cell(Decimal(1234), "money", "JPY") == "¥1,234"


class TestHtml:
    def test_it_needs_nothing_from_anywhere_and_every_chart_has_a_table(self):
        page = Page(rendered("html", a_report()).decode())
        assert page.addresses == [] and "script" not in page.tags
        assert page.tags.count("svg") == 3
        assert "Dia a dia" in page.text and "R$\xa0300,00" in page.text

    def test_what_is_provisional_is_marked_and_the_period_before_is_named(self):
        page = Page(rendered("html", a_report(), "en").decode())
        assert "+47% · provisional" in page.text and "before: R$150.00" in page.text

    @pytest.mark.parametrize("language", ["pt", "en"])
    @pytest.mark.parametrize("kind", ["weekly", "executive"])
    def test_days_under_a_chart_have_room(self, kind, language):
        report = a_report(kind=kind)
        drawn = draw(report.sections[0].charts[0], localizer(language))
        days = re.findall(r'<text x="([\d.]+)" y="161" text-anchor="middle"[^>]*>([^<]+)<', drawn)
        assert len(days) >= 4
        for (x, label), (following, _) in pairwise(days):
            assert float(following) - float(x) > 5.8 * len(label)

    @pytest.mark.parametrize("name", HOSTILE_NAMES)
    def test_hostile_names_are_text(self, name):
        tame = Page(rendered("html", a_report("Verão")).decode())
        page = Page(rendered("html", a_report(name, account=name)).decode())
        assert (page.tags, page.handlers, page.addresses) == (tame.tags, [], [])


class TestPdf:
    def test_it_has_pages_and_alike_reports_are_alike_files(self):
        first, again = (rendered("pdf", a_report(*[f"Campanha {n}" for n in range(60)])) for _ in range(2))
        assert first.startswith(b"%PDF-") and first == again
        packed = re.findall(rb"stream\r?\n(x.*?)endstream", first, re.S)
        streams = [zlib.decompressobj().decompress(part) for part in packed]
        assert pages_of_pdf(first) >= 3
        assert b"/CreationDate (20261122000000Z)" in b"".join(streams), "its period's last day, not the clock"

    def test_a_brand_has_a_cover_of_one_page_on_paper_alone(self):
        plain = a_report(account="Loja Ipê")
        branded = replace(plain, brand=ReportBrand(name="Agência Um"))
        assert pages_of_pdf(rendered("pdf", branded)) == pages_of_pdf(rendered("pdf", plain)) + 1
        everybody = replace(a_report(kind="executive"), brand=branded.brand)
        long = replace(a_report(account="Loja " * 90), brand=branded.brand)
        assert pages_of_pdf(rendered("pdf", everybody)) == pages_of_pdf(rendered("pdf", a_report(kind="executive"))) + 1
        assert pages_of_pdf(rendered("pdf", long)) == pages_of_pdf(rendered("pdf", a_report(account="Loja " * 90))) + 1
        assert 'class="cover"' not in rendered("html", branded).decode()
        daily = replace(a_report(kind="daily"), brand=branded.brand)
        assert not daily.has_cover and (branded.subjects, everybody.subjects) == (["Loja Ipê"], [])

    @pytest.mark.parametrize("name", HOSTILE_NAMES)
    def test_hostile_names_break_no_page(self, name):
        assert rendered("pdf", a_report(name, account=name)).startswith(b"%PDF-")

    def test_nothing_is_fetched(self, monkeypatch):
        with stub_server() as server:
            page = f"<img src='{server.url}x.png'><link rel=stylesheet href='{server.url}x.css'><p>a"
            monkeypatch.setattr(pdf, "render_html", lambda *args, **named: page)
            assert rendered("pdf", a_report()).startswith(b"%PDF-")
            assert server.requests == []

    def test_a_program_that_drew_pages_ends_well(self):
        program = (
            "from fbads_pipeline.adapters.rendering.renderers import RENDERERS\n"
            "from fbads_pipeline_tests.adapters.rendering.test_formats import a_report\n"
            "for n in range(30): RENDERERS['pdf'](a_report(f'Verão {n}'), 'pt')\n"
        )
        assert subprocess.run([sys.executable, "-c", program], timeout=120).returncode == 0


class TestExcel:
    def test_numbers_are_numbers_with_formats_and_headers_stay(self):
        book = openpyxl.load_workbook(io.BytesIO(rendered("xlsx", a_report())))
        assert book.sheetnames[0] == "Resumo" and "Todas as campanhas" in book.sheetnames
        sheet = book["Todas as campanhas"]
        header, first, *_ = sheet.iter_rows()
        cells = dict(zip((one.value for one in header), first, strict=True))
        assert (cells["spend pt"].value, cells["spend pt"].number_format) == (300, '"BRL" #,##0.00')
        assert cells["ctr pt"].number_format == "0.00%" and cells["cpa pt"].value is None
        assert sheet.freeze_panes == "B2" and sheet.print_title_rows == "$1:$1"
        chart = book["Investimento por dia"]
        assert len(chart._charts) == 1 and isinstance(chart["A2"].value, datetime)

    def test_every_sheet_is_set_up_for_a4_and_dates_axes_and_definitions_are_what_a_finance_person_expects(self):
        report = a_report(*[f"Campanha {n}" for n in range(200)])
        book = openpyxl.load_workbook(io.BytesIO(rendered("xlsx", report)))
        for sheet in book:
            assert (int(sheet.page_setup.paperSize), sheet.page_setup.orientation) == (9, "landscape"), sheet.title
            assert sheet.page_setup.fitToWidth in (1, None) and sheet.sheet_properties.pageSetUpPr.fitToPage
            assert 1 <= (sheet.page_setup.fitToHeight or 1) <= 3, sheet.title
        chart = book["Investimento por dia"]
        assert chart["A2"].number_format == "dd/mm/yyyy" and isinstance(chart["A2"].value, datetime)
        (drawn,) = chart._charts
        formats = [one.number_format.formatCode for one in (drawn.x_axis, drawn.y_axis)]
        assert formats == ["dd/mm", '"BRL" #,##0']
        assert book.sheetnames[-1] == "Definições" and "O que cada indicador significa" not in book.sheetnames
        meanings = dict(book["Definições"].iter_rows(min_row=2, values_only=True))
        assert meanings["cpa pt"].startswith("Quanto custou cada conversão")
        english = openpyxl.load_workbook(io.BytesIO(rendered("xlsx", report, "en")))
        assert english["Spend by day"]["A2"].number_format == "yyyy-mm-dd"

    def test_two_hundred_campaigns_print_on_six_pages(self):
        report = a_report(*[f"Campanha {n}" for n in range(200)])
        sheets = openpyxl.load_workbook(io.BytesIO(rendered("xlsx", report))).worksheets
        nowhere = [one for one in sheets if one.print_area.endswith("$XFD$1048576")]
        printed = [one for one in sheets if one not in nowhere]
        assert sum(one.page_setup.fitToHeight or 1 for one in printed) == 6, "the longest table on three"
        assert printed[0].title == "Resumo" and "Todas as campanhas" in [one.title for one in printed]
        assert "Definições" in [one.title for one in nowhere] and all(one.max_row < 1_048_576 for one in nowhere)

    def test_the_longest_amount_has_room(self):
        (column,) = [n for n, one in enumerate(a_table().columns) if one.unit == "money"]
        book = openpyxl.load_workbook(io.BytesIO(rendered("xlsx", with_table(a_report(), a_table()))))
        letter = openpyxl.utils.get_column_letter(column + 1)
        assert book["Big"].column_dimensions[letter].width >= len("BRL 1,234,567,890.12")

    def test_the_first_sheet_has_the_figures_with_what_is_provisional(self):
        sheet = openpyxl.load_workbook(io.BytesIO(rendered("xlsx", a_report())))["Resumo"]
        rows = {row[0]: row[1:] for row in sheet.iter_rows(values_only=True)}
        assert rows["indicador"] == ("período", "período anterior", "variação", None)
        assert (rows["spend pt"][:2], rows["spend pt"][3], rows["cpa pt"][3]) == ((220, 150), None, "provisório")

    def test_no_cell_computes_what_a_stranger_wrote(self):
        book = openpyxl.load_workbook(io.BytesIO(rendered("xlsx", a_report(*HOSTILE_NAMES, account="=1+1"))))
        kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
        assert kinds <= {"s", "n", "d"}
        assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.hyperlink]
        names = [cell.value for (cell,) in book["Todas as campanhas"].iter_rows(max_col=1)]
        assert '=HYPERLINK("http://evil.example","click")' in names

    def test_alike_reports_are_alike_files(self):
        assert rendered("xlsx", a_report()) == rendered("xlsx", a_report())


class TestCsv:
    def test_values_are_raw_and_alike(self):
        text = rendered("csv_plain", a_report()).decode("utf-8-sig")
        assert text == rendered("csv_plain", a_report()).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text)))
        (header,) = [row for row in rows if row[:3] == ["seção", "tabela", "Campanha"] and "Situação" in row]
        (first,) = [row for row in rows if row[1:3] == ["Todas as campanhas", "Verão"]]
        cells = dict(zip(header, first, strict=True))
        assert (cells["spend pt (BRL)"], cells["cpa pt (BRL)"], cells["ctr pt"]) == ("300", "", "0.005")

    def test_a_spreadsheet_knows_its_encoding(self):
        assert rendered("csv_plain", a_report()).startswith(b"\xef\xbb\xbf" + "seção,".encode())

    def test_it_is_what_spreadsheets_of_its_language_open(self):
        report = a_report()
        assert rendered("csv", report, "pt") == rendered("csv_br", report, "pt") != rendered("csv_plain", report, "pt")
        assert rendered("csv", report, "en") == rendered("csv_plain", report, "en")

    def test_the_figures_come_first_each_with_its_unit(self):
        rows = list(csv.reader(io.StringIO(rendered("csv_plain", a_report()).decode("utf-8-sig"))))
        assert rows[0] == [
            *("seção", "tabela", "indicador", "unidade", "período", "período anterior", "variação", "provisório")
        ]
        assert rows[1] == ["Loja 1", "Resumo", "spend pt", "BRL", "220", "150", "0.466667", "0"]
        assert rows[3][2:] == ["cpa pt", "BRL", "5.5", "3.75", "0.466667", "1"]

    def test_numbers_have_six_decimals_at_most_and_no_exponent(self):
        values = [Decimal("9742.0100000000000000"), Decimal("0.00985123456789"), Decimal("1E+6"), Decimal("-0.0000001")]
        table = Table("Big", [TableColumn("x", "count")], [[value] for value in values])
        rows = list(csv.reader(io.StringIO(rendered("csv_plain", with_table(a_report(), table)).decode("utf-8-sig"))))
        assert [row[2] for row in rows if row[1:2] == ["Big"]] == ["9742.01", "0.009851", "1000000", "0"]

    def test_no_text_begins_like_a_formula(self):
        rows = csv.reader(
            io.StringIO(rendered("csv_plain", a_report(*HOSTILE_NAMES, account="+1")).decode("utf-8-sig"))
        )
        values = [value for row in rows for value in row]
        assert '\'=HYPERLINK("http://evil.example","click")' in values
        assert not [value for value in values if value[:1] in ("=", "+", "@", "\t", "\r", "＝")]
        assert inert("-2+3") == "'-2+3"


class TestFiles:
    def test_a_file_is_whole_and_its_owners_alone(self, tmp_path):
        path = Exports(tmp_path / "exports").write("a.csv", b"x")
        assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"x", 0o600)
        assert [one.name for one in path.parent.iterdir()] == ["a.csv"]

    def test_a_full_disk_leaves_the_old_file_and_nothing_half_written(self, tmp_path, monkeypatch):
        exports = Exports(tmp_path)
        exports.write("a.csv", b"old")

        def full(descriptor):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("fbads_pipeline.adapters.exports.os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            exports.write("a.csv", b"new")
        assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("a.csv", b"old")]

    @pytest.mark.parametrize("name", ["../a.csv", "b/../../a.csv", "/etc/a.csv"])
    def test_no_name_leaves_the_folder(self, tmp_path, name):
        with pytest.raises((ValueError, OSError)):
            Exports(tmp_path / "exports").write(name, b"x")
        assert not (tmp_path / "a.csv").exists()


class TestWhatIsNotKnown:
    """Conversions that Meta left out, and two days that were not read."""

    @pytest.fixture
    def report(self):
        facts = FakeReportFacts()
        facts.unreported, facts.below = {"conversions", "cpa"}, {"conversions": FigureBelow("ad", Decimal(80))}
        facts.unread = {date(2026, 11, 18), date(2026, 11, 19)}
        return a_builder(facts).of_account("weekly", facts.known[0])

    def test_a_page_says_so_in_the_place_of_the_figure(self, report):
        page = rendered("html", report).decode()
        assert page.index("5 de 7 dias lidos") < page.index('class="figures"')
        assert page.count("não informado pela Meta neste nível: 80 nos anúncios") >= 2

    def test_a_workbook_has_an_empty_cell_with_a_note(self, report):
        book = openpyxl.load_workbook(io.BytesIO(rendered("xlsx", report)))
        sheet = book["Todas as campanhas"]
        column = [cell.value for cell in sheet[1]].index("conversions pt") + 1
        cell = sheet.cell(2, column)
        assert (cell.value, sheet.cell(3, column).value) == (None, 4)
        assert "não informado pela Meta neste nível: 80 nos anúncios" in cell.comment.text
        summary = [cell.value for row in book.worksheets[0].iter_rows() for cell in row if cell.value]
        assert any(str(one).startswith("5 de 7 dias lidos") for one in summary)

    def test_a_csv_has_an_empty_cell_and_says_why_in_a_column_of_its_own(self, report):
        rows = list(csv.reader(io.StringIO(rendered("csv_plain", report).decode("utf-8-sig"))))
        assert any(row[1:2] and row[1].startswith("5 de 7 dias lidos") for row in rows)
        header = next(row for row in rows if row[2:3] == ["Campanha"] and "observação" in row and "Situação" in row)
        row = next(row for row in rows[rows.index(header) :] if row[2] == "Verão")
        assert row[header.index("conversions pt")] == ""
        assert "conversions pt: não informado pela Meta neste nível: 80 nos anúncios" in row[-1]


def test_a_csv_for_brazilian_spreadsheets_has_the_same_figures_with_their_marks():
    report = a_report('Verão; "azul"', "=1+1")
    content = ON_REQUEST["csv_br"](report, "pt")
    assert content.startswith(b"\xef\xbb\xbf")
    plain = list(csv.reader(io.StringIO(rendered("csv_plain", report).decode("utf-8-sig"))))
    local = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert [[one.replace(",", ".") for one in row] for row in local] == [
        [one.replace(",", ".") for one in row] for row in plain
    ]
    row = next(row for row in local if 'Verão; "azul"' in row)
    assert "0,005" in row and not any("." in one for one in row[4:] if one[:1].isdigit())
    assert any("'=1+1" in row for row in local)
