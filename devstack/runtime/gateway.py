"""API Gateway before a function that runs in Lambda's runtime, under the address that the stage has there: `/<stage>/…`."""

import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

from devstack.api_front import Connection, Front
from devstack.runtime.proxy_events import Api, Incoming, answer, event


class _Connection(Connection):
    def __init__(self, *args: Any, api: Api, function: Callable[[dict[str, Any]], object]) -> None:
        self._api = api
        self._function = function
        BaseHTTPRequestHandler.__init__(self, *args)

    def answer(self) -> None:
        """Answers with what the function says, or as API Gateway does when there is no such method or no answer."""
        body, path = self.body(), self._api.path(self.path)
        found = self._api.route(path) if path is not None else None
        if path is None:
            self.say(403, "Forbidden")
        elif found is None or self.command not in self._api.routes[found[0]]:
            self.say(403, "Missing Authentication Token")
        else:
            self._invoke(*found, Incoming(self.command, self.path, list(self.headers.items()), body))

    def _invoke(self, route: str, filled: dict[str, str], request: Incoming) -> None:
        said = self._function(event(self._api, route, filled, request))
        self.send(*answer(self._api, self.headers.get("Accept", ""), said))


class Gateway(Front):
    """Serves an API on a listening socket that is its own from then on. function: what answers the events."""

    def __init__(self, api: Api, function: Callable[[dict[str, Any]], object], listening: socket.socket) -> None:
        super().__init__(listening, lambda *args: _Connection(*args, api=api, function=function))
        self.url = f"{self.url}/{api.stage}"
