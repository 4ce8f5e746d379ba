"""The structure that docs/decisions describes: subjects, names, sizes, and no circle anywhere."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import networkx

from fbads_pipeline_tests.support.paths import ROOT

PACKAGE = ROOT / "fbads_pipeline"
TOP = {
    "__init__", "adapters", "api", "bootstrap", "cli", "definitions", "defs", "domain", "locale", "ports", "sandbox",
    "services", "setting_sources", "settings",
}  # fmt: skip
MOST_FILES = 16
LONGEST_FILE = 400
GENERATED = {"fbads_pipeline/domain/metrics/declared.py"}
# Words that this project once used for things that the field has a term for.
BANNED_NAMES = {
    "house", "room", "told", "untold", "trouble", "troubles", "hears", "hearer", "habit", "habits", "ordeal", "desk",
    "press", "far_side", "standing", "loudest", "stranger",
}  # fmt: skip
BANNED_PHRASES = (
    "the house",
    "this house",
    "what came of",
    "is told",
    "was told",
    "nobody hears",
    "who hears",
    "front door",
)


@cache
def modules() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text()) for path in sorted(PACKAGE.rglob("*.py")) if "versions" not in path.parts}


def names(tree: ast.Module) -> Iterator[str]:
    """Every name that the module gives: classes, functions, parameters, variables."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def test_the_top_of_the_package_holds_the_listed_names_alone():
    assert {path.stem for path in PACKAGE.iterdir() if path.name not in ("__pycache__", "py.typed")} == TOP


def test_no_folder_holds_more_than_a_reader_can_survey():
    counted = Counter(path.parent for path in modules() if path.name != "__init__.py")
    assert {str(folder): number for folder, number in counted.items() if number > MOST_FILES} == {}


def test_no_file_has_grown_beyond_one_idea():
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in modules()}
    assert {path for path, length in lengths.items() if length > LONGEST_FILE} <= GENERATED


def test_no_module_imports_itself_by_a_detour():
    graph = grimp.build_graph("fbads_pipeline", exclude_type_checking_imports=False)
    imports = networkx.DiGraph(
        (module, imported) for module in graph.modules for imported in graph.find_modules_directly_imported_by(module)
    )
    assert [sorted(circle) for circle in networkx.strongly_connected_components(imports) if len(circle) > 1] == []


def test_a_class_name_stands_once_in_the_package():
    found: dict[str, list[str]] = {}
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, []).append(str(path.relative_to(PACKAGE)))
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_names_are_the_fields_own():
    wrong = {
        f"{path.relative_to(PACKAGE)}: {name}"
        for path, tree in modules().items()
        for name in names(tree)
        if set(re.split(r"_+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())) & BANNED_NAMES
    }
    assert sorted(wrong) == []


def test_sentences_use_no_private_vocabulary():
    wrong = [
        f"{path.relative_to(ROOT)}: {phrase}"
        for path in (*modules(), *sorted(PACKAGE.rglob("*.po")), *sorted(PACKAGE.rglob("*.sql")))
        for phrase in BANNED_PHRASES
        if phrase in path.read_text().lower()
    ]
    assert wrong == []


def test_an_import_inside_a_function_says_which_heavy_library_it_spares():
    wrong = []
    for path, tree in modules().items():
        lines = path.read_text().splitlines()
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            imports = [node for node in function.body if isinstance(node, ast.Import | ast.ImportFrom)]
            commented = any("#" in line for node in imports for line in lines[node.lineno - 2 : node.end_lineno])
            if imports and not commented:
                wrong.append(f"{path.relative_to(ROOT)}:{imports[0].lineno}")
    assert wrong == []


def test_lists_that_are_paired_have_the_same_length():
    assert [str(path.relative_to(ROOT)) for path in modules() if "strict=False" in path.read_text()] == []
