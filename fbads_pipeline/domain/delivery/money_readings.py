"""Readings of an account's money: how often one is kept."""

from datetime import timedelta

# One is kept whenever it says something new, and hourly without that; less than an hour, for ticks come late.
MONEY_READING_LASTS = timedelta(minutes=45)
