import signal
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from devstack.listening import listen
from tests.system.client import Devstack
from tests.system.process import Process, falls_silent


def test_it_describes_itself_with_exactly_the_promised_names(devstack: Devstack) -> None:
    assert devstack.described.keys() == {
        "api_url",
        "graph_url",
        "aws_endpoint_url",
        "table",
        "queue_url",
        "stream_arn",
        "app_secret",
        "verify_token",
        "staff_token",
        "offices",
    }
    assert devstack.described["offices"] == [
        {
            "office": "1801",
            "channels": [
                {"service": "KK", "phone_number_id": "100000000000001"},
                {"service": "KTP", "phone_number_id": "100000000000002"},
                {"service": "PINDAH", "phone_number_id": "100000000000003"},
            ],
        },
        {
            "office": "7371",
            "channels": [
                {"service": "KK", "phone_number_id": "100000000000011"},
                {"service": "KTP", "phone_number_id": "100000000000012"},
                {"service": "LAHIR", "phone_number_id": "100000000000013"},
                {"service": "KIA", "phone_number_id": "100000000000014"},
            ],
        },
        {"office": "9171", "channels": [{"service": None, "phone_number_id": "100000000000021"}]},
    ]


def test_every_part_is_on_this_machine_alone_and_on_a_port_of_its_own(devstack: Devstack) -> None:
    urls = [urlsplit(devstack.described[name]) for name in ("api_url", "graph_url", "aws_endpoint_url")]
    assert {url.hostname for url in urls} == {"127.0.0.1"}
    assert len({url.port for url in urls}) == 3
    assert devstack.described["queue_url"].startswith(devstack.aws_endpoint_url)


def test_the_handshake_is_answered(devstack: Devstack) -> None:
    path = "/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    answer = devstack.api("GET", path + devstack.described["verify_token"])
    assert (answer.status, answer.text) == (200, "1158201444")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert devstack.api("GET", path + "guessed").status == 403


def test_a_message_is_answered_by_way_of_stream_queue_and_provider(devstack: Devstack) -> None:
    sent = devstack.sim(
        "inbound", **{"from": "+6281200009001", "phone_number_id": "100000000000002", "text": "KTP saya hilang"}
    )
    assert sent["status"] == 200
    devstack.settle()
    (answer,) = devstack.outbox("+6281200009001")
    assert (answer["channel"], answer["state"]) == ("whatsapp", "delivered")


def test_the_desk_lets_the_administrators_token_in_and_no_other(devstack: Devstack) -> None:
    assert devstack.staff("GET", "/staff/requests").status == 200
    assert devstack.staff("GET", "/staff/requests", Authorization="Bearer guessed").status == 401


def test_time_is_moved_and_goes_on(devstack: Devstack) -> None:
    before = datetime.fromisoformat(devstack.sim("advance", seconds=0)["now"])
    moved = devstack.sim("advance", seconds=90)
    assert moved["idle"] is True
    assert datetime.fromisoformat(moved["now"]) - before >= timedelta(seconds=90)


def test_a_port_in_use_is_one_clear_sentence_and_exit_code_2() -> None:
    with listen(0) as taken:
        port = taken.getsockname()[1]
        with Process("--json", "--port", str(port)) as process:
            assert process.ends() == 2
            assert process.rest_of_output() == ""
            expected = f"devstack: port {port} cannot be used: Address already in use. Choose another one, or 0 for any.\n"
            assert process.errors() == expected


def test_interrupted_it_ends_cleanly_and_takes_everything_with_it() -> None:
    with Process("--json", "--port", "0") as process:
        stack = Devstack(process.first_line())
        assert process.ends_after(signal.SIGINT) == 0
        assert process.rest_of_output() == ""
        assert all(falls_silent(url) for url in (stack.api_url, stack.graph_url, stack.aws_endpoint_url))


def test_killed_it_leaves_no_process_behind() -> None:
    with Process("--json", "--port", "0") as process:
        stack = Devstack(process.first_line())
        assert process.ends_after(signal.SIGKILL) == -signal.SIGKILL
        assert falls_silent(stack.aws_endpoint_url)
