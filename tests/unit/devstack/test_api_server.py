import json
import logging
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from threading import Barrier

import pytest
from chalice.app import Chalice, Response
from chalice.config import Config

from devstack.api_server import ApiServer
from devstack.listening import listen

two_inside = Barrier(2)


def stand_in() -> Chalice:
    app = Chalice(app_name="stand-in", configure_logs=False)

    @app.route("/echo", methods=["POST"], content_types=["application/json"])
    def echo() -> Response:
        request = app.current_request
        assert request is not None
        assert isinstance(request.raw_body, bytes)
        return Response({"raw": request.raw_body.decode()})

    @app.route("/things/{thing}", methods=["GET"])
    def thing(thing: str) -> dict[str, str]:
        two_inside.wait(5)
        request = app.current_request
        assert request is not None
        assert request.uri_params is not None
        return {"thing": thing, "own": request.uri_params["thing"]}

    @app.route("/broken", methods=["GET"])
    def broken() -> None:
        raise RuntimeError("+62 812-0000-0001")

    return app


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    app, listening = stand_in(), listen(0)
    number: int = listening.getsockname()[1]
    server = ApiServer(app, Config("dev", "api_handler", user_provided_params={"chalice_app": app}), listening)
    server.start()
    yield number
    server.stop()


@pytest.fixture
def connection(port: int) -> Iterator[HTTPConnection]:
    made = HTTPConnection("127.0.0.1", port, timeout=10)
    yield made
    made.close()


def ask(connection: HTTPConnection, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
    connection.request(method, path, body, {"Content-Type": "application/json"} | headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_one_connection_serves_many_requests(connection: HTTPConnection) -> None:
    assert ask(connection, "POST", "/echo", b"1")[0] == 200
    kept = connection.sock
    assert kept is not None
    for _ in range(50):
        assert ask(connection, "POST", "/echo", b"1")[0] == 200
    assert connection.sock is kept


def test_the_end_of_a_connection_that_the_client_asked_for_is_announced(connection: HTTPConnection) -> None:
    connection.request("POST", "/echo", b"1", {"Content-Type": "application/json", "Connection": "close"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Connection"]) == (200, "close")


def test_a_body_arrives_byte_by_byte_unless_it_is_no_text(connection: HTTPConnection) -> None:
    escaped = rb'{"text": "\ud83d\ude00"}'
    assert json.loads(ask(connection, "POST", "/echo", escaped)[1])["raw"] == escaped.decode()
    assert json.loads(ask(connection, "POST", "/echo", b'"\xc3\xa9 \xff"')[1])["raw"] == '"é �"'


def test_requests_at_the_same_time_do_not_see_each_other(port: int) -> None:
    def get(thing: str) -> str:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            return ask(connection, "GET", f"/things/{thing}")[1]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = [json.loads(answer) for answer in pool.map(get, ["a", "b"])]
    assert answers == [{"thing": "a", "own": "a"}, {"thing": "b", "own": "b"}]


def test_an_unknown_path_and_a_wrong_method_are_answered_as_by_api_gateway(connection: HTTPConnection) -> None:
    assert ask(connection, "GET", "/nothing") == (403, '{"message": "Missing Authentication Token"}')
    assert ask(connection, "DELETE", "/echo")[0] == 405


def test_a_view_that_raises_shows_nothing_of_it(connection: HTTPConnection) -> None:
    status, body = ask(connection, "GET", "/broken")
    assert status == 500
    assert "812" not in body


def test_an_answer_to_head_has_no_body_that_the_next_answer_would_begin_with(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client, client.makefile("rb") as answer:
        client.sendall(b"HEAD /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        head, _, body = answer.read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 405")
    assert body == b""


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Transfer-Encoding": "chunked"}, 411),
        ({"Content-Length": "-5"}, 400),
        ({"Content-Length": "many"}, 400),
        ({"Content-Length": str(10 * 1024 * 1024 + 1)}, 413),
    ],
)
def test_a_body_that_will_not_be_read_ends_the_connection(
    connection: HTTPConnection, headers: dict[str, str], status: int
) -> None:
    connection.putrequest("POST", "/echo")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Connection"]) == (status, "close")
    assert connection.sock is None or connection.sock.recv(1) == b""


def test_a_client_that_asks_before_a_large_body_is_told_to_go_on(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
        client.sendall(b"Content-Length: 1\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 100 Continue")
        client.sendall(b"1")
        assert client.recv(1000).startswith(b"HTTP/1.1 200 OK")


def test_what_is_logged_has_no_query(connection: HTTPConnection, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        ask(connection, "GET", "/nothing?hub.verify_token=secret")
    (line,) = [record for record in caplog.records if record.name == "devstack.api_front"]
    assert (line.getMessage(), line.__dict__["status"]) == ("GET /nothing", 403)


def test_a_stopped_server_gives_its_port_back() -> None:
    listening = listen(0)
    number = listening.getsockname()[1]
    server = ApiServer(stand_in(), Config("dev", "api_handler"), listening)
    server.start()
    server.stop()
    listen(number).close()
