"""Pseudonyms hide who it is, bind to it, and are put wherever a person stands."""

import pytest

from fbads_pipeline.domain.identity.pseudonyms import is_person, persons_of, pseudonym, texts_in, with_names

KEY, OTHER = b"k" * 32, b"o" * 32


def test_a_pseudonym_is_of_one_person_under_one_key():
    made = pseudonym(KEY, "217771740acfb917")
    assert made == pseudonym(KEY, "217771740acfb917") and made.startswith("person:") and len(made) == 39
    assert len({made, pseudonym(OTHER, "217771740acfb917"), pseudonym(KEY, "217771740acfb918")}) == 3


@pytest.mark.parametrize(
    ("actor", "is_somebody"),
    [("217771740acfb917", True), ("slack:U1", True), ("cli:ana", True), ("fbads", False), ("restore", False),
     ("owner", False), ("demo", False), ("person:00", False)],
)  # fmt: skip
def test_programs_and_pseudonyms_are_no_persons(actor, is_somebody):
    assert is_person(actor) == is_somebody


def test_a_user_is_found_by_their_id_and_in_slack():
    assert persons_of("u", "u1a") == ("u", "slack:u1a", "slack:U1A") and persons_of("u", None) == ("u",)


def test_texts_of_details_that_may_be_persons_are_found_and_replaced_however_deep():
    details = {"by": "217771740acfb917", "list": [{"to": "slack:U1"}, 5, None, "slack: no"], "id": "9" * 15, "x": "y"}
    assert list(texts_in(details)) == ["217771740acfb917", "slack:U1", "slack: no"]
    hidden = with_names(details, {"slack:U1": "person:1", "y": "z"})
    assert hidden["list"] == [{"to": "person:1"}, 5, None, "slack: no"] and hidden["x"] == "z"
