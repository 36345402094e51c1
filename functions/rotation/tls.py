"""A verified TLS connection to a PostgreSQL server, every part of it within the step's time.

The driver could do this itself, but not tell a server without TLS, an unknown certificate and a lost connection apart,
and its timeout begins again with each byte.
"""

from __future__ import annotations

import socket
import ssl
import struct
from pathlib import Path
from typing import Any

from .deadline import Deadline
from .failures import ConfigurationError, NetworkError, RotationError, TLSError

CONNECT_SECONDS = 10.0
"""For name resolution and for the connection: a server that drops packets must not take the whole time."""

_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
"""Source: https://www.postgresql.org/docs/15/protocol-message-formats.html, SSLRequest."""


class TimedSocket(ssl.SSLSocket):
    """Gives each read and write no more time than the step has left."""

    deadline: Deadline

    def recv_into(self, *args: Any, **kwargs: Any) -> int:  # noqa: ANN401 - as ssl.SSLSocket has it
        """Receive within the deadline."""
        self.settimeout(self.deadline.remaining())
        return super().recv_into(*args, **kwargs)

    def send(self, *args: Any, **kwargs: Any) -> int:  # noqa: ANN401 - as ssl.SSLSocket has it
        """Send within the deadline."""
        self.settimeout(self.deadline.remaining())
        return super().send(*args, **kwargs)


def trusting(ca_file: Path) -> ssl.SSLContext:
    """What verifies certificate and name (libpq's ``verify-full``) against the roots in a file, and no others.

    Raises:
        ConfigurationError: the file holds no certificates.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies both: there is no code here to turn it off
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = TimedSocket
    try:
        context.load_verify_locations(cafile=str(ca_file))
    except ssl.SSLError as error:
        raise ConfigurationError(f"{ca_file} holds no PEM certificates: {error.reason}") from error
    return context


def connect(host: str, port: int, context: ssl.SSLContext, deadline: Deadline) -> TimedSocket:
    """Connect, ask for TLS, and verify the server.

    Args:
        host: name of the server, which its certificate must carry.
        port: its port.
        context: from `trusting`.
        deadline: of the step; the socket keeps to it.

    Raises:
        NetworkError: there is no connection, or it is lost.
        TLSError: the server offers no TLS, or cannot be verified.
    """
    server = f"{host}:{port}"
    try:
        plain = _connected(host, port, deadline)
    except OSError as error:
        raise NetworkError(f"no connection to {server}: {_reason(error)}") from error
    with plain:  # closed, unless the secure socket has taken it over
        try:
            secure = _secured(plain, host, port, context, deadline)
        except OSError as error:
            raise _failure(server, error) from error
    secure.deadline = deadline
    return secure


def _secured(
    plain: socket.socket, host: str, port: int, context: ssl.SSLContext, deadline: Deadline
) -> TimedSocket:
    plain.settimeout(deadline.remaining())
    plain.sendall(_SSL_REQUEST)
    # One byte and no more: what was sent with it, unprotected, then breaks the handshake (CVE-2021-23222).
    answer = plain.recv(1)
    if answer == b"N":
        raise TLSError(f"{host}:{port} offers no TLS (ssl = off); nothing was sent to it")
    if not answer:
        raise ConnectionError("closed by the server")
    if answer != b"S":
        # Perhaps an error message, but nobody has verified whose: not shown.
        raise TLSError(f"{host}:{port} does not answer a request for TLS as PostgreSQL does")
    plain.settimeout(deadline.remaining())
    secure = context.wrap_socket(plain, server_hostname=host)
    assert isinstance(secure, TimedSocket)  # noqa: S101 - for the type checker: the context's class
    return secure


def _connected(host: str, port: int, deadline: Deadline) -> socket.socket:
    addresses = deadline.wait_for(
        lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), CONNECT_SECONDS
    )
    failed: OSError = OSError("the name has no address")
    for family, kind, protocol, _, address in addresses:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(deadline.remaining(CONNECT_SECONDS))
            connection.connect(address)
            # Else every login waits for an acknowledgement that the server delays, 40 ms.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            connection.close()
            failed = error
        else:
            return connection
    raise failed


def _failure(server: str, error: OSError) -> RotationError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return TLSError(
            f"the certificate of {server} is not trusted: {error.verify_message}; "
            "DATABASE_CA_FILE names other root certificates"
        )
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return TLSError(f"no TLS connection to {server}: {error.reason or type(error).__name__}")
    return NetworkError(f"lost the connection to {server} before TLS was there: {_reason(error)}")


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer in time ({error})"
    return error.strerror or str(error) or type(error).__name__
