"""What an attack is, and what came of one."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Attack:
    """run: whether the attack succeeded, with the protection on (True) or off (False)."""

    name: str
    run: Callable[[bool], bool]


@dataclass(frozen=True)
class Attempt:
    """One attack, and whether it succeeded with its protection and without it."""

    name: str
    succeeded: bool
    control_succeeded: bool

    @property
    def is_as_it_should_be(self) -> bool:
        """The protection holds, and it is the protection that does."""
        return self.control_succeeded and not self.succeeded


def attempt_all(attacks: Iterable[Attack]) -> Iterator[Attempt]:
    """Each of them, first with its protection."""
    return (Attempt(one.name, one.run(True), one.run(False)) for one in attacks)
