"""The way to a verified connection, with servers that are none, and with one that is."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from functions.rotation import tls
from functions.rotation.deadline import Deadline
from functions.rotation.failures import ConfigurationError, NetworkError, RotationError, TLSError
from functions.rotation.settings import RDS_ROOTS
from tests.functions.server import HOST, PostgreSQLServer

pytestmark = pytest.mark.server

SSL_REQUEST = bytes([0, 0, 0, 8, 4, 210, 22, 47])
"""https://www.postgresql.org/docs/15/protocol-message-formats.html"""


class Pretender:
    """Takes one connection, answers to what comes first, and keeps all that it gets.

    Args:
        answer: what it sends; nothing and the end of the connection when it is empty.
        stays: does not hang up.
    """

    def __init__(self, answer: bytes, *, stays: bool) -> None:
        self._listener = socket.create_server((HOST, 0))
        self._answer, self._stays = answer, stays
        self.port: int = self._listener.getsockname()[1]
        self.got = b""
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def end(self) -> bytes:
        """Stop, and tell what came."""
        self._end.set()
        self._thread.join(10)
        self._listener.close()
        return self.got

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            self.got = connection.recv(65536)
            if self._answer:
                connection.sendall(self._answer)
            if self._stays:
                self._end.wait(30)
            connection.settimeout(0.5)
            try:
                while more := connection.recv(65536):
                    self.got += more
            except OSError:
                return


@contextmanager
def pretending(answer: bytes, *, stays: bool = False) -> Iterator[Pretender]:
    pretender = Pretender(answer, stays=stays)
    try:
        yield pretender
    finally:
        pretender.end()


def connect(port: int, ca_file: Path = RDS_ROOTS, seconds: float = 10, host: str = HOST) -> tls.TimedSocket:
    return tls.connect(host, port, tls.trusting(ca_file), Deadline(seconds))


def fails(connecting: Callable[[], object], cause: type[RotationError], message: str) -> None:
    with pytest.raises(RotationError, match=message) as failure:
        connecting()
    assert type(failure.value) is cause


def test_a_server_without_tls_gets_nothing_but_the_question() -> None:
    with pretending(b"N") as pretender:
        fails(lambda: connect(pretender.port), TLSError, f"{HOST}:{pretender.port} offers no TLS")
        assert pretender.end() == SSL_REQUEST


@pytest.mark.parametrize("answer", [b"E", b"HTTP/1.1 400 Bad Request\r\n", b"\0"])
def test_something_else_than_postgresql_gets_nothing_but_the_question(answer: bytes) -> None:
    with pretending(answer) as pretender:
        fails(
            lambda: connect(pretender.port), TLSError, "does not answer a request for TLS as PostgreSQL does"
        )
        assert pretender.end() == SSL_REQUEST


def test_a_server_that_hangs_up() -> None:
    with pretending(b"") as pretender:
        fails(lambda: connect(pretender.port), NetworkError, "lost the connection to .* closed by the server")


def test_a_server_that_hangs_up_in_the_handshake() -> None:
    with pretending(b"S") as pretender:
        fails(lambda: connect(pretender.port), NetworkError, "lost the connection to .* before TLS was there")


def test_what_comes_unprotected_before_the_handshake_breaks_it() -> None:
    """An attacker between could add it; see CVE-2021-23222."""
    with pretending(b"SR\0\0\0\x08\0\0\0\0", stays=True) as pretender:
        fails(lambda: connect(pretender.port), TLSError, "no TLS connection to")


@pytest.mark.parametrize("answer", [b"", b"S"])
def test_a_server_that_says_no_more_ends_with_the_time_of_the_step(answer: bytes) -> None:
    with pretending(answer, stays=True) as pretender:
        started = time.monotonic()
        fails(lambda: connect(pretender.port, seconds=0.5), NetworkError, "no answer in time")
        assert time.monotonic() - started < 5


def test_a_port_where_nobody_listens() -> None:
    fails(lambda: connect(1), NetworkError, rf"no connection to {HOST}:1: Connection refused")


def test_a_name_that_nobody_knows() -> None:
    fails(
        lambda: connect(5432, host="nobody.invalid"), NetworkError, "no connection to nobody.invalid:5432: "
    )


def test_a_resolver_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait(30))
    fails(
        lambda: connect(5432, seconds=0.3),
        NetworkError,
        r"no connection to .*no answer in time \(no answer within",
    )
    release.set()


def test_certificate_and_name_are_verified() -> None:
    context = tls.trusting(RDS_ROOTS)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_root_certificates_that_are_none(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing\n")
    with pytest.raises(ConfigurationError, match="holds no PEM certificates"):
        tls.trusting(empty)


def test_a_server_that_is_verified(server: PostgreSQLServer) -> None:
    with connect(server.port, server.certificate) as connection:
        assert connection.version() in {"TLSv1.2", "TLSv1.3"}


def test_a_certificate_of_others_is_not_trusted(server: PostgreSQLServer) -> None:
    fails(lambda: connect(server.port), TLSError, "is not trusted: self.signed certificate")


def test_a_certificate_for_another_name_is_not_trusted(server: PostgreSQLServer) -> None:
    fails(
        lambda: connect(server.port, server.certificate, host="localhost"),
        TLSError,
        "is not trusted: Hostname mismatch",
    )


def test_a_read_takes_no_longer_than_the_step(server: PostgreSQLServer) -> None:
    with connect(server.port, server.certificate, seconds=1) as connection:
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            connection.recv_into(bytearray(1))  # the server waits for a startup message
        assert time.monotonic() - started < 5
        with pytest.raises(TimeoutError, match="the time of the step is over"):
            connection.send(b"late")
