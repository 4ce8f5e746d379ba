"""Groups of marts that several assets read, as keys of the lineage."""

DIMENSIONS = (["marts", "accounts"], ["marts", "campaigns"], ["marts", "adsets"])
HISTORIES = (["marts", "campaign_history"], ["marts", "adset_history"])
