"""The page that one asks about is a path of ours and of one's own accounts; its name begins the question as text."""

import pytest

from fbads_pipeline_tests.api.conftest import HOSTILE
from fbads_pipeline_tests.api.pages.test_pages import Page, visitor, world

__all__ = ["visitor", "world"]


def test_what_the_page_is_about_begins_the_question_and_nothing_else_does(visitor):
    shown = visitor.get("/chat", about="/campaigns/101/hours")
    assert HOSTILE.split("\u202e")[0].strip() in Page(shown).text and "<script>alert" not in shown.text
    for about in ("/campaigns/999", "/suggestions", ""):
        answer = visitor.get("/chat", about=about)
        assert answer.status_code == 200 and "required></textarea>" in answer.text, about
    named = visitor.get("/chat", about="/alerts", account="43")
    assert named.status_code == 200 and "required></textarea>" not in named.text, "the account that was chosen"


@pytest.mark.parametrize(
    "about", ["//far.example", "/\\far.example", "https://far.example", "/a?b=<script>", "/privacy\n"]
)
def test_no_link_leads_away_from_these_pages(visitor, about):
    answer = visitor.get("/chat", about=about)
    assert answer.status_code in (400, 422) or 'href="/"' in answer.text
    assert 'href="//' not in answer.text and "far.example" not in answer.text


def test_a_question_that_no_key_keeps_says_what_to_set(visitor):
    session = "0123456789abcdef"
    assert visitor.post("/api/v1/chat", {"question": "o que é CTR?", "session_id": session}).status_code == 200
    shown = Page(visitor.get("/chat", session=session)).text
    assert "Pergunta não guardada" in shown and "FBADS_ENCRYPTION_KEYS" in shown
