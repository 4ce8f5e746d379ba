"""Ids of ad accounts: every form in which people write them is one account."""

import pytest

from fbads_pipeline.domain.core.accounts import InvalidAccountId, parse_account_id


@pytest.mark.parametrize("text", ["42", "act_42", " act_42 ", '"act_42"', "'42'", 42])
def test_every_form_of_an_id_names_the_same_account(text):
    assert parse_account_id(text) == "42"


@pytest.mark.parametrize("text", ["", "act_", "act_x", "4 2", "٤٢", None, "-1", "1" * 33])
def test_what_is_no_id_is_refused_and_quoted(text):
    with pytest.raises(InvalidAccountId, match="is not an ad account id: digits, with or without act_"):
        parse_account_id(text)
