"""The Cloud API's adapter: what it sends, and what it makes of every way in which a send can end."""

import datetime as dt
import ipaddress
import json
import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.whatsapp import ANSWER_TIMEOUT_S, CONNECT_TIMEOUT_S, CloudApi, outcome_of
from chalicelib.adapters.whatsapp_body import body_of
from chalicelib.domain.delivery import (
    Accepted,
    Button,
    Buttons,
    Choice,
    Choices,
    Content,
    FreeText,
    NotSent,
    Outbound,
    Outcome,
    Recipient,
    Refused,
    Remedy,
    Template,
    Unknown,
)
from chalicelib.domain.errors import Misconfigured, TransientError
from chalicelib.domain.meta_codes import is_known
from tests.adapters.rude_server import (
    Ending,
    RudeServer,
    Visit,
    answer,
    broken_chunk,
    drip,
    half_a_body,
    hang_up_after_reading,
    raw_answer,
    reset_after_reading,
    reset_before_reading,
    silence_after_reading,
    silence_before_reading,
)
from tests.fakes.providers import ACCEPTED, LOST_AFTER, FakeWhatsApp, FixedSecrets, Step, refused

PHONE = "+628120000001"
TAKEN = {"messaging_product": "whatsapp", "messages": [{"id": "wamid.REAL1"}]}
TEXT = Outbound("100000000000002", Recipient(PHONE, None), FreeText("Halo"), "KTP-7F3K-9QXM-2DM.000003#1")
SHORT_S = 0.5
LONG_S = 10.0
# Per read it stays far below the limit; all in all it would take ten times as long.
SLOW = 0.025


def graph_error(code: object, status: int = 400) -> Ending:
    error = {"message": f"(#{code}) Not to {PHONE}", "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
    return answer(status, {"error": error})


def in_chunks(body: bytes) -> Ending:
    return raw_answer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))


def to(url: str, tls: ssl.SSLContext | None = None, limit_s: float = LONG_S) -> CloudApi:
    return CloudApi(url, "v24.0", FixedSecrets(), connect_timeout_s=limit_s, answer_timeout_s=limit_s, tls=tls)


def limit_for(outcome: Outcome) -> float:
    """Short only where time is to run out, so that a slow machine changes nothing."""
    return SHORT_S if outcome in (Unknown("timeout"), NotSent("connect_timeout")) else LONG_S


# What is sent


def test_without_a_token_nothing_is_sent() -> None:
    tokenless = FixedSecrets(replace(FixedSecrets().values, access_token=""))
    with RudeServer(answer(200, TAKEN)) as server:
        outcome = CloudApi(server.url, "v24.0", tokenless).send(TEXT)

    assert outcome == Refused("misconfigured", Remedy.CHANNEL_DOWN)
    assert server.requests == []


def test_message_is_posted_to_its_number_with_the_token() -> None:
    with RudeServer(answer(200, TAKEN)) as server:
        outcome = to(server.url).send(TEXT)

    assert outcome == Accepted("wamid.REAL1")
    [request] = server.requests
    assert (request.method, request.path) == ("POST", "/v24.0/100000000000002/messages")
    assert request.headers["authorization"] == "Bearer access-token"
    assert request.headers["content-type"] == "application/json"
    assert request.json() == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+628120000001",
        "type": "text",
        "text": {"body": "Halo"},
        "biz_opaque_callback_data": "KTP-7F3K-9QXM-2DM.000003#1",
    }


def test_base_url_may_have_a_path_of_its_own() -> None:
    with RudeServer(answer(200, TAKEN)) as server:
        to(f"{server.url}/graph/").send(TEXT)

    assert server.requests[0].path == "/graph/v24.0/100000000000002/messages"


def test_each_send_has_a_connection_of_its_own() -> None:
    with RudeServer(answer(200, TAKEN)) as server:
        api = to(server.url)
        api.send(TEXT)
        api.send(TEXT)

    assert server.connections == len(server.requests) == 2
    assert [request.headers["connection"] for request in server.requests] == ["close", "close"]


def test_limits_are_three_seconds_to_connect_and_ten_to_answer() -> None:
    assert (CONNECT_TIMEOUT_S, ANSWER_TIMEOUT_S) == (3.0, 10.0)


def outbound(content: Content, *, phone: str | None = PHONE, user_id: str | None = None) -> Outbound:
    return Outbound("100000000000001", Recipient(phone, user_id), content, "n#1")


def test_person_known_by_user_id_alone_is_addressed_as_recipient() -> None:
    body = body_of(outbound(FreeText("Halo"), phone=None, user_id="ID.13491208655302741918"))

    assert body["recipient"] == "ID.13491208655302741918"
    assert "to" not in body


def test_phone_wins_over_user_id() -> None:
    body = body_of(outbound(FreeText("Halo"), user_id="ID.13491208655302741918"))

    assert body["to"] == "+628120000001"
    assert "recipient" not in body


def test_buttons_become_an_interactive_message() -> None:
    body = body_of(outbound(Buttons("Pilih", (Button("status", "Cek status"), Button("new", "Permohonan baru")))))

    assert body["type"] == "interactive"
    assert body["interactive"] == {
        "type": "button",
        "body": {"text": "Pilih"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "status", "title": "Cek status"}},
                {"type": "reply", "reply": {"id": "new", "title": "Permohonan baru"}},
            ]
        },
    }


def test_choices_become_a_list() -> None:
    rows = (Choice("OPEN:KK", "Kartu Keluarga", "Baru, hilang, ubah"), Choice("CEK", "Cek status"))
    body = body_of(outbound(Choices("Layanan kami:", "Pilih layanan", rows)))

    assert body["type"] == "interactive"
    assert body["interactive"] == {
        "type": "list",
        "body": {"text": "Layanan kami:"},
        "action": {
            "button": "Pilih layanan",
            "sections": [
                {
                    "rows": [
                        {"id": "OPEN:KK", "title": "Kartu Keluarga", "description": "Baru, hilang, ubah"},
                        {"id": "CEK", "title": "Cek status"},
                    ]
                }
            ],
        },
    }


def test_template_fills_its_body() -> None:
    body = body_of(outbound(Template("request_ready", "id", ("KTP-el", "KTP-7F3K-9QXM-2DM"))))

    assert body["type"] == "template"
    assert body["template"] == {
        "name": "request_ready",
        "language": {"code": "id"},
        "components": [
            {
                "type": "body",
                "parameters": [{"type": "text", "text": "KTP-el"}, {"type": "text", "text": "KTP-7F3K-9QXM-2DM"}],
            }
        ],
    }


def test_template_without_parameters_has_no_components() -> None:
    assert body_of(outbound(Template("hello", "id", ())))["template"]["components"] == []


def parameter(text: str) -> str:
    filled: str = body_of(outbound(Template("t", "id", (text,))))["template"]["components"][0]["parameters"][0]["text"]
    return filled


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("foto\nburam", "foto buram"),
        ("a\r\n\r\n\tb", "a b"),
        ("a          b", "a b"),
        ("a\u2028b\x0bc\x00d\u00a0\u00a0e", "a b c d e"),
        ("  rapi ", "rapi"),
        ("", "-"),
        (" \n\t ", "-"),
        ("x" * 300, "x" * 279 + "…"),
    ],
)
def test_template_parameter_is_cleaned(text: str, cleaned: str) -> None:
    assert parameter(text) == cleaned


@given(st.text(st.characters(exclude_categories=()), max_size=400))
def test_no_template_parameter_can_be_refused_for_its_form(text: str) -> None:
    cleaned = parameter(text)

    assert cleaned.strip()
    assert not any(forbidden in cleaned for forbidden in ("\n", "\r", "\t", " " * 5))
    assert len(cleaned.encode("utf-16-le")) <= 2 * 280


@pytest.mark.parametrize("letter", ["a", "😀"])
def test_over_long_words_are_cut_to_what_meta_takes(letter: str) -> None:
    text = body_of(outbound(FreeText(letter * 5000)))["text"]["body"]
    interactive = body_of(outbound(Buttons(letter * 5000, tuple(Button(f"{n}", letter * 30) for n in range(5)))))["interactive"]

    assert len(text.encode("utf-16-le")) // 2 in {4096, 4095}
    assert text.endswith(letter + "…")
    assert len(interactive["body"]["text"].encode("utf-16-le")) // 2 in {1024, 1023}
    assert len(interactive["action"]["buttons"]) == 3
    assert all(len(button["reply"]["title"].encode("utf-16-le")) // 2 <= 20 for button in interactive["action"]["buttons"])


@pytest.mark.parametrize("letter", ["a", "😀"])
def test_over_long_lists_are_cut_to_what_meta_takes(letter: str) -> None:
    rows = tuple(Choice(f"{number}", letter * 100, letter * 100) for number in range(20))
    interactive = body_of(outbound(Choices(letter * 5000, letter * 100, rows)))["interactive"]

    def units(text: str) -> int:
        return len(text.encode("utf-16-le")) // 2

    shown = interactive["action"]["sections"][0]["rows"]
    assert units(interactive["body"]["text"]) <= 1024
    assert units(interactive["action"]["button"]) <= 20
    assert len(shown) == 10
    assert all(units(row["title"]) <= 24 and units(row["description"]) <= 72 for row in shown)


def test_words_of_just_the_allowed_length_are_left_alone() -> None:
    assert body_of(outbound(FreeText("a" * 4096)))["text"]["body"] == "a" * 4096


def test_lone_surrogate_does_not_stop_the_send() -> None:
    with RudeServer(answer(200, TAKEN)) as server:
        outcome = to(server.url).send(outbound(FreeText("a\ud800b")))

    assert outcome == Accepted("wamid.REAL1")
    assert server.requests[0].json()["text"]["body"] == "a?b"


# How it can end, once the request may have left

BROKEN: dict[str, tuple[Ending, Outcome]] = {
    "reset before reading": (reset_before_reading, Unknown("reset")),
    "reset after reading": (reset_after_reading, Unknown("reset")),
    "hangs up without a word": (hang_up_after_reading, Unknown("reset")),
    "never reads": (silence_before_reading, Unknown("timeout")),
    "reads and stays silent": (silence_after_reading, Unknown("timeout")),
    "half the body of a success": (half_a_body(200, json.dumps(TAKEN).encode()), Unknown("incomplete")),
    "half the body of a refusal": (half_a_body(400, b'{"error":{"code":131026}}'), Unknown("incomplete")),
    "broken chunk": (broken_chunk(200, json.dumps(TAKEN).encode()), Unknown("incomplete")),
    "broken chunk in a refusal": (broken_chunk(400, b'{"error":{"code":131026}}'), Unknown("incomplete")),
    "no HTTP at all": (raw_answer(b"lalala\r\n\r\n"), Unknown("malformed")),
    "drips its headers": (drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 200, SLOW), Unknown("timeout")),
    "drips its body": (drip(b"HTTP/1.1 400 Bad\r\nContent-Length: 999\r\n\r\n" + b" " * 200, SLOW), Unknown("timeout")),
    "drips a body without a length": (drip(b"HTTP/1.1 400 Bad\r\n\r\n" + b" " * 200, SLOW), Unknown("timeout")),
    "endless answer": (
        raw_answer(b"HTTP/1.1 400 Bad\r\nContent-Length: 100000\r\n\r\n" + b" " * 100_000),
        Unknown("incomplete"),
    ),
}


@pytest.mark.parametrize(("ending", "outcome"), BROKEN.values(), ids=BROKEN)
def test_broken_answer_leaves_the_outcome_unknown_and_nothing_is_sent_again(ending: Ending, outcome: Outcome) -> None:
    with RudeServer(ending) as server:
        assert to(server.url, limit_s=limit_for(outcome)).send(TEXT) == outcome

    assert server.connections == 1
    assert len(server.requests) <= 1


ANSWERS: dict[str, tuple[Ending, Outcome]] = {
    "502 without a body": (answer(502), Unknown("http_502")),
    "500 with a page": (answer(500, "<html>"), Unknown("http_500")),
    "503 with an error of another form": (answer(503, {"error": "down"}), Unknown("http_503")),
    "500 with an unknown code": (graph_error(4711, 500), Unknown("http_500")),
    "500 with a known code": (graph_error(131000, 500), Refused("131000", Remedy.RETRY)),
    "503 with a known code": (graph_error(131016, 503), Refused("131016", Remedy.RETRY)),
    "200 without a body": (answer(200), Unknown("no_id")),
    "200 with a page": (answer(200, "<html>"), Unknown("no_id")),
    "200 without messages": (answer(200, {"messages": []}), Unknown("no_id")),
    "200 with an empty id": (answer(200, {"messages": [{"id": ""}]}), Unknown("no_id")),
    "200 with an id of another type": (answer(200, {"messages": [{"id": 7}]}), Unknown("no_id")),
    "200 with an error": (graph_error(131026, 200), Unknown("no_id")),
    "redirect": (answer(302, Location="http://127.0.0.1:9/elsewhere"), Unknown("http_302")),
    "408": (answer(408), Unknown("http_408")),
    "429 without a code": (answer(429, "slow down"), Refused("http_429", Remedy.THROTTLED)),
    "429 that is no rate limit": (graph_error(131047, 429), Refused("131047", Remedy.TEMPLATE)),
    "429 with a rate limit": (graph_error(130429, 429), Refused("130429", Remedy.THROTTLED)),
    "429 with an unknown code": (graph_error(4711, 429), Refused("4711", Remedy.OUR_FAULT)),
    "401 without a code": (answer(401), Refused("http_401", Remedy.CHANNEL_DOWN)),
    "401 with an unknown code": (graph_error(4711, 401), Refused("4711", Remedy.CHANNEL_DOWN)),
    "expired token": (graph_error(190, 401), Refused("190", Remedy.CHANNEL_DOWN)),
    "permission": (graph_error(253, 403), Refused("253", Remedy.CHANNEL_DOWN)),
    "undeliverable": (graph_error(131026), Refused("131026", Remedy.SMS)),
    "code as a string": (graph_error("131026"), Refused("131026", Remedy.SMS)),
    "too many to one person": (graph_error(131056), Refused("131056", Remedy.RETRY_CONTACT)),
    "opted out": (graph_error(131050), Refused("131050", Remedy.OPTED_OUT)),
    "wrong template": (graph_error(132001, 404), Refused("132001", Remedy.TEMPLATE_DOWN)),
    "wrong parameter": (graph_error(131009), Refused("131009", Remedy.OUR_FAULT)),
    "unknown code": (graph_error(4711), Refused("4711", Remedy.OUR_FAULT)),
    "404 without a code": (answer(404, "<html>"), Refused("http_404", Remedy.OUR_FAULT)),
    "accepted in chunks": (in_chunks(b'{"messages":[{"id":"wamid.C"}]}'), Accepted("wamid.C")),
}


@pytest.mark.parametrize(("ending", "outcome"), ANSWERS.values(), ids=ANSWERS)
def test_whole_answer_is_classified_and_nothing_is_sent_again(ending: Ending, outcome: Outcome) -> None:
    with RudeServer(ending) as server:
        assert to(server.url).send(TEXT) == outcome

    assert (server.connections, len(server.requests)) == (1, 1)


@pytest.mark.parametrize("status", [400, 500])
def test_unknown_code_is_loud_and_says_nothing_about_the_person(status: int, caplog: pytest.LogCaptureFixture) -> None:
    with RudeServer(graph_error(4711, status)) as server:
        to(server.url).send(TEXT)

    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert "4711" in record.getMessage()
    assert "62812" not in caplog.text


def test_known_code_is_not_reported_as_unknown(caplog: pytest.LogCaptureFixture) -> None:
    with RudeServer(graph_error(131026)) as server:
        to(server.url).send(TEXT)

    assert not caplog.records


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["error", "code", "messages", "id", "x"]), inner),
)


@given(st.integers(100, 599), st.binary() | JSON_VALUES.map(lambda value: json.dumps(value).encode()))
def test_any_answer_at_all_is_an_outcome(status: int, content: bytes) -> None:
    outcome = outcome_of(status, content)

    if 200 <= status < 300:
        assert isinstance(outcome, Accepted | Unknown)
    elif 400 <= status < 500 and status != 408:
        assert isinstance(outcome, Refused)
    else:
        assert isinstance(outcome, Unknown) or (isinstance(outcome, Refused) and is_known(outcome.code))


def test_answer_nested_beyond_all_measure_is_an_outcome() -> None:
    assert outcome_of(200, b"[" * 60_000) == Unknown("no_id")


# How it can end before the request has left


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "rude server")])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path_factory.mktemp("tls") / "both.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + built.public_bytes(serialization.Encoding.PEM)
    )
    return pem


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate)


def test_message_goes_over_tls(server_tls: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    with RudeServer(answer(200, TAKEN), tls=server_tls) as server:
        assert to(server.url, trusting).send(TEXT) == Accepted("wamid.REAL1")


def test_nothing_is_sent_to_a_server_that_nobody_vouches_for(server_tls: ssl.SSLContext) -> None:
    with RudeServer(answer(200, TAKEN), tls=server_tls) as server:
        assert to(server.url).send(TEXT) == NotSent("tls_failed")

    assert not server.requests


def test_nothing_is_sent_to_a_server_of_another_name(server_tls: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    with RudeServer(answer(200, TAKEN), tls=server_tls) as server:
        assert to(f"https://localhost:{server.port}", trusting).send(TEXT) == NotSent("tls_failed")

    assert not server.requests


def plain_words(visit: Visit) -> None:
    visit.sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    visit.stay_silent()


HANDSHAKES: dict[str, tuple[Ending, Outcome]] = {
    "reset": (reset_before_reading, NotSent("connect_failed")),
    "silence": (silence_before_reading, NotSent("connect_timeout")),
    "plain HTTP": (plain_words, NotSent("tls_failed")),
}


@pytest.mark.parametrize(("ending", "outcome"), HANDSHAKES.values(), ids=HANDSHAKES)
def test_failed_tls_handshake_sent_nothing(ending: Ending, outcome: Outcome, trusting: ssl.SSLContext) -> None:
    with RudeServer(ending) as server:
        assert to(f"https://127.0.0.1:{server.port}", trusting, limit_for(outcome)).send(TEXT) == outcome

    assert server.connections == 1


def garbage_inside_tls(visit: Visit) -> None:
    visit.read_request()
    socket.socket.sendall(visit.sock, b"this is no TLS record")
    visit.stay_silent()


INSIDE_TLS: dict[str, tuple[Ending, Outcome]] = {
    "reset": (reset_after_reading, Unknown("reset")),
    "hangs up": (hang_up_after_reading, Unknown("reset")),
    "silence": (silence_after_reading, Unknown("timeout")),
    "drip": (drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 200, SLOW), Unknown("timeout")),
    "garbage": (garbage_inside_tls, Unknown("reset")),
}


@pytest.mark.parametrize(("ending", "outcome"), INSIDE_TLS.values(), ids=INSIDE_TLS)
def test_connection_that_breaks_after_the_handshake_leaves_the_outcome_unknown(
    ending: Ending, outcome: Outcome, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with RudeServer(ending, tls=server_tls) as server:
        assert to(server.url, trusting, limit_for(outcome)).send(TEXT) == outcome

    assert (server.connections, len(server.requests)) == (1, 1)


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port whose queue of connections is full: the next one is not answered at all."""
    with socket.socket() as server, closing(socket.socket()) as first:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        first.connect(server.getsockname())
        yield server.getsockname()[1]


def test_refused_connection_sent_nothing(closed_port: int) -> None:
    assert to(f"http://127.0.0.1:{closed_port}").send(TEXT) == NotSent("connect_failed")


def test_connection_that_times_out_sent_nothing(full_port: int) -> None:
    assert to(f"http://127.0.0.1:{full_port}", limit_s=SHORT_S).send(TEXT) == NotSent("connect_timeout")


def test_unknown_host_sent_nothing() -> None:
    assert to("http://no-such-host.invalid").send(TEXT) == NotSent("dns_failed")


def test_without_secrets_for_now_nothing_is_sent() -> None:
    with RudeServer(answer(200, TAKEN)) as server:
        outcome = CloudApi(server.url, "v24.0", FixedSecrets(error=TransientError("SSM is down"))).send(TEXT)

    assert outcome == NotSent("no_credentials")
    assert server.connections == 0


def test_without_a_token_the_channel_is_down() -> None:
    with RudeServer(answer(200, TAKEN)) as server:
        outcome = CloudApi(server.url, "v24.0", FixedSecrets(error=Misconfigured("no access_token"))).send(TEXT)

    assert outcome == Refused("misconfigured", Remedy.CHANNEL_DOWN)
    assert server.connections == 0


# The fake

ALIKE: dict[str, tuple[Ending, Step]] = {
    "accepted": (answer(200, {"messages": [{"id": "wamid.1"}]}), ACCEPTED),
    "refused": (graph_error(131026), refused("131026", Remedy.SMS)),
    "lost": (silence_after_reading, LOST_AFTER),
}


@pytest.mark.parametrize(("ending", "step"), ALIKE.values(), ids=ALIKE)
def test_fake_ends_like_the_real_one(ending: Ending, step: Step) -> None:
    with RudeServer(ending) as server:
        expected = FakeWhatsApp([step]).send(TEXT)
        assert to(server.url, limit_s=limit_for(expected)).send(TEXT) == expected
