"""Queries that Meta refuses for one of their fields: asked again with fewer, the spend kept, what is missing noted."""

import json
from datetime import UTC, date, datetime

import orjson
import pytest

from fbads_pipeline.adapters.meta_ads.client import GraphAds
from fbads_pipeline.adapters.meta_ads.insights import InMemoryRequestStrategies
from fbads_pipeline.adapters.meta_ads.transport import GraphAccess, Transport
from fbads_pipeline.domain.collection.levels import Grain
from fbads_pipeline.domain.collection.meta_errors import PermanentMetaError
from fbads_pipeline.domain.collection.offered_figures import OPTIONAL_FIGURES, UNIQUE_FIGURES
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline_tests.support.fake_ads import insight_columns
from fbads_pipeline_tests.support.graph_server import Answer, error, graph_server

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
# The oldest day of which a breakdown has reach, 13 months before: 2025-10-21.
OLD_AND_NEW = DayRange(date(2025, 10, 11), date(2025, 10, 30))
AGES, HOURS = Grain("campaign", "age"), Grain("campaign", "hourly_stats_aggregated_by_advertiser_time_zone")


class FussyMeta:
    """Answers a row per day with every figure asked for; refuses queries that `refuses` (fields, days) names."""

    def __init__(self, refuses):
        self._refuses = refuses
        self.fields, self.days = [], []

    def __call__(self, asked, before):
        fields = asked.query["fields"].split(",")
        span = json.loads(asked.query["time_range"])
        days = DayRange(date.fromisoformat(span["since"]), date.fromisoformat(span["until"]))
        self.fields.append(frozenset(fields))
        self.days.append(days)
        if message := self._refuses(frozenset(fields), days):
            return error(100, message=message)
        return Answer({"data": [self._row(fields, day, asked.query) for day in days]})

    def _row(self, fields, day, query):
        known = {"account_id": "1", "campaign_id": "7", "spend": "2.50", "impressions": "10", "reach": "9"}
        row = {field: known[field] for field in fields if field in known}
        split = dict.fromkeys(json.loads(query.get("breakdowns", "[]")), "x")
        return {**row, **split, "date_start": str(day), "date_stop": str(day)}


def read(refuses, grain, days, strategies=None):
    """The days' rows by column, the notes, and the server's record."""
    meta = FussyMeta(refuses)
    with graph_server(meta) as server:
        transport = Transport(GraphAccess(server.url, "v26.0", "t", attempts=1), sleep=lambda seconds: None)
        ads = GraphAds(transport, strategies=strategies, now=lambda: NOW)
        pages = list(ads.insights("1", grain, days))
    rows = {row[0]: insight_columns(row) for page in pages for row in page.rows}
    return rows, [note for page in pages for note in page.notes], meta


def test_a_field_that_the_server_does_not_know_is_left_out_and_the_rest_is_read():
    def refuses(fields, days):
        return "(#100) results is not valid for fields param" if "results" in fields else None

    strategies, days = InMemoryRequestStrategies(), DayRange(date(2026, 11, 1), date(2026, 11, 2))
    rows, notes, meta = read(refuses, Grain("campaign"), days, strategies)
    assert [(row["spend"], row["results"], row["conversions"]) for row in rows.values()] == [("2.50", None, "[]")] * 2
    assert notes == ["insights by campaign without results: Meta refuses to answer them"]
    assert meta.fields[0] - meta.fields[1] == {"results"}
    rows, again, meta = read(refuses, Grain("campaign"), days, strategies)
    assert (len(rows), len(meta.fields), again) == (2, 1, notes)


def test_a_refusal_that_names_no_field_leaves_out_all_that_a_reading_can_do_without():
    def refuses(fields, days):
        return "invalid parameter" if "video_play_actions" in fields else None

    rows, (note,), meta = read(refuses, Grain("campaign"), DayRange(date(2026, 11, 1), date(2026, 11, 1)))
    (row,) = rows.values()
    assert (row["spend"], row["reach"], row["conversions"], row["other_actions"]) == ("2.50", "9", None, None)
    assert all(field in note for field in OPTIONAL_FIGURES)
    assert len(meta.fields) == 2


def test_one_list_that_is_refused_is_not_reported_beside_those_that_are():
    def refuses(fields, days):
        return "video_play_actions is not valid" if "video_play_actions" in fields else None

    rows, _, _ = read(refuses, Grain("campaign"), DayRange(date(2026, 11, 1), date(2026, 11, 1)))
    (row,) = rows.values()
    assert orjson.loads(row["other_actions"]) == [{"action_type": "video_play_actions"}]


def test_a_query_that_is_wrong_in_another_way_is_refused_as_before():
    with pytest.raises(PermanentMetaError, match="no such breakdown"):
        read(lambda fields, days: "no such breakdown", AGES, DayRange(date(2026, 11, 1), date(2026, 11, 1)))
    with pytest.raises(PermanentMetaError, match="37 months"):
        read(lambda fields, days: "37 months", Grain("ad"), DayRange(date(2026, 11, 1), date(2026, 11, 1)))


def test_reach_is_not_asked_for_of_days_of_which_a_breakdown_has_none():
    def refuses(fields, days):
        return "too old" if fields & UNIQUE_FIGURES and days.since < date(2025, 10, 21) else None

    rows, (note,), meta = read(refuses, AGES, OLD_AND_NEW)
    assert {row["spend"] for row in rows.values()} == {"2.50"} and len(rows) == 20
    assert [day for day, row in rows.items() if row["reach"] is None] == [f"2025-10-{n}" for n in range(11, 21)]
    assert note == (
        "insights by campaign and age without frequency, reach: in breakdowns Meta keeps them for 13 months,"
        " not for 2025-10-11 to 2025-10-20"
    )
    assert len(meta.days) == 2


def test_reach_that_is_refused_of_more_days_than_expected_is_missing_in_those_alone():
    """Meta's clock, or its count of months, may differ from ours."""

    def refuses(fields, days):
        return "too old" if fields & UNIQUE_FIGURES and days.since < date(2025, 10, 24) else None

    rows, (note,), _ = read(refuses, AGES, OLD_AND_NEW)
    assert {row["spend"] for row in rows.values()} == {"2.50"} and len(rows) == 20
    assert [day for day, row in rows.items() if row["reach"] is None] == [f"2025-10-{n}" for n in range(11, 24)]
    assert "2025-10-11 to 2025-10-23" in note
    assert all(row["conversions"] == "[]" for row in rows.values())


def test_plain_rows_have_reach_of_every_day():
    rows, notes, _ = read(lambda fields, days: None, Grain("campaign"), OLD_AND_NEW)
    assert ({row["reach"] for row in rows.values()}, notes) == ({"9"}, [])


def test_by_the_hour_neither_reach_nor_what_happens_away_from_meta_is_asked_for():
    rows, (note,), meta = read(lambda fields, days: None, HOURS, DayRange(date(2026, 11, 1), date(2026, 11, 1)))
    (row,) = rows.values()
    absent = ("reach", "frequency", "conversions", "conversion_values", "other_actions", "results")
    assert (row["spend"], [row[name] for name in absent]) == ("2.50", [None] * 6)
    assert not meta.fields[0] & (UNIQUE_FIGURES | OPTIONAL_FIGURES)
    assert "Meta has none of them in this breakdown" in note
