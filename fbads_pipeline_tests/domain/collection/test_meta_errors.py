"""Meta's errors, sorted by what to do: every row of the table that the program relies on."""

import pytest

from fbads_pipeline.domain.collection.meta_errors import (
    AccountStopped,
    PermanentMetaError,
    RateLimited,
    ReportPending,
    TooMuchData,
    TransientMetaError,
    error_from_envelope,
    sort_error,
)

TABLE = [
    *[(code, None, 400, TransientMetaError) for code in (1, 2, 960)],
    *[(2, sub, 400, TransientMetaError) for sub in (1504043, 1504044)],
    (None, None, 502, TransientMetaError),
    *[(*pair, 400, TooMuchData) for pair in ((100, 1487534), (1, 99), (100, 1504018), (2, 1504038))],
    *[(4, sub, 400, RateLimited) for sub in (None, 1504022, 1504039)],
    *[(code, None, 400, RateLimited) for code in (17, 32, 341, 613, *range(80000, 80007), 80008, 80014)],
    (17, 2446079, 400, RateLimited),
    *[(613, sub, 400, RateLimited) for sub in (1487742, 1996)],
    (2601, 1815107, 400, ReportPending),
    (-2, 2490547, 400, ReportPending),
    *[(190, sub, 400, AccountStopped) for sub in (None, 458, 459, 460, 463, 464, 467, 492)],
    *[(code, None, 400, AccountStopped) for code in (10, 102, 200, 272, 294, 299, 368)],
    *[(100, sub, 400, PermanentMetaError) for sub in (None, 33, 1815001)],
    *[(2, sub, 400, PermanentMetaError) for sub in (1504041, 1504042)],
    (2635, None, 400, PermanentMetaError),
    (613, 1487632, 400, PermanentMetaError),
    *[(17, sub, 400, PermanentMetaError) for sub in (1885172, 1885621)],
]


@pytest.mark.parametrize(("code", "subcode", "status", "expected"), TABLE)
def test_an_error_is_sorted_by_its_numbers(code, subcode, status, expected):
    assert sort_error(code, subcode, status) is expected


def test_only_the_500_without_a_code_of_its_own_is_read_by_its_words():
    said = "Please reduce the amount of data you're asking for, then retry your request"
    assert sort_error(1, None, 500, said) is TooMuchData
    assert sort_error(1, None, 400, said) is TransientMetaError


def test_an_envelope_keeps_its_trace_and_reads_numbers_that_came_as_text():
    error = error_from_envelope({"message": "expired", "code": "190", "error_subcode": "463", "fbtrace_id": "A1"}, 400)
    assert isinstance(error, AccountStopped)
    assert (error.code, error.subcode) == (190, 463)
    assert str(error) == "expired (Meta error 190/463, fbtrace_id A1)"


def test_an_envelope_without_numbers_is_a_wrong_query_or_a_passing_fault():
    assert isinstance(error_from_envelope({"message": "?"}, 400), PermanentMetaError)
    assert isinstance(error_from_envelope({"code": "x"}, 503), TransientMetaError)


@pytest.mark.parametrize(
    ("code", "subcode", "expected"),
    [
        (12345, None, TransientMetaError),
        (100, None, TransientMetaError),
        (200, None, TransientMetaError),
        (190, 463, AccountStopped),
        (17, 2446079, RateLimited),
        (2, 1504041, PermanentMetaError),
        (100, 1487534, TooMuchData),
    ],
)
@pytest.mark.parametrize("is_transient", [True, "true"])
def test_an_envelope_that_says_that_it_passes_is_asked_again_where_that_may_help(code, subcode, expected, is_transient):
    envelope = {"code": code, "error_subcode": subcode, "message": "no", "is_transient": is_transient}
    assert type(error_from_envelope(envelope, 400)) is expected
    assert type(error_from_envelope({**envelope, "is_transient": False}, 400)) is sort_error(code, subcode, 400)
