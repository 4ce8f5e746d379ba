"""The partitions: one per account-local day, whatever the account's zone."""

import dagster as dg

# The first zone on Earth has today's key before anyone else needs it, and nobody sees tomorrow's.
ACCOUNT_DAYS = dg.DailyPartitionsDefinition(start_date="2022-01-01", timezone="Pacific/Kiritimati", end_offset=1)
BACKFILL = dg.BackfillPolicy.multi_run(31)
