"""Waiting for something that another thread does."""

import time
from collections.abc import Callable


def eventually(condition: Callable[[], bool], within_s: float = 5) -> bool:
    """Whether the condition comes true in time."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True
