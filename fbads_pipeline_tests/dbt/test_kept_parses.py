"""A parse is kept for the database's name, wherever its server listens, and `make manifest` leaves the first one."""

from pathlib import Path

from fbads_pipeline.adapters.dbt import project
from fbads_pipeline.adapters.dbt.invocation import run_dbt
from fbads_pipeline.adapters.dbt.kept_parses import keep_parse, kept_parse, state_of


def _kept(environment: dict[str, str]) -> Path:
    state = state_of(project.project_dir(), project.project_hash(), environment)
    return kept_parse(project.target_dir(), state)


def test_the_first_build_of_a_home_finds_the_parse_of_make_manifest() -> None:
    assert _kept(project.dbt_environment("postgresql://fbads:secret@127.0.0.1:5999/fbads")).is_file()


def test_another_port_needs_no_parse_and_another_name_does(tmp_path: Path) -> None:
    elsewhere = project.dbt_environment("postgresql://fbads:secret@db.example:5999/fbads")
    command = ["parse", "--partial-parse-file-path", str(_kept(elsewhere))]
    outcome = run_dbt(project.project_dir(), command, environment=elsewhere, target=tmp_path)
    assert outcome.succeeded, outcome.error
    # dbt writes a parse where it had to parse anything.
    assert not (tmp_path / "partial_parse.msgpack").exists()
    assert _kept(project.dbt_environment("postgresql://fbads@127.0.0.1/other")) != _kept(elsewhere)
    assert _kept(project.dbt_environment("postgresql://fbads@127.0.0.1/fbads", goal_family="lead")) != _kept(elsewhere)


def test_the_newest_parses_stay(tmp_path: Path) -> None:
    target = tmp_path / "target"
    for number in range(11):
        made = tmp_path / str(number)
        made.mkdir()
        (made / "partial_parse.msgpack").write_text(str(number))
        keep_parse(made, kept_parse(target, f"state{number}"))
    assert len(list((target / "parsed").iterdir())) == 8
    assert kept_parse(target, "state10").read_text() == "10"
    keep_parse(tmp_path / "nothing was parsed", kept_parse(target, "other"))
    assert not kept_parse(target, "other").exists()
