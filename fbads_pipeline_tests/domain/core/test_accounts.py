"""Ids of ad accounts: every form in which people write them is one account."""

import pytest

from fbads_pipeline.domain.core.accounts import InvalidAccountId, parse_account_id, split_account_ids


@pytest.mark.parametrize(
    "text", ["42", "act_42", " act_42 ", '"act_42"', "'42'", 42, "ACT_42", "“act_42”", "\u00a0act_42\n"]
)
def test_every_form_of_an_id_names_the_same_account(text):
    assert parse_account_id(text) == "42"


@pytest.mark.parametrize("text", ["", "act_", "act_x", "4 2", "٤٢", None, True, 4.2, "-1", "1" * 33])
def test_what_is_no_id_is_refused_and_quoted(text):
    with pytest.raises(InvalidAccountId, match="is not an ad account id: digits, with or without act_"):
        parse_account_id(text)


@pytest.mark.parametrize(
    "text", ["act_1, 2", '["act_1", 2]', "[act_1, '2']", '"act_1";"2"', "act_1\n2\n", "1,,2,", " [1, 2] ", "1;act_2"]
)
def test_every_way_of_writing_a_list_names_the_same_accounts(text):
    assert [parse_account_id(one) for one in split_account_ids(text)] == ["1", "2"]


def test_one_id_and_none_are_lists_too():
    assert ([*map(parse_account_id, split_account_ids("42"))], split_account_ids(""), split_account_ids("[]")) == (
        ["42"],
        [],
        [],
    )
