"""CSV files as programs and as Brazilian spreadsheets write them: understood, or refused in one sentence.

Separator `;`, `,` or tab; UTF-8 with or without a byte order mark, UTF-16 with one, else cp1252 (Latin-1 where that has
no letter); decimal point or comma; days as dd/mm/yyyy or ISO. Nothing is dropped: a row, a number or a day that cannot
be read refuses the file, with its row and column.
"""

import codecs
import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Literal

from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.core.spreadsheet_values import (
    DecimalMark,
    MarkEvidence,
    ValueRefused,
    are_iso,
    are_plain,
    decided_marks,
    is_local,
    iso_day,
    iso_moment,
    mark_evidence,
    plain_account,
    plain_number,
)

CellKind = Literal["text", "number", "day", "time", "account"]
SEPARATORS = (",", ";", "\t")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SHOWN = {"\t": "tab"}


class FileRefused(WrongUse):
    """A file that cannot be read without guessing; the sentence names file, row and column, and what to change."""


@dataclass(frozen=True)
class CsvForm:
    """How a file was read. decimal_mark: None where no number has decimals or thousands."""

    separator: str
    encoding: str
    decimal_mark: DecimalMark | None
    has_local_days: bool

    @property
    def is_plain(self) -> bool:
        """As programs write it: commas, decimal points, ISO days, UTF-8."""
        return (
            self.separator == ","
            and self.encoding in ("utf-8", "utf-8-sig")
            and self.decimal_mark != ","
            and not self.has_local_days
        )

    def __str__(self) -> str:
        """`; separated, decimal comma, dd/mm/yyyy, cp1252`."""
        decimal = {",": "decimal comma", ".": "decimal point"}.get(self.decimal_mark or "")
        days = "dd/mm/yyyy" if self.has_local_days else None
        encoding = "UTF-8" if self.encoding.startswith("utf-8") else self.encoding
        separated = f"{_SHOWN.get(self.separator, self.separator)} separated"
        return ", ".join(one for one in (separated, decimal, days, encoding) if one)


@dataclass(frozen=True)
class CsvTable:
    """The columns asked for, a value per row. columns: numbers with a decimal point, days and times in ISO 8601, ids of
    accounts as digits, empty where missing; texts: the same cells as they stand; lines: of the file, that each row ends
    in; note: how the file was read, None for the plain form.
    """

    columns: Mapping[str, list[str]]
    texts: Mapping[str, list[str]]
    lines: list[int]
    form: CsvForm
    note: str | None


def read_csv(path: Path, kinds: Mapping[str, CellKind]) -> CsvTable:
    """Those columns of the file. kinds: column → what its cells are. Raises FileRefused."""
    content = _content(path)
    text, encoding = _decoded(path, content)
    if not text.strip():
        raise FileRefused(f"{path} is empty: it should start with {','.join(kinds)}")
    separator, text = _separator(text, kinds)
    cells, lines = _cells(path, text, separator, kinds)
    try:
        columns, form = _interpreted(cells, kinds, separator, encoding)
    except ValueRefused as refused:
        line = lines[cells[refused.column].index(refused.text)]
        raise FileRefused(f"{path}, row {line}, column {refused.column}: {refused.reason}") from None
    return CsvTable(columns, cells, lines, form, None if form.is_plain else f"{path.name} was read as {form}")


def read_header(path: Path, known: Sequence[str]) -> list[str]:
    """Those of the known columns that the file has, in the order of `known`. Raises FileRefused for a column that is
    none of them."""
    text, _ = _decoded(path, _content(path))
    separator, text = _separator(text, dict.fromkeys(known, "text"))
    header = next((line for line in text.splitlines() if line.strip()), "")
    names = [_name(one) for one in next(csv.reader([header], delimiter=separator), [])]
    strange = next((name for name in names if name and name not in known), None)
    if strange is not None:
        raise FileRefused(f"{path} has the column {strange}, which is none of {','.join(known)}")
    return [name for name in known if name in names]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise FileRefused(f"{path} does not exist") from None
    except OSError as fault:
        raise FileRefused(f"{path} cannot be read: {fault.strerror}") from None


def _decoded(path: Path, content: bytes) -> tuple[str, str]:
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    for name in (encoding,) if encoding else ("utf-8", "cp1252", "latin-1"):
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text, name
    raise FileRefused(f"{path} cannot be read as CSV: it is no text; save it as CSV in UTF-8")


def _separator(text: str, kinds: Mapping[str, CellKind]) -> tuple[str, str]:
    """The separator with which the header has most of the columns, and the text; `sep=;` above the header names it."""
    first, _, rest = text.partition("\n")
    named = first.strip().lower()
    if named.startswith("sep=") and named[4:] in (*SEPARATORS, ""):
        return named[4:] or "\t", rest
    header = next((line for line in text.splitlines() if line.strip()), "")

    def found(separator: str) -> tuple[int, int]:
        names = {_name(one) for one in next(csv.reader([header], delimiter=separator), [])}
        return sum(one in names for one in kinds), len(names)

    return max(SEPARATORS, key=found), text


def _cells(
    path: Path, text: str, separator: str, kinds: Mapping[str, CellKind]
) -> tuple[dict[str, list[str]], list[int]]:
    """Column → its cells as they stand, and the line of each row; rows that are blank are left out, rows of another
    length refuse the file."""
    rows = _rows(text, separator)
    try:
        _, header = next(rows)
        places = _places(path, header, kinds)
        width, kept, lines = len(header), list[list[str]](), list[int]()
        for number, row in rows:
            if len(row) != width and (len(row) < width or any(row[width:])):
                raise FileRefused(f"{path}, row {number} has {len(row)} cells where the header has {width}")
            kept.append(row)
            lines.append(number)
    except csv.Error as wrong:
        raise FileRefused(f"{path} cannot be read as CSV: {wrong}") from None
    return {name: [row[place] for row in kept] for name, place in places.items()}, lines


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row that is not blank, the header first."""
    # Names may hold what Unicode calls the end of a line; of a file's lines only \n and \r are.
    lines = StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=True)
    for row in reader:
        if row and (row[0] or any(row)):
            yield reader.line_num, row


def _places(path: Path, header: Sequence[str], kinds: Mapping[str, CellKind]) -> dict[str, int]:
    names = [_name(one) for one in header]
    missing = [name for name in kinds if name not in names]
    if missing:
        raise FileRefused(f"{path} lacks the column {missing[0]}: it should have {','.join(kinds)}")
    twice = [name for name in kinds if names.count(name) > 1]
    if twice:
        raise FileRefused(f"{path} has the column {twice[0]} twice: keep one of them")
    return {name: names.index(name) for name in kinds}


def _name(cell: str) -> str:
    return cell.strip().lower()


def _interpreted(
    cells: Mapping[str, list[str]], kinds: Mapping[str, CellKind], separator: str, encoding: str
) -> tuple[dict[str, list[str]], CsvForm]:
    numbers, mark = _numbers({name: cells[name] for name, kind in kinds.items() if kind == "number"})
    moments = {name: cells[name] for name, kind in kinds.items() if kind in ("day", "time")}
    written = [texts for texts in moments.values() if not are_iso(texts)]
    has_local_days = any(is_local(text) for texts in written for text in set(texts))
    columns = {
        **{
            name: texts if name in moments else list(map(str.strip, texts))
            for name, texts in cells.items()
            if name not in numbers
        },
        **numbers,
    }
    for name, texts in moments.items():
        if any(texts is one for one in written) or kinds[name] == "day":
            columns[name] = _translated(name, texts, iso_day if kinds[name] == "day" else iso_moment)
    for name in (one for one, kind in kinds.items() if kind == "account"):
        columns[name] = _translated(name, cells[name], plain_account)
    return columns, CsvForm(separator, encoding, mark, has_local_days)


def _translated(name: str, texts: list[str], translate: Callable[[str, str], str]) -> list[str]:
    known = {text: translate(name, text) for text in dict.fromkeys(texts)}
    return [known[text] for text in texts]


def _numbers(columns: Mapping[str, list[str]]) -> tuple[dict[str, list[str]], DecimalMark | None]:
    plain = {name for name, texts in columns.items() if are_plain(texts)}
    evidence = {
        name: _plain_evidence(texts) if name in plain else mark_evidence(name, texts) for name, texts in columns.items()
    }
    marks = decided_marks(evidence)
    read = {
        name: texts if name in plain else [plain_number(text, marks[name]) for text in texts]
        for name, texts in columns.items()
    }
    found = {one.mark for one in evidence.values()} - {None}
    return read, "," if "," in found else "." if found else None


def _plain_evidence(texts: Sequence[str]) -> MarkEvidence:
    return MarkEvidence("." if any("." in text for text in texts) else None, None)
