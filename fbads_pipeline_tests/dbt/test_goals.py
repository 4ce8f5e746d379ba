"""A goal that counts nothing is refused with one sentence, before dbt runs."""

import shutil
from pathlib import Path

import pytest
import yaml

from fbads_pipeline.adapters.dbt.goals import goal_complaint, require_goal
from fbads_pipeline.adapters.dbt.project import project_dir
from fbads_pipeline.domain.clients.targets import UnusableTarget
from fbads_pipeline.domain.collection.pages import OTHER_ACTION_FIELDS


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose seeds may be written."""
    shutil.copy(project_dir() / "dbt_project.yml", tmp_path)
    shutil.copytree(project_dir() / "seeds", tmp_path / "seeds")
    monkeypatch.setenv("FBADS_DBT_PROJECT_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    "goal", ["purchase", "schedule", "schedule_total", "offsite_conversion.custom.7", "link_click", "lead"]
)
def test_a_family_and_an_action_type_are_goals(project: Path, goal: str) -> None:
    (project / "seeds" / "account_goals.csv").write_text(f"account_id,family\n1,{goal}\n")
    assert goal_complaint(goal) is None


@pytest.mark.parametrize(
    ("seed", "content", "complaint"),
    [
        ("account_goals", "account_id,family\n1,lead\n2,leeds\n", "account_goals.csv, line 3: 'leeds' is neither"),
        ("account_goals", "\ufeffaccount_id,family\n1,\n", "account_goals.csv, line 2: '' is neither"),
        ("account_goals", "account_id;family\r\n\r\n1;lead\r\n2;leeds\r\n", "account_goals.csv, line 4: 'leeds' is"),
        ("account_goals", "account_id;family\n1;lead\n2\n", "row 3 has 1 cells where the header has 2"),
        ("account_goals", "conta;familia\n1;lead\n", "lacks the column family"),
        (
            "account_action_types",
            "account_id,family,action_type\n1,omni_purchase,x\n",
            "account_action_types.csv, line 2: 'omni_purchase' is none of the conversion families: purchase, lead",
        ),
    ],
)
def test_a_wrong_seed_is_named_with_its_line(project: Path, seed: str, content: str, complaint: str) -> None:
    (project / "seeds" / f"{seed}.csv").write_text(content, encoding="utf-8")
    assert complaint in str(goal_complaint("purchase"))


def test_the_actions_that_are_a_field_of_their_own_are_those_that_are_collected() -> None:
    variables = yaml.safe_load((project_dir() / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    assert tuple(variables["action_fields"]) == OTHER_ACTION_FIELDS
    assert set(variables["families_of_conversions"]) < set(variables["conversion_families"])


def test_a_goal_of_a_target_is_a_family_or_an_action_type() -> None:
    assert [require_goal(one) for one in ("lead", "offsite_conversion.custom.1", "schedule_total")]
    for wrong in ("vendas", "foo_bar"):
        with pytest.raises(UnusableTarget):
            require_goal(wrong)
