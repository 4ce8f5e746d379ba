"""When tokens are checked, pictures fetched, and personal data whose time is over deleted."""

import dagster as dg

from fbads_pipeline.defs.maintenance.jobs import (
    backup_job,
    links_job,
    pictures_job,
    records_job,
    retention_job,
    token_job,
)
from fbads_pipeline.settings import Settings

check_tokens_daily = dg.ScheduleDefinition(
    name="check_tokens_daily",
    job=token_job,
    cron_schedule="17 6 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="The tokens, once a day.",
)

keep_pictures_hourly = dg.ScheduleDefinition(
    name="keep_pictures_hourly",
    job=pictures_job,
    cron_schedule="43 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Pictures of new creatives, before Meta's addresses of them expire.",
)

forget_expired_personal_data_daily = dg.ScheduleDefinition(
    name="forget_expired_personal_data_daily",
    job=retention_job,
    cron_schedule="29 4 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Sessions, questions, addresses and the like whose time is over, once a day.",
)

prune_records_daily = dg.ScheduleDefinition(
    name="prune_records_daily",
    job=records_job,
    cron_schedule="11 5 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Old readings and Dagster's old runs, once a day, after the night's backup.",
)


@dg.schedule(
    job=links_job,
    cron_schedule="23 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Landing pages of active ads, once an hour; only with FBADS_CHECK_LINKS.",
)
def check_links_hourly(settings: dg.ResourceParam[Settings]) -> dg.RunRequest | dg.SkipReason:
    return dg.RunRequest() if settings.check_links else dg.SkipReason("FBADS_CHECK_LINKS is off")


@dg.schedule(
    job=backup_job,
    cron_schedule="51 3 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="A backup every night; only with FBADS_BACKUP_FOLDER.",
)
def back_up_nightly(settings: dg.ResourceParam[Settings]) -> dg.RunRequest | dg.SkipReason:
    return dg.RunRequest() if settings.backup_folder else dg.SkipReason("FBADS_BACKUP_FOLDER is not set")
