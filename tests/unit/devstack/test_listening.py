import socket

import pytest

from devstack.listening import listen
from devstack.moto_server import StartError


def test_a_port_in_use_is_one_clear_sentence() -> None:
    with listen(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"^port {port} cannot be used: Address already in use. Choose another one"):
            listen(port)


def test_callers_wait_until_a_server_accepts_them() -> None:
    with listen(0) as listening, socket.create_connection(listening.getsockname(), timeout=5):
        accepted, _ = listening.accept()
        accepted.close()
