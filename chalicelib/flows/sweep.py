"""What time made due, once a minute."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chalicelib.domain.errors import TransientError


@dataclass(frozen=True)
class Sweep:
    """Does its chores, one after the other. Each looks at its own part of the index of what is due."""

    chores: Sequence[Callable[[], object]]

    def __call__(self) -> None:
        """One chore's trouble stops no other's.

        Raises:
            TransientError: some chore met trouble that may pass; the next tick goes on from there.
        """
        trouble = None
        for chore in self.chores:
            try:
                chore()
            except TransientError as error:
                trouble = error
        if trouble is not None:
            raise trouble
