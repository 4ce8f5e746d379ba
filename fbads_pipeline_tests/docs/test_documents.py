"""What the documents name exists: links, commands, settings, make targets, files of the package."""

import re
import shlex
from itertools import chain
from pathlib import Path

import pytest

from checks.reference_pages import commands
from fbads_pipeline.settings import INTERNAL_VARIABLES, known_variables
from fbads_pipeline_tests.support.paths import ROOT

FOLDERS = ("docs", "config", ".github")
DOCUMENTS = sorted(chain(ROOT.glob("*.md"), *((ROOT / folder).rglob("*.md") for folder in FOLDERS)))
# What is dated stays as it was written: names of its day may be gone.
HISTORY = ("CHANGELOG.md",)
# Folders of the package that documents name without `fbads_pipeline/` in front.
LAYERS = ("domain", "ports", "services", "adapters", "defs", "api", "cli", "bootstrap", "sandbox", "locale")
TOP = ("fbads_pipeline", "fbads_pipeline_tests", "dbt_project", "benchmarks", "evaluation", "chaos", "checks", "docs")
SHELL_BLOCK = re.compile(r"^```(?:bash|sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
# Words for things that have a name of their own in this field.
BANNED_WORDS = (
    r"\b(?:houses?|doors?|rooms?|told|untold|hears?|voice|strangers?|ordeal|judged?|judges|mend(?:ed)?|stands)\b"
)
STATEMENTS = [one.read_text() for one in (ROOT / "fbads_pipeline" / "adapters").rglob("*.sql")]
STORES = [
    one.read_text() for one in (ROOT / "fbads_pipeline" / "adapters").rglob("*.py") if "migrations" not in one.parts
]
MACROS = [one.read_text() for one in (ROOT / "dbt_project" / "macros").rglob("*.sql")]
TABLES = set(re.findall(r"\b(?:raw|ops|analysis|marts|intermediate)\.\w+", "\n".join(STATEMENTS + STORES + MACROS)))
MODELS = {one.stem for folder in ("models", "seeds", "macros") for one in (ROOT / "dbt_project" / folder).rglob("*.*")}
PLACEHOLDERS = {
    "DAY": "2026-11-01",
    "MONTHS": "3",
    "NUMBER": "1",
    "FILE": "README.md",
    "SERIES": "README.md",
    "KIND": "daily",
    "JOB": "tick",
    "CHANNEL": "email",
    "ROLE": "viewer",
}
# Of n8n's environment, not of this program.
OF_N8N = {"FBADS_URL"}
MADE = ("fbads_pipeline/adapters/dbt/target", "dbt_project/target", "dbt_project/logs")


def _named(documents=DOCUMENTS):
    return [pytest.param(one, id=str(one.relative_to(ROOT))) for one in documents if one.name not in HISTORY]


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("document", _named())
def test_every_relative_link_leads_somewhere(document: Path):
    for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE)
            assert anchor in {_anchor(one) for one in headings}, link


def _command_lines(text: str) -> list[str]:
    joined = "\n".join(SHELL_BLOCK.findall(text)).replace("\\\n", " ")
    return [line for line in joined.splitlines() if re.match(r"\s*(?:\.venv/bin/)?fbads\b", line)]


def _words(line: str) -> list[str]:
    """The command's own words: without the comment, and up to a pipe or a redirection."""
    words = shlex.split(line, comments=True)
    ends = [at for at, word in enumerate(words) if re.match(r"[|<>&;]|2>", word)]
    return words[1 : ends[0]] if ends else words[1:]


@pytest.mark.parametrize("document", _named(one for one in DOCUMENTS if _command_lines(one.read_text())))
def test_every_command_line_is_one_that_the_program_takes(document: Path):
    known = commands()
    for line in _command_lines(document.read_text()):
        words = [PLACEHOLDERS.get(word, word) for word in _words(line)]
        if words[0].startswith("--"):
            assert words[0] in ("--help", "--version", "--install-completion"), line
            continue
        name = next((one for one in (f"fbads {' '.join(words[:2])}", f"fbads {words[0]}") if one in known), None)
        assert name is not None, line
        known[name].make_context(name, words[name.count(" ") :])  # raises UsageError for what it does not take


@pytest.mark.parametrize("document", _named())
def test_every_setting_that_is_named_exists(document: Path):
    known = INTERNAL_VARIABLES | known_variables()
    text = document.read_text()
    named = set(re.findall(r"\bFBADS_[A-Z0-9_]*[A-Z0-9]\b", text))
    assert named <= known | OF_N8N


@pytest.mark.parametrize("document", _named())
def test_every_make_target_that_is_named_exists(document: Path):
    text = document.read_text()
    code = [
        *re.findall(r"`make ([a-z0-9-]+)", text),
        *re.findall(r"^\s*make ([a-z0-9-]+)", _blocks(text), re.MULTILINE),
    ]
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(code) <= targets


@pytest.mark.parametrize("document", _named())
def test_every_file_that_is_named_exists(document: Path):
    missing = [path for path in _paths(document.read_text()) if not _exists(path)]
    assert missing == []


@pytest.mark.parametrize("document", _named())
def test_every_module_that_is_named_exists(document: Path):
    for name in set(
        re.findall(r"(?:`|-m )((?:fbads_pipeline|checks|benchmarks|evaluation|chaos)(?:\.\w+)+)", document.read_text())
    ):
        assert _is_module(name), name


@pytest.mark.parametrize("document", _named())
def test_every_table_that_is_named_exists(document: Path):
    named = set(re.findall(r"\b(?:raw|ops|analysis|marts|intermediate)\.[a-z][a-z_]+[a-z]\b", document.read_text()))
    assert {one for one in named if one not in TABLES and one.rpartition(".")[2] not in MODELS} == set()


def test_every_schedule_and_sensor_of_the_architecture_exists():
    page = (ROOT / "docs" / "reference" / "architecture.md").read_text()
    found = re.findall(r"`(\w+)` \((?:schedule|sensor)\)", page)
    definitions = (ROOT / "fbads_pipeline_tests" / "defs" / "definitions.txt").read_text()
    assert found
    assert [name for name in found if not re.search(rf"\b{name}\b", definitions)] == []


@pytest.mark.parametrize("document", _named())
def test_documents_use_plain_words(document: Path):
    assert set(re.findall(BANNED_WORDS, document.read_text(), re.IGNORECASE)) == set()


def test_the_walks_count_their_files():
    page = (ROOT / "docs" / "reference" / "walks.md").read_text()
    walks = re.findall(r"^## .*: (\d+) files \((\d+) before\)\n\n((?:\d+\. .*\n)+)", page, re.MULTILINE)
    assert len(walks) == 3
    for count, before, steps in walks:
        paths = re.findall(r"^\d+\. `([^`]+)`", steps, re.MULTILINE)
        assert len(set(paths)) == len(paths) == steps.count("\n") == int(count)
        assert int(count) <= int(before) / 2
        assert [path for path in paths if not (ROOT / path).is_file()] == []


def _is_module(name: str) -> bool:
    """Whether it is a module, or something that a module defines."""
    path = ROOT / name.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file() or path.parent.with_suffix(".py").is_file()


def _blocks(text: str) -> str:
    return "\n".join(SHELL_BLOCK.findall(text))


def _paths(text: str) -> list[str]:
    """Paths in backticks or code blocks that begin with a folder of the checkout or a layer of the package."""
    first = "|".join((*TOP, *LAYERS))
    found = re.findall(rf"`((?:{first})/[\w./*-]*)`", text)
    return sorted(set(found))


def _exists(path: str) -> bool:
    if path.startswith(MADE):
        return True
    roots = (ROOT, ROOT / "fbads_pipeline")
    return any((root / path).exists() or ("*" in path and any(root.glob(path))) for root in roots)
