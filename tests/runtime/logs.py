"""What the emulator and the function wrote, of one execution environment."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

_INIT = re.compile(r"INIT REPORT\(durationMs: ([\d.]+)\)")
_INVOKED = re.compile(r"INVOKE RTDONE\(status: \w+, .*?duration: ([\d.]+)ms\)")
_TROUBLE = re.compile(r"^\[ERROR\].*|^.*Task timed out.*|^.*LAMBDA_WARNING.*|^.*exit status.*", re.MULTILINE)


@dataclass(frozen=True)
class FunctionLog:
    """name: the function's, and the number of its environment."""

    name: str
    text: str

    @property
    def inits_ms(self) -> list[float]:
        """How long each start took."""
        return [float(found) for found in _INIT.findall(self.text)]

    @property
    def invocations_ms(self) -> list[float]:
        """How long each invocation took, without the start."""
        return [float(found) for found in _INVOKED.findall(self.text)]

    @property
    def trouble(self) -> list[str]:
        """What Lambda's runtime complained of, and what Kabar's own log calls an error."""
        lines = [line for line in self.text.splitlines() if line.startswith("{")]
        return _TROUBLE.findall(self.text) + [line for line in lines if json.loads(line).get("level") == "ERROR"]


def read(folder: Path) -> list[FunctionLog]:
    """The logs of those environments that were started."""
    logs = [FunctionLog(path.stem, path.read_text()) for path in sorted(folder.glob("*.log"))]
    return [log for log in logs if log.inits_ms]
