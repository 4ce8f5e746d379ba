"""A part of `make attack`: what needs no server succeeds without its protection, and with it does not."""

import pytest

from attack.attempts import Attempt, attempt_all
from attack.connections import CONNECTION_ATTACKS
from attack.texts import TEXT_ATTACKS


@pytest.mark.parametrize("attack", [*CONNECTION_ATTACKS, *TEXT_ATTACKS], ids=lambda one: one.name)
def test_an_attack_is_refused_and_its_control_succeeds(attack):
    assert list(attempt_all([attack])) == [Attempt(attack.name, succeeded=False, control_succeeded=True)]
