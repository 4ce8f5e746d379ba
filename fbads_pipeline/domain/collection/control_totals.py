"""How closely readings must agree with each other, and how long one counts."""

from datetime import timedelta
from decimal import Decimal

# Meta rounds the spend of every campaign and of the account to the cent, each by itself.
SPEND_TOLERANCE = Decimal("0.01")
# Today and yesterday still move between the call for the account and the one for its campaigns.
MOVING_DAYS = 1
# An account is up to date by readings of its last days; a backfill of older ones does not count.
READINGS_COUNT_FOR = timedelta(days=3)
