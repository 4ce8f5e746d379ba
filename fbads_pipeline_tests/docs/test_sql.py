"""SQL in documents runs: each statement is planned over empty tables with the columns of the data dictionary."""

import re
from pathlib import Path

import psycopg2
import pytest

from fbads_pipeline_tests.support.paths import ROOT

DICTIONARY = (ROOT / "docs" / "reference" / "data-dictionary.md").read_text()
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
RELATION = re.compile(r"^### `marts\.(\w+)`\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
COLUMN = re.compile(r"^\| `(\w+)` \| ([^|]+) \|", re.MULTILINE)


def _statements(text: str) -> list[str]:
    blocks = "\n".join(re.findall(r"^```sql\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    plain = re.sub(r"--.*", "", blocks)
    return [one for one in (*plain.split(";"), *re.findall(r'fbads sql [^"`\n]*"([^"]+)"', text)) if one.strip()]


def _columns(relation: str) -> str:
    return ", ".join(f'"{name}" {kind.strip()}' for name, kind in COLUMN.findall(relation))


def _marts() -> str:
    relations = dict(RELATION.findall(DICTIONARY))
    tables = [
        f"create table marts.{name} ({_columns(text)});" for name, text in relations.items() if COLUMN.search(text)
    ]
    as_known = (
        "create function marts.campaign_daily_as_known(at timestamptz) returns setof marts.campaign_daily_versions"
    )
    return (
        "create schema if not exists marts;"
        + "".join(tables)
        + as_known
        + " language sql as 'select null where false';"
    )


@pytest.fixture
def marts(database_url):
    connection = psycopg2.connect(database_url.replace("+psycopg2", ""))
    with connection.cursor() as cursor:
        cursor.execute("set check_function_bodies = off;" + _marts())
        yield cursor
    connection.close()


@pytest.mark.parametrize(
    "document", [pytest.param(one, id=one.name) for one in DOCUMENTS if _statements(one.read_text())]
)
def test_every_statement_in_a_document_can_be_planned(document: Path, marts):
    for statement in _statements(document.read_text()):
        marts.execute("explain " + statement)
