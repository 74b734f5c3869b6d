"""Where Kabar may be deployed."""

from ops.failure import Failure
from ops.target import JAKARTA

IN_INDONESIA = frozenset({JAKARTA})


def require_indonesia(region: str, allowed: str | None) -> None:
    """Refuses a region abroad unless the operator names it a second time.

    Raises:
        Failure: saying why.
    """
    if region in IN_INDONESIA or region == allowed:
        return
    raise Failure(
        f"{region} is outside Indonesia, where PP 71/2019 has public bodies keep and process personal data; "
        f"use {JAKARTA}, or say `--allow-region {region}` if a lawyer has said that you may."
    )
