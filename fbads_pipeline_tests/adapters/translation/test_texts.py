"""Stored messages as fields per language, for whoever reads JSON."""

import pytest

from fbads_pipeline.adapters.translation.texts import rendered, texts_of, with_texts
from fbads_pipeline.domain.core.messages import message, to_json

HOURS = to_json(message("anomalies.hours", count=3))


def test_a_stored_message_becomes_a_field_per_language():
    row = {"id": 1, "reason": HOURS, "note": None}
    assert with_texts(row, "reason", "note") == row | {
        "reason_pt": "3 horas",
        "reason_en": "3 hours",
        "note_pt": None,
        "note_en": None,
    }


def test_json_keeps_its_shape_and_messages_in_it_become_texts():
    stored = {"kind": "PAUSE", "parts": [{"title": [HOURS, HOURS], "line": 1}], "reason": HOURS, "none": []}
    assert rendered(stored) == {
        "kind": "PAUSE",
        "parts": [{"title_pt": ["3 horas", "3 horas"], "title_en": ["3 hours", "3 hours"], "line": 1}],
        "reason_pt": "3 horas",
        "reason_en": "3 hours",
        "none": [],
    }


def test_the_readers_own_language_stands_under_the_plain_name():
    assert rendered({"reason": HOURS}, "en") == {"reason": "3 hours", "reason_pt": "3 horas", "reason_en": "3 hours"}


def test_what_is_no_message_is_refused():
    with pytest.raises(ValueError, match="no stored message"):
        texts_of("text", {"kind": "sum"})
