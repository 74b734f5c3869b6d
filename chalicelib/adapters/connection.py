"""A connection of its own, and the token, for each call of Meta's; why, `adapters.whatsapp` says."""

import ssl
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import SplitResult

from chalicelib.domain.errors import Misconfigured
from chalicelib.ports import Secrets


def trust(base: SplitResult, tls: ssl.SSLContext | None = None) -> ssl.SSLContext | None:
    """Whom to trust at addresses like this one: whom the system trusts, unless given; None without TLS."""
    return (tls or ssl.create_default_context()) if base.scheme == "https" else None


def unconnected(url: SplitResult, timeout_s: float, tls: ssl.SSLContext | None) -> HTTPConnection:
    """A connection to that host, not made yet. timeout_s bounds it for each of the host's addresses. tls: None without TLS."""
    host = url.hostname or ""
    if tls is None:
        return HTTPConnection(host, url.port, timeout=timeout_s)
    return HTTPSConnection(host, url.port, timeout=timeout_s, context=tls)


def access_token(secrets: Secrets) -> str:
    """The token that Meta is asked with.

    Raises:
        TransientError: secrets cannot be had now.
        Misconfigured: there is none.
    """
    token = secrets.current().access_token
    if not token:
        raise Misconfigured("missing or empty: access_token")
    return token
