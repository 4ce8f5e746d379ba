"""What accounts may go for, and the seeds that name it, checked before dbt runs."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml

from fbads_pipeline.adapters.csv_reading import FileRefused, read_csv
from fbads_pipeline.adapters.dbt.project import project_dir
from fbads_pipeline.domain.clients.targets import UnusableTarget
from fbads_pipeline.domain.core.messages import message

_GOALS, _TYPES = "account_goals.csv", "account_action_types.csv"


def goal_complaint(goal_family: str) -> str | None:
    """One sentence about the first goal that counts nothing, of FBADS_GOAL_FAMILY and the seeds, or about a seed that
    cannot be read; None without any."""
    try:
        return _complaint(goal_family)
    except FileRefused as refused:
        return str(refused)


def require_goal(goal: str) -> str:
    """The goal, by the rule of FBADS_GOAL_FAMILY and the seeds; raises UnusableTarget for one that counts nothing."""
    variables = _variables((project_dir() / "dbt_project.yml").read_text(encoding="utf-8"))
    if not _is_goal(goal, variables):
        known = ", ".join(sorted(variables["conversion_families"]))
        raise UnusableTarget(message("clients.target.no_goal", text=goal[:40], known=known))
    return goal


def _complaint(goal_family: str) -> str | None:
    variables = _variables((project_dir() / "dbt_project.yml").read_text(encoding="utf-8"))
    if not _is_goal(goal_family, variables):
        return f"FBADS_GOAL_FAMILY is not usable: {_neither(goal_family, variables)}"
    for line, family in _families_of(_GOALS):
        if not _is_goal(family, variables):
            return f"seeds/{_GOALS}, line {line}: {_neither(family, variables)}"
    for line, family in _families_of(_TYPES):
        if family not in variables["conversion_families"]:
            families = ", ".join(variables["conversion_families"])
            return f"seeds/{_TYPES}, line {line}: {family!r} is none of the conversion families: {families}"
    return None


def types_of(alternatives: Any) -> Iterator[str]:
    """Every action type in a family of `conversion_families`, whose lists hold each other."""
    for one in alternatives:
        if isinstance(one, str):
            yield one
        else:
            yield from types_of(one)


def _is_goal(goal: str, variables: Mapping[str, Any]) -> bool:
    families = variables["conversion_families"]
    named = {*families, *variables["other_action_types"], *types_of(families.values())}
    return goal in named or re.search(variables["action_type_pattern"], goal) is not None


def _neither(goal: str, variables: Mapping[str, Any]) -> str:
    families = ", ".join(variables["conversion_families"])
    return f"{goal!r} is neither a conversion family ({families}) nor an action type of Meta's"


def _families_of(seed: str) -> Iterator[tuple[int, str]]:
    """Line of the file and the column `family`."""
    table = read_csv(project_dir() / "seeds" / seed, {"family": "text"})
    yield from zip(table.lines, table.columns["family"], strict=True)


@lru_cache(maxsize=4)
def _variables(project: str) -> Mapping[str, Any]:
    variables: Mapping[str, Any] = yaml.safe_load(project)["vars"]
    return variables
