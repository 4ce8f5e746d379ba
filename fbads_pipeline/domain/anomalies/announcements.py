"""When an anomaly is announced: what the store's statements get as parameters."""

from datetime import timedelta

# A metric of a campaign that was announced is not announced again within half a day, unless it has become critical.
COOL_DOWN = timedelta(hours=12)
# The digest covers what was detected within two days; older anomalies are history.
DIGEST_WINDOW = timedelta(days=2)
# A reading may take so long to reach the detectors before an account counts as behind.
READING_GRACE = timedelta(minutes=5)
# Readings of older days come from backfills and late corrections: the detectors need not have taken those.
LATEST_READING_DAYS = timedelta(days=2)
