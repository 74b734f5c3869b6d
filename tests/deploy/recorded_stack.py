"""The development stack, with a note of each call to AWS that a function makes: `python -m tests.deploy.recorded_stack FILE`.

Which function makes it, the call stack tells: the outermost function of app.py that is on it. Each note is one line of JSON:
`{"function", "service", "operation", "parameters"}`.
"""

import json
import sys
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

import boto3

from ops.project import ANY_FUNCTION, ROOT

_APP = str(ROOT / "app.py")
_HANDLERS = frozenset(ANY_FUNCTION)


def function_on(frame: FrameType | None) -> str | None:
    """The function that a call is made for: a handler of app.py, or else the one behind the API; None outside of both."""
    found = None
    while frame is not None:
        if frame.f_code.co_filename == _APP:
            found = frame.f_code.co_name
        frame = frame.f_back
    if found is None:
        return None
    return found if found in _HANDLERS else "api_handler"


def record(notes: TextIO) -> None:
    """Notes every call of clients that the default session makes from now on."""

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        function = function_on(sys._getframe())  # noqa: SLF001  # the one way to ask who calls
        if function is not None:
            service = model.service_model.endpoint_prefix
            about = {"function": function, "service": service, "operation": model.name, "parameters": params}
            notes.write(json.dumps(about, default=str) + "\n")
            notes.flush()

    boto3.setup_default_session()
    assert boto3.DEFAULT_SESSION is not None
    boto3.DEFAULT_SESSION.events.register("provide-client-params", note)


if __name__ == "__main__":
    from devstack.up import up

    with Path(sys.argv[1]).open("w", encoding="utf-8") as notes:
        record(notes)
        up(["--json", "--port", "0"])
