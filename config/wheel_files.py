"""Build hook of the wheel: the files that the program reads beside its modules are put into the package.

An editable install reads them from the checkout. See fbads_pipeline/adapters/packaged_files.py.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILES = (
    "dagster.yaml",
    *("dbt_project/dbt_project.yml", "dbt_project/profiles.yml", "dbt_project/metrics.yml"),
    *("dbt_project/macros", "dbt_project/models", "dbt_project/seeds", "dbt_project/tests"),
)


class WheelFiles(BuildHookInterface[Any]):
    """Adds FILES to a standard wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            for name in FILES:
                build_data["force_include"][str(Path(self.root) / name)] = f"fbads_pipeline/{name}"
