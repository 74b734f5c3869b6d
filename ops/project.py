"""The project's files that commands read and write."""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CHALICE = ROOT / ".chalice"
TEMPLATE = CHALICE / "backing.yaml"
CONFIG = CHALICE / "config.json"
OFFICES = ROOT / "chalicelib" / "offices"
FUNCTIONS = ("api_handler", "dispatch", "deliver", "media", "sweep")
SMS_REPORTS = "sms_reports"
"""The function of an office that sends by End User Messaging SMS; others have none."""
SOCIAL = "social"
"""The function of an office with numbers at End User Messaging Social; others have none."""
ANY_FUNCTION = (*FUNCTIONS, SMS_REPORTS, SOCIAL)
"""All that a stage may have."""


def read_json(path: Path) -> Any:
    """What a file of JSON holds."""
    return json.loads(path.read_text(encoding="utf-8"))


def write_json(path: Path, value: Any) -> bool:
    """Writes a value as JSON, unless the file holds it already. Returns whether it was written.

    A file that a person laid out in their own way stays as it is while it says the same.
    """
    if path.exists() and read_json(path) == value:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return True


def function_name(stage: str, function: str) -> str:
    """What Lambda calls a function. Chalice leaves out the name of the one behind the API."""
    return f"kabar-{stage}" if function == "api_handler" else f"kabar-{stage}-{function}"


def office_codes() -> list[str]:
    """The offices that have a file, whatever is in it: `ops catalogue check` has to start when that is wrong."""
    return sorted(path.stem for path in OFFICES.glob("*.toml"))
