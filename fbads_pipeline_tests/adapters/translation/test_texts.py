"""Stored messages as fields per language, for whoever reads JSON."""

import pytest

from fbads_pipeline.adapters.translation.texts import rendered, texts_of, with_texts
from fbads_pipeline.domain.core.messages import LegacyText, message, to_json

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


def test_a_text_is_on_one_line_without_control_characters():
    hostile = to_json(LegacyText({"pt": "a\r\nb\x1b[31m", "en": "\u202ec"}))
    assert texts_of("text", hostile) == {"text_pt": "a b[31m", "text_en": "c"}


def test_what_is_no_message_is_refused():
    with pytest.raises(ValueError, match="no stored message"):
        texts_of("text", {"kind": "sum"})
