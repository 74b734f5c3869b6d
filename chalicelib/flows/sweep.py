"""What time made due, once a minute."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chalicelib.domain.errors import TransientError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sweep:
    """Does its chores, one after the other. Each looks at its own part of the index of what is due."""

    chores: Sequence[Callable[[], object]]

    def __call__(self) -> None:
        """One chore's trouble stops no other's, whatever it is: a bucket that refuses must not keep notices waiting.

        Raises:
            TransientError: some chore met trouble that may pass; the next tick goes on from there.
            Exception: some other trouble, once all chores are done.
        """
        trouble: Exception | None = None
        for chore in self.chores:
            try:
                chore()
            except TransientError as error:
                trouble = trouble or error
            except Exception as error:
                log.exception("a chore of the sweep failed")
                trouble = error
        if trouble is not None:
            raise trouble
