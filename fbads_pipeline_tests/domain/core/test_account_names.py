"""Accounts by id or by name."""

import pytest

from fbads_pipeline.domain.core.account_names import AccountNotFound, find_account_ids, require_known
from fbads_pipeline.domain.core.accounts import Account

KNOWN = [
    Account("1", "Loja Ipê", "BRL", "America/Sao_Paulo"),
    Account("2", "Moda", "BRL", "America/Sao_Paulo"),
    Account("3", "Moda", "USD", "America/New_York"),
    Account("4", None, "USD", "America/New_York"),
]


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        ([], []),
        (["act_9", "9"], ["9"]),
        (["Loja Ipê"], ["1"]),
        (["loja  ipe", "act_2", "1"], ["1", "2"]),
    ],
)
def test_accounts_are_found_by_id_and_by_name(given, ids):
    assert find_account_ids(given, KNOWN) == ids


def test_a_name_that_two_accounts_have_asks_for_the_id():
    with pytest.raises(AccountNotFound, match=r"2 accounts are named 'Moda': give the id of one, 2, 3"):
        find_account_ids(["Moda"], KNOWN)


def test_an_unknown_name_lists_the_choices():
    with pytest.raises(AccountNotFound, match=r"no account is named 'Loja': .* Loja Ipê \(1\), .* no name \(4\)"):
        find_account_ids(["Loja"], KNOWN)
    with pytest.raises(AccountNotFound, match="the known accounts are none"):
        find_account_ids(["Loja"], [])


def test_an_unknown_id_lists_the_choices_once_there_are_any():
    require_known(["1", "4"], KNOWN)
    require_known(["9"], [])
    with pytest.raises(AccountNotFound, match=r"no account has the id 9, 10: the known accounts are Loja Ipê \(1\), "):
        require_known(["9", "1", "10"], KNOWN)
