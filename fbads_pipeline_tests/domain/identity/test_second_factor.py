"""RFC 6238's own examples, and what people type."""

from datetime import UTC, datetime

import pytest

from fbads_pipeline.domain.identity.second_factor import code_at, is_secret, setup_address, step_of

# Appendix B, of which an app shows the last six digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}


@pytest.mark.parametrize(("seconds", "code"), RFC.items())
def test_codes_are_those_of_the_rfc(seconds, code):
    assert code_at(RFC_SECRET, seconds // 30) == code


def test_a_step_before_and_after_counts_and_no_other():
    now = datetime.fromtimestamp(1234567890, UTC)
    step = 1234567890 // 30
    found = [step_of(RFC_SECRET, code_at(RFC_SECRET, step + away), now) for away in (-2, -1, 0, 1, 2)]
    assert found == [None, step - 1, step, step + 1, None]
    assert step_of(RFC_SECRET, " 005-924 ", now) == step
    assert step_of(RFC_SECRET, "", now) is None


def test_a_secret_is_160_bits_in_base32():
    assert is_secret(RFC_SECRET)
    assert not any(is_secret(one) for one in ("", "GEZDGNBV", "not base32!", "ã"))
    assert setup_address(RFC_SECRET, "a+b@x.example") == (
        f"otpauth://totp/fbads%3Aa%2Bb%40x.example?secret={RFC_SECRET}&issuer=fbads"
    )
