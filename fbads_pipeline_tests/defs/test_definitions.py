"""Everything that Dagster shows of this project, by name: a change of a name is a change of what others rely on.

Where the change is meant: `python -m fbads_pipeline_tests.defs.test_definitions` writes the snapshot anew.
"""

from pathlib import Path

import dagster as dg

from fbads_pipeline.definitions import defs

SNAPSHOT = Path(__file__).with_name("definitions.txt")


def described() -> str:
    """One line per asset with its group, check, job, schedule and sensor, sorted within each kind."""
    repository = defs.get_repository_def()
    graph = repository.asset_graph
    lines = [f"asset {key.to_user_string()} ({graph.get(key).group_name})" for key in graph.materializable_asset_keys]
    lines += [f"check {key.asset_key.to_user_string()}: {key.name}" for key in graph.asset_check_keys]
    lines += [f"job {job.name}" for job in repository.get_all_jobs() if not job.name.startswith("__")]
    lines += [f"schedule {one.name}: {one.cron_schedule} {one.job_name}" for one in repository.schedule_defs]
    lines += [
        f"sensor {one.name}: {', '.join(target.job_name for target in one.targets)}" for one in repository.sensor_defs
    ]
    return "\n".join(sorted(lines)) + "\n"


def test_the_names_are_those_of_the_snapshot():
    assert described() == SNAPSHOT.read_text()


def test_every_schedule_sensor_and_job_says_what_it_does_and_runs_from_the_start():
    repository = defs.get_repository_def()
    for schedule in repository.schedule_defs:
        assert schedule.description, schedule.name
        assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    for sensor in repository.sensor_defs:
        assert sensor.description, sensor.name
        assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
    assert all(job.description for job in repository.get_all_jobs() if not job.name.startswith("__"))


if __name__ == "__main__":
    SNAPSHOT.write_text(described())
