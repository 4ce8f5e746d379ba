"""CSV for programs and for Brazilian spreadsheets: the same values, and what is written is read again to the digit."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from fbads_pipeline.adapters.csv_reading import read_csv
from fbads_pipeline.adapters.csv_writing import CsvStyle, CsvWriter, inert

DAY = date(2026, 11, 3)
ROW = (Decimal("1234.50"), 7, 0.25, None, True, DAY, datetime(2026, 11, 3, 9, tzinfo=UTC), "a;b,c", {"x": 1})
WRITTEN = {
    "plain": '1234.50,7,0.25,,true,2026-11-03,2026-11-03T09:00:00+00:00,"a;b,c","{""x"":1}"\n',
    "brazilian": '\ufeff1234,50;7;0,25;;true;2026-11-03;2026-11-03T09:00:00+00:00;"a;b,c";"{""x"":1}"\n',
}


@pytest.mark.parametrize("style", CsvStyle)
def test_values_are_written_in_the_form_of_their_style(style):
    out = io.StringIO()
    CsvWriter(out, style).write(ROW)
    assert out.getvalue() == WRITTEN[style]


@pytest.mark.parametrize("style", CsvStyle)
def test_what_is_written_is_read_again_to_the_last_digit(style, tmp_path):
    numbers = [Decimal("1234.567"), Decimal("0.1"), Decimal("-98765432109876543210.01"), None]
    file = tmp_path / "rows.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = CsvWriter(out, style)
        writer.write(("day", "spend", "name"))
        for number in numbers:
            writer.write((DAY, number, "São Paulo; SP, Brasil"))
    table = read_csv(file, {"day": "day", "spend": "number", "name": "text"})
    assert [Decimal(one) if one else None for one in table.columns["spend"]] == numbers
    assert set(table.columns["day"]) == {"2026-11-03"} and set(table.columns["name"]) == {"São Paulo; SP, Brasil"}


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "＝1"])
def test_no_text_begins_a_formula(text):
    assert inert(text) == ("'\t'=1" if text == "\t=1" else f"'{text}")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝"])
@pytest.mark.parametrize("before", ["Loja;", "Loja,", "Loja\t", 'Loja"', "Loja\n", "Loja|", "Loja; "])
def test_no_cell_begins_a_formula_at_whichever_separator_the_file_is_split(before, start):
    text = f"{before}{start}HYPERLINK(1)"
    assert inert(text) == f"{before}'{start}HYPERLINK(1)"
    assert inert(inert(text)) == inert(text)
    out = io.StringIO()
    CsvWriter(out, CsvStyle.BRAZILIAN).write([text])
    for separator in ",;\t|":
        for row in csv.reader(io.StringIO(out.getvalue().lstrip("\ufeff")), delimiter=separator):
            assert not [cell for cell in row if cell.strip('" ').startswith(start)]


def test_other_text_is_left_alone():
    for text in ("R$ 10-20", "a=b", "Sao Paulo, SP; 2026-11-03", "x@y.example", "it's - fine"):
        assert inert(text) == text
