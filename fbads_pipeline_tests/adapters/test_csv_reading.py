"""CSV files as programs and as Brazilian spreadsheets write them: read, or refused with row and column.

Each accepted file says the same: two days, 1234.56 and 7, São Paulo.
"""

import pytest

from fbads_pipeline.adapters.csv_reading import FileRefused, read_csv

KINDS = {"day": "day", "spend": "number", "clicks": "number", "name": "text"}
READ = {
    "day": ["2026-11-03", "2026-11-30"],
    "spend": ["1234.56", "7"],
    "clicks": ["12", "1300"],
    "name": ["São Paulo", "a;b,c"],
}

PLAIN = 'day,spend,clicks,name\n2026-11-03,1234.56,12,São Paulo\n2026-11-30,7,1300,"a;b,c"\n'
BRAZILIAN = 'day;spend;clicks;name\n03/11/2026;1.234,56;12;São Paulo\n30/11/2026;7;1300;"a;b,c"\n'

ACCEPTED = {
    "as programs write it": (PLAIN.encode(), None),
    "with a byte order mark": (PLAIN.encode("utf-8-sig"), None),
    "with carriage returns": (PLAIN.replace("\n", "\r\n").encode(), None),
    "a Brazilian spreadsheet": (BRAZILIAN.encode("utf-8-sig"), "; separated, decimal comma, dd/mm/yyyy, UTF-8"),
    "in cp1252": (
        BRAZILIAN.replace("\n", "\r\n").encode("cp1252"),
        "; separated, decimal comma, dd/mm/yyyy, cp1252",
    ),
    "in UTF-16 with tabs": (
        BRAZILIAN.replace('"a;b,c"', "a\x01b,c").replace(";", "\t").replace("\x01", ";").encode("utf-16"),
        "tab separated, decimal comma, dd/mm/yyyy, utf-16",
    ),
    "commas in quotes": (
        b'day,spend,clicks,name\n03/11/2026,"1.234,56",12,S\xe3o Paulo\n30/11/2026,"7,",1300,"a;b,c"\n',
        ", separated, decimal comma, dd/mm/yyyy, cp1252",
    ),
    "thousands of another language": (
        b'day;spend;clicks;name\n2026-11-03;"1,234.56";12;S\xc3\xa3o Paulo\n2026-11-30;7;1,300;"a;b,c"\n',
        "; separated, decimal point, UTF-8",
    ),
    "what one column leaves open another decides": (
        BRAZILIAN.replace(";1300;", ";1.300;").encode(),
        "; separated, decimal comma, dd/mm/yyyy, UTF-8",
    ),
    "a currency symbol, spaces and other names' cases": (
        BRAZILIAN.replace("1.234,56", " R$\u00a01.234,56 ").replace("day;spend", "Day; SPEND ").encode(),
        "; separated, decimal comma, dd/mm/yyyy, UTF-8",
    ),
    "columns in another order, one more, blank lines, empty cells behind": (
        b"name;extra;clicks;spend;day;;\n\nS\xe3o Paulo;x;12;1.234,56;3/11/2026;;\n"
        b'"a;b,c";;1300;7;30.11.2026;;;\n;;;;;;\n',
        "; separated, decimal comma, dd/mm/yyyy, cp1252",
    ),
    "a line that names the separator": (
        b"sep=;\n" + BRAZILIAN.encode(),
        "; separated, decimal comma, dd/mm/yyyy, UTF-8",
    ),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_file_is_read_to_the_last_digit_and_says_how(tmp_path, name):
    content, form = ACCEPTED[name]
    file = tmp_path / "goals.csv"
    file.write_bytes(content)
    table = read_csv(file, KINDS)
    columns = table.columns | {"spend": [text.removesuffix(".") for text in table.columns["spend"]]}
    assert columns == READ
    assert table.note == (None if form is None else f"goals.csv was read as {form}")


REFUSED = {
    "a number that can be two": (
        b"day;spend;clicks;name\n2026-11-03;1.234;12;a\n",
        "row 2, column spend: '1.234' can be",
    ),
    "marks that contradict": (
        b"day;spend;clicks;name\n2026-11-03;1.234,5;1;a\n2026-11-04;1,234.5;1;a\n",
        "row 3, column spend: '1,234.5' contradicts the decimal comma",
    ),
    "groups of two digits": (
        b"day;spend;clicks;name\n2026-11-03;1;12.34,5;a\n",
        "row 2, column clicks: '12.34,5' is no",
    ),
    "a word": (
        b"day,spend,clicks,name\n2026-11-03,1,2,a\n\n2026-11-04,many,2,a\n",
        "row 4, column spend: 'many' is no number",
    ),
    "months first": (
        b"day,spend,clicks,name\n11/25/2026,1,2,a\n",
        "row 2, column day: '11/25/2026' is no day as dd/mm",
    ),
    "a day that does not exist": (b"day,spend,clicks,name\n2026-02-30,1,2,a\n", "column day: '2026-02-30' is no day"),
    "a decimal comma between commas": (
        b"day,spend,clicks,name\n2026-11-03,1,5,2,a\n",
        "row 2 has 5 cells where the header has 4",
    ),
    "a row that was cut": (
        b"day;spend;clicks;name\n2026-11-03;1;2;a\n2026-11-04;1\n",
        "row 3 has 2 cells where the header has 4",
    ),
    "a quote that is not closed": (b'day;spend;clicks;name\n2026-11-03;1;2;"a\n', "cannot be read as CSV"),
    "a missing column": (
        b"day;spend;name\n2026-11-03;1;a\n",
        "lacks the column clicks: it should have day,spend,clicks,name",
    ),
    "a column that stands twice": (b"day;spend;spend;clicks;name\n2026-11-03;1;2;3;a\n", "has the column spend twice"),
    "nothing": (b"\n \n", "is empty: it should start with day,spend,clicks,name"),
    "a workbook": (b"PK\x03\x04\x00\x00", "it is no text"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_without_guessing_is_refused_in_one_sentence(tmp_path, name):
    content, sentence = REFUSED[name]
    file = tmp_path / "goals.csv"
    file.write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        read_csv(file, KINDS)
    assert sentence in str(refused.value) and str(file) in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["1.234", "5.5"], ["1.234", "5.5"]),
        (["1.234", "0.120"], ["1.234", "0.120"]),
        (["1.234", "12345.678"], ["1.234", "12345.678"]),
        (["1.234", "2.345.678"], ["1234", "2345678"]),
        (["1,234", "2,345,678"], ["1234", "2345678"]),
        (["1,234", "0,5"], ["1.234", "0.5"]),
        (["-1.234,5", "− 2", ""], ["-1234.5", "-2", ""]),
        (["1e-3", "2.5E4", "NaN", "n/a", "inf"], ["1e-3", "2.5e4", "", "", "inf"]),
        (["12345678901234567890.123456789"], ["12345678901234567890.123456789"]),
    ],
)
def test_the_decimal_mark_is_decided_over_the_column_and_every_digit_stays(tmp_path, texts, numbers):
    file = tmp_path / "numbers.csv"
    file.write_text("value;n\n" + "".join(f"{text};1\n" for text in texts), encoding="utf-8")
    assert read_csv(file, {"value": "number"}).columns["value"] == numbers
