"""The checklist of a request, as staff fill it in."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.catalogue import Office
from chalicelib.domain.errors import Stale, TransientError
from chalicelib.domain.request import Met, Request
from chalicelib.domain.requirements import marked
from chalicelib.domain.staff import Right, Staff
from chalicelib.flows.lookup import Lookup
from chalicelib.ports import Clock, ConditionFailed, Store
from chalicelib.table import requests

_TRIES = 5


@dataclass(frozen=True)
class Checklist:
    """Sets what a request's requirements are. It is no change of the request's status, and tells nobody by itself."""

    store: Store
    lookup: Lookup
    offices: Mapping[str, Office]
    clock: Clock

    def __call__(self, staff: Staff, request_id: str, states: Mapping[str, Met], expected_version: int | None) -> Request:
        """The request after it. The same again changes nothing. What others set meanwhile stays, unless it is the same one.

        Raises:
            Forbidden, NotFound, Malformed (an unknown code), Stale (another version than the expected), IllegalChange (closed),
            TransientError.
        """
        staff.require(Right.INTAKE)
        for _ in range(_TRIES):
            request = self.lookup(request_id)
            staff.require_office(request.office)
            if expected_version is not None and expected_version != request.version:
                raise Stale(f"The request is at version {request.version}, not {expected_version}: read it again.")
            after = marked(request, self.offices[request.office], states)
            if after is request:
                return request
            try:
                self.store.update(requests.checked(request, after))
            except ConditionFailed:
                continue
            return after
        raise TransientError("a request kept changing")
