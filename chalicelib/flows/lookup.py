"""Finding a request by the id that somebody typed."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain import ids
from chalicelib.domain.catalogue import Office
from chalicelib.domain.errors import NotFound
from chalicelib.domain.request import Request
from chalicelib.ports import Store
from chalicelib.table import requests


@dataclass(frozen=True)
class Lookup:
    """Looks requests up: one read, or one for each known service when the id's prefix was left out."""

    store: Store
    offices: Mapping[str, Office]

    def __call__(self, text: str) -> Request:
        """The request.

        Raises:
            Malformed, MistypedId: by the id's form alone; nothing was looked up.
            NotFound: there is none.
        """
        parsed = ids.parse(text)
        services = (
            {parsed.service} if parsed.service else {code for office in self.offices.values() for code in office.services}
        )
        keys = [requests.key(parsed.with_service(service)) for service in sorted(services)]
        items = [self.store.get(keys[0])] if len(keys) == 1 else self.store.get_many(keys)
        for item in items:
            if item is not None:
                return requests.read(item)
        raise NotFound("There is no request with that number.")
