"""A package of its own, to see what a function sees."""

import importlib.util
import os
import sys
import time
from typing import Any


def look(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What there is to be seen; of the modules that the event names, those that can be imported."""
    return {
        "function_name": context.function_name,
        "memory_limit_in_mb": context.memory_limit_in_mb,
        "remaining_ms": context.get_remaining_time_in_millis(),
        "environment": dict(os.environ),
        "path": sys.path,
        "modules": [name for name in event.get("modules", []) if importlib.util.find_spec(name)],
        "folder": os.getcwd(),  # noqa: PTH109
    }


def sleep(event: dict[str, Any], _context: Any) -> int:
    """Takes its time; tells which process it is."""
    time.sleep(event["seconds"])
    return os.getpid()


def end(_event: dict[str, Any], _context: Any) -> None:
    """Ends its process, as running out of memory does."""
    os._exit(9)
