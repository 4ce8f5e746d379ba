"""Where the files beside the modules are: at the root of a checkout, inside the package once it is installed."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def is_checkout() -> bool:
    """Whether this code runs from a checkout, not from an installed wheel."""
    return (_PACKAGE.parent / "pyproject.toml").is_file()


def packaged(name: str) -> Path:
    """The file or folder of that name, such as `dbt_project` or `dagster.yaml`."""
    return (_PACKAGE.parent if is_checkout() else _PACKAGE) / name
