"""What anybody may ask: how a request stands, with no person in the answer."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from chalice.app import Response

from chalicelib.domain.catalogue import Office, Output
from chalicelib.domain.phone import mask_numbers
from chalicelib.domain.request import Request, Status
from chalicelib.domain.requirements import missing
from chalicelib.domain.texts import label, next_step
from chalicelib.flows.lookup import Lookup
from chalicelib.table.values import stamp

_LANGUAGE = "id"


def look_up(request_id: str, lookup: Lookup, offices: Mapping[str, Office]) -> Response:
    """`{id, service, status, label, opened_at, updated_at, due_at, hold?, missing?, next, bring?, where?}`; times in UTC.

    Raises:
        NotFound, Malformed, MistypedId, TransientError.
    """
    found = lookup(unquote(request_id))  # API Gateway and Chalice leave a path as it came
    return Response(_view(found, offices[found.office]), {"Content-Type": "application/json", "Cache-Control": "no-store"}, 200)


def health() -> Response:
    """That the functions are there. It asks nothing of the table, so that nobody can make it cost."""
    return Response({"ok": True}, {"Content-Type": "application/json"}, 200)


def _view(request: Request, office: Office) -> dict[str, Any]:
    service = office.services[request.service]
    view: dict[str, Any] = {
        "id": request.id,
        "service": request.service,
        "status": request.status.value,
        "label": label(request.status, service.output, _LANGUAGE),
        "opened_at": stamp(request.opened_at),
        "updated_at": stamp(request.updated_at),
        "due_at": stamp(request.due_at) if request.due_at else None,
        "next": next_step(request.status, service.output, _LANGUAGE),
    }
    if request.hold:
        # Staff write this; a number of a person that slipped in must not get out.
        view["hold"] = {"reason": mask_numbers(request.hold.reason)}
    lacking = missing(request, office, _LANGUAGE)
    if lacking:
        view["missing"] = lacking
    if request.status is Status.READY and service.output is Output.CARD:
        view["bring"] = service.bring[_LANGUAGE]
        view["where"] = f"{office.place}, {office.calendar.week(request.updated_at, _LANGUAGE)}"
    return view
