"""A home of schema 0014, with data of every kind, is upgraded in place: nothing is lost, old texts stay readable."""

from typing import Any

import pytest

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.core.messages import from_json
from fbads_pipeline_tests.support.stored_home import StoredHome

RENAMED = {"ops.troubles": "ops.incidents", "ops.reading_habits": "ops.request_strategies"}
GONE = {"intermediate.standing_views", "public.schema_version"}
BUILT = ("intermediate.", "staging.", "marts.")


@pytest.fixture
def homes(home_before: StoredHome, home_after: StoredHome) -> tuple[StoredHome, StoredHome]:
    """The home as it was, and the same home upgraded and modelled."""
    return home_before, home_after


def rendered(stored: Any, language: str) -> str:
    return translator().render(from_json(stored), language)


def test_no_row_of_any_table_is_lost(homes):
    before, after = homes
    kept = {name: n for name, n in before.counts().items() if name not in GONE and not name.startswith(BUILT)}
    expected = {RENAMED.get(name, name): n for name, n in kept.items()}
    expected["ops.audit_log"] += 1  # the entry that seals it
    found = after.counts()
    assert {name: found.get(name) for name in expected} == expected


def test_messages_that_were_written_before_read_as_they_did_in_both_languages(homes):
    before, after = homes
    old = {
        one["alert_id"]: one for one in before.rows("select alert_id, title, body, title_en, body_en from ops.alerts")
    }
    new = after.rows("select alert_id, title, body from ops.alerts")
    assert old and {one["alert_id"] for one in new} == set(old)
    for one in new:
        was = old[one["alert_id"]]
        assert (rendered(one["title"], "pt"), rendered(one["body"], "pt")) == (was["title"], was["body"])
        assert (rendered(one["title"], "en"), rendered(one["body"], "en")) == (was["title_en"], was["body_en"])


def test_what_was_sent_keeps_the_text_that_was_sent(homes):
    before, after = homes
    sent = before.rows(
        "select delivery_id, case language when 'en' then title_en else title end as title,"
        " case language when 'en' then body_en else body end as body"
        " from ops.deliveries join ops.alerts using (alert_id) where state = 'sent' order by delivery_id"
    )
    assert sent
    assert (
        after.rows("select delivery_id, title, body from ops.deliveries where state = 'sent' order by delivery_id")
        == sent
    )


def test_anomalies_keep_their_texts_their_instants_and_their_alert(homes):
    before, after = homes
    old = before.rows("select * from analysis.anomalies order by anomaly_id")
    new = after.rows("select * from analysis.anomalies order by anomaly_id")
    assert len(old) == len(new) == 2
    for was, one in zip(old, new, strict=True):
        assert one["detected_at"] == was["said_at"]
        assert one["announced_alert_id"] == was["told_alert_id"]
        for language in ("pt", "en"):
            assert rendered(one["message"], language) == was[f"message_{language}"]
            if was[f"recovery_{language}"] is not None:
                assert rendered(one["recovery"], language) == was[f"recovery_{language}"]


def test_suggestions_keep_their_reasons_notes_and_decisions(homes):
    before, after = homes
    old = before.rows("select * from ops.suggestions order by suggestion_id")
    new = after.rows("select * from ops.suggestions order by suggestion_id")
    assert len(old) == len(new) > 0
    same = ("account_id", "campaign_id", "kind", "rules", "evidence", "decided_at", "alert_id")
    for was, one in zip(old, new, strict=True):
        assert {name: one[name] for name in same} == {name: was[name] for name in same}
        state = (one["status"], one["version"], one["closing"] is not None)
        if _contradicts(was):
            assert state == ("SUPERSEDED", was["version"] + 1, True)
        else:
            assert state == (was["status"], was["version"], False)
        for language in ("pt", "en"):
            assert rendered(one["reason"], language) == was[f"reason_{language}"]
            if was[f"note_{language}"] is not None:
                assert rendered(one["note"], language) == was[f"note_{language}"]


def test_no_open_suggestion_contradicts_its_own_estimate_any_more(homes):
    before, after = homes
    found = [one for one in before.rows("select * from ops.suggestions") if _contradicts(one)]
    assert found, "the old home has some: else this proves nothing"
    assert not [one for one in after.rows("select * from ops.suggestions") if _contradicts(one)]
    said = {
        rendered(one["closing"], "pt") for one in after.rows("select closing from ops.suggestions") if one["closing"]
    }
    assert said == {"A estimativa fala contra esta sugestão."}


def _contradicts(one: dict[str, Any]) -> bool:
    is_open = one["status"] in ("PENDING", "WAITING")
    has_estimate = one["effect_expected"] is not None
    return is_open and has_estimate and not (one["p_better"] >= 0.5 and one["effect_expected"] >= 0)


def test_incidents_keep_their_state_under_their_new_name(homes):
    before, after = homes
    columns = "kind, entity, account_id, reason, since, opened_at, resolved_at, resolution"
    old = before.rows(f"select trouble_id as id, told_alert_id as alert, {columns} from ops.troubles order by 1")
    new = after.rows(f"select incident_id as id, announced_alert_id as alert, {columns} from ops.incidents order by 1")
    assert old == new and len(new) == 2


def test_the_marts_are_the_same_after_the_models_of_today(homes):
    before, after = homes
    for mart in ("account_daily", "campaign_daily", "adset_daily", "ad_daily", "campaign_history", "campaigns"):
        key = "1, 2, 3, 4, 5"
        was = before.rows(f"select * from marts.{mart} order by {key}")
        names = ", ".join(was[0])
        assert after.rows(f"select {names} from marts.{mart} order by {key}") == was, mart
