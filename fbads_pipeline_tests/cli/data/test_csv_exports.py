"""CSV exports: files as programs write them are read fast, to the same frame as any other file, or refused alike."""

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fbads_pipeline.cli.data import csv_exports
from fbads_pipeline.cli.data.csv_exports import read_export
from fbads_pipeline.cli.data.plain_exports import read_plain
from fbads_pipeline.domain.core.errors import WrongUse

COLUMNS = ("ts", "name", "spend", "clicks")
FORM = {"times": ("ts",), "numbers": ("spend", "clicks")}
PLAIN = "ts,name,spend,clicks\n2026-11-03 10:00:00,São Paulo,1.5,3\n2026-11-04 10:00:00, b ,,\n"

TIMES = ["2026-11-03", "2026-11-03 10:30:00", "2026-11-04T11:00", "", " ", "03/11/2026", "3-11-2026", "-", "nan", "x"]
NAMES = ["a", " a ", "", "São Paulo", "-", "nan", '"a"', '"a,b"', "a\tb", "a\u00a0", "a\vb", "007", "a\u2028b", "\x1c"]
NUMBERS = ["1", "1.5", "1.234", "0.123", "1.234,5", "-", "", " 2 ", "nan", "inf", "1e3", "+5", "-0", "007", "x", "R$ 5"]
NUMBERS += ["true", "9" * 17, "0.1", "123.456789012345678", "1_0", "0x10", ".5", "5.", "²", "1.2.3", "-1.500"]


def rows_of(*, usual):
    """Rows of cells; usual: as programs write them, so that most files are plain."""
    times, names, numbers = (TIMES[:4], NAMES[:5], ["1", "1.5", "1.234", "0.123", "", "7", "12.50", "1e3"])
    cells = (times, names, numbers, numbers) if usual else (TIMES, NAMES, NUMBERS, NUMBERS)
    row = st.tuples(*map(st.sampled_from, cells)).map(",".join)
    return st.lists(row if usual else st.one_of(row, st.sampled_from(["", ",,,", "a,b", "a,b,c,d,e", " "])), max_size=6)


HEADERS = [
    "ts,name,spend,clicks",
    " TS,name ,Spend,clicks",
    "clicks,spend,name,ts",
    "ts,name,spend,spend",
    "ts,name,spend",
]
FILES = st.builds(
    lambda mark, header, rows, end, last: mark + end.join([header, *rows]).encode() + end.encode() * last,
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.sampled_from(["ts,name,spend,clicks"] * 5 + HEADERS),
    st.one_of(rows_of(usual=True), rows_of(usual=False)),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.integers(0, 2),
)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("exports") / "export.csv"


def read(path, *, fast):
    """The frame, or the sentence that refuses the file."""
    with pytest.MonkeyPatch.context() as patch:
        if not fast:
            patch.setattr(csv_exports, "read_plain", lambda *_, **__: None)
        try:
            return read_export(path, COLUMNS, **FORM)
        except WrongUse as refused:
            return str(refused)


@settings(max_examples=200, deadline=None)
@given(FILES)
@example(PLAIN.replace("1.5,3", "1.234,3").encode())
@example(PLAIN.replace("b ,,", "b ,").encode())
@example(PLAIN.replace("b ,,", "b ,,,").encode())
@example(PLAIN.replace("São Paulo", '"a"b').encode())
@example(PLAIN.replace(" b ,", "a\u2028b,").encode())
def test_a_plain_file_is_read_as_any_other(file, content):
    file.write_bytes(content)
    fast, slow = read(file, fast=True), read(file, fast=False)
    if isinstance(slow, str):
        assert fast == slow
    else:
        pd.testing.assert_frame_equal(fast, slow, check_exact=True)


@pytest.mark.parametrize(
    ("content", "is_plain"),
    [
        (PLAIN.encode(), True),
        (PLAIN.encode("utf-8-sig"), True),
        (PLAIN.replace("\n", "\r\n").encode(), True),
        (PLAIN.encode("cp1252"), False),
        (PLAIN.replace(",", ";").encode(), False),
        (PLAIN.replace("1.5", "1.234").encode(), False),
        (PLAIN.replace("São Paulo", '"São, Paulo"').encode(), False),
    ],
)
def test_a_file_as_programs_write_it_is_read_fast_and_no_other(file, content, is_plain):
    file.write_bytes(content)
    assert (read_plain(file, COLUMNS, **FORM) is not None) == is_plain
