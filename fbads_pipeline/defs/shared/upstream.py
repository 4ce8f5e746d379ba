"""Groups of marts that several assets read, as keys of the lineage."""

DIMENSIONS = (["marts", "accounts"], ["marts", "campaigns"], ["marts", "adsets"])
HISTORIES = (["marts", "campaign_history"], ["marts", "adset_history"])
# What scores and models are computed from; raw/insights stands for Meta's change log, which is collected with it.
PERFORMANCE_INPUTS = (
    *DIMENSIONS,
    *HISTORIES,
    ["marts", "campaign_daily"],
    ["marts", "adset_daily"],
    ["marts", "day_coverage"],
    ["raw", "insights"],
)
